/** What stands only in the record, of the streams whose records are known. Paths are members, from the outside in. */

export interface RecordFacts {
  /** What kind of thing the target is, as the vendor codes it. */
  targetType: string | null;
  actorName: string | null;
  vault: string | null;
  app: string | null;
  /** How exactly it went, as the vendor codes it, and what it was about. */
  detail: string | null;
  detailValue: string | null;
}
export type RecordFact = keyof RecordFacts;

/** So much of a record is fetched and drawn without being asked for: a tree up to here stays quick. */
export const firstPart = 256 * 1024;

interface Known {
  vendor: string;
  /** Of a stream all of whose targets are the same. */
  targetType?: string;
  paths: Partial<Record<RecordFact, readonly string[]>>;
}

const known: ReadonlyMap<string, Known> = new Map<string, Known>([
  ['auditevents', { vendor: '1Password', paths: { targetType: ['object_type'], actorName: ['actor_details', 'name'] } }],
  [
    'itemusages',
    { vendor: '1Password', targetType: 'item', paths: { actorName: ['user', 'name'], vault: ['vault_uuid'], app: ['client', 'app_name'] } },
  ],
  ['signinattempts', { vendor: '1Password', paths: { actorName: ['target_user', 'name'], app: ['client', 'app_name'], detail: ['type'], detailValue: ['details', 'value'] } }],
]);

/** Whose ids the records of a stream bear, where that is known. */
export const vendorOf = (stream: string): string | null => known.get(stream)?.vendor ?? null;

/** What records of the stream may tell, so that room for it can be kept before one is read. */
export const tells = (stream: string, fact: RecordFact): boolean => known.get(stream)?.paths[fact] !== undefined;

/** The kind of every target of the stream, where it is always the same. */
export const targetTypeOf = (stream: string): string | null => known.get(stream)?.targetType ?? null;

function textAt(record: unknown, path: readonly string[]): string | null {
  let at = record;
  for (const member of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, member)) return null;
    at = (at as Record<string, unknown>)[member];
  }
  return typeof at === 'string' && at !== '' ? at : null;
}

/** The facts in a record; null where it says nothing of them, or is no JSON. */
export function factsIn(stream: string, text: string): RecordFacts {
  const paths = known.get(stream)?.paths ?? {};
  let record: unknown = null;
  try {
    record = JSON.parse(text);
  } catch {
    // A record that is no JSON is shown as it came; it has no members.
  }
  const fact = (key: RecordFact): string | null => (paths[key] === undefined ? null : textAt(record, paths[key]));
  return { targetType: fact('targetType'), actorName: fact('actorName'), vault: fact('vault'), app: fact('app'), detail: fact('detail'), detailValue: fact('detailValue') };
}
