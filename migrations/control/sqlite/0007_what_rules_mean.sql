-- What an organization last had in force of a rule: what its text means, whatever it is titled or commented, which filters narrow it, and
-- where it lies. All empty until the rule is in force again.
alter table rule add column meaning text not null default '';  -- digest
alter table rule add column filters text not null default '';  -- JSON: name, digest, name, digest ...
alter table rule add column file text not null default '';     -- a path, or the id of an own text
alter table rule add column gone_at integer;                   -- since when no text of it is in force

-- The texts of one's own that a rule stood in: their history is the rule's, also when they are deleted.
create table rule_own_text(
  organization_id text not null,
  key text not null,
  own_rule_id text not null,
  primary key(organization_id, key, own_rule_id)
) strict, without rowid;
