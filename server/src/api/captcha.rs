//! `GET /captcha`: what a program needs to bring an answer along.

use super::list::Params;
use super::problem::Problem;
use crate::clock::rfc3339;
use crate::guard::captcha::proof_of_work::{self, challenge};
use crate::guard::captcha::{LONGEST_ANSWER, Place, sign_in};
use crate::latchkey::SharedLatchkey;
use crate::refused::Refused;
use crate::settings::captcha::Provider;
use crate::web::visit::Visit;
use axum::Json;
use axum::extract::State;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which call is to follow.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaptchaQuery {
    /// An answer for one place is worth nothing at another: `forgot` for `POST /password-reset`, `recovery` for `POST /recovery`,
    /// `sign_in` for `POST /sessions`.
    #[serde(default = "forgot")]
    #[param(inline, example = "forgot", default = "forgot", required = false)]
    place: Place,
}

const fn forgot() -> Place {
    Place::Forgot
}

/// Find the number from 0 to `most` for which SHA-256 over `salt` and the number in decimal digits, as one text, is `digest`. The
/// answer is `token`, a dot, and the number. It is good once.
#[derive(Serialize, ToSchema)]
pub struct Challenge {
    token: String,
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015")]
    salt: String,
    /// Hexadecimal.
    digest: String,
    #[schema(example = 50_000)]
    most: u32,
    /// RFC 3339, UTC.
    expires_at: String,
}

impl From<proof_of_work::Challenge> for Challenge {
    fn from(challenge: proof_of_work::Challenge) -> Self {
        Self {
            token: challenge.token,
            salt: challenge.salt,
            digest: challenge.digest,
            most: challenge.most,
            expires_at: rfc3339(challenge.expires_at),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct Captcha {
    #[schema(inline, example = "proof_of_work")]
    provider: Provider,
    /// Whether the call needs an answer. At the sign-in: after a few failures of this client; a name that others try may need one
    /// sooner.
    needed: bool,
    /// Of a provider elsewhere; its script gives a token with it, for the action that is called as the place.
    site_key: Option<String>,
    /// Of `proof_of_work`.
    challenge: Option<Challenge>,
}

/// Says whether a call needs an answer, and makes a challenge for it.
#[utoipa::path(
    get, path = "/captcha", tag = "captcha", params(CaptchaQuery),
    responses(
        (status = 200, body = Captcha),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn show(
    State(latchkey): State<SharedLatchkey>,
    visit: Visit,
    Params(query): Params<CaptchaQuery>,
) -> Result<Json<Captcha>, Problem> {
    let settings = latchkey.settings().await.map_err(Refused::from)?;
    let needed = match query.place {
        Place::SignIn => sign_in::asks(&latchkey, &visit.visitor, &settings)
            .await
            .map_err(Refused::from)?,
        place => settings.asks_everybody(place),
    };
    let challenge = match settings.captcha.provider {
        Provider::ProofOfWork => {
            let challenge = challenge(&latchkey, &visit.visitor, query.place).await;
            Some(challenge.map_err(Refused::from)?.into())
        }
        _ => None,
    };
    Ok(Json(Captcha {
        provider: settings.captcha.provider,
        needed,
        site_key: settings.captcha.is_outside().then(|| settings.captcha.site_key.clone()),
        challenge,
    }))
}

/// An answer as requests bring it; one that is longer than any could be is none.
///
/// # Errors
/// When it is no text, or too long.
pub fn answer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let answer = Option::<String>::deserialize(deserializer)?;
    if answer
        .as_ref()
        .is_some_and(|answer| answer.chars().count() > LONGEST_ANSWER)
    {
        return Err(D::Error::custom(format!(
            "captcha has at most {LONGEST_ANSWER} characters"
        )));
    }
    Ok(answer)
}
