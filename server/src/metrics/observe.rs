//! Counts every answer under the pattern of its route.

use crate::latchkey::SharedLatchkey;
use crate::web::site;
use app::outcome::Refusal;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

/// The route of everything that is rendered as a page, and of nothing.
const PAGE: &str = "page";
const FILE: &str = "file";

/// Counts and times what is answered.
pub async fn observe(State(latchkey): State<SharedLatchkey>, request: Request, next: Next) -> Response {
    let route = route(&request);
    let began = Instant::now();
    let response = next.run(request).await;
    let (status, limited) = (response.status(), is_limited(&response));
    latchkey.metrics.answered(&route, status, limited, began.elapsed());
    response
}

fn route(request: &Request) -> String {
    match request.extensions().get::<MatchedPath>() {
        Some(matched) => matched.as_str().to_owned(),
        None if site::is_file(request.uri().path()) => FILE.to_owned(),
        None => PAGE.to_owned(),
    }
}

/// REST says it by the status, a form by where it sends its browser.
fn is_limited(response: &Response) -> bool {
    let sent_to = response.headers().get(header::LOCATION);
    let says_so = |to: &str| {
        to.split(['?', '&'])
            .any(|part| part.strip_prefix("refused=") == Some(Refusal::TooManyRequests.code()))
    };
    response.status() == StatusCode::TOO_MANY_REQUESTS || sent_to.and_then(|to| to.to_str().ok()).is_some_and(says_so)
}

/// Which door a route belongs to: enough to tell where time goes, and few enough for a histogram each.
#[must_use]
pub fn door(route: &str) -> &'static str {
    const DOORS: [(&str, &str); 4] = [
        (crate::api::BASE, "rest"),
        ("/form/", "form"),
        ("/admin", "console"),
        ("/", "other"),
    ];
    match route {
        PAGE => PAGE,
        FILE => FILE,
        _ => DOORS
            .into_iter()
            .find(|(beginning, _)| route.starts_with(beginning))
            .map_or("other", |(_, door)| door),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_belongs_to_one_of_six_doors() {
        for (route, expected) in [
            ("page", "page"),
            ("file", "file"),
            ("/api/v1/sessions", "rest"),
            ("/form/sign_in", "form"),
            ("/admin/accounts/{id}", "console"),
            ("/healthz", "other"),
        ] {
            assert_eq!(door(route), expected, "{route}");
        }
    }
}
