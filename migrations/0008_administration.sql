create table api_keys (
  id text not null primary key,
  name text not null,
  -- A reader of this table can use nobody's key.
  key_digest text not null unique,
  scopes text not null,
  created_by text not null,
  created_at bigint not null,
  last_used_at bigint not null
);

-- Work that outlasts a request; any server can answer how far it is.
create table jobs (
  id text not null primary key,
  kind text not null,
  state text not null,
  total bigint not null,
  done bigint not null,
  stored bigint not null,
  refused bigint not null,
  report text not null,
  started_by text not null,
  created_at bigint not null,
  seen_at bigint not null,
  finished_at bigint not null
);

-- What a write with an Idempotency-Key answered, so that asking again does nothing again.
create table idempotency (
  key_mac text not null primary key,
  request_mac text not null,
  -- 0 while the first request is under way.
  status bigint not null,
  answer text not null,
  created_at bigint not null
);
create index idempotency_age on idempotency (created_at);

-- Rows of before have seq 0 and stand outside the chain.
alter table audit add column seq bigint not null default 0;
-- What was changed: setting values before and after (secrets masked), a reason given by staff. Never a value a stranger typed.
alter table audit add column detail text not null default '';
alter table audit add column request_id text not null default '';
alter table audit add column version text not null default '';
-- Covers client address and browser, so that erasing a person can empty both without breaking the chain.
alter table audit add column origin_mac text not null default '';
alter table audit add column chain text not null default '';
create index audit_seq on audit (seq);

create table audit_head (
  id text not null primary key,
  seq bigint not null,
  chain text not null,
  -- The last row that retention removed: where the rows that are left begin.
  pruned_seq bigint not null,
  pruned_chain text not null
);
insert into audit_head (id, seq, chain, pruned_seq, pruned_chain) values ('head', 0, '', 0, '');

-- Who started it when it was not the person: `account:<id>`, `key:<id>`; empty for the person.
alter table reset_requests add column started_by text not null default '';
-- Whom a mail goes to, masked, for staff; the payload itself stays sealed.
alter table outbox add column recipient text not null default '';
alter table outbox add column finished_by text not null default '';
create index outbox_age on outbox (created_at, id);
-- How the session was opened: `password`, `reset` or `mail_link`.
alter table sessions add column opened_by text not null default 'password';
create index accounts_login on accounts (login_name, id);
