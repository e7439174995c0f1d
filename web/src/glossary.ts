/** The words of the domain, one place for tooltips and for docs/glossary.md (a test holds the two against each other). */
import { sortedByText } from './collate';

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
    meaning:
      'When we last polled and the vendor answered correctly, even if there was nothing new. It says that the connection works; the last data received says that events come.',
  },
  last_data_received: {
    term: 'Last data received',
    meaning:
      'When events last arrived here. It is not when we last polled: a poll that finds nothing new moves the last successful poll and leaves this as it is. On a quiet account it lies far behind, and that is fine.',
  },
  newest_event: {
    term: 'Newest event',
    meaning:
      'The time that the vendor wrote into the newest event stored. Far behind the last data received, it shows that the vendor delivers late.',
  },
  next_poll: {
    term: 'Next poll',
    meaning: 'When Picket will ask the vendor next, for whichever stream comes first. Where the vendor asked to wait, not before that.',
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
  poll: {
    term: 'Poll',
    meaning:
      'One round of asking the vendor for the new events of a stream, page after page until there are no more. The last 200 of each stream are kept.',
  },
  page: {
    term: 'Page',
    meaning: 'One answer of the vendor within a poll, with up to a thousand events.',
  },
  new_events: {
    term: 'New events',
    meaning: 'Events of a poll that were not stored before. The rest were known already and are not doubled.',
  },
  last_error: {
    term: 'Last error',
    meaning: 'What went wrong in the newest poll that failed, in the words of the vendor or of the network where there are any.',
  },
  response_time: {
    term: 'Response time',
    meaning: 'How long the vendor took for a page, on average over the newest poll that worked.',
  },
  usual: {
    term: 'Usual',
    meaning:
      'What 24 hours brought on average at this time of the week, over up to four weeks. It is known after the first whole week.',
  },
  stored: {
    term: 'Stored',
    meaning: 'The size of all records of this device as the vendor sent them. On the disk they take less: they are compressed.',
  },
  event: {
    term: 'Event',
    meaning: 'One thing that happened at the vendor, such as a sign-in, with who did it, from where and when.',
  },
  event_time: {
    term: 'Time',
    meaning: 'When it happened, by the clock of the vendor. Of a record that could not be read it is when the record arrived.',
  },
  received: {
    term: 'Received',
    meaning: 'When the event arrived here, counted from the time written in it. Vendors deliver late: minutes are usual.',
  },
  action: {
    term: 'Action',
    meaning: "What was done, in words where the vendor's code is known. Filters take the code as the vendor writes it.",
  },
  outcome: {
    term: 'Outcome',
    meaning: 'Whether what was done worked: success or failure. It is unknown where the record does not say.',
  },
  status_detail: {
    term: 'Status detail',
    meaning: 'How exactly it went, as the record says: which second factor was accepted, or which check failed.',
  },
  actor_name: {
    term: "Actor's name",
    meaning: "The name that the vendor's record gives the actor. It may change; the actor's ID does not.",
  },
  actor_id: {
    term: "Actor's ID",
    meaning: "The vendor's own identifier of the actor. It stays the same when the name or the email changes.",
  },
  source_address: {
    term: 'Address',
    meaning: 'The IP address from which it was done, as the vendor saw it. Behind a proxy or a VPN it is that of the proxy.',
  },
  country: {
    term: 'Country',
    meaning: 'Where the address is, as the vendor says, by its two letters of ISO 3166. Picket looks nothing up itself.',
  },
  target: {
    term: 'Target',
    meaning: "What it was done to, such as an item or a vault, by the vendor's identifier.",
  },
  app: {
    term: 'App',
    meaning: "The vendor's program with which it was done, such as its browser extension.",
  },
  vault: {
    term: 'Vault',
    meaning: "The place in the vendor's product that holds the item, by the vendor's identifier.",
  },
  kind_of_event: {
    term: 'Kind of event',
    meaning: 'What the event is about, such as a sign-in, whatever vendor it came from. It is the OCSF class in words.',
  },
  ocsf: {
    term: 'OCSF',
    meaning: 'Open Cybersecurity Schema Framework: a form of events that is the same for all vendors. Picket reads each record into it.',
  },
  ocsf_class: {
    term: 'OCSF class',
    meaning: 'The kind of an event by its number in OCSF, such as 3002 for a sign-in.',
  },
  as_received: {
    term: 'As received',
    meaning: 'The record as the vendor sent it, to the byte. Everything else about the event is read from it.',
  },
  vendor_event_id: {
    term: "Vendor's event ID",
    meaning: 'The identifier that the vendor gave the event. What comes under the same one again is stored once.',
  },
  event_id: {
    term: 'Picket event ID',
    meaning: 'The identifier of the event in the API and in its link. It never changes.',
  },
  versions: {
    term: 'Versions',
    meaning: 'The vendor has sent this event with different contents under one identifier. All are kept; the fields are those of the newest.',
  },
  unreadable: {
    term: 'Unreadable',
    meaning: 'The record is not what the vendor documents, so some or all of its fields are unknown. It is kept as it came.',
  },
  events_7d: {
    term: 'Events in 7 days',
    meaning: 'Events that happened in the last seven days, by the time written in them, each counted once.',
  },
  events_stored: {
    term: 'Events stored',
    meaning: 'All events of this device that Picket keeps, however old.',
  },
  detection_rule: {
    term: 'Detection rule',
    meaning: 'A description, in the Sigma format, of events that deserve attention. What fits it is a match, and may raise an alert.',
  },
  match: {
    term: 'Match',
    meaning: 'An event that a detection rule fits. Matches are counted by the time written in the event.',
  },
  alert: {
    term: 'Alert',
    meaning: 'What somebody should look at: a match of a rule that alerts. Further matches about the same thing join it instead of raising another.',
  },
  matches_24h: {
    term: 'Matches in 24 h',
    meaning: 'Events of the last 24 hours that the rule matched.',
  },
  matches_30d: {
    term: 'Matches in 30 days',
    meaning: 'Events of the last 30 days that the rule matched.',
  },
  matches_7d: {
    term: 'Matches in 7 days',
    meaning: 'Events of this device, of the last seven days, that a rule matched; an event counts once for each rule.',
  },
  alerts_7d: {
    term: 'Alerts in 7 days',
    meaning: 'Alerts raised by events of this device in the last seven days.',
  },
  rule_level: {
    term: 'Level',
    meaning: 'How grave a match is, as the author of the rule judges it: critical, high, medium, low or informational.',
  },
  rule_state: {
    term: 'State of a rule',
    meaning:
      'Running: it watches every event. New: it watches and counts, and does not alert yet. Off: a person switched it off. Broken: its text cannot be used; all other rules run.',
  },
  rule_new: {
    term: 'New rule',
    meaning: 'For its first 48 hours a rule counts its matches without alerting, so that a noisy one does no harm. Somebody who has looked can end that time.',
  },
  rule_cost: {
    term: 'Cost of a rule',
    meaning: 'The processor time of trying this rule alone on one event, measured on stored events, without the reading of the event.',
  },
  rule_alerts: {
    term: 'What a match does',
    meaning: 'A match raises an alert, or is only counted: some rules are there to be part of others.',
  },
  log_source: {
    term: 'Log source',
    meaning: 'The product and the kind of its events that a rule looks at; other events are never tried.',
  },
  tactic: {
    term: 'Tactic',
    meaning: "What an attacker is after at this step, in the words of MITRE ATT&CK: to get in, to stay, to steal.",
  },
  technique: {
    term: 'Technique',
    meaning: 'How an attacker does it, by the number in MITRE ATT&CK.',
  },
  last_match: {
    term: 'Last match',
    meaning: 'When the newest event happened that the rule matched, by the time written in it.',
  },
  tactics_blind: {
    term: 'Blind',
    meaning: 'Nobody watches these tactics now: only streams of this device do, and they bring nothing.',
  },
  rule_origin: {
    term: 'Origin',
    meaning: 'Where the text of a rule stands: it came with Picket, lies in a folder of rules that an administrator named, or was written here.',
  },
  false_positives: {
    term: 'False positives',
    meaning: 'What matches as well though nothing is wrong.',
  },
  rule_filters: {
    term: 'Narrowed by',
    meaning: 'Filters of Sigma: texts of their own that take matches away from rules which they name, for what is no attack here. The rule itself stays as it is written.',
  },
  correlation: {
    term: 'Correlation',
    meaning: 'A rule about the matches of other rules: how many, of how many kinds, in what order, within a time.',
  },
  backtest: {
    term: 'Backtest',
    meaning: 'Tries a rule on events that are stored already, to see what it would have matched. Nothing is recorded and no alert is raised.',
  },
  token_allows: {
    term: 'What the token allows',
    meaning:
      'The kinds of events that the vendor lets Picket read with this token, as the token itself says. What was not ticked when it was issued needs a new token.',
  },
  token_issued_for: {
    term: 'What the token was issued for',
    meaning:
      'The kinds of events that the token itself names. The vendor refuses it now, or has not answered to it yet, so nobody can say that it still allows them.',
  },
  read_from: {
    term: 'Read from',
    meaning: 'The date from which Picket reads events, chosen when the device was added. A re-read can reach further back.',
  },
  actor: {
    term: 'Actor',
    meaning:
      'Who did something. In an event it is whom the vendor names, by email where its record has one; in a history it is a person, a key of the API, or Picket itself.',
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
    meaning: 'Reads a device again from a date. Events that are already stored are recognized and not doubled.',
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
    meaning:
      'When the vendor stops accepting the token, as the token itself says. Picket warns 30, 7 and 1 days before. A token without an expiry holds until somebody revokes it.',
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
  const entries = sortedByText<GlossaryEntry>(Object.values(glossary), ({ term }) => term);
  const rows = entries.map((entry) => `**${entry.term}.** ${entry.meaning}\n`);
  return `# Glossary\n\nThe words that Picket uses on its screens and in its API. This file is written from \`web/src/glossary.ts\`\n(\`UPDATE_GLOSSARY=1 npm test\` in \`web/\`), so the tooltips of the console say the same.\n\n${rows.join('\n')}`;
}
