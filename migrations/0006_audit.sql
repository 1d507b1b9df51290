create table audit (
  id text not null primary key,
  at bigint not null,
  event text not null,
  outcome text not null,
  reason text not null,
  actor text not null,
  account_id text not null,
  subject text not null,
  client_address text not null,
  user_agent text not null
);
create index audit_at on audit (at, id);
create index audit_account on audit (account_id, at);
