-- The control plane. Times are microseconds since 1970 in UTC. Ids are GUIDs in lower case.

create table actor(
  id text primary key,
  type text not null,
  display_name text not null,
  organization_id text  -- null: the system
) strict, without rowid;

create table organization(
  id text primary key,
  actor_id text not null references actor(id),
  name text not null,
  short_name text not null,
  created_at integer not null,
  updated_at integer not null,
  version integer not null
) strict, without rowid;

-- The vault. Everything sealed is bound to organization, record, version and purpose.
create table vault(
  only integer primary key check (only = 1),
  key_check blob not null  -- a known text under the root key: tells a wrong key from damage
) strict;

create table organization_key(
  organization_id text primary key references organization(id),
  wrapped_key blob not null
) strict, without rowid;

create table user_account(
  id text primary key,
  actor_id text not null references actor(id),
  organization_id text not null references organization(id),
  email text not null,
  email_lower text not null unique,
  display_name text not null,
  first_name text not null,
  last_name text not null,
  role text not null,
  active integer not null,
  password_hash text not null,
  last_sign_in_at integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null
) strict, without rowid;
create index user_of_organization on user_account(organization_id);

create table user_factor(
  user_id text primary key references user_account(id),
  version integer not null,
  wrapped_key blob not null,
  ciphertext blob not null,
  last_step integer not null,  -- of the last accepted code: each works once
  enrolled_at integer not null
) strict, without rowid;

create table recovery_code(
  user_id text not null references user_account(id),
  hash blob not null,
  used_at integer,
  primary key(user_id, hash)
) strict, without rowid;

create table session(
  id text primary key,
  token_hash blob not null unique,
  kind text not null,
  user_id text not null references user_account(id),
  client_address text not null,
  user_agent text not null,
  created_at integer not null,
  expires_at integer not null
) strict, without rowid;
create index session_of_user on session(user_id);

-- Failed sign-ins by subject (a digest of the address written, or of the client's address).
create table sign_in_failure(
  subject text primary key,
  failures integer not null,
  last_at integer not null,
  locked_until integer not null
) strict, without rowid;
create index sign_in_failure_by_time on sign_in_failure(last_at);

-- From where a user has signed in: strangers' failures do not lock these out.
create table sign_in_address(
  user_id text not null references user_account(id),
  address_hash text not null,
  last_at integer not null,
  primary key(user_id, address_hash)
) strict, without rowid;

create table vendor(
  id text primary key,
  name text not null unique
) strict, without rowid;

create table device(
  id text primary key,
  organization_id text not null references organization(id),
  name text not null,
  name_lower text not null,
  location text not null,
  plugin_slug text not null,
  vendor_id text not null,
  device_type text not null,
  task_source text not null,
  device_spec text not null,
  properties text not null,
  no_alert_threshold_hours real,
  paused integer not null,
  paused_at integer,
  paused_by text references actor(id),
  start_time integer not null,
  account_uid text not null,
  health_status text,
  health_level text not null,
  health_code text not null,
  health_sentence text not null,
  health_since integer not null,
  status_updated_at integer,
  created_by text not null references actor(id),
  updated_by text not null references actor(id),
  created_at integer not null,
  updated_at integer not null,
  deleted_at integer,
  version integer not null,
  epoch integer not null
) strict, without rowid;
create unique index device_name on device(organization_id, name_lower) where deleted_at is null;

create table device_secret(
  device_id text primary key references device(id),
  version integer not null,
  wrapped_key blob not null,
  ciphertext blob not null,
  last_four text not null,
  fingerprint text not null,
  account_uid text not null,
  server text not null,
  features text not null,  -- JSON array
  issued_at integer,
  expires_at integer,
  replaced_at integer not null
) strict, without rowid;

-- Progress. The polls of a stream form a chain from last_poll_id through poll.previous, so that a poll costs one
-- appended row and no index entry.
create table stream(
  no integer primary key,
  device_id text not null references device(id),
  stream text not null,
  cursor text,
  start_time integer not null,
  generation integer not null,
  last_successful_poll_at integer,
  last_data_received_at integer,
  newest_event_at integer,
  consecutive_failures integer not null default 0,
  last_error_code text not null default '',
  last_error_message text not null default '',
  last_error_at integer,
  failing_since integer,
  backfill_from integer,
  backfill_until integer,
  backfill_reached integer,
  backfill_events integer,
  backfill_started_at integer,
  poll_count integer not null default 0,
  last_poll_id integer,
  before_poll_id integer,
  unique(device_id, stream)
) strict;

create table poll(
  id integer primary key,
  stream_no integer not null,
  sequence integer not null,  -- counts the polls of the stream
  previous integer,
  started_at integer not null,
  duration_ms integer not null,
  pages integer not null,
  events integer not null,
  new_events integer not null,
  bytes integer not null,
  outcome text not null,
  error text not null
) strict;

-- What happened to devices, as people see it, and everything else that somebody did. Rows are only ever added.
create table history(
  no integer primary key,
  id text not null,
  organization_id text not null,
  device_id text not null,
  action text not null,
  value text not null,
  created_by text not null references actor(id),
  created_at integer not null
) strict;
create index history_of_device on history(device_id, no);
create index history_of_organization on history(organization_id, no);
create trigger history_is_kept before delete on history begin select raise(abort, 'history is append-only'); end;
create trigger history_stays before update on history begin select raise(abort, 'history is append-only'); end;

create table audit(
  no integer primary key,
  organization_id text,
  actor_id text not null references actor(id),
  what text not null,
  subject text,  -- id of the user, session or organization
  before text not null,
  after text not null,
  client_address text not null,
  at integer not null
) strict;
create index audit_of_organization on audit(organization_id, no);
create trigger audit_is_kept before delete on audit begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_stays before update on audit begin select raise(abort, 'the audit is append-only'); end;
