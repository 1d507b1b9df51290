-- Facts that may be asked for beside the built-in ones. A list is JSON.
create table attributes (
  name text not null primary key,
  kind text not null,
  labels text not null,
  options text not null,
  format text not null,
  -- Whether it may be asked for, and whether an account can be found by it.
  proves bigint not null,
  locates bigint not null,
  created_at bigint not null
);

-- The keys facts are stored under, by their names; the keys themselves are in files. The one with the highest number is used for new
-- facts; the others check what was stored before.
create table fact_keys (
  id text not null primary key,
  number bigint not null unique,
  created_at bigint not null
);

-- Nobody can read a fact: it is hashed slowly, under a key outside the database, bound to its account (security 91).
create table facts (
  account_id text not null references accounts (id) on delete cascade,
  attribute text not null,
  key_id text not null references fact_keys (id),
  verifier text not null,
  -- Keyed and the same for the same value, so that an account can be found; empty for what must not locate one.
  blind_index text not null,
  set_at bigint not null,
  primary key (account_id, attribute)
);
create index facts_blind on facts (blind_index, attribute);
create index facts_key on facts (key_id);

-- Tries since the last reset, counted before they are compared, and those of them that did not fit; until when a recovery is under way
-- that facts opened; and since when there are no more tries, 0 while there are.
alter table accounts add column recovery_tries bigint not null default 0;
alter table accounts add column recovery_failures bigint not null default 0;
alter table accounts add column recovery_open_until bigint not null default 0;
alter table accounts add column recovery_locked_at bigint not null default 0;

create table recoveries (
  id text not null primary key,
  receipt text not null unique,
  handle_digest text not null unique,
  account_id text not null references accounts (id) on delete cascade,
  -- Of the account when it began: any change of password, address, status or sign-in ends it.
  credential_version bigint not null,
  state text not null,
  -- Names of the facts that fitted, or the id of the code that was shown.
  facts text not null,
  code_id text not null,
  client_address text not null,
  user_agent text not null,
  started_at bigint not null,
  expires_at bigint not null,
  -- The new address, sealed, and how often one was given. The code's salt changes in the same statement, so that a code belongs to
  -- one giving of one address (security 80).
  address_sealed text not null,
  addresses_given bigint not null,
  code_salt text not null,
  code_digest text not null,
  code_attempts bigint not null,
  proved_at bigint not null,
  -- Waits sealed for approval; empty otherwise.
  password_sealed text not null,
  ended_at bigint not null,
  -- The first of two who have to agree about an account of the staff.
  seconded_by text not null,
  decided_by text not null,
  reason text not null,
  -- Stops or takes back: made again from the salt for a retried mail.
  undo_salt text not null,
  undo_digest text not null unique,
  undo_until bigint not null,
  -- What to go back to, sealed; empty before the end.
  old_address_sealed text not null
);
create index recoveries_account on recoveries (account_id, started_at);
create index recoveries_age on recoveries (state, started_at, id);

create table recovery_codes (
  id text not null primary key,
  account_id text not null references accounts (id) on delete cascade,
  code_mac text not null unique,
  created_at bigint not null,
  used_at bigint not null
);
create index recovery_codes_account on recovery_codes (account_id);
