//! The OpenAPI document: made from the code, and true.

use crate::on_both_engines;
use crate::support::TestApp;
use reqwest::Method;
use serde_json::{Value, json};

/// The contract: what programs may rely on.
const CONTRACT: [(&str, &str); 71] = [
    ("/api/v1/branding", "get"),
    ("/api/v1/branding/{name}", "put"),
    ("/api/v1/branding/{name}", "delete"),
    ("/api/v1/recovery", "get"),
    ("/api/v1/recovery", "post"),
    ("/api/v1/recovery/email", "post"),
    ("/api/v1/recovery/code", "post"),
    ("/api/v1/recovery/complete", "post"),
    ("/api/v1/recovery/undo", "post"),
    ("/api/v1/recovery/case", "get"),
    ("/api/v1/recoveries", "get"),
    ("/api/v1/recoveries/{id}", "get"),
    ("/api/v1/recoveries/{id}/approve", "post"),
    ("/api/v1/recoveries/{id}/refuse", "post"),
    ("/api/v1/accounts/{id}/recovery/unlock", "post"),
    ("/api/v1/accounts/{id}/facts", "get"),
    ("/api/v1/accounts/{id}/facts/{name}", "put"),
    ("/api/v1/accounts/{id}/facts/{name}", "delete"),
    ("/api/v1/attributes", "get"),
    ("/api/v1/attributes/{name}", "put"),
    ("/api/v1/attributes/{name}", "delete"),
    ("/api/v1/me/facts", "get"),
    ("/api/v1/me/facts/{name}", "put"),
    ("/api/v1/me/recovery-codes", "post"),
    ("/api/v1/password-reset", "post"),
    ("/api/v1/password-reset/verify", "post"),
    ("/api/v1/password-reset/complete", "post"),
    ("/api/v1/password-policy/check", "post"),
    ("/api/v1/sessions", "post"),
    ("/api/v1/sessions", "get"),
    ("/api/v1/sessions/{id}", "delete"),
    ("/api/v1/me", "get"),
    ("/api/v1/me", "put"),
    ("/api/v1/settings", "get"),
    ("/api/v1/settings", "patch"),
    ("/api/v1/settings/schema", "get"),
    ("/api/v1/mail/test", "post"),
    ("/api/v1/mail/deliverability", "get"),
    ("/api/v1/mail-templates", "get"),
    ("/api/v1/mail-templates/import", "post"),
    ("/api/v1/mail-templates/{kind}/{locale}", "get"),
    ("/api/v1/mail-templates/{kind}/{locale}", "put"),
    ("/api/v1/mail-templates/{kind}/{locale}", "delete"),
    ("/api/v1/mail-templates/{kind}/{locale}/preview", "post"),
    ("/api/v1/mail-templates/{kind}/{locale}/versions", "get"),
    (
        "/api/v1/mail-templates/{kind}/{locale}/versions/{version}/restore",
        "post",
    ),
    ("/api/v1/overview", "get"),
    ("/api/v1/accounts", "get"),
    ("/api/v1/accounts", "post"),
    ("/api/v1/accounts/{id}", "get"),
    ("/api/v1/accounts/{id}", "patch"),
    ("/api/v1/accounts/{id}", "delete"),
    ("/api/v1/accounts/{id}/password-reset", "post"),
    ("/api/v1/accounts/{id}/sessions", "get"),
    ("/api/v1/accounts/{id}/sessions", "delete"),
    ("/api/v1/password-resets", "get"),
    ("/api/v1/accounts/import", "post"),
    ("/api/v1/jobs/{id}", "get"),
    ("/api/v1/outbox", "get"),
    ("/api/v1/outbox/{id}/retry", "post"),
    ("/api/v1/outbox/{id}/cancel", "post"),
    ("/api/v1/audit", "get"),
    ("/api/v1/audit/export", "get"),
    ("/api/v1/audit/verification", "get"),
    ("/api/v1/captcha", "get"),
    ("/api/v1/limits", "get"),
    ("/api/v1/limits/counters", "get"),
    ("/api/v1/limits/counters/{id}", "delete"),
    ("/api/v1/api-keys", "get"),
    ("/api/v1/api-keys", "post"),
    ("/api/v1/api-keys/{id}", "delete"),
];

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    all
}

on_both_engines! {
    // security 175
    async fn the_document_names_exactly_the_contract(app: TestApp) {
        let document = app.program().get("/api/v1/openapi.json").await.expect(200).json();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let mut named: Vec<_> = operations(&document).into_iter().map(|(path, method, _)| (path, method)).collect();
        let mut contract: Vec<_> = CONTRACT.map(|(path, method)| (path.to_owned(), method.to_owned())).to_vec();
        named.sort();
        contract.sort();
        assert_eq!(named, contract);
        let printed: Value = serde_json::from_str(&server::api::document().unwrap()).unwrap();
        assert_eq!(document, printed, "the command line prints the same");
    }

    async fn every_operation_is_there_and_says_how_it_fails(app: TestApp) {
        let document = app.program().get("/api/v1/openapi.json").await.expect(200).json();
        for (path, method, operation) in operations(&document) {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let program = app.program();
            let request = program.request(method.clone(), &path.replace("{id}", "x").replace("{name}", "x"));
            let answer = program.send(request.header("content-type", "application/json").body("{}")).await;
            assert!(!matches!(answer.status, 404 | 405 | 500), "{method} {path}: {answer:?}");
            let responses = operation["responses"].as_object().unwrap();
            let failures = responses.keys().filter(|status| status.starts_with(['4', '5']));
            for status in failures {
                let content = &responses[status]["content"];
                assert!(content["application/problem+json"]["schema"].is_object(), "{method} {path} {status}: {content}");
            }
            let documented = responses.contains_key(&answer.status.to_string()) || responses.contains_key("4XX");
            assert!(documented, "{method} {path} answers {}", answer.status);
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{method} {path}");
        }
    }

    // security 43: the schemas themselves refuse what the server refuses
    async fn requests_are_closed_and_examples_hold_no_secret(app: TestApp) {
        let document = app.program().get("/api/v1/openapi.json").await.expect(200);
        let schemas = document.json()["components"]["schemas"].clone();
        for request in ["Ask", "Verify", "Complete", "Check", "Credentials", "ChangePassword", "SettingsPatch", "MailTest", "NewAccount", "AccountPatch", "NewApiKey", "RecoveryProof", "RecoveryAddress", "RecoveryCode", "RecoveryPassword", "RecoveryUndo", "RecoveryRefusal", "AttributeDefinition", "FactValue", "OwnFactValue", "CodesWish", "TemplateDraft", "TemplatePreview", "TemplateImport"] {
            assert_eq!(schemas[request]["additionalProperties"], json!(false), "{request}");
        }
        assert!(!document.body.contains("$argon2id") && !document.body.contains("BEGIN "));
    }
}
