/**
 * Reads JSON for showing. Unlike JSON.parse it keeps numbers as they were written (large ones would change), keeps keys that come
 * twice, and has no depth at which it breaks, for the records are a stranger's.
 */

export type JsonNode =
  | { kind: 'object'; keys: string[]; items: JsonNode[] }
  | { kind: 'array'; items: JsonNode[] }
  | { kind: 'string'; value: string }
  /** A number, true, false or null, as written. */
  | { kind: 'plain'; text: string };

type Container = Extract<JsonNode, { items: JsonNode[] }>;

const space = /[ \t\r\n]*/y;
const plain = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class Reader {
  at = 0;
  constructor(private readonly text: string) {}

  /** The next sign that is no space. */
  peek(): string {
    space.lastIndex = this.at;
    this.at += space.exec(this.text)?.[0].length ?? 0;
    return this.text.charAt(this.at);
  }

  string(): string | null {
    let end = this.at;
    for (;;) {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) return null;
      let slashes = 0;
      while (this.text.charAt(end - 1 - slashes) === '\\') slashes += 1;
      if (slashes % 2 === 0) break;
    }
    const written = this.text.slice(this.at, end + 1);
    this.at = end + 1;
    try {
      return JSON.parse(written) as string;
    } catch {
      return null;
    }
  }

  plain(): string | null {
    plain.lastIndex = this.at;
    const found = plain.exec(this.text)?.[0] ?? null;
    this.at += found?.length ?? 0;
    return found;
  }
}

/** null where the text is no JSON. */
export function parseJson(text: string): JsonNode | null {
  const reader = new Reader(text);
  const open: Container[] = [];
  let top: JsonNode | null = null;
  // Each turn reads one value, and the brackets that end after it.
  for (;;) {
    const parent: Container | undefined = open.at(-1);
    const first = reader.peek();
    const ends = parent?.items.length === 0 && first === (parent.kind === 'object' ? '}' : ']');
    if (!ends) {
      if (parent?.kind === 'object' && !readKey(reader, parent)) return null;
      const node = readStart(reader);
      if (node === null) return null;
      if (parent) parent.items.push(node);
      else top = node;
      if ('items' in node) {
        open.push(node);
        continue;
      }
    }
    if (!readEnds(reader, open)) return null;
    if (open.length === 0) return reader.peek() === '' ? top : null;
  }
}

function readKey(reader: Reader, parent: Extract<JsonNode, { kind: 'object' }>): boolean {
  const key = reader.peek() === '"' ? reader.string() : null;
  if (key === null || reader.peek() !== ':') return false;
  reader.at += 1;
  parent.keys.push(key);
  return true;
}

function readStart(reader: Reader): JsonNode | null {
  const sign = reader.peek();
  if (sign === '{' || sign === '[') {
    reader.at += 1;
    return sign === '{' ? { kind: 'object', keys: [], items: [] } : { kind: 'array', items: [] };
  }
  if (sign === '"') {
    const value = reader.string();
    return value === null ? null : { kind: 'string', value };
  }
  const text = reader.plain();
  return text === null ? null : { kind: 'plain', text };
}

/** After a value: a comma, or the brackets that end here. */
function readEnds(reader: Reader, open: Container[]): boolean {
  for (let parent = open.at(-1); parent; parent = open.at(-1)) {
    const sign = reader.peek();
    if (sign === ',' && parent.items.length > 0) {
      reader.at += 1;
      return true;
    }
    if (sign !== (parent.kind === 'object' ? '}' : ']')) return false;
    reader.at += 1;
    open.pop();
  }
  return true;
}
