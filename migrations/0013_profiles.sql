-- Who uses an account beside its name: one JSON object of texts, those of the second person of a joint account among them.
alter table accounts add column profile text not null default '{}';
