create table outbox (
  id text not null primary key,
  kind text not null,
  account_id text references accounts (id) on delete cascade,
  request_id text references reset_requests (id) on delete cascade,
  -- Recipient and words, sealed under a key outside the database; emptied as soon as the row is finished (security 143).
  payload text not null,
  state text not null,
  reason text not null,
  reply text not null,
  attempts bigint not null,
  created_at bigint not null,
  next_attempt_at bigint not null,
  lease_until bigint not null,
  expires_at bigint not null,
  finished_at bigint not null
);
create index outbox_due on outbox (state, next_attempt_at);
create index outbox_request on outbox (request_id);
