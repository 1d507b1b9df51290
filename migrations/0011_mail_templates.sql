-- Every version of every mail template that was ever edited, a bounded number of them a kind and language. The highest one counts; a
-- version that is not edited says that the default counts again.
create table mail_templates (
  kind text not null,
  locale text not null,
  version bigint not null,
  edited bigint not null,
  subject text not null,
  text_part text not null,
  html_part text not null,
  edited_by text not null,
  edited_at bigint not null,
  primary key (kind, locale, version)
);
