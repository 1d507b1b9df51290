//! Recovering an account as a program does.

use super::app::TestApp;
use super::client::Answer;
use super::letter::Letter;
use serde_json::{Value, json};
use server::fact::file;
use server::staff::Staff;

/// Ada's, in the spelling of her card.
pub const SOCIAL: &str = "123-45-6789";
pub const LICENCE: &str = "D123-4567";

/// What people recover with.
pub const FRESH: &str = "quiet lamps under snow";

impl TestApp {
    /// Switches recovery on with these facts.
    pub async fn recovery_on(&self, facts: &[&str]) {
        self.set("recovery.facts", json!(facts)).await;
        self.set("recovery.enabled", json!(true)).await;
    }

    /// Puts a fact on file and answers nothing of it.
    pub async fn put_fact(&self, account_id: &str, name: &str, value: &str) {
        let operator = Staff::operator();
        file::set(&self.latchkey, &operator, account_id, name, value)
            .await
            .expect("a fact");
    }

    /// Ada, with number and licence on file, and recovery on by address and number.
    pub async fn recoverable_ada(&self) -> String {
        let id = self.add_account("ada").await;
        self.put_fact(&id, "social_security_number", SOCIAL).await;
        self.put_fact(&id, "drivers_licence", LICENCE).await;
        self.drain().await;
        self.recovery_on(&["email", "social_security_number"]).await;
        id
    }

    pub async fn recover_from(&self, from: &str, facts: Value) -> Answer {
        let body = json!({ "facts": facts });
        self.program_from(from).post("/api/v1/recovery", &body).await
    }

    pub async fn recover(&self, facts: Value) -> Answer {
        self.recover_from("127.0.0.1", facts).await
    }

    /// A try with Ada's address and some number.
    pub async fn try_ada(&self, social: &str) -> Answer {
        self.recover(json!({ "email": "ada@example.org", "social_security_number": social }))
            .await
    }

    /// Begins Ada's recovery and answers the handle.
    pub async fn begin_ada(&self) -> String {
        handle(&self.try_ada(SOCIAL).await)
    }

    pub async fn give_address(&self, handle: &str, address: &str) -> Answer {
        let body = json!({ "recovery": handle, "email": address });
        self.program().post("/api/v1/recovery/email", &body).await
    }

    pub async fn give_code(&self, handle: &str, code: &str) -> Answer {
        let body = json!({ "recovery": handle, "code": code });
        self.program().post("/api/v1/recovery/code", &body).await
    }

    pub async fn finish(&self, handle: &str, password: &str) -> Answer {
        let body = json!({ "recovery": handle, "password": password });
        self.program().post("/api/v1/recovery/complete", &body).await
    }

    /// Gives an address and proves it.
    pub async fn prove_address(&self, handle: &str, address: &str) {
        self.give_address(handle, address).await.expect(202);
        self.drain().await;
        let code = self.last_to(address).code();
        self.give_code(handle, &code).await.expect(204);
    }

    /// All the way to the password.
    pub async fn recover_ada_to(&self, address: &str, password: &str) -> Answer {
        let handle = self.begin_ada().await;
        self.prove_address(&handle, address).await;
        let answer = self.finish(&handle, password).await;
        self.drain().await;
        answer
    }

    pub async fn undo(&self, token: &str) -> Answer {
        let body = json!({ "token": token });
        self.program().post("/api/v1/recovery/undo", &body).await
    }

    /// The newest letter to an address.
    pub fn last_to(&self, address: &str) -> Letter {
        self.mail_to(address).pop().expect("a letter")
    }

    /// Tries that did not fit, and whether that locked it.
    pub async fn failures(&self, login_name: &str) -> (String, bool) {
        let rows = self
            .rows(&format!(
                "select recovery_failures, recovery_locked_at from accounts where login_name = '{login_name}'"
            ))
            .await;
        let (failures, locked) = rows[0].split_once('|').expect("two columns");
        (failures.to_owned(), locked != "0")
    }
}

#[track_caller]
pub fn handle(answer: &Answer) -> String {
    let begun = answer.clone().expect(201).json();
    begun["recovery"].as_str().expect("a handle").to_owned()
}

/// The token in the link to stop or undo.
#[track_caller]
pub fn undo_token(letter: &Letter) -> String {
    let link = letter.text.lines().find(|line| line.contains("/recovery/undo?key="));
    link.expect("a link").split_once("key=").expect("a key").1.to_owned()
}
