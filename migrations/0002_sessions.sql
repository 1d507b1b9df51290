create table sessions (
  id text not null primary key,
  account_id text not null references accounts (id) on delete cascade,
  -- A reader of this table can become nobody: only the digest of the token is kept (security 95).
  token_digest text not null unique,
  created_at bigint not null,
  last_seen_at bigint not null,
  expires_at bigint not null,
  client_address text not null,
  user_agent text not null
);
create index sessions_account on sessions (account_id);
