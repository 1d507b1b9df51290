//! The one source of randomness.

/// `N` bytes from the operating system.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that may ask the system")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        // Without randomness no secret can be made; going on would make a guessable one.
        std::process::abort();
    }
    bytes
}
