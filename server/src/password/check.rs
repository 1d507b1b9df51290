//! The verdict on a new password: the policy, the list of common ones, and words about its owner, in one place for every door.

use super::Password;
use super::blocklist::{self, ENOUGH};
use super::pattern::substance;
use super::reading::{Reading, fold};
use app::policy::{Policy, Violation};
use unicode_normalization::char::is_combining_mark;
use zeroize::Zeroizing;

/// Shorter words turn up in unrelated passwords by chance ("ann", "leo", "com").
const SHORTEST_WORD: usize = 4;

/// Longest beginning of a password that is estimated, which bounds the cost.
const ESTIMATED: usize = 100;

/// The estimator's arithmetic overflows on longer texts (a long walk on the keyboard is enough), so it gets pieces.
const PIECE: usize = 20;

/// Fewest characters that say enough by themselves where words follow.
const PHRASE: usize = 10;

/// Signs among which the estimator chooses one for each letter: "a", "c", "g", "i", "l", "s", "t". Letters with one sign only are not here.
const DISGUISES: [&str; 7] = ["4@", "({[<", "69", "1!|", "1|7", "$5", "+7"];

/// Most ways to choose them within a piece. They multiply, and the estimator tries each: twenty different signs would take as long as
/// several slow hashes, without a hash's place in the queue (security 65). All ten digits together have four.
const READINGS: usize = 6;

/// Fewer guesses than this are made in seconds even against a stolen, slow hash on rented hardware, so they count as common. It
/// is far below any random password of eight characters, and only reached by ones that a person would call obvious.
const OBVIOUS_LOG10: f64 = 8.0;

/// The best that is said of a password.
const STRONGEST: u8 = 4;

/// Words about the owner and the service that a password must not be built around.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnerContext {
    /// Folded, of letters and digits only, none twice.
    words: Vec<String>,
}

impl OwnerContext {
    /// Each word counts as a whole and in its parts, both without separators; what is under four characters does not count.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<String> = words.into_iter().flat_map(forms).collect();
        all.retain(|word| word.chars().nth(SHORTEST_WORD - 1).is_some());
        all.sort_unstable();
        all.dedup();
        Self { words: all }
    }

    /// What is known about the owner of an account: login name, address (whole, local part, domain), display name; and the
    /// product's name.
    #[must_use]
    pub fn of(login_name: &str, email: Option<&str>, display_name: &str, product_name: &str) -> Self {
        let parts = email.into_iter().flat_map(|email| email.split('@').chain([email]));
        Self::new([login_name, display_name, product_name].into_iter().chain(parts))
    }

    /// What else is known about them.
    #[must_use]
    pub fn knowing<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.words.extend(Self::new(words).words);
        self.words.sort_unstable();
        self.words.dedup();
        self
    }
}

/// The answer for one password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Empty: accepted. In the order of [`Violation::ALL`].
    pub violations: Vec<Violation>,
    /// 0 (guessed at once) to 4 (very hard to guess); advice, not a rule (security 61).
    pub strength: u8,
}

impl Verdict {
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.violations.is_empty()
    }
}

/// Judges a new password. Takes milliseconds of processor time, whatever the password.
#[must_use]
pub fn check(policy: &Policy, password: &Password, context: &OwnerContext) -> Verdict {
    let violations = violations(policy, password, context);
    let refused_by_words = violations
        .iter()
        .any(|one| matches!(one, Violation::Common | Violation::ContainsContext));
    let strength = strength(&seen(password.as_str()), context);
    Verdict {
        violations,
        strength: strength.min(if refused_by_words { 1 } else { STRONGEST }),
    }
}

/// The rules that a new password breaks, as [`check`] says them, in less than half the time: nobody is told how strong it is.
#[must_use]
pub fn violations(policy: &Policy, password: &Password, context: &OwnerContext) -> Vec<Violation> {
    let text = password.as_str();
    let mut violations = policy.violations(text);
    let personal = is_built_around(text, context);
    if blocklist::is_common(text) || (!personal && is_obvious(&seen(text), context)) {
        violations.push(Violation::Common);
    }
    if personal {
        violations.push(Violation::ContainsContext);
    }
    violations
}

/// What is estimated of a password, and one more character where there is more.
fn seen(text: &str) -> Zeroizing<Vec<char>> {
    text.chars().take(ESTIMATED + 1).collect::<Vec<char>>().into()
}

/// Whether few guesses find a text: those for all its pieces one after the other, which the whole never needs more of. Looks no further
/// than until it is certain that they are not few. An empty text is too short, which says enough; one that is not seen to its end is not
/// obvious.
fn is_obvious(seen: &[char], context: &OwnerContext) -> bool {
    let mut log10 = 0.0;
    let mut pieces = estimates(seen, context, phrase_length).map(|piece| {
        log10 += piece.guesses_log10();
        log10
    });
    (1..=ESTIMATED).contains(&seen.len()) && pieces.all(|log10| log10 < OBVIOUS_LOG10)
}

/// That of the strongest piece: the whole is at least as hard to guess.
fn strength(seen: &[char], context: &OwnerContext) -> u8 {
    let seen = seen.get(..ESTIMATED).unwrap_or(seen);
    let mut strongest = 0;
    for piece in estimates(seen, context, piece_length) {
        strongest = strongest.max(piece.score().into());
        if strongest == STRONGEST {
            break;
        }
    }
    strongest
}

/// What the estimator says of one piece after the other, each as long as `length` says of what is left.
fn estimates<'a>(
    text: &'a [char],
    context: &'a OwnerContext,
    length: fn(&[char]) -> usize,
) -> impl Iterator<Item = zxcvbn::Entropy> + 'a {
    let words: Vec<&str> = context.words.iter().map(String::as_str).collect();
    let mut rest = text;
    std::iter::from_fn(move || {
        let piece = rest.get(..length(rest)).filter(|piece| !piece.is_empty())?;
        rest = rest.get(piece.len()..)?;
        let piece = Zeroizing::new(piece.iter().collect::<String>());
        Some(zxcvbn::zxcvbn(&piece, &words))
    })
}

/// How much of a text is estimated in one go.
fn piece_length(text: &[char]) -> usize {
    let readings = |piece: &[char]| {
        let ways = |signs: &&str| signs.chars().filter(|sign| piece.contains(sign)).count().max(1);
        DISGUISES.iter().map(ways).product::<usize>()
    };
    let longest = text.len().min(PIECE);
    (1..longest)
        .find(|length| text.get(..=*length).is_some_and(|piece| readings(piece) > READINGS))
        .unwrap_or(longest)
}

/// The same, but no more than two words where that is long enough and the second does not repeat the first. No listed word goes on behind a
/// space, so nothing that the estimator knows is cut in two, and this takes half the time of what may stand in a piece.
fn phrase_length(text: &[char]) -> usize {
    let longest = piece_length(text);
    let between_words = |end: &usize| match text.get(end.saturating_sub(2)..=*end) {
        Some([before, ' ', after]) => before.is_alphabetic() && after.is_alphabetic(),
        _ => false,
    };
    let mut words = (1..longest).filter(between_words);
    let first = words.next().unwrap_or(longest);
    if text.get(..first) == text.get(first..2 * first) {
        return longest;
    }
    words.find(|end| *end >= PHRASE).unwrap_or(longest)
}

/// Whether the words of the context carry the password: take all of them out, in whatever case or disguise, and look at the
/// rest. With fewer than [`ENOUGH`] pieces, or common by itself, it would not be a password.
fn is_built_around(password: &str, context: &OwnerContext) -> bool {
    let reading = Reading::of(password);
    let mut covered = vec![false; reading.plain().len()];
    for text in reading.all() {
        // Signs between the letters are skipped, and covered with them: "my-ser-vice".
        let letters: Vec<(usize, char)> = text
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, one)| is_letter(*one))
            .collect();
        for word in &context.words {
            for window in letters.windows(word.chars().count()) {
                if let ([(first, _), .., (last, _)], true) =
                    (window, window.iter().map(|(_, one)| *one).eq(word.chars()))
                {
                    covered
                        .iter_mut()
                        .take(last + 1)
                        .skip(*first)
                        .for_each(|one| *one = true);
                }
            }
        }
    }
    if !covered.contains(&true) {
        return false;
    }
    let rest = reading
        .plain()
        .iter()
        .zip(&covered)
        .filter(|(_, covered)| !**covered)
        .map(|(one, _)| *one);
    let rest: Zeroizing<Vec<char>> = rest.collect::<Vec<char>>().into();
    substance(&rest) < ENOUGH || blocklist::is_common(&Zeroizing::new(rest.iter().collect::<String>()))
}

/// "John Smith-Jones" gives "john", "smith", "jones" and "johnsmithjones".
fn forms(word: &str) -> Vec<String> {
    let whole: String = fold(word).collect();
    let mut forms: Vec<String> = whole.split(|one| !is_letter(one)).map(str::to_owned).collect();
    forms.push(forms.concat());
    forms
}

/// What words are made of; everything else only separates.
fn is_letter(one: char) -> bool {
    one.is_alphanumeric() || is_combining_mark(one)
}

#[cfg(test)]
mod tests;
