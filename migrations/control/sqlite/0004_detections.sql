-- What rules led to. Their texts lie in the program, in files, or in own_rule; `rule` is what an organization knows and decided
-- about one of them.

create table rule(
  no integer primary key,
  organization_id text not null references organization(id),
  key text not null,             -- the rule's own id; without one a digest of its title
  digest text not null,          -- of the text last in force
  first_seen_at integer not null,
  alert_from integer not null,   -- what matches earlier, by our clock, is counted and raises no alert
  enabled integer not null,
  reason text not null,          -- why it was switched off
  version integer not null,
  unique(organization_id, key)
) strict;

create table own_rule(
  id text primary key,
  organization_id text not null references organization(id),
  text text not null,            -- Sigma, one or several documents
  created_by text not null references actor(id),
  updated_by text not null references actor(id),
  created_at integer not null,
  updated_at integer not null,
  deleted_at integer,
  version integer not null
) strict, without rowid;
create index own_rule_of_organization on own_rule(organization_id);

create table rule_history(
  no integer primary key,
  id text not null,
  organization_id text not null,
  key text not null,             -- of the rule
  action text not null,
  value text not null,
  created_by text not null references actor(id),
  created_at integer not null
) strict;
create index rule_history_of_rule on rule_history(organization_id, key, no);
create trigger rule_history_is_kept before delete on rule_history begin select raise(abort, 'history is append-only'); end;
create trigger rule_history_stays before update on rule_history begin select raise(abort, 'history is append-only'); end;

-- One row an event that a rule matched: all that correlations, counts and alerts rest on.
create table signal(
  rule_no integer not null,
  time integer not null,         -- of the event
  event blob not null,           -- its id, 16 bytes
  part integer not null,         -- a correlation: digest of the group; else 0
  captures blob not null,        -- the values that correlations need, see codec/packed_texts.h; a correlation: of its group
  at_hour integer not null,      -- when it was noticed, since 1970: what goes by age goes by this, so that history being read is safe
  alert_no integer,
  primary key(rule_no, time, event, part)
) strict, without rowid;

create table rule_count(
  rule_no integer not null,
  device_id text not null,
  hour integer not null,         -- of the events, since 1970
  matches integer not null,
  primary key(rule_no, device_id, hour)
) strict, without rowid;

-- Repeats of a rule about one subject within a span of event time are one alert.
create table alert(
  no integer primary key,
  id text not null unique,
  organization_id text not null references organization(id),
  rule_no integer not null references rule(no),
  subject text not null,         -- JSON array: what repeats have in common
  span_from integer not null,
  title text not null,
  level text not null,
  device_id text not null,       -- of the event that led to it first
  stream text not null,
  first_at integer not null,     -- times of events
  last_at integer not null,
  matches integer not null,      -- 0: a late event showed that there was nothing
  created_at integer not null,
  unique(rule_no, span_from, subject)
) strict;
create index alert_of_organization on alert(organization_id, no);
create index alert_of_device on alert(device_id, no);
