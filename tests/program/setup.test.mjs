// ./run --setup over a stand-in for npm: what the console's build needs is fetched once, and again only for another package-lock.json.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { scratch } from "../lib/program.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const dir = scratch("setup");
after(() => dir.remove());

const bin = join(dir.path, "bin"), tree = join(dir.path, "tree"), calls = join(dir.path, "calls");
mkdirSync(bin);
mkdirSync(join(tree, "web"), { recursive: true });
for (const file of ["run", "tools/setup.sh", "tools/console_packages.sh", "web/package.json", "web/package-lock.json"]) cpSync(join(root, file), join(tree, file));
writeFileSync(join(bin, "npm"), `#!/bin/sh\necho "$PWD $*" >> ${calls}\n[ ! -e ${dir.path}/offline ] || exit 1\nrm -rf node_modules && mkdir node_modules\n`, { mode: 0o755 });
writeFileSync(join(bin, "dpkg-query"), "#!/bin/sh\necho installed\n", { mode: 0o755 });
const setup = () => spawnSync(join(tree, "run"), ["--setup"], { encoding: "utf8", env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } });
const called = () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []);

test("--setup installs the console's packages, once for each package-lock.json", () => {
  let done = setup();
  assert.equal(done.status, 0, done.stderr);
  assert.equal(called().length, 1);
  assert.match(called()[0], /\/web ci --ignore-scripts/);
  done = setup();
  assert.equal(done.status, 0, done.stderr);
  assert.equal(called().length, 1, "nothing changed");
  writeFileSync(join(tree, "web/package-lock.json"), "{}");
  setup();
  assert.equal(called().length, 2);
});

test("an installation that failed is not taken for done", () => {
  writeFileSync(join(tree, "web/package-lock.json"), '{"other":1}');
  writeFileSync(join(dir.path, "offline"), "");
  assert.notEqual(setup().status, 0);
  assert.notEqual(setup().status, 0, "it is tried again");
});
