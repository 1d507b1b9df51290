//! The few pieces that console pages are made of.

use crate::part::moment::Moment;
use crate::words::{Locale, say};
use leptos::prelude::*;

/// A point in time, or a dash for none (0).
pub fn when(unix_milliseconds: i64) -> AnyView {
    if unix_milliseconds == 0 {
        "–".into_any()
    } else {
        view! { <Moment unix_milliseconds /> }.into_any()
    }
}

/// How a word is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Good,
    Plain,
    Bad,
}

/// A state in a coloured plate. The word says it all; the colour only helps.
pub fn tag(mood: Mood, text: impl Into<String>) -> AnyView {
    let class = match mood {
        Mood::Good => "tag",
        Mood::Plain => "tag plain",
        Mood::Bad => "tag bad",
    };
    let text = text.into();
    view! { <span class=class>{text}</span> }.into_any()
}

/// A table that scrolls by itself where it is too wide for the page. `caption` is read aloud.
pub fn table(caption: &str, heads: &[&'static str], rows: Vec<AnyView>) -> AnyView {
    let heads = heads
        .iter()
        .map(|head| view! { <th scope="col">{*head}</th> })
        .collect_view();
    let (caption, label) = (caption.to_owned(), caption.to_owned());
    view! {
        <div class="table" role="region" aria-label=label tabindex="0">
            <table>
                <caption class="aside-text">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Shown where a list has nothing in it.
pub fn nothing(text: &'static str) -> AnyView {
    view! { <p class="nothing">{text}</p> }.into_any()
}

/// The way to the next page of a list.
pub fn more(lang: Locale, href: Option<String>) -> AnyView {
    href.map(|href| view! { <p><a class="button quiet" href=href rel="next">{say!(lang, admin.more)}</a></p> })
        .into_any()
}

/// A form of one button.
pub fn press(
    action: String,
    label: impl Into<String>,
    class: &'static str,
    hidden: Vec<(&'static str, String)>,
) -> AnyView {
    let label = label.into();
    let hidden = hidden
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view();
    view! {
        <form class="press" method="post" action=action>
            {hidden}
            <button class=format!("button {class}") type="submit">{label}</button>
        </form>
    }
    .into_any()
}

/// A labelled control of a form. `id` is the control's, and its name.
pub struct Row<'a> {
    pub id: &'a str,
    pub label: String,
    pub help: String,
    /// What is wrong with it, if something is.
    pub problem: Option<String>,
}

impl Row<'_> {
    /// For `aria-describedby`: only what is there.
    #[must_use]
    pub fn described(&self) -> Option<String> {
        let parts = [
            self.problem.is_some().then(|| format!("{}-problem", self.id)),
            (!self.help.is_empty()).then(|| format!("{}-help", self.id)),
        ];
        let ids: Vec<String> = parts.into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// Label, help and problem around a control.
    pub fn around(self, control: AnyView) -> AnyView {
        let id = self.id.to_owned();
        view! {
            <div class="field">
                <label for=id.clone()>{self.label}</label>
                {(!self.help.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-help")>{self.help}</p> })}
                {self.problem.map(|problem| view! { <p class="field-problem" id=format!("{id}-problem")>{problem}</p> })}
                {control}
            </div>
        }
        .into_any()
    }

    /// A line to type into.
    pub fn input(self, kind: &'static str, value: String, autocomplete: &'static str) -> AnyView {
        let (id, described, invalid) = (self.id.to_owned(), self.described(), self.problem.is_some());
        let control = view! {
            <input
                id=id.clone()
                name=id
                type=kind
                value=value
                autocomplete=autocomplete
                spellcheck="false"
                dir="auto"
                aria-invalid=invalid.then_some("true")
                aria-describedby=described
            />
        };
        self.around(control.into_any())
    }

    /// Several lines to type into.
    pub fn area(self, rows: u8, value: &str) -> AnyView {
        let (id, described, invalid) = (self.id.to_owned(), self.described(), self.problem.is_some());
        // The framework takes a text area's content for markup.
        let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let control = view! {
            <textarea
                id=id.clone()
                name=id
                rows=rows.to_string()
                spellcheck="false"
                dir="auto"
                aria-invalid=invalid.then_some("true")
                aria-describedby=described
            >
                {value}
            </textarea>
        };
        self.around(control.into_any())
    }

    /// A choice; `options` are values and what they are called.
    pub fn select(self, options: Vec<(String, String)>, chosen: &str) -> AnyView {
        let (id, described, invalid) = (self.id.to_owned(), self.described(), self.problem.is_some());
        let options = options
            .into_iter()
            .map(|(value, label)| {
                let selected = value == chosen;
                view! { <option value=value selected=selected>{label}</option> }
            })
            .collect_view();
        let control = view! {
            <select id=id.clone() name=id aria-invalid=invalid.then_some("true") aria-describedby=described>
                {options}
            </select>
        };
        self.around(control.into_any())
    }
}

/// The acting person's own password, for what much depends on.
pub fn own_password(lang: Locale, problem: Option<String>) -> AnyView {
    let row = Row {
        id: "current_password",
        label: say!(lang, admin.own_password).to_owned(),
        help: say!(lang, admin.own_password_help).to_owned(),
        problem,
    };
    row.input("password", String::new(), "current-password")
}
