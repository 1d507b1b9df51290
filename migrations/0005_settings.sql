create table settings (
  name text not null primary key,
  value text not null,
  updated_at bigint not null
);
