create table reset_requests (
  id text not null primary key,
  receipt text not null unique,
  -- What was typed, sealed under a key outside the database; empty once nobody needs it (security 197).
  identifier_sealed text not null,
  identifier_mac text not null,
  locale text not null,
  client_address text not null,
  user_agent text not null,
  requested_at bigint not null,
  account_id text references accounts (id) on delete cascade,
  outcome text not null,
  code_attempts bigint not null
);
create index reset_requests_identifier on reset_requests (identifier_mac, requested_at);
create index reset_requests_age on reset_requests (requested_at);

create table reset_tokens (
  -- At most one token per account: a newer one takes the row over.
  account_id text not null primary key references accounts (id) on delete cascade,
  request_id text not null unique references reset_requests (id) on delete cascade,
  requested_at bigint not null,
  -- With the server's key this makes link and code again for a retried mail; without the key it makes nothing.
  salt text not null,
  token_digest text not null unique,
  code_digest text not null,
  credential_version bigint not null,
  issued_at bigint not null,
  expires_at bigint not null,
  used_at bigint not null
);
