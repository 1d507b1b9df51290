//! Time that runs out, where JavaScript runs. Without it, pages show the value they were made with.

use crate::browser;
use crate::words::{Locale, say};
use leptos::prelude::*;
use std::time::Duration;

/// The seconds left, starting from the given milliseconds; starts again whenever these change. Measured against a moment, not
/// counted, because browsers stop the clocks of tabs in the background.
pub fn countdown(milliseconds: Signal<i64>) -> ReadSignal<i64> {
    let (left, set_left) = signal(seconds(milliseconds.get_untracked()));
    Effect::new(move |_| {
        #[expect(clippy::cast_precision_loss, reason = "a few days in milliseconds are exact")]
        let end = browser::now() + milliseconds.get() as f64;
        set_left.set(seconds(milliseconds.get_untracked()));
        let tick = move || {
            #[expect(clippy::cast_possible_truncation, reason = "a few days in milliseconds fit")]
            let now_left = seconds((end - browser::now()) as i64);
            set_left.set(now_left);
        };
        if let Ok(clock) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || clock.clear());
        }
    });
    left
}

fn seconds(milliseconds: i64) -> i64 {
    milliseconds.max(0).saturating_add(999) / 1000
}

/// "in 12 minutes", "in 40 seconds".
pub fn when(lang: Locale, seconds: i64) -> String {
    if seconds < 60 {
        say!(lang, time.in_seconds, count = seconds)
    } else {
        say!(lang, time.in_minutes, count = seconds.saturating_add(59) / 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_second_counts_and_there_is_never_less_than_none() {
        assert_eq!([-5000, 0, 1, 1000, 1001].map(seconds), [0, 0, 1, 1, 2]);
    }

    #[test]
    fn time_left_is_said_in_whole_units() {
        let said = [1, 45, 60, 61, 1800].map(|seconds| when(Locale::En, seconds));
        assert_eq!(
            said,
            [
                "in 1 second",
                "in 45 seconds",
                "in 1 minute",
                "in 2 minutes",
                "in 30 minutes"
            ]
        );
        let said = [0, 1, 2, 7, 25].map(|seconds| when(Locale::Ar, seconds));
        assert_eq!(
            said.iter().filter(|said| said.contains(char::is_numeric)).count(),
            2,
            "{said:?}"
        );
    }
}
