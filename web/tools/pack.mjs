// Runs after `vite build`: writes a .gz beside every file that is worth it, and refuses a first load over the budget.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

const budgetKiB = 300;
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const compressible = new Set(['.html', '.js', '.css', '.svg', '.json', '.txt']);

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.name.endsWith('.gz')) continue;
    else yield path;
  }
}

const packed = new Map();
for (const path of files(dist)) {
  if (!compressible.has(extname(path))) continue;
  const bytes = readFileSync(path);
  const small = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  packed.set(path, small.length);
  if (small.length < bytes.length * 0.95) writeFileSync(`${path}.gz`, small);
}

// What index.html asks for: its scripts, what they import statically, and what it preloads.
const html = readFileSync(join(dist, 'index.html'), 'utf8');
if (/<script(?![^>]*\bsrc=)/.test(html)) throw new Error('index.html has an inline script; the content policy forbids it');
const first = new Set();
const queue = [...html.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map((match) => join(dist, match[1]));
while (queue.length > 0) {
  const path = queue.pop();
  if (first.has(path)) continue;
  first.add(path);
  const source = readFileSync(path, 'utf8');
  for (const match of source.matchAll(/(?:^|[;}\s])(?:import|export)[^"'();]*["']\.\/([\w.-]+\.js)["']/g)) {
    queue.push(join(dist, 'assets', match[1]));
  }
}
const total = [...first].reduce((sum, path) => sum + packed.get(path), 0) / 1024;
console.log(`first load: ${total.toFixed(1)} KiB of script, gzip, in ${first.size} file(s); budget ${budgetKiB} KiB`);
if (total > budgetKiB) {
  console.error('The first load is over its budget. Split a route or drop a dependency.');
  process.exit(1);
}
