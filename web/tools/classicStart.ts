import { posix } from 'node:path';
import type { Plugin, Rollup } from 'vite';

type Program = ReturnType<Rollup.PluginContext['parse']>;
type Node = Program['body'][number];

/** What a chunk leaves on the page for those that come later; a chunk's name is an identifier. */
const heldBy = (name: string): string => `globalThis.picket_${name}`;

function names(specifier: { local: unknown; exported?: unknown; imported?: unknown }, side: 'local' | 'exported' | 'imported'): string {
  const name = specifier[side] as { type: string; name?: string; value?: string };
  return name.type === 'Identifier' ? (name.name ?? '') : JSON.stringify(name.value ?? '');
}

/** Names that something in a program assigns to after they were declared, whatever the scope: too many rather than too few. */
function assigned(program: Program): Set<string> {
  const found = new Set<string>();
  const target = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(target);
    if (typeof node !== 'object' || node === null || !('type' in node)) return;
    const { type, name, properties, elements, value, left, argument } = node as Record<string, unknown>;
    if (type === 'Identifier') found.add(name as string);
    else if (type === 'ObjectPattern') target(properties);
    else if (type === 'ArrayPattern') target(elements);
    else if (type === 'Property') target(value);
    else if (type === 'AssignmentPattern') target(left);
    else if (type === 'RestElement') target(argument);
  };
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(walk);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const one = node as Record<string, unknown>;
    if (one['type'] === 'AssignmentExpression') target(one['left']);
    if (one['type'] === 'UpdateExpression') target(one['argument']);
    if (one['type'] === 'ForInStatement' || one['type'] === 'ForOfStatement') target(one['left']);
    for (const value of Object.values(one)) walk(value);
  };
  walk(program.body);
  return found;
}

/**
 * Makes the chunks a page starts with classic scripts, in the order they are named; what is loaded later stays a module. Chromium keeps the
 * compiled code of classic scripts from one visit to the next, and reads and compiles modules anew in every tab (docs/adr/0010).
 *
 * An import of a classic chunk becomes a look at what that chunk left on the page. What is exported is copied then, so that an export that is
 * assigned to later would go stale: the build refuses it, as it refuses whatever else it does not know.
 */
export function classicStart(start: readonly string[]): Plugin {
  const isClassic = (chunk: { name: string; isEntry: boolean } | undefined): boolean => chunk?.isEntry === true && start.includes(chunk.name);
  return {
    name: 'classic-start',
    apply: 'build',
    // Before anything is minified: local names of a script become short as those of a module do.
    renderChunk: {
      order: 'pre',
      handler(code, chunk, _options, { chunks }) {
        const classic = isClassic(chunk);
        const refuse = (node: { start: number; end: number }, why: string): never =>
          this.error(`${chunk.fileName}: ${why}: ${code.slice(node.start, Math.min(node.end, node.start + 120))}`);
        const sourceOf = (node: { source?: unknown }): Rollup.RenderedChunk | undefined => {
          const source = (node.source as { value: string } | null | undefined)?.value;
          return source === undefined ? undefined : chunks[posix.join(posix.dirname(chunk.fileName), source)];
        };
        if (chunk.dynamicImports.some((name) => isClassic(chunks[name]))) {
          this.error(`${chunk.fileName}: a start chunk is loaded again, as a module: import what it has of it by its file, not with import()`);
        }
        // Vite writes a list of files in front of a chunk with dynamic imports: as a name of the whole page there can be one.
        if (classic && chunk.name !== start.at(-1) && chunk.dynamicImports.length > 0) this.error(`${chunk.fileName}: only the last start chunk loads others`);
        const program = this.parse(code);
        const exported: string[] = [];
        const local = new Set<string>();
        const parts: string[] = [];
        let at = 0;
        const replace = (node: { start: number; end: number }, by: string): void => {
          parts.push(code.slice(at, node.start), by);
          at = node.end;
        };
        for (const node of program.body as (Node & { start: number; end: number })[]) {
          if (node.type === 'ImportDeclaration') {
            const from = sourceOf(node);
            if (from !== undefined && isClassic(from)) {
              const held = heldBy(from.name);
              const taken = node.specifiers.map((one) =>
                one.type === 'ImportSpecifier' ? `${names(one, 'imported')}: ${one.local.name}` : refuse(node, 'a start chunk is imported by names alone'),
              );
              replace(node, taken.length === 0 ? '' : `const { ${taken.join(', ')} } = ${held};`);
            } else if (classic) refuse(node, 'a start chunk imports from start chunks alone');
          } else if (node.type === 'ExportNamedDeclaration') {
            if (sourceOf(node) !== undefined && (classic || isClassic(sourceOf(node)))) refuse(node, 'nothing of a start chunk is exported again');
            if (!classic) continue;
            if (node.declaration !== null && node.declaration !== undefined) refuse(node, 'an export of a start chunk is a list');
            for (const one of node.specifiers) {
              exported.push(`${names(one, 'exported')}: ${names(one, 'local')}`);
              local.add(names(one, 'local'));
            }
            replace(node, '');
          } else if (classic && (node.type === 'ExportDefaultDeclaration' || node.type === 'ExportAllDeclaration')) {
            refuse(node, 'an export of a start chunk is a list');
          }
        }
        if (classic) {
          for (const node of program.body) {
            if (node.type !== 'VariableDeclaration' || node.kind !== 'const') continue;
            for (const { id } of node.declarations) if (id.type === 'Identifier') local.delete(id.name);
          }
          const changing = assigned(program);
          for (const name of local) if (changing.has(name)) this.error(`${chunk.fileName}: ${name} is exported and assigned to: later chunks would keep its first value`);
          if (/\bimport\.meta\b/.test(code)) this.error(`${chunk.fileName}: a classic script has no import.meta`);
        }
        parts.push(code.slice(at));
        if (!classic) return at === 0 ? null : { code: parts.join(''), map: null };
        return { code: `${heldBy(chunk.name)} = (() => {\n"use strict";\n${parts.join('')}\nreturn { ${exported.join(', ')} };\n})();\n`, map: null };
      },
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const tags = start.map((name, place) => {
          const chunk = Object.values(bundle ?? {}).find((one) => one.type === 'chunk' && one.name === name && isClassic(one));
          if (chunk === undefined) throw new Error(`classic-start: there is no start chunk '${name}'`);
          // The last is long: it runs when the page is read. Those before it run as soon as they are there.
          return `<script${place === start.length - 1 ? ' defer' : ''} src="/${chunk.fileName}"></script>`;
        });
        const module = /[ \t]*<script type="module"[^>]*><\/script>\n?/g;
        if (html.match(module)?.length !== 1) throw new Error('classic-start: index.html starts with one module script');
        return html.replace(module, `${tags.map((tag) => `    ${tag}\n`).join('')}`);
      },
    },
    generateBundle: {
      order: 'pre',
      handler(_options, bundle) {
        for (const chunk of Object.values(bundle)) {
          if (chunk.type !== 'chunk') continue;
          // The start chunks are there already, with their style sheets. A chunk that named them, after its own name was made, would be another under the same name.
          chunk.imports = chunk.imports.filter((name) => {
            const other = bundle[name];
            return other?.type !== 'chunk' || !isClassic(other);
          });
        }
      },
    },
  };
}
