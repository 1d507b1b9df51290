//! Lists: a page of items and an opaque cursor to the next, and query strings in which every parameter is known (security 187).

use super::problem::Problem;
use crate::clock::moment;
use crate::refused::Refused;
use crate::secret::has_id_shape;
use crate::store::After;
use app::phrase;
use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Items of a page when nobody says otherwise.
const LIMIT: i64 = 50;
/// Items of the longest page.
const LIMIT_MAX: i64 = 200;

/// A query string; types use `deny_unknown_fields`.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(_) => Err(Problem::malformed(
                StatusCode::UNPROCESSABLE_ENTITY,
                phrase!(problem.parameter),
            )),
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// For the parameter `cursor`; absent on the last page.
    pub next_cursor: Option<String>,
}

/// Which part of a list is wanted.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Slice {
    /// Items of the page; 50 when left out.
    #[param(minimum = 1, maximum = 200, example = 50)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl Slice {
    /// As [`limit`].
    ///
    /// # Errors
    /// A limit outside 1…200.
    pub fn limit(&self) -> Result<i64, Refused> {
        limit(self.limit)
    }
}

/// How many items the page may have. Ask the store for one more, which tells whether there is a next page.
///
/// # Errors
/// A limit outside 1…200.
pub fn limit(asked: Option<i64>) -> Result<i64, Refused> {
    match asked.unwrap_or(LIMIT) {
        limit @ 1..=LIMIT_MAX => Ok(limit),
        _ => Err(Refused::invalid("limit", phrase!(problem.limit, most = LIMIT_MAX))),
    }
}

/// A moment of a filter.
///
/// # Errors
/// [`Refused::Field`] when it is none.
pub fn moment_of(field: &str, text: Option<&str>) -> Result<Option<i64>, Refused> {
    let read = |text: &str| moment(text).ok_or_else(|| Refused::invalid(field, phrase!(problem.moment)));
    text.map(read).transpose()
}

/// A place in a list as programs and pages carry it: opaque, and refused unless a list of ours made it.
#[must_use]
pub fn cursor(place: &After) -> String {
    BASE64URL_NOPAD.encode(format!("{}.{}", place.at, place.id).as_bytes())
}

/// Where to go on; at the start without a cursor.
///
/// # Errors
/// A text that no list of ours ends with.
pub fn after(cursor: Option<&str>) -> Result<After, Refused> {
    let Some(text) = cursor else {
        return Ok(After::start());
    };
    let decoded = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let place = decoded.and_then(|text| {
        let (at, id) = text.split_once('.')?;
        let (at, id) = (at.parse().ok()?, id.to_owned());
        has_id_shape(&id).then_some(After { at, id })
    });
    place.ok_or_else(|| Refused::invalid("cursor", phrase!(problem.cursor)))
}

impl<T> Page<T> {
    /// Makes a page of at most `limit` from what the store answered when asked for one more.
    pub fn of<R>(mut rows: Vec<R>, limit: i64, place: impl Fn(&R) -> After, item: impl Fn(R) -> T) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|row| cursor(&place(row)));
        Self {
            items: rows.into_iter().map(item).collect(),
            next_cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_travel_and_nothing_else_does() {
        let place = After {
            at: -5,
            id: "0f".repeat(16),
        };
        assert_eq!(after(Some(&cursor(&place))).unwrap(), place);
        assert_eq!(after(None).unwrap(), After::start());
        for bad in ["", "x", "bm9uc2Vuc2U", "MS4n"] {
            assert!(after(Some(bad)).is_err(), "{bad}");
        }
    }
}
