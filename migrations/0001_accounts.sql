-- One portable set for SQLite and PostgreSQL: columns are TEXT or BIGINT only, times are unix milliseconds.

create table accounts (
  id text not null primary key,
  login_name text not null,
  email text,
  name text not null,
  kind text not null,
  sign_in text not null,
  status text not null,
  role text not null,
  locale text not null,
  password_hash text not null,
  -- Raised by every change of password, e-mail, sign-in kind or status: whatever was issued before is dead (security 23).
  credential_version bigint not null,
  created_at bigint not null
);

-- Canonical forms of login names and addresses. One key belongs to one account, whichever of the two it is, so nobody's login
-- name can be somebody else's address (security 121, 122).
create table account_identifiers (
  identifier_key text not null primary key,
  account_id text not null references accounts (id) on delete cascade
);
create index account_identifiers_account on account_identifiers (account_id);
