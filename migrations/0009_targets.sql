-- Where the person wants to go after the reset: a path of this site or a page of a listed one; empty for the default.
alter table reset_requests add column target text not null default '';
