//! What a request says about who sends it, gathered once: visitor, language, session token, token of an opened link.

use super::{cookies, locale};
use crate::guard::request_id;
use crate::guard::visitor::{Visitor, client_address};
use crate::latchkey::SharedLatchkey;
use app::words::Locale;
use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

#[derive(Clone)]
pub struct Visit {
    pub visitor: Visitor,
    /// Of pages; the visitor carries its tag, for what is stored.
    pub lang: Locale,
    /// From the cookie only.
    pub session_token: Option<String>,
    /// From `Authorization: Bearer`, for REST.
    pub bearer_token: Option<String>,
    pub reset_token: Option<String>,
    /// Handle of the recovery under way.
    pub recovery: Option<String>,
    pub undo_token: Option<String>,
    /// A form that waits, sealed.
    pub held: Option<String>,
    /// Recovery codes just made, sealed.
    pub codes: Option<String>,
}

impl<S> FromRequestParts<S> for Visit
where
    S: Send + Sync,
    SharedLatchkey: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let latchkey = SharedLatchkey::from_ref(state);
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip());
        let forwarded: Vec<&str> = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let client = client_address(peer, &forwarded, &latchkey.config.trusted_proxies);
        let user_agent = text(header::USER_AGENT).unwrap_or_default();
        let lang = locale::negotiate(&latchkey, &parts.headers).await;
        Ok(Self {
            visitor: Visitor {
                request_id: request_id::of(&parts.extensions).to_owned(),
                ..Visitor::new(client, user_agent, lang.code())
            },
            lang,
            session_token: cookies::read(&parts.headers, cookies::SESSION),
            bearer_token: text(header::AUTHORIZATION)
                .and_then(|value| value.strip_prefix("Bearer "))
                .map(str::to_owned),
            reset_token: cookies::read(&parts.headers, cookies::RESET),
            recovery: cookies::read(&parts.headers, cookies::RECOVERY),
            undo_token: cookies::read(&parts.headers, cookies::UNDO),
            held: cookies::read_sealed(&parts.headers, cookies::HELD, cookies::LONGEST_HELD),
            codes: cookies::read_sealed(&parts.headers, cookies::CODES, cookies::LONGEST_SEALED),
        })
    }
}
