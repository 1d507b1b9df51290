//! Colours, and whether text in them can be read (WCAG 2.2, success criterion 1.4.3).

use app::phrase;
use app::words::Phrase;
use std::fmt;

/// Least contrast of text with what is behind it.
pub const LEAST: f64 = 4.5;

/// A colour of the sRGB space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// Light or dark pages: browsers say which their owner prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    /// What an accent stands on as text: the page, cards and plates, sunken fields (`style/_tokens.scss`), and mails. A test compares.
    const fn grounds(self) -> [Colour; 4] {
        match self {
            Self::Light => [
                Colour::new(0xf2, 0xf0, 0xea),
                Colour::new(0xff, 0xff, 0xff),
                Colour::new(0xf7, 0xf6, 0xf2),
                Colour::new(0xf2, 0xf4, 0xf7),
            ],
            Self::Dark => [
                Colour::new(0x12, 0x19, 0x1a),
                Colour::new(0x1b, 0x24, 0x25),
                Colour::new(0x15, 0x1d, 0x1e),
                Colour::new(0x1d, 0x22, 0x29),
            ],
        }
    }

    /// What else a page is made of, by the names of the tokens; for a part of a page that is light or dark whatever the page is.
    pub(super) fn page(self) -> [(&'static str, Colour); 7] {
        let [ground, surface, sunken, _] = self.grounds();
        let (line, control, text, soft) = match self {
            Self::Light => (
                Colour::new(0xdc, 0xd8, 0xcc),
                Colour::new(0x7b, 0x85, 0x82),
                Colour::new(0x1c, 0x27, 0x26),
                Colour::new(0x52, 0x60, 0x5d),
            ),
            Self::Dark => (
                Colour::new(0x33, 0x40, 0x42),
                Colour::new(0x84, 0x91, 0x8f),
                Colour::new(0xe9, 0xee, 0xec),
                Colour::new(0xa9, 0xb8, 0xb4),
            ),
        };
        [
            ("ground", ground),
            ("surface", surface),
            ("sunken", sunken),
            ("line", line),
            ("control", control),
            ("text", text),
            ("soft", soft),
        ]
    }

    /// The text on a button of the accent colour.
    #[must_use]
    pub const fn on_accent(self) -> Colour {
        match self {
            Self::Light => Colour::new(0xff, 0xff, 0xff),
            Self::Dark => Colour::new(0x0b, 0x22, 0x20),
        }
    }

    /// What counts while no other accent is chosen.
    #[must_use]
    pub const fn built_in(self) -> Colour {
        match self {
            Self::Light => Colour::new(0x0e, 0x5a, 0x54),
            Self::Dark => Colour::new(0x7f, 0xd1, 0xc4),
        }
    }
}

impl Colour {
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// `#rgb` or `#rrggbb`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        let digit = |c: char| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let digits: Vec<u8> = digits.chars().map(digit).collect::<Option<_>>()?;
        match *digits {
            [red, green, blue] => Some(Self::new(red * 17, green * 17, blue * 17)),
            [r, ed, g, reen, b, lue] => Some(Self::new(r * 16 + ed, g * 16 + reen, b * 16 + lue)),
            _ => None,
        }
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// From 1, the same colour, to 21, black and white.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The least contrast that this colour would have as accent, and with what.
    #[must_use]
    pub fn worst(self, scheme: Scheme) -> (f64, Colour) {
        let on_accent = scheme.on_accent();
        let others = scheme.grounds().into_iter().chain([on_accent]);
        others
            .map(|other| (self.contrast(other), other))
            .min_by(|one, two| one.0.total_cmp(&two.0))
            .unwrap_or((1.0, on_accent))
    }

    /// Whether it can be the accent; else why not, with the number.
    ///
    /// # Errors
    /// In words.
    pub fn readable(self, scheme: Scheme) -> Result<(), Phrase> {
        let (contrast, other) = self.worst(scheme);
        if contrast >= LEAST {
            return Ok(());
        }
        let with = if other == scheme.on_accent() {
            phrase!(problem.contrast_buttons)
        } else {
            phrase!(problem.contrast_page)
        };
        // Rounded down: 4.49 must not read as 4.5.
        let contrast = (contrast * 100.0).floor() / 100.0;
        Err(phrase!(
            problem.contrast,
            colour = self.to_string(),
            contrast = format!("{contrast:.2}"),
            with = with,
            other = other.to_string(),
            least = LEAST.to_string(),
        ))
    }

    /// The same colour under the pointer: further away from the page, so that its contrast only grows.
    #[must_use]
    pub fn stronger(self, scheme: Scheme) -> Self {
        let mix = |channel: u8| {
            let channel = u16::from(channel);
            let mixed = match scheme {
                Scheme::Light => channel * 3 / 4,
                Scheme::Dark => (channel * 2 + 255) / 3,
            };
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self::new(mix(self.red), mix(self.green), mix(self.blue))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    #[test]
    fn colours_are_read_as_they_are_written_in_style_sheets() {
        assert_eq!(colour("#0E5A54").to_string(), "#0e5a54");
        assert_eq!(colour("#fa0"), colour("#ffaa00"));
        for bad in ["", "0e5a54", "#0e5a5", "#0e5a5g", "red", "#0e5a54;}", "#٣٣٣", "url(x)"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    // The numbers of WCAG's own formula.
    #[test]
    fn contrast_is_that_of_the_standard() {
        let near = |one: &str, two: &str, expected: f64| {
            let contrast = colour(one).contrast(colour(two));
            assert!((contrast - expected).abs() < 0.01, "{one} {two}: {contrast}");
        };
        near("#000", "#fff", 21.0);
        near("#fff", "#fff", 1.0);
        near("#767676", "#fff", 4.54);
        near("#777777", "#fff", 4.48);
        near("#0000ff", "#ffffff", 8.59);
    }

    // F1
    #[test]
    fn an_accent_that_cannot_be_read_is_refused_with_the_number() {
        for scheme in [Scheme::Light, Scheme::Dark] {
            assert_eq!(scheme.built_in().readable(scheme), Ok(()));
        }
        let refused = colour("#ffee00").readable(Scheme::Light).unwrap_err();
        assert!(
            refused.to_string().contains("#ffee00 has a contrast of 1.0")
                && refused.to_string().contains("at least 4.5 to 1"),
            "{refused}"
        );
        assert!(colour("#0e5a54").readable(Scheme::Dark).is_err());
        assert!(colour("#777777").readable(Scheme::Light).is_err());
    }

    #[test]
    fn what_can_be_read_can_be_read_under_the_pointer_too() {
        for step in 0..=255_u8 {
            for (red, green, blue) in [
                (step, 0, 0),
                (0, step, 255),
                (step, step, step),
                (255, step, 90),
                (90, 40, step),
            ] {
                let accent = Colour::new(red, green, blue);
                for scheme in [Scheme::Light, Scheme::Dark] {
                    let readable = accent.readable(scheme).is_ok();
                    assert!(
                        !readable || accent.stronger(scheme).readable(scheme).is_ok(),
                        "{accent} {scheme:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_grounds_are_those_of_the_style_sheet() {
        let tokens = include_str!("../../../style/_tokens.scss");
        for ((name, light), (_, dark)) in Scheme::Light.page().into_iter().zip(Scheme::Dark.page()) {
            let line = format!("--{name}: light-dark({light}, {dark});");
            assert!(tokens.contains(&line), "{line}");
        }
        for (name, of) in [
            ("brand", Scheme::built_in as fn(Scheme) -> Colour),
            ("on-brand", Scheme::on_accent),
        ] {
            let line = format!("--{name}: light-dark({}, {});", of(Scheme::Light), of(Scheme::Dark));
            assert!(tokens.contains(&line), "{line}");
        }
    }
}
