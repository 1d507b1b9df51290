//! Answers to the captcha, and a provider of our own that speaks the `siteverify` protocol.

use super::{Client, Setup, TestApp};
use axum::extract::State;
use axum::routing::post;
use axum::{Form, Json, Router};
use serde_json::{Value, json};
use server::clock::MINUTE;
use server::guard::captcha::proof_of_work::{Challenge, solve};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;

/// The key that the double knows.
pub const SECRET: &str = "0x-the-secret-of-this-site";

pub const SITE_KEY: &str = "0x-the-site";

/// What `GET /captcha` challenges a client with.
pub async fn challenge(client: &Client, place: &str) -> Challenge {
    let asked = client
        .get(&format!("/api/v1/captcha?place={place}"))
        .await
        .expect(200)
        .json();
    let challenge = &asked["challenge"];
    let text = |name: &str| challenge[name].as_str().expect("a text").to_owned();
    Challenge {
        token: text("token"),
        salt: text("salt"),
        digest: text("digest"),
        most: u32::try_from(challenge["most"].as_u64().expect("a number")).expect("a small one"),
        expires_at: 10 * MINUTE,
    }
}

/// A right answer.
pub async fn answer(client: &Client, place: &str) -> String {
    solve(&challenge(client, place).await).expect("an answer")
}

impl Setup {
    /// As delivered.
    pub fn with_proof_of_work(self) -> Self {
        self.pinned(json!({ "captcha": { "provider": "proof_of_work" } }))
    }

    /// With a provider, as far as the settings say nothing else.
    pub fn with_provider(self, provider: &str, double: &Double, but: &Value) -> Self {
        let mut captcha = json!({
            "provider": provider,
            "site_key": SITE_KEY,
            "secret_key": SECRET,
            "verify_url": double.url(),
            "when_provider_is_down": "refuse",
        });
        let own = captcha.as_object_mut().expect("an object");
        own.extend(but.as_object().expect("an object").clone());
        self.pinned(json!({ "captcha": captcha }))
    }
}

impl TestApp {
    /// Asks for a reset with an answer, or an empty one.
    pub async fn ask_with(&self, client: &Client, identifier: &str, captcha: &str) -> super::Answer {
        let body = json!({ "identifier": identifier, "captcha": captcha });
        client.post("/api/v1/password-reset", &body).await
    }
}

type Tokens = Arc<Mutex<BTreeMap<String, Value>>>;

/// A provider on this machine. Knows [`SECRET`], and of each token what to say about it.
pub struct Double {
    address: SocketAddr,
    tokens: Tokens,
    serving: JoinHandle<()>,
}

impl Drop for Double {
    fn drop(&mut self) {
        self.hang_up();
    }
}

impl Double {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let tokens = Tokens::default();
        let router = Router::new()
            .route("/siteverify", post(verify))
            .with_state(tokens.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("a clean end") });
        Self {
            address,
            tokens,
            serving,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/siteverify", self.address)
    }

    /// From now on nobody answers.
    pub fn hang_up(&self) {
        self.serving.abort();
    }

    /// A token that is right, for our page, with further words about it. Right as often as somebody asks: that it counts once is ours
    /// to see to.
    pub fn give(&self, token: &str, but: &Value) {
        let mut said =
            json!({ "success": true, "challenge_ts": "2027-01-16T00:00:00Z", "hostname": "reset.example.org" });
        let own = said.as_object_mut().expect("an object");
        own.extend(but.as_object().expect("an object").clone());
        self.tokens.lock().expect("tokens").insert(token.to_owned(), said);
    }
}

async fn verify(State(tokens): State<Tokens>, Form(fields): Form<BTreeMap<String, String>>) -> Json<Value> {
    let failed = |code: &str| Json(json!({ "success": false, "error-codes": [code] }));
    if fields.get("secret").map(String::as_str) != Some(SECRET) {
        return failed("invalid-input-secret");
    }
    let Some(token) = fields.get("response") else {
        return failed("missing-input-response");
    };
    let known = tokens.lock().expect("tokens").get(token).cloned();
    known.map_or_else(|| failed("invalid-input-response"), Json)
}
