//! The look of the moment, and the small style sheet that carries it: pages allow no inline style (security 112).

use super::colour::{Colour, Scheme};
use super::picture::Picture;
use crate::latchkey::Latchkey;
use crate::refused::Fault;
use crate::settings::branding::Branding;
use crate::store::PictureRow;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Where style sheet and pictures are.
pub const BASE: &str = "/branding";

/// How high a logo is on a page, and how wide at most, in hundredths of a rem.
const LOGO_HEIGHT: u64 = 275;
const LOGO_WIDEST: u64 = 1400;

/// Accent colours; none where the built-in ones count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accents {
    pub light: Option<Colour>,
    pub dark: Option<Colour>,
}

impl Accents {
    /// Only those that can be read: who wrote others into the database by hand gets the built-in ones (F1).
    #[must_use]
    pub fn of(settings: &Branding) -> Self {
        let readable = |text: &str, scheme| Colour::parse(text).filter(|colour| colour.readable(scheme).is_ok());
        Self {
            light: readable(&settings.accent_light, Scheme::Light),
            dark: readable(&settings.accent_dark, Scheme::Dark),
        }
    }

    /// The tokens of the style sheet that hang on the accent.
    fn tokens(self, scheme: Scheme) -> String {
        let accent = match scheme {
            Scheme::Light => self.light,
            Scheme::Dark => self.dark,
        };
        let accent = accent.unwrap_or(scheme.built_in());
        let (strong, on_accent) = (accent.stronger(scheme), scheme.on_accent());
        format!("--brand:{accent};--brand-strong:{strong};--on-brand:{on_accent};")
    }

    /// For whole pages, light or dark as their reader's device prefers.
    fn style(self) -> String {
        let (light, dark) = (self.tokens(Scheme::Light), self.tokens(Scheme::Dark));
        format!(":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n")
    }

    /// For two parts of a page, one light and one dark: what the console shows before anything is saved.
    #[must_use]
    pub fn preview(self) -> String {
        let mut style = String::new();
        for (scheme, name) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
            let page = scheme
                .page()
                .map(|(token, colour)| format!("--{token}:{colour};"))
                .concat();
            let _ = writeln!(style, ".preview.{name}{{{}{page}}}", self.tokens(scheme));
        }
        style
    }
}

/// Everything that makes an installation look like its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub accents: Accents,
    pub logo: Option<PictureRow>,
    pub background: Option<PictureRow>,
}

impl Look {
    /// The style sheet; empty where nothing is chosen. It stands outside the layers of the built-in one, so it wins.
    #[must_use]
    pub fn style(&self) -> String {
        let mut style = String::new();
        if self.accents != Accents::default() {
            style.push_str(&self.accents.style());
        }
        if let Some(logo) = &self.logo {
            let (width, url) = (logo_width(logo), path(Picture::Logo, &logo.digest));
            let _ = writeln!(
                style,
                ".brand img{{inline-size:{}.{:02}rem;block-size:2.75rem;max-inline-size:60vw;border-radius:0;\
                 object-position:-99rem;background:url(\"{url}\") center/contain no-repeat}}",
                width / 100,
                width % 100
            );
        }
        if let Some(background) = &self.background {
            let url = path(Picture::Background, &background.digest);
            // What would stand on the picture gets a plate; cards and the way to a new password have theirs already (F1).
            let _ = writeln!(
                style,
                "body:not(.console),.preview{{background:var(--ground) url(\"{url}\") center/cover no-repeat}}\n\
                 body:not(.console){{background-attachment:fixed}}\n\
                 body:not(.console) .brand,.preview .brand{{padding:.4rem .9rem;border-radius:var(--radius);background:var(--surface)}}\n\
                 body:not(.console) .foot{{padding-block:1rem;border-start-start-radius:var(--radius);\
                 border-start-end-radius:var(--radius);background:var(--surface)}}"
            );
        }
        style
    }

    /// Where the style sheet is; its name changes with what is in it.
    #[must_use]
    pub fn style_path(&self) -> Option<String> {
        let style = self.style();
        (!style.is_empty()).then(|| format!("{BASE}/{}.css", digest(style.as_bytes())))
    }
}

/// In hundredths of a rem, so that it is as high as the built-in sign and its own shape.
fn logo_width(logo: &PictureRow) -> u64 {
    let side = |length: i64| u64::try_from(length).unwrap_or(1).max(1);
    (LOGO_HEIGHT * side(logo.width) / side(logo.height)).clamp(60, LOGO_WIDEST)
}

/// Where a picture is served.
#[must_use]
pub fn path(picture: Picture, digest: &str) -> String {
    format!("{BASE}/{picture}-{digest}.{}", picture.ending())
}

/// What names of files change with.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let digest = HEXLOWER.encode(&Sha256::digest(bytes));
    digest.chars().take(32).collect()
}

/// The look of the moment: read at every use, so a change counts at once on every server.
///
/// # Errors
/// When the database does not answer.
pub async fn current(latchkey: &Latchkey) -> Result<Look, Fault> {
    let settings = latchkey.settings().await?;
    let mut pictures = latchkey.store.pictures().await?;
    let mut take = |picture: Picture| {
        let place = pictures.iter().position(|row| row.name == picture.as_str())?;
        Some(pictures.swap_remove(place))
    };
    Ok(Look {
        accents: Accents::of(&settings.branding),
        logo: take(Picture::Logo),
        background: take(Picture::Background),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(width: i64, height: i64) -> PictureRow {
        PictureRow {
            name: "logo".into(),
            digest: "d".repeat(32),
            width,
            height,
        }
    }

    #[test]
    fn nothing_chosen_needs_no_style_sheet() {
        assert_eq!(Look::default().style_path(), None);
    }

    #[test]
    fn another_look_is_another_file() {
        let accents = |light: &str| Accents {
            light: Colour::parse(light),
            dark: None,
        };
        let path = |look: Look| look.style_path().unwrap();
        let one = path(Look {
            accents: accents("#7a1f5c"),
            ..Look::default()
        });
        let two = path(Look {
            accents: accents("#1f3c7a"),
            ..Look::default()
        });
        let three = path(Look {
            logo: Some(row(100, 50)),
            ..Look::default()
        });
        assert!(
            one != two && two != three && one.len() == "/branding/".len() + 36,
            "{one} {two} {three}"
        );
    }

    // F1: whatever the background is, what is read stands on a plate.
    #[test]
    fn a_background_puts_plates_under_what_stands_on_it() {
        let style = Look {
            background: Some(row(10, 10)),
            ..Look::default()
        }
        .style();
        for part in [".brand", ".foot"] {
            let rule = style.lines().find(|line| line.contains(part)).unwrap();
            assert!(rule.contains("background:var(--surface)"), "{rule}");
        }
        assert!(
            !style.contains(".plate") && !style.contains(".card"),
            "they keep the plates that they have"
        );
    }

    #[test]
    fn a_logo_keeps_its_shape_within_reason() {
        assert_eq!(logo_width(&row(100, 100)), 275);
        assert_eq!(logo_width(&row(200, 100)), 550);
        assert_eq!(logo_width(&row(9000, 10)), LOGO_WIDEST);
        assert_eq!(logo_width(&row(1, 900)), 60);
        assert_eq!(logo_width(&row(0, 0)), 275);
    }
}
