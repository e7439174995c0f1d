/** What goes well, as the server begins a sentence about the rest: "Receiving item usage and sign-in attempts. Audit events: …". */
const well = /^((?:(?:Receiving|Connected|Newest event|The newest event|No new events|No events yet|Reading history|New events)\b[^.]*\.\s+)+)(\S.*)$/s;

/** The sentence of a device for where it is cut: the fault comes first, what goes well after it. */
export function faultFirst(sentence: string): string {
  const parts = well.exec(sentence);
  const [, good = '', fault = ''] = parts ?? [];
  // Of what goes well alone the order stays.
  if (parts === null || /^(?:Newest event|The newest event|No new events|No events yet|New events)\b/.test(fault)) return sentence;
  return `${fault} ${good.trim()}`;
}
