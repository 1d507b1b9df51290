//! How the installation looks: accent colours with a preview of the page that people see first, logo and background.

use super::part::{Mood, Row, press, tag};
use crate::words::{Locale, say};
use leptos::prelude::*;

/// How well an accent can be read where it is read worst.
pub struct Contrast {
    pub ratio: String,
    pub enough: bool,
}

/// A picture that there can be.
pub struct Shown {
    /// In paths.
    pub name: &'static str,
    /// Where it is served; none while there is none.
    pub path: Option<String>,
    pub size: String,
}

pub struct Page {
    pub product_name: String,
    pub accent_light: String,
    pub accent_dark: String,
    /// In light and in dark.
    pub contrasts: [Contrast; 2],
    /// The style sheet of the preview.
    pub preview: String,
    pub pictures: Vec<Shown>,
    pub may_change: bool,
    /// Name of a field, and what is wrong with it.
    pub problem: Option<(String, String)>,
}

pub fn title(lang: Locale) -> &'static str {
    say!(lang, admin_branding.title)
}

/// What the page says after a form that worked.
pub fn done(lang: Locale, code: &str) -> Option<String> {
    let text = match code {
        "saved" => say!(lang, admin_branding.saved),
        "picture_set" => say!(lang, admin_branding.picture_set),
        "picture_removed" => say!(lang, admin_branding.picture_removed),
        _ => return None,
    };
    Some(text.to_owned())
}

/// The way here, from the settings beside it.
pub fn link(lang: Locale) -> AnyView {
    view! {
        <p><a class="button" href="/admin/branding">{say!(lang, admin_branding.title)}</a></p>
    }
    .into_any()
}

pub fn page(lang: Locale, page: Page) -> AnyView {
    let problem = |field: &str| {
        let problem = page.problem.as_ref().filter(|(name, _)| name == field);
        problem.map(|(_, problem)| problem.clone())
    };
    let colours = page.may_change.then(|| {
        colours(
            lang,
            (&page.accent_light, problem("branding.accent_light")),
            (&page.accent_dark, problem("branding.accent_dark")),
        )
    });
    let pictures = page
        .pictures
        .iter()
        .map(|shown| picture(lang, shown, page.may_change, problem(shown.name)));
    let pictures = pictures.collect_view();
    let [light, dark] = page.contrasts;
    view! {
        <link rel="stylesheet" href=page.preview />
        <p><a href="/admin/settings/branding">{say!(lang, admin_branding.back)}</a></p>
        <section aria-labelledby="preview">
            <h2 id="preview">{say!(lang, admin_branding.preview)}</h2>
            <div class="previews">
                {preview(lang, &page.product_name, "light", say!(lang, admin_branding.light), &light)}
                {preview(lang, &page.product_name, "dark", say!(lang, admin_branding.dark), &dark)}
            </div>
        </section>
        {colours}
        <div class="panels">{pictures}</div>
    }
    .into_any()
}

/// The card of the sign-in page, to be looked at only.
fn preview(lang: Locale, product_name: &str, scheme: &'static str, name: &'static str, contrast: &Contrast) -> AnyView {
    let mood = if contrast.enough { Mood::Good } else { Mood::Bad };
    let words = say!(lang, admin_branding.contrast, ratio = contrast.ratio.clone());
    view! {
        <figure>
            <figcaption>{name} " " {tag(mood, words)}</figcaption>
            <div class=format!("preview {scheme}") inert>
                <span class="brand"><img src="/latchkey.svg" alt="" width="36" height="36" /><span>{product_name.to_owned()}</span></span>
                <div class="card">
                    <p class="heading">{say!(lang, sign_in.title)}</p>
                    <div class="field"><span class="label">{say!(lang, common.identifier)}</span><span class="box"></span></div>
                    <span class="button primary">{say!(lang, sign_in.submit)}</span>
                    <p class="plate"><a href="/forgot">{say!(lang, sign_in.forgot)}</a></p>
                </div>
            </div>
        </figure>
    }
    .into_any()
}

fn colours(lang: Locale, light: (&str, Option<String>), dark: (&str, Option<String>)) -> AnyView {
    let row = |id: &'static str, label: &'static str, (value, problem): (&str, Option<String>)| {
        let row = Row {
            id,
            label: label.to_owned(),
            help: String::new(),
            problem,
        };
        row.input("text", value.to_owned(), "off")
    };
    view! {
        <form class="panel" method="post" action="/admin/branding" aria-labelledby="colours">
            <h2 id="colours">{say!(lang, admin_branding.colours)}</h2>
            <p>{say!(lang, admin_branding.colours_help)}</p>
            {row("accent_light", say!(lang, admin_settings.branding_accent_light), light)}
            {row("accent_dark", say!(lang, admin_settings.branding_accent_dark), dark)}
            <div class="bar">
                <button class="button" type="submit" name="preview" value="true">{say!(lang, admin_branding.show)}</button>
                <button class="button primary" type="submit">{say!(lang, admin_account.save)}</button>
            </div>
        </form>
    }
    .into_any()
}

fn picture(lang: Locale, shown: &Shown, may_change: bool, problem: Option<String>) -> AnyView {
    let name = shown.name;
    let (heading, help) = match name {
        "logo" => (say!(lang, admin_branding.logo), say!(lang, admin_branding.logo_help)),
        _ => (
            say!(lang, admin_branding.background),
            say!(lang, admin_branding.background_help),
        ),
    };
    let there = match &shown.path {
        Some(path) => view! {
            <p><img class="uploaded" src=path.clone() alt=heading /> " " {shown.size.clone()}</p>
        }
        .into_any(),
        None => view! { <p class="nothing">{say!(lang, admin_branding.none)}</p> }.into_any(),
    };
    let remove = (may_change && shown.path.is_some()).then(|| {
        let label = say!(lang, admin_branding.remove);
        press(format!("/admin/branding/{name}/remove"), label, "danger", Vec::new())
    });
    let form = may_change.then(|| {
        let id = format!("{name}-file");
        let described = problem.is_some().then(|| format!("{name}-problem"));
        let invalid = problem.is_some().then_some("true");
        let problem = problem.map(|text| view! { <p class="field-problem" id=format!("{name}-problem")>{text}</p> });
        view! {
            <form method="post" action=format!("/admin/branding/{name}") enctype="multipart/form-data">
                <div class="field">
                    <label for=id.clone()>{say!(lang, admin_import.file)}</label>
                    {problem}
                    <input
                        id=id
                        name="file"
                        type="file"
                        required
                        accept="image/png,image/jpeg,image/webp"
                        aria-invalid=invalid
                        aria-describedby=described
                    />
                </div>
                <div class="bar"><button class="button" type="submit">{say!(lang, admin_branding.upload)}</button></div>
            </form>
        }
    });
    view! {
        <section class="panel" aria-labelledby=format!("{name}-heading")>
            <h2 id=format!("{name}-heading")>{heading}</h2>
            <p class="hint">{help}</p>
            {there}
            {form}
            {remove}
        </section>
    }
    .into_any()
}
