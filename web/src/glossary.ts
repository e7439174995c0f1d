/** The words of the domain, one place for tooltips and for docs/glossary.md (a test holds the two against each other). */

export interface GlossaryEntry {
  term: string;
  meaning: string;
}

export const glossary = {
  security_device: {
    term: 'Security device',
    meaning:
      'One configured connection to a technology, such as one 1Password account. Picket reads its events, judges its health and keeps its history.',
  },
  technology: {
    term: 'Technology',
    meaning: 'The product at the other end of a security device, such as 1Password.',
  },
  location: {
    term: 'Location',
    meaning: 'Where the technology runs or whom it serves, in your own words. It only helps people to find the device.',
  },
  guid: {
    term: 'GUID',
    meaning: 'The identifier of the device in the API. It never changes.',
  },
  stream: {
    term: 'Stream',
    meaning:
      'One kind of events of a technology, read on its own: for 1Password the audit events, the item usage events and the sign-in attempts.',
  },
  last_successful_poll: {
    term: 'Last successful poll',
    meaning: 'When the vendor last answered a request of Picket correctly, even if there was nothing new.',
  },
  last_data_received: {
    term: 'Last data received',
    meaning: 'When events last arrived here. On a quiet account this lies far behind the last successful poll, and that is fine.',
  },
  newest_event: {
    term: 'Newest event',
    meaning:
      'The time that the vendor wrote into the newest event stored. Far behind the last data received, it shows that the vendor delivers late.',
  },
  next_poll: {
    term: 'Next poll',
    meaning: 'When Picket will ask the vendor next.',
  },
  events_24h: {
    term: 'Events in 24 h',
    meaning: 'Events that happened in the last 24 hours, by the time written in them, each counted once.',
  },
  status: {
    term: 'Status',
    meaning:
      'Healthy: the vendor answers and nothing needs you. Needs attention: data still comes, but something will go wrong if left alone. Unhealthy: no data comes until somebody acts or the vendor recovers. Verifying: the first verdict is not in yet. Paused: a person has stopped it.',
  },
  backfill: {
    term: 'Reading history',
    meaning: 'Picket reads older events, from the date chosen to now. New events follow in the same order when it is done.',
  },
  cursor: {
    term: 'Cursor',
    meaning: "The vendor's bookmark in a stream. Picket goes on from it after every pause, so nothing is lost or read twice.",
  },
  reread: {
    term: 'Re-read',
    meaning: 'Reads a device again from a date. Events that are already stored are recognised and not doubled.',
  },
  api_token: {
    term: 'API token',
    meaning: 'The secret with which Picket reads from the vendor. It is kept sealed in the vault; it can be replaced and never shown.',
  },
  fingerprint: {
    term: 'Fingerprint',
    meaning: 'A short digest of the token, to tell two tokens apart without showing either.',
  },
  token_expiry: {
    term: 'Token expiry',
    meaning: 'When the vendor stops accepting the token. Picket warns 30, 7 and 1 days before.',
  },
  server_address: {
    term: 'Server address',
    meaning: "The vendor's server that holds the events of this account. A token works only at the server of its own account.",
  },
  account: {
    term: 'Account',
    meaning: "The vendor's identifier of the account that the token belongs to.",
  },
  egress_addresses: {
    term: 'Egress addresses',
    meaning: 'The IP addresses from which Picket calls vendors, for their allow lists. An administrator sets them in the configuration.',
  },
  history: {
    term: 'History',
    meaning: 'Every change of health, settings or secret of a device: what it was, what it became, who did it and when.',
  },
} as const satisfies Record<string, GlossaryEntry>;

export type GlossaryKey = keyof typeof glossary;

/** docs/glossary.md, as it has to read. */
export function glossaryMarkdown(): string {
  const entries = Object.values(glossary)
    .map((entry: GlossaryEntry) => entry)
    .sort((a, b) => a.term.localeCompare(b.term));
  const rows = entries.map((entry) => `**${entry.term}.** ${entry.meaning}\n`);
  return `# Glossary\n\nThe words that Picket uses on its screens and in its API. This file is written from \`web/src/glossary.ts\`\n(\`UPDATE_GLOSSARY=1 npm test\` in \`web/\`), so the tooltips of the console say the same.\n\n${rows.join('\n')}`;
}
