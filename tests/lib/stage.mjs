// What a walk through the console stands on: a simulated 1Password, the real program, one Chromium. Everything listens on loopback, port 0.
//   PICKET_PROGRAM      the program (default build/release/picket)
//   PICKET_SCREENSHOTS  where pictures go (default out/screenshots)
//   PICKET_WEB_ROOT     a built console to use instead of the one inside the program, while working on it
//   PICKET_CHROMIUM     browser (default /usr/bin/chromium)
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { join } from "node:path";
import { front } from "./front.mjs";
import { Api, Program, init, scratch, totp, until } from "./program.mjs";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
const picket = process.env.PICKET_PROGRAM ?? "build/release/picket";

/** A folder for the pictures of one walk. */
export function pictures(walk) {
  const folder = join(process.env.PICKET_SCREENSHOTS ?? "out/screenshots", walk);
  mkdirSync(folder, { recursive: true });
  return folder;
}

export async function launch() {
  return chromium.launch({
    executablePath: process.env.PICKET_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A port of loopback that nobody listens at. */
export async function closedPort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** The API with a browser's sign-in. */
class Client extends Api {
  constructor(base, session) {
    super(base, null, null);
    this.session = session;
  }
  raw(method, path, body, headers = {}) {
    const { cookie, csrf } = this.session;
    return fetch(this.base + path, {
      method,
      headers: { cookie: `picket_session=${cookie}`, "x-csrf-token": csrf, "content-type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }
}

export class Stage {
  /**
   * `servers`: further addresses that devices may name; `tlsToo`: the simulator's with https, which it does not speak; `between`: the browser
   * reaches the program through `front`, which can be told to be slow and to refuse.
   */
  static async open({ accounts = 1, events = 60, rate = 0, simArgs = [], servers = [], tlsToo = false, serveArgs = [], between = false } = {}) {
    const stage = new Stage();
    stage.dir = scratch("walk");
    stage.sim = new Program(picket, ["sim", "onepassword", "--listen", "127.0.0.1:0", "--events", String(events), "--rate", String(rate),
      "--quota", "off", "--accounts", String(accounts), ...simArgs]);
    stage.simUrl = (await stage.sim.line(/(http:\/\/[^\s]+)/))[1];
    stage.tokens = (await stage.control("tokens")).tokens.map((one) => one.token);
    stage.data = join(stage.dir.path, "data");
    stage.account = init(picket, stage.data);
    // Whoever asks for the vendor's real address gets no further than this machine.
    stage.serveArgs = ["--poll-interval", "1s", "--proxy", `http://127.0.0.1:${await closedPort()}`,
      ...[stage.simUrl, ...(tlsToo ? [stage.simUrl.replace("http:", "https:")] : []), ...servers].flatMap((one) => ["--allow-device-server", one]), ...serveArgs];
    await stage.serve("127.0.0.1:0");
    stage.url = stage.programUrl;
    if (process.env.PICKET_WEB_ROOT || between) {
      stage.front = await front(process.env.PICKET_WEB_ROOT, stage.programUrl);
      stage.url = stage.front.url;
    }
    return stage;
  }

  async serve(listen = new URL(this.programUrl).host) {
    this.program = new Program(picket, ["serve", "--data", this.data, "--listen", listen, ...this.serveArgs]);
    this.programUrl = (await this.program.line(/^Picket is ready at (http:\/\/127\.0\.0\.1:\d+)$/, 60_000))[1];
  }

  /** One of the simulator's controls; see its README. */
  async control(what, body) {
    const answer = await fetch(`${this.simUrl}/_sim/${what}`, body ? { method: "POST", body: JSON.stringify(body) } : {});
    if (!answer.ok) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
  /** A record written by hand arrives. */
  record(record, { account = 0, stream = "auditevents" } = {}) {
    return this.control("events", { account, stream, kind: "raw", record });
  }

  /** A client of the API. A code works once, so there is one sign-in for it and for every page; a walk that uses the form hands in its own. */
  api(session) {
    this.client ??= Promise.resolve(session ?? this.begin()).then((it) => new Client(this.programUrl, it));
    return this.client;
  }
  async begin() {
    const answer = await fetch(`${this.programUrl}/auth/v0/session`, { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: this.account.email, password: this.account.password, otp: totp(this.account.totp_secret) }) });
    if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
    return { cookie: /picket_session=([^;]+)/.exec(answer.headers.get("set-cookie"))[1], csrf: (await answer.json()).csrf_token };
  }

  async addDevice(name, { account = 0, token = this.tokens[account], server = this.simUrl, days = 7, location = "Lab" } = {}) {
    const start_time = `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 19)}Z`;
    return (await this.api()).addDevice({ name, server, token, start_time, location });
  }

  /** Waits until the device says one of these codes. */
  async says(id, ...codes) {
    const api = await this.api();
    let last;
    return until(async () => codes.includes((last = (await api.device(id)).attributes.status_details).code), `${id} says ${codes.join(" or ")}`, 45_000, 200)
      .catch((error) => { throw new Error(`${error.message}; it says ${last?.code}: ${last?.sentence}`); });
  }

  /** A page with nobody signed in. `complaints` is what the browser has against it. */
  async page({ listen, width = 1280, height = 800, scheme = "light" } = {}) {
    this.browser ??= await launch();
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce" });
    const complaints = listen ? await listen(context) : [];
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    return { context, page, complaints };
  }

  /** Signs the page's browser in without the form, and goes to an address of the console. */
  async signIn(page, path = "/") {
    const { cookie } = (await this.api()).session;
    await page.context().addCookies([{ name: "picket_session", value: cookie, url: this.url, httpOnly: true, sameSite: "Strict" }]);
    await page.goto(this.url + path);
    // Whoever leaves before it is there sees it complain that its questions went unanswered.
    await page.getByRole("heading", { level: 1 }).waitFor();
  }

  async close() {
    await this.browser?.close();
    await this.front?.close();
    await this.program?.stop();
    await this.sim?.stop();
    this.dir?.remove();
  }
}
