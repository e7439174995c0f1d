// Starts the real program and the simulated vendor, and walks the seven points in Debian's Chromium. Screenshots: out/screenshots.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Program, init, scratch } from "../lib/program.mjs";

const picket = process.env.PICKET_PROGRAM ?? "build/release/picket";
const screenshots = process.env.PICKET_SCREENSHOTS ?? "out/screenshots";
mkdirSync(screenshots, { recursive: true });
const dir = scratch("e2e");
const sim = new Program(picket, ["sim", "onepassword", "--listen", "127.0.0.1:0", "--events", "1500", "--rate", "2", "--quota", "off"]);
let serve;
let status = 1;
try {
  const simUrl = (await sim.line(/(http:\/\/[^\s]+)/))[1];
  const token = (await sim.line(/(eyJ[\w-]+\.[\w-]+\.[\w-]+)/))[1];
  const data = join(dir.path, "data");
  const account = init(picket, data, { email: "ada@example.test" });
  serve = new Program(picket, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--allow-device-server", simUrl, "--poll-interval", "2s"]);
  const url = (await serve.line(/(http:\/\/[^\s]+)/))[1];
  status = spawnSync(process.execPath, ["tests/e2e/seven_points.mjs"], {
    stdio: "inherit",
    env: { ...process.env, PICKET_URL: url, PICKET_EMAIL: account.email, PICKET_PASSWORD: account.password, PICKET_TOTP_SECRET: account.totp_secret,
      PICKET_SIM_TOKEN: token, PICKET_SIM_URL: simUrl, PICKET_SCREENSHOTS: screenshots },
  }).status;
  if (status !== 0) console.error(serve.errors);
} finally {
  await serve?.stop();
  await sim.stop();
  dir.remove();
}
process.exit(status);
