// What stands between a walk's browser and the program, where a walk needs that: a newer console before a program that carries an older one
// (a folder of built files, served with the program's own headers, so that the content policy is the real one), and a server that is slow or
// refuses. Everything else is handed through. What judges Picket runs without it wherever it can.
import { createServer, request as ask } from "node:http";
import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join, normalize } from "node:path";

const kinds = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const perHop = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "content-type", "etag", "cache-control", "date"]);
/** An address as a person would write it; one that cannot be read stays as it is. */
function plain(address) {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
const ofProgram = /^\/(api|auth|livez|readyz|metrics)(\/|$)/;

class Front {
  /** Rules of the moment: `{ path, until: a promise }` or `{ path, status, body }`; `path` is tried on what `seen` holds. */
  rules = [];
  /** Every request that the program got or would have got, as "GET /path?query". */
  seen = [];
  /** How many live feeds are open now. */
  feeds = 0;

  constructor(folder, program, headers) {
    Object.assign(this, { folder, far: new URL(program), headers });
    this.server = createServer((near, answer) => {
      const path = plain(near.url.split("?")[0]);
      if (folder && !ofProgram.test(path)) this.file(path, answer);
      else this.meddle(near, answer);
    });
  }
  file(path, answer) {
    const wanted = normalize(join(this.folder, path));
    const file = wanted.startsWith(normalize(this.folder)) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(this.folder, "index.html");
    answer.writeHead(200, { ...this.headers, "content-type": kinds[extname(file)] ?? "application/octet-stream", "cache-control": "no-store" });
    answer.end(readFileSync(file));
  }
  meddle(near, answer) {
    const what = `${near.method} ${plain(near.url)}`;
    this.seen.push(what);
    const rule = this.rules.find((one) => one.path.test(what));
    if (rule?.status) {
      near.resume();
      answer.writeHead(rule.status, { "content-type": "application/json" });
      answer.end(JSON.stringify(rule.body));
    } else if (rule?.until) rule.until.then(() => this.through(near, answer));
    else this.through(near, answer);
  }
  through(near, answer) {
    // The program compares where a request comes from with where it was sent: it must see its own name in both.
    const sent = { ...near.headers, host: this.far.host };
    if (sent.origin) sent.origin = this.far.origin;
    const feed = near.url.startsWith("/api/v2/live");
    if (feed) this.feeds += 1;
    const through = ask({ host: this.far.hostname, port: this.far.port, method: near.method, path: near.url, headers: sent }, (reply) => {
      answer.writeHead(reply.statusCode, reply.headers);
      reply.pipe(answer);
      // A program that dies in the middle of an answer: the browser sees that, too.
      reply.on("close", () => reply.complete || answer.destroy());
    });
    through.on("error", () => answer.destroy());
    answer.on("close", () => {
      if (feed) this.feeds -= 1;
      through.destroy();
    });
    near.pipe(through);
  }
  close() {
    return new Promise((done) => {
      this.server.closeAllConnections();
      this.server.close(done);
    });
  }
}

/** The folder is read at every request: a rebuild shows at the next load. Without one everything is the program's. */
export async function front(folder, program) {
  const page = await fetch(program);
  await page.text();
  const headers = Object.fromEntries([...page.headers].filter(([name]) => !perHop.has(name)));
  const it = new Front(folder, program, headers);
  await new Promise((done) => it.server.listen(0, "127.0.0.1", done));
  it.url = `http://127.0.0.1:${it.server.address().port}`;
  return it;
}
