//! Whether a request is one of very many that a machine sends (security 163). Asked before anything is looked up, so that nothing of it
//! depends on an account; never the only control: the budgets of [`limits`](super::limits) count all the same.
//!
//! An answer is one text. Whoever gives it, it is good for one place, for a few minutes, and once:
//!
//! | answer | made by | file |
//! |---|---|---|
//! | a number that was searched for | a browser or program, from a challenge of ours | [`proof_of_work`] |
//! | a provider's token | the provider's script in the page | [`siteverify`] |
//! | a pass | somebody who waited, without a script | [`wait`] |

pub mod probe;
pub mod proof_of_work;
pub mod sign_in;
pub mod siteverify;
mod ticket;
pub mod wait;

use super::limits::CAPTCHA_BY_CLIENT;
use super::visitor::Visitor;
use crate::audit::{self, Entry, Event};
use crate::clock::UnixMillis;
use crate::closed;
use crate::latchkey::Latchkey;
use crate::refused::{Fault, Refused};
use crate::settings::Settings;
use crate::settings::captcha::{Provider, WhenDown};

closed!(
    /// Where it is asked for; an answer for one place is worth nothing at another.
    Place {
        Forgot = "forgot",
        Recovery = "recovery",
        SignIn = "sign_in",
    }
);

/// Longest answer that is looked at; providers' tokens have about 2,000 characters.
pub const LONGEST_ANSWER: usize = 8192;

/// What a request brings along.
#[derive(Clone, Copy, Debug)]
pub enum Brought<'a> {
    Nothing,
    Answer(&'a str),
    /// A program of the organisation: its key says who it is.
    Key,
}

impl<'a> Brought<'a> {
    /// An empty field is the same as none.
    #[must_use]
    pub fn of(answer: Option<&'a str>) -> Self {
        match answer {
            None | Some("") => Self::Nothing,
            Some(answer) => Self::Answer(answer),
        }
    }
}

closed!(
    /// Why an answer does not count; for the audit trail, never told to whoever gave it.
    Failure {
        Missing = "missing",
        /// Not made by us, changed, or made for another place.
        Forged = "forged",
        Expired = "expired",
        TooEarly = "too_early",
        Wrong = "wrong",
        Used = "used",
        OtherHost = "other_host",
        OtherAction = "other_action",
        LowScore = "low_score",
        /// The provider cannot be asked, or does not know our key, and the settings say to refuse then.
        ProviderDown = "provider_down",
    }
);

impl Failure {
    /// Whether a form may be sent after a few seconds all the same: where nothing was brought along, and where another try would end
    /// as this one did, whoever the visitor is. Nobody gains by it: to bring nothing along leads there as well.
    const fn may_wait(self) -> bool {
        matches!(self, Self::Missing | Self::LowScore | Self::ProviderDown)
    }
}

/// What makes an answer unique, and until when it would count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    pub id: String,
    pub until: UnixMillis,
}

/// What came of looking at an answer.
enum Looked {
    /// Right, unless it was used before.
    Right(Once),
    /// It cannot be told, and the settings say to let people in then.
    LetIn,
}

impl Settings {
    /// Whether everybody is asked at a place. At the sign-in only some are: see [`sign_in`].
    #[must_use]
    pub fn asks_everybody(&self, place: Place) -> bool {
        self.captcha.provider != Provider::None
            && match place {
                Place::Forgot => self.captcha.on_forgot,
                Place::Recovery => self.captcha.on_recovery,
                Place::SignIn => false,
            }
    }
}

/// Lets through what needs no answer, or brings a right one, which is used up by it.
///
/// # Errors
/// [`Refused::Captcha`], the same for every reason; [`Refused::TooMany`] for clients that fail too often.
pub async fn require(
    latchkey: &Latchkey,
    visitor: &Visitor,
    settings: &Settings,
    place: Place,
    brought: Brought<'_>,
) -> Result<(), Refused> {
    if settings.asks_everybody(place) {
        pass(latchkey, visitor, settings, place, brought).await
    } else {
        Ok(())
    }
}

async fn pass(
    latchkey: &Latchkey,
    visitor: &Visitor,
    settings: &Settings,
    place: Place,
    brought: Brought<'_>,
) -> Result<(), Refused> {
    let looked = match brought {
        Brought::Key => return Ok(()),
        Brought::Nothing if nobody_could(settings) => return Ok(()),
        Brought::Nothing => Err(Failure::Missing),
        Brought::Answer(answer) => look(latchkey, settings, place, answer).await?,
    };
    match looked {
        Ok(Looked::LetIn) => Ok(()),
        Ok(Looked::Right(once)) => {
            let mut write = latchkey.store.write().await?;
            let first = write.spend_captcha(&once.id, once.until).await?;
            write.commit().await?;
            if first {
                Ok(())
            } else {
                refuse(latchkey, visitor, settings, place, Failure::Used).await
            }
        }
        Err(failure) => refuse(latchkey, visitor, settings, place, failure).await,
    }
}

/// Without its keys a provider's script does not even show: nobody could bring an answer.
fn nobody_could(settings: &Settings) -> bool {
    settings.captcha.lacks_key() && settings.captcha.when_provider_is_down == WhenDown::LetIn
}

async fn look(
    latchkey: &Latchkey,
    settings: &Settings,
    place: Place,
    answer: &str,
) -> Result<Result<Looked, Failure>, Fault> {
    if answer.len() > LONGEST_ANSWER {
        return Ok(Err(Failure::Forged));
    }
    if wait::is_pass(answer) {
        return Ok(wait::check(latchkey, place, answer).map(Looked::Right));
    }
    match settings.captcha.provider {
        Provider::None => Ok(Ok(Looked::LetIn)),
        Provider::ProofOfWork => Ok(proof_of_work::check(latchkey, place, answer).map(Looked::Right)),
        _ => Ok(match siteverify::check(latchkey, settings, place, answer).await? {
            Ok(once) => Ok(Looked::Right(once)),
            Err(Failure::ProviderDown) if settings.captcha.when_provider_is_down == WhenDown::LetIn => {
                Ok(Looked::LetIn)
            }
            Err(failure) => Err(failure),
        }),
    }
}

/// One audit row a failure, as long as the client's budget lasts: what strangers can make us write has an end (security 165).
async fn refuse(
    latchkey: &Latchkey,
    visitor: &Visitor,
    settings: &Settings,
    place: Place,
    failure: Failure,
) -> Result<(), Refused> {
    let now = latchkey.now();
    let mut write = latchkey.store.write().await?;
    let taken = settings
        .limits
        .of(CAPTCHA_BY_CLIENT)
        .take(&mut write, &visitor.network(), now)
        .await?;
    let checked = if settings.limits.enabled { taken.check() } else { Ok(()) };
    if checked.is_ok() {
        let entry = Entry::failure(Event::CaptchaFailed, failure.as_str(), "").about(place.as_str());
        audit::record(&mut write, visitor, now, entry);
    }
    write.commit().await?;
    checked?;
    Err(Refused::Captcha {
        may_wait: failure.may_wait(),
    })
}
