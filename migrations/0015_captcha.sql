-- Answers that were used, each once, until they would not count any more in any case. An id is what made the answer unique: a random
-- number of ours, or the digest of a provider's token.
create table spent_captchas (
  id text not null primary key,
  expires_at bigint not null
);
create index spent_captchas_expiry on spent_captchas (expires_at);
