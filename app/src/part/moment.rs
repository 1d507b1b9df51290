//! Points in time, for people and for machines. Always UTC and says so: the server does not know where a visitor is, and a
//! page that changes its times on hydration would jump.

use crate::words::{Locale, lang, say};
use leptos::prelude::*;

/// A civil date and time in UTC.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    clock: String,
}

/// The Gregorian calendar counted in eras of 400 years that begin in March, so that the leap day comes last.
fn civil(unix_milliseconds: i64) -> Civil {
    let minutes = unix_milliseconds.div_euclid(60_000);
    let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    let shifted = days + 719_468; // from 0000-03-01
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    Civil {
        year: era * 400 + year_of_era + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * march_month + 2) / 5 + 1,
        clock: format!("{:02}:{:02}", minute / 60, minute % 60),
    }
}

fn month(lang: Locale, number: i64) -> &'static str {
    match number {
        1 => say!(lang, time.january),
        2 => say!(lang, time.february),
        3 => say!(lang, time.march),
        4 => say!(lang, time.april),
        5 => say!(lang, time.may),
        6 => say!(lang, time.june),
        7 => say!(lang, time.july),
        8 => say!(lang, time.august),
        9 => say!(lang, time.september),
        10 => say!(lang, time.october),
        11 => say!(lang, time.november),
        _ => say!(lang, time.december),
    }
}

#[component]
pub fn Moment(unix_milliseconds: i64) -> impl IntoView {
    let lang = lang();
    let Civil {
        year,
        month: number,
        day,
        clock,
    } = civil(unix_milliseconds);
    let machine = format!("{year:04}-{number:02}-{day:02}T{clock}Z");
    let human = say!(
        lang,
        time.moment,
        day = if day == 1 {
            say!(lang, time.first_day).to_owned()
        } else {
            day.to_string()
        },
        month = month(lang, number),
        year = year,
        clock = clock
    );
    view! { <time datetime=machine>{human}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(unix_milliseconds: i64) -> String {
        let Civil {
            year,
            month,
            day,
            clock,
        } = civil(unix_milliseconds);
        format!("{year:04}-{month:02}-{day:02} {clock}")
    }

    #[test]
    fn known_moments_come_out_right() {
        assert_eq!(written(0), "1970-01-01 00:00");
        assert_eq!(written(951_782_399_000), "2000-02-28 23:59");
        assert_eq!(written(951_782_400_000), "2000-02-29 00:00");
        assert_eq!(written(1_709_251_199_999), "2024-02-29 23:59");
        assert_eq!(written(4_107_542_400_000), "2100-03-01 00:00");
        assert_eq!(written(-1), "1969-12-31 23:59");
    }

    #[test]
    fn every_day_is_followed_by_the_next_one() {
        let mut seen = std::collections::HashSet::new();
        assert!((0..150_000).all(|day| seen.insert(written(day * 86_400_000))));
    }
}
