-- Logo and background, as they are served: made anew from what was uploaded, in base 64.
create table branding_pictures (
  name text not null primary key,
  digest text not null,
  width bigint not null,
  height bigint not null,
  content text not null,
  updated_at bigint not null
);
