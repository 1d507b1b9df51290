//! Importing accounts: the form, and how far an import is.

use super::part::{self, Mood, tag};
use crate::words::{Locale, say};
use leptos::prelude::*;

pub fn title(lang: Locale) -> &'static str {
    say!(lang, admin_import.title)
}

/// The form; `columns` is what a file may have.
pub fn form(lang: Locale, columns: impl Iterator<Item = &'static str>) -> AnyView {
    let columns = columns.map(|column| view! { <code>{column}</code> " " }).collect_view();
    view! {
        <p><a href="/admin/accounts">{say!(lang, admin_accounts.back)}</a></p>
        <section class="panel" aria-labelledby="about">
            <h2 id="about">{say!(lang, admin_import.about)}</h2>
            <p>{say!(lang, admin_import.columns)} " " {columns}</p>
            <p>{say!(lang, admin_import.passwords)}</p>
            <pre class="sample">"login_name,email,name\nada,ada@example.org,Ada Lovelace\ngrace,grace@example.org,Grace Hopper"</pre>
        </section>
        <form class="panel" method="post" action="/admin/accounts/import" enctype="multipart/form-data">
            <div class="field">
                <label for="file">{say!(lang, admin_import.file)}</label>
                <p class="hint" id="file-help">{say!(lang, admin_import.file_help)}</p>
                <input id="file" name="file" type="file" required accept=".csv,.jsonl,.ndjson,text/csv" aria-describedby="file-help" />
            </div>
            <p class="check">
                <input type="checkbox" id="keep_good" name="keep_good" value="true" />
                <label for="keep_good">{say!(lang, admin_import.keep_good)}</label>
            </p>
            <div class="bar"><button class="button primary" type="submit">{say!(lang, admin_import.begin)}</button></div>
        </form>
    }
    .into_any()
}

/// How far an import is.
pub struct Progress {
    pub id: String,
    pub state: &'static str,
    pub total: i64,
    pub done: i64,
    pub stored: i64,
    pub refused: i64,
    /// Lines and what is wrong with them: the first of them.
    pub errors: Vec<(u64, String)>,
}

pub fn progress(lang: Locale, job: Progress) -> AnyView {
    let (mood, words) = match job.state {
        "succeeded" => (Mood::Good, say!(lang, admin_import.succeeded)),
        "failed" => (Mood::Bad, say!(lang, admin_import.failed)),
        "interrupted" => (Mood::Bad, say!(lang, admin_import.interrupted)),
        _ => (Mood::Plain, say!(lang, admin_import.running)),
    };
    let counts = say!(
        lang,
        admin_import.checked,
        done = lang.number(job.done),
        total = lang.number(job.total)
    );
    let outcome = (job.state != "running").then(|| {
        let words = say!(
            lang,
            admin_import.outcome,
            stored = lang.number(job.stored),
            refused = lang.number(job.refused)
        );
        view! { <p>{words}</p> }
    });
    view! {
        <section class="panel" aria-labelledby="progress">
            <h2 id="progress">{tag(mood, words)}</h2>
            <label for="bar">{counts}</label>
            <progress id="bar" max=job.total.max(1).to_string() value=job.done.to_string()></progress>
            {outcome}
        </section>
        {errors(lang, &job.id, job.errors, job.refused)}
        <p class="bar">
            <a class="button" href="/admin/accounts">{say!(lang, admin_accounts.back)}</a>
            <a class="button quiet" href="/admin/accounts/import">{say!(lang, admin_import.another)}</a>
        </p>
    }
    .into_any()
}

fn errors(lang: Locale, id: &str, errors: Vec<(u64, String)>, all: i64) -> AnyView {
    if errors.is_empty() {
        return ().into_any();
    }
    let href = format!("/admin/accounts/import/{id}/errors.csv");
    let heads = [say!(lang, admin_import.line), say!(lang, admin_import.problem)];
    let rows = errors
        .into_iter()
        .map(|(line, problem)| view! { <tr><th scope="row">{line.to_string()}</th><td>{problem}</td></tr> }.into_any());
    view! {
        <p><a class="button small" href=href download="">{say!(lang, admin_import.take_errors, count = all)}</a></p>
        {part::table(say!(lang, admin_import.problem), &heads, rows.collect())}
    }
    .into_any()
}
