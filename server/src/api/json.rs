//! Bodies: JSON only, every field known, no field twice, nothing where something else belongs (security 7, 43, 105, 127).

use super::problem::Problem;
use app::phrase;
use app::words::Phrase;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// A JSON body; types use `deny_unknown_fields`.
pub struct Body<T>(pub T);

/// A JSON object. By itself serde would also take a list with the fields' values in order.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(Fields(PhantomData))
    }
}

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<Object<T>>::from_request(request, state).await {
            Ok(axum::Json(Object(body))) => Ok(Self(body)),
            Err(JsonRejection::JsonSyntaxError(_)) => {
                Err(Problem::malformed(StatusCode::BAD_REQUEST, phrase!(problem.not_json)))
            }
            Err(JsonRejection::JsonDataError(error)) => Err(Problem::malformed(
                StatusCode::UNPROCESSABLE_ENTITY,
                field_of(&error.body_text()),
            )),
            Err(other) => Err(Problem::of_status(other.status())),
        }
    }
}

/// An object within a body, with the same care as the body itself.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Object::deserialize(deserializer).map(|Object(fields)| fields)
}

/// Any JSON in which no object names a field twice: of two values for one name, nobody could tell which was meant.
pub struct Distinct(pub Value);

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Anything;

        impl<'de> Visitor<'de> for Anything {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(value.into())
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
                let mut values = Vec::new();
                while let Some(Distinct(value)) = list.next_element()? {
                    values.push(value);
                }
                Ok(Value::Array(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
                let mut values = Map::new();
                while let Some((name, Distinct(value))) = fields.next_entry::<String, Distinct>()? {
                    if values.insert(name, value).is_some() {
                        return Err(A::Error::custom("a field is there twice"));
                    }
                }
                Ok(Value::Object(values))
            }
        }

        deserializer.deserialize_any(Anything).map(Self)
    }
}

/// Texts by name, no name twice.
pub fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    texts_or_nothing(deserializer)?.ok_or_else(|| D::Error::custom("not an object"))
}

/// The same, where it may be left out or null.
pub fn texts_or_nothing<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    let fields = match Distinct::deserialize(deserializer)? {
        Distinct(Value::Null) => return Ok(None),
        Distinct(Value::Object(fields)) => fields,
        Distinct(_) => return Err(D::Error::custom("not an object")),
    };
    let text = |(name, value): (String, Value)| match value {
        Value::String(text) => Ok((name, text)),
        _ => Err(D::Error::custom("a value is not a text")),
    };
    fields.into_iter().map(text).collect::<Result<_, _>>().map(Some)
}

/// The path that serde names before its message; the message itself may repeat what was sent, a password among it.
fn field_of(message: &str) -> Phrase {
    let at = message.trim_start_matches("Failed to deserialize the JSON body into the target type: ");
    match at.split_once(':') {
        Some((path, _))
            if !path.is_empty() && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.[]".contains(&b)) =>
        {
            phrase!(problem.field_unexpected, field = path)
        }
        _ => phrase!(problem.field_missing_or_wrong),
    }
}
