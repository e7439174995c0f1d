/** The parts of a line of YAML, for colours only: what is valid is for the server to say. */
export type YamlKind = 'plain' | 'key' | 'string' | 'literal' | 'comment' | 'sign';

export interface YamlPart {
  kind: YamlKind;
  text: string;
}

const key = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"[\]{},&*!|>%@`-][^:#]*?|-[^\s:#][^:#]*?)(?=\s*:(?:\s|$))/;
const literal = /^(?:true|false|null|~|[-+]?\d+(?:\.\d+)?)(?=\s*(?:$|[,\]}]|\s#))/i;
const quoted = /^(?:"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)/;

function valueParts(text: string): YamlPart[] {
  const parts: YamlPart[] = [];
  const add = (kind: YamlKind, piece: string): void => {
    const last = parts.at(-1);
    if (last?.kind === kind) last.text += piece;
    else if (piece !== '') parts.push({ kind, text: piece });
  };
  let rest = text;
  let fresh = true;
  while (rest !== '') {
    const space = /^\s+/.exec(rest)?.[0];
    if (space !== undefined) {
      add('plain', space);
      rest = rest.slice(space.length);
      if (rest.startsWith('#')) {
        add('comment', rest);
        break;
      }
      continue;
    }
    const [kind, piece] = token(rest, fresh);
    add(kind, piece);
    fresh = kind === 'sign';
    rest = rest.slice(piece.length);
  }
  return parts;
}

/** Cuts one line into parts; together they are the line again. */
function lineParts(line: string): YamlPart[] {
  const parts: YamlPart[] = [];
  let rest = line;
  const take = (kind: YamlKind, length: number): void => {
    if (length === 0) return;
    parts.push({ kind, text: rest.slice(0, length) });
    rest = rest.slice(length);
  };
  take('plain', /^\s*/.exec(rest)?.[0].length ?? 0);
  if (rest.startsWith('#')) {
    take('comment', rest.length);
    return parts;
  }
  if (/^(?:---|\.\.\.)(?:\s|$)/.test(rest)) {
    take('sign', 3);
    return [...parts, ...valueParts(rest)];
  }
  for (let dash = /^-(?:\s+|$)/.exec(rest); dash !== null; dash = /^-(?:\s+|$)/.exec(rest)) take('sign', dash[0].length);
  const name = key.exec(rest);
  if (name !== null) {
    take('key', name[0].length);
    take('sign', /^\s*:/.exec(rest)?.[0].length ?? 0);
  }
  return [...parts, ...valueParts(rest)];
}

const longest = 2000;

/** Every line of a text in parts. Lines of a block (`|`, `>`) are one string; a line that is too long is not cut. */
/** What the rest of a line begins with. */
function token(rest: string, fresh: boolean): [YamlKind, string] {
  const first = rest.charAt(0);
  if (fresh && /^['"]/.test(rest)) return ['string', quoted.exec(rest)?.[0] ?? first];
  if (fresh && literal.test(rest)) return ['literal', literal.exec(rest)?.[0] ?? first];
  if (/^[[\]{},]/.test(rest) || (fresh && /^[|>&*!]/.test(rest))) return ['sign', first];
  return ['plain', /^[^\s,[\]{}]+/.exec(rest)?.[0] ?? first];
}

export function highlight(text: string): YamlPart[][] {
  let block = -1;
  return text.split('\n').map((line) => {
    const indent = /^\s*/.exec(line)?.[0].length ?? 0;
    if (block >= 0 && (line.trim() === '' || indent > block)) return line === '' ? [] : [{ kind: 'string', text: line }];
    block = -1;
    if (line.length > longest) return [{ kind: 'plain', text: line }];
    if (/(?:^|[:\s-]\s*)[|>][-+0-9]*\s*(?:#.*)?$/.test(line)) block = indent;
    return lineParts(line);
  });
}
