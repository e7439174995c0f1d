// Which components a source file exports: by the house's own way of writing, `export function Name`, `export default function Name`,
// `export const Name =`, `export class Name`. The gallery marks them with it, and its test asks for a story of each.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const exported = /^export (?:default )?(?:function|class|const) ([A-Z]\w*)/gm;

/** Whether a file under src/ holds components of the console itself. */
export const holdsComponents = (path) => path.endsWith('.tsx') && !/\.(test|story)\.tsx$|(^|\/)(gallery|test)\//.test(path);

export const componentsIn = (text) => [...text.matchAll(exported)].map((match) => match[1]);

/** Every exported component of a source folder, as `ui/StatusBadge.tsx StatusBadge`. */
export function exportedComponents(folder) {
  return readdirSync(folder, { recursive: true })
    .map((path) => relative(folder, join(folder, path)).split(sep).join('/'))
    .filter(holdsComponents)
    .sort()
    .flatMap((path) => componentsIn(readFileSync(join(folder, path), 'utf8')).map((name) => `${path} ${name}`));
}
