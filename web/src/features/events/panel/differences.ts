import { parseJson, type JsonNode } from '@/ui/json/parse';

export interface Difference {
  path: string;
  before: string | null;
  after: string | null;
}

const mostCharacters = 200_000;
const mostDifferences = 100;
const mostShown = 200;

/** Every leaf of a record by its path. */
function leaves(top: JsonNode): Map<string, string> {
  const found = new Map<string, string>();
  const open: [string, JsonNode][] = [['', top]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [path, node] = next;
    if ('items' in node && node.items.length > 0) {
      node.items.forEach((item, index) => {
        const name = node.kind === 'object' ? (node.keys[index] ?? '') : String(index);
        open.push([path === '' ? name : `${path}.${name}`, item]);
      });
    } else {
      found.set(path, node.kind === 'string' ? node.value : node.kind === 'plain' ? node.text : node.kind === 'object' ? '{}' : '[]');
    }
  }
  return found;
}

const cut = (text: string | undefined): string | null =>
  text === undefined ? null : text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;

/** What changed from one record to the next; null where that cannot be told. */
export function differencesOf(before: string, after: string): Difference[] | null {
  if (before.length + after.length > mostCharacters) return null;
  const [old, fresh] = [parseJson(before), parseJson(after)];
  if (old === null || fresh === null) return null;
  const [was, is] = [leaves(old), leaves(fresh)];
  const paths = [...new Set([...was.keys(), ...is.keys()])].sort();
  return paths
    .filter((path) => was.get(path) !== is.get(path))
    .slice(0, mostDifferences)
    .map((path) => ({ path, before: cut(was.get(path)), after: cut(is.get(path)) }));
}
