//! Who may do what: every operation of the OpenAPI document and every path of the console, tried by everybody (security 168).
//! The lists come from the code, so a door that is added is tried here without anybody thinking of it.

use crate::on_both_engines;
use crate::support::TestApp;
use crate::support::app::{PASSWORD, draft};
use crate::support::client::{Answer, Client};
use reqwest::Method;
use serde_json::{Value, json};
use server::account::Role;
use server::account::add::Draft;
use server::staff::Scope;
use server::web::console;

/// What helpdesk may call with a session; everything else of staff is for administrators.
const HELPDESK: &[(&str, &str)] = &[
    ("get", "/api/v1/accounts"),
    ("get", "/api/v1/accounts/{id}"),
    ("post", "/api/v1/accounts/{id}/password-reset"),
    ("get", "/api/v1/accounts/{id}/sessions"),
    ("delete", "/api/v1/accounts/{id}/sessions"),
    ("get", "/api/v1/accounts/{id}/facts"),
    ("post", "/api/v1/accounts/{id}/recovery/unlock"),
    ("get", "/api/v1/password-resets"),
    ("get", "/api/v1/overview"),
];

/// Pages and forms of the console that helpdesk may use.
const HELPDESK_PAGES: &[(&str, &str)] = &[
    ("GET", "/admin"),
    ("GET", "/admin/accounts"),
    ("GET", "/admin/accounts/{id}"),
    ("POST", "/admin/accounts/{id}/reset"),
    ("POST", "/admin/accounts/{id}/end-sessions"),
    ("POST", "/admin/accounts/{id}/unlock-recovery"),
    ("GET", "/admin/requests"),
];

/// Server functions for everybody…
const FORMS_OF_EVERYBODY: &[&str] = &[
    "/form/complete_recovery",
    "/form/complete_reset",
    "/form/keep_password",
    "/form/opened_reset",
    "/form/prove_recovery_address",
    "/form/request_reset",
    "/form/resend_reset",
    "/form/set_recovery_address",
    "/form/sign_in",
    "/form/sign_out",
    "/form/site",
    "/form/start_recovery",
    "/form/start_recovery_with_code",
    "/form/undo_recovery",
    "/form/verify_reset_code",
];

/// …and those about one's own account. Staff have none: what they do, they do in the console.
const FORMS_OF_THE_OWNER: &[&str] = &[
    "/form/change_password",
    "/form/end_session",
    "/form/make_recovery_codes",
    "/form/me",
    "/form/set_own_fact",
];

/// Asks a server function as our script does, which reads a refusal where a browser is sent on.
async fn ask(program: &Client, path: &str, session: &str) -> Answer {
    let request = program
        .request(Method::POST, path)
        .header("sec-fetch-site", "same-origin");
    let request = request
        .header("accept", "application/json")
        .header("cookie", format!("__Host-latchkey-session={session}"));
    program
        .send(
            request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(""),
        )
        .await
}

/// An id of the right shape that nothing has.
const NOBODY: &str = "00000000000000000000000000000000";

struct Operation {
    method: Method,
    path: String,
    /// The scope a key needs; none for public operations and those of the signed-in person.
    scope: Option<String>,
    signed_in: bool,
    example: Option<Value>,
    content_type: String,
}

async fn operations(app: &TestApp) -> Vec<Operation> {
    let document = app.program().get("/api/v1/openapi.json").await.expect(200).json();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let security = operation["security"].as_array().cloned().unwrap_or_default();
            let scope = security
                .iter()
                .find_map(|way| way["api_key"][0].as_str().map(str::to_owned))
                .filter(|_| !security.iter().any(|way| way.as_object().unwrap().is_empty()));
            let content = operation["requestBody"]["content"].as_object();
            let (content_type, body) = content
                .and_then(|content| content.iter().next())
                .map_or((String::new(), None), |(kind, body)| (kind.clone(), Some(body.clone())));
            all.push(Operation {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                path: path.clone(),
                signed_in: security.iter().any(|way| way["session"].is_array()),
                scope,
                example: body.map(|body| example(&document, &body["schema"])),
                content_type,
            });
        }
    }
    all
}

/// A value a schema takes, made from its own examples.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return example(document, document.pointer(reference.trim_start_matches('#')).unwrap());
    }
    if let Some(given) = schema["examples"].get(0).or_else(|| schema.get("example")) {
        return given.clone();
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    if let Some(one) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return one
            .iter()
            .find(|way| way["type"] != "null")
            .map_or(Value::Null, |way| example(document, way));
    }
    let kind = schema["type"]
        .as_str()
        .or_else(|| schema["type"][0].as_str())
        .unwrap_or("object");
    match kind {
        "object" => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let fields = required.iter().map(|name| {
                let name = name.as_str().unwrap();
                (name.to_owned(), example(document, &schema["properties"][name]))
            });
            Value::Object(fields.collect())
        }
        "array" => json!([example(document, &schema["items"])]),
        "integer" | "number" => json!(1),
        "boolean" => json!(false),
        _ => json!("example"),
    }
}

async fn call(client: &Client, operation: &Operation) -> Answer {
    let path = operation.path.replace("{id}", NOBODY).replace("{name}", "member");
    let path = of_template(&path);
    let request = client.request(operation.method.clone(), &path);
    let request = match &operation.example {
        Some(body) if operation.content_type == "application/json" => request.json(body),
        Some(_) => request
            .header("content-type", &operation.content_type)
            .body("login_name\n"),
        None => request,
    };
    client.send(request).await
}

async fn with_role(app: &TestApp, login_name: &str, role: Role) -> Client {
    app.add(Draft {
        role,
        ..draft(login_name)
    })
    .await;
    app.signed_in(login_name, PASSWORD).await
}

/// A key with these scopes, made by the operator.
async fn key(app: &TestApp, scopes: &[Scope]) -> Client {
    let staff = server::staff::Staff::operator();
    let made = server::staff::key::add(&app.latchkey, &staff, "matrix", scopes, None)
        .await
        .expect("a key");
    app.program().with_session(&made.key)
}

on_both_engines! {
    // security 168
    async fn every_operation_opens_to_whom_it_should_and_nobody_else(app: TestApp) {
        app.set("limits.enabled", json!(false)).await;
        let (user, helpdesk) = (with_role(&app, "ursula", Role::User).await, with_role(&app, "hanna", Role::Helpdesk).await);
        let admin = with_role(&app, "agnes", Role::Admin).await;
        let mut keys = Vec::new();
        for scope in Scope::ALL {
            keys.push((scope.as_str(), key(&app, &[*scope]).await));
        }
        let mut of_staff = 0;
        for operation in operations(&app).await {
            let Operation { method, path, .. } = &operation;
            let name = format!("{method} {path}");
            let anonymous = call(&app.program(), &operation).await;
            if !operation.signed_in {
                let opened = !matches!(anonymous.status, 401 | 403) || anonymous.problem() == "sign_in_refused";
                assert!(opened, "{name} is public: {anonymous:?}");
                continue;
            }
            assert_eq!(anonymous.status, 401, "{name} for nobody");
            assert_eq!(call(&app.program().with_session("lk_forged"), &operation).await.status, 401, "{name} for a forged key");
            let Some(scope) = &operation.scope else { continue };
            of_staff += 1;
            assert_eq!(call(&user, &operation).await.status, 403, "{name} for a user");
            let may = HELPDESK.contains(&(method.as_str().to_lowercase().as_str(), path.as_str()));
            let answer = call(&helpdesk, &operation).await;
            assert_eq!(answer.status != 403, may, "{name} for helpdesk: {answer:?}");
            let answer = call(&admin, &operation).await;
            let confirm = answer.status == 403 && answer.problem() == "confirmation_needed";
            assert!(confirm || !matches!(answer.status, 401 | 403 | 500), "{name} for an administrator: {answer:?}");
            for (tried, program) in &keys {
                let answer = call(program, &operation).await;
                let may = tried == scope;
                assert_eq!(answer.status != 403, may, "{name} for a key with {tried}: {answer:?}");
                assert_ne!(answer.status, 500, "{name}: {answer:?}");
            }
        }
        assert!(of_staff >= 25, "only {of_staff} operations of staff are documented");
    }

    // security 168
    async fn every_page_of_the_console_opens_to_whom_it_should_and_nobody_else(app: TestApp) {
        app.set("limits.enabled", json!(false)).await;
        for (login_name, role) in [("ursula", Role::User), ("hanna", Role::Helpdesk), ("agnes", Role::Admin)] {
            app.add(Draft { role, ..draft(login_name) }).await;
        }
        for (path, methods) in console::PATHS {
            for verb in *methods {
                let method = Method::from_bytes(verb.as_bytes()).unwrap();
                let name = format!("{method} {path}");
                let real = path.replace("{id}", NOBODY).replace("{job}", NOBODY).replace("{group}", "reset");
                let real = of_template(&real);
                let anonymous = app.browser();
                let answer = anonymous.send(form(&anonymous, &method, &real)).await;
                assert_eq!(answer.status, 303, "{name} for nobody");
                assert!(answer.location().starts_with("/sign-in"), "{name}: {}", answer.location());
                for (login_name, may) in [("ursula", false), ("hanna", HELPDESK_PAGES.contains(&(verb, path))), ("agnes", true)] {
                    let browser = app.browser();
                    browser.set_cookie("__Host-latchkey-session", &app.session(login_name, PASSWORD).await);
                    let answer = browser.send(form(&browser, &method, &real)).await;
                    assert_eq!(answer.status != 403, may, "{name} for {login_name}: {} {}", answer.status, answer.location());
                    assert_ne!(answer.status, 500, "{name} for {login_name}");
                    let script = answer.body.contains("<script");
                    assert!(!script, "{name} has a script");
                    let title = answer.body.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
                    assert!(title.is_none_or(|title| !title.contains('<')), "{name}: {title:?}");
                }
            }
        }
    }

    // security 168, 181
    async fn every_server_function_opens_to_whom_it_should_and_nobody_else(app: TestApp) {
        app.set("limits.enabled", json!(false)).await;
        let roles = [("ursula", Role::User), ("hanna", Role::Helpdesk), ("agnes", Role::Admin)];
        for (login_name, role) in roles {
            app.add(Draft { role, ..draft(login_name) }).await;
        }
        let refused = |answer: &Answer| answer.whole().contains("not_signed_in") || answer.location().starts_with("/sign-in?next");
        let mut known: Vec<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
        known.sort_unstable();
        let mut expected = [FORMS_OF_EVERYBODY, FORMS_OF_THE_OWNER].concat();
        expected.sort_unstable();
        assert_eq!(known, expected, "a server function that is new here has to be put into one of the lists");
        for path in known {
            let of_the_owner = FORMS_OF_THE_OWNER.contains(&path);
            let answer = ask(&app.program(), path, "").await;
            assert_eq!(refused(&answer), of_the_owner, "{path} for nobody: {answer:?}");
            for (login_name, _) in roles {
                let answer = ask(&app.program(), path, &app.session(login_name, PASSWORD).await).await;
                assert!(!refused(&answer), "{path} for {login_name}: {answer:?}");
            }
        }
    }

    // security 96, 168
    async fn a_demoted_administrator_loses_access_at_once(app: TestApp) {
        let admin = with_role(&app, "agnes", Role::Admin).await;
        with_role(&app, "anna", Role::Admin).await;
        admin.get("/api/v1/accounts").await.expect(200);
        app.execute("update accounts set role = 'user' where login_name = 'agnes'").await;
        assert_eq!(admin.get("/api/v1/accounts").await.status, 403);
    }
}

/// A mail template that there is.
fn of_template(path: &str) -> String {
    path.replace("{kind}", "reset_link")
        .replace("{locale}", "en")
        .replace("{version}", "1")
}

fn form(browser: &Client, method: &Method, path: &str) -> reqwest::RequestBuilder {
    let request = browser.request(method.clone(), path);
    if *method == Method::POST {
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body("")
    } else {
        request
    }
}
