-- What people do for themselves: see and end their sign-ins, keep preferences, renew their second factor.

alter table session add column last_used_at integer not null default 0;  -- 0: not since it was made

alter table user_account add column preferences text not null default '{}';  -- JSON object, the console's own

-- A new second factor that was shown and not yet proved; the old one is in force until then.
create table factor_renewal(
  user_id text primary key references user_account(id),
  session_id text not null,  -- who began it, and nobody else, ends it
  version integer not null,
  wrapped_key blob not null,
  ciphertext blob not null,
  expires_at integer not null
) strict, without rowid;
