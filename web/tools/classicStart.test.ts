import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { classicStart } from './classicStart';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classic-start-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Builds a console of these files; gives what stands in its page and its chunks. */
async function built(files: Record<string, string>): Promise<{ html: string; chunks: string[]; read: (name: string) => Promise<string> }> {
  const all = { 'index.html': '<!doctype html><html><head></head><body><script type="module" src="/main.ts"></script></body></html>', ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text);
  await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    plugins: [classicStart(['entry', 'main'])],
    build: { target: 'es2022', modulePreload: { polyfill: false }, rollupOptions: { input: { entry: join(folder, 'entry.ts'), main: join(folder, 'index.html') } } },
  });
  const chunks = await readdir(join(folder, 'dist/assets'));
  return {
    html: await readFile(join(folder, 'dist/index.html'), 'utf8'),
    chunks,
    read: (name) => readFile(join(folder, 'dist/assets', chunks.find((chunk) => chunk.startsWith(`${name}-`)) ?? ''), 'utf8'),
  };
}

const entry = 'export const asked = { times: 1 };';
const later = "import { greet, names } from './main'; import { asked } from './entry'; export const said = greet(names[0]) + asked.times;";
const main = `import { asked } from './entry';
  export const names = ['Ana'];
  export function greet(name) { return 'Hello ' + name; }
  asked.times += 1;
  globalThis.load = () => import('./later');
  globalThis.strict = (function () { return this === undefined; })();`;

test('a page starts with scripts in their order, and a module that comes later takes from them', async () => {
  const { html, chunks, read } = await built({ 'entry.ts': entry, 'main.ts': main, 'later.ts': later });
  const scripts = [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag.replace(/-[^.]*\.js/, '.js'));
  expect(scripts).toEqual(['<script src="/assets/entry.js">', '<script defer src="/assets/main.js">']);
  expect(html).not.toContain('modulepreload');
  expect(chunks.sort().map((name) => name.replace(/-.*/, ''))).toEqual(['entry', 'later', 'main']);

  // As a browser runs them, one after the other; the later one as the module it is.
  await writeFile(join(folder, 'later.mjs'), await read('later'));
  await writeFile(
    join(folder, 'page.mjs'),
    `import vm from 'node:vm';
    for (const script of ${JSON.stringify([await read('entry'), (await read('main')).replace(/import\([^)]*\)/g, 'null')])}) vm.runInThisContext(script);
    console.log(JSON.stringify({ strict, said: Object.values(await import('./later.mjs')) }));`,
  );
  expect(JSON.parse(execFileSync(process.execPath, [join(folder, 'page.mjs')], { encoding: 'utf8' }))).toEqual({ strict: true, said: ['Hello Ana2'] });
});

test('what comes later does not name the start: it is there, and its name would change what stands under theirs', async () => {
  const { read } = await built({
    'entry.ts': entry,
    'main.css': 'body { color: red }',
    'main.ts': `import './main.css'; ${main}`,
    'later.ts': `${later} export const further = () => import('./further');`,
    'further.css': 'p { color: blue }',
    'further.ts': "import './further.css'; import { names } from './main'; export const all = names;",
  });
  const text = await read('later');
  expect(text).toMatch(/assets\/further-[^"]*\.css/);
  expect(text).not.toMatch(/assets\/(main|entry)-/);
});

test.each([
  ['a start chunk loaded as a module', { 'later.ts': `${later} export const again = () => import('./main');` }, /a start chunk is loaded again, as a module/],
  ['a start chunk before the last that loads others', { 'entry.ts': `${entry} globalThis.other = () => import('./lone');`, 'lone.ts': 'export const lone = 1;' }, /only the last start chunk loads others/],
  ['a start chunk that imports from one after it', { 'entry.ts': `import { greet } from './main'; ${entry} globalThis.greet = greet;`, 'main.ts': main.replace("import { asked } from './entry';", 'const asked = { times: 0 };') }, /a start chunk imports from start chunks alone/],
])('what would break a page is refused: %s', async (_what, files, why) => {
  await expect(built({ 'entry.ts': entry, 'main.ts': main, 'later.ts': later, ...files })).rejects.toThrow(why);
});

test('what would go stale is refused, by its name', async () => {
  const changing = `${main}\nexport let turn = 0; export function next() { turn += 1; }`;
  const uses = later.replace('greet, names', 'greet, names, turn, next') + ' next(); export const told = turn;';
  await expect(built({ 'entry.ts': entry, 'main.ts': changing, 'later.ts': uses })).rejects.toThrow(/turn is exported and assigned to/);
});

test('a page that does not start as it was thought to is refused', async () => {
  await expect(built({ 'entry.ts': entry, 'main.ts': main, 'later.ts': later, 'index.html': '<!doctype html><html><body></body></html>' })).rejects.toThrow(/index.html starts with one module script/);
});
