-- How often the row was written because of somebody's recovery: this account's or, where the facts point at nobody, another's in whose
-- place it stands. A row that is written back as it was would not be written at all.
alter table accounts add column recovery_touches bigint not null default 0;
