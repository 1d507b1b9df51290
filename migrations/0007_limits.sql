create table limits (
  name text not null,
  window_start bigint not null,
  used bigint not null,
  expires_at bigint not null,
  primary key (name, window_start)
);
create index limits_expiry on limits (expires_at);
