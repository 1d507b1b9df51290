//! Bodies that are not what they should be: always a problem document of the 4xx kind, never an effect, never a crash.

use crate::on_both_engines;
use crate::support::client::raw;
use crate::support::{PASSWORD, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Every call with a body, a good body for it, and whether it needs a session.
fn calls() -> Vec<(Method, &'static str, Value)> {
    vec![
        (Method::POST, "/api/v1/password-reset", json!({ "identifier": "ada" })),
        (Method::POST, "/api/v1/password-reset/verify", json!({ "token": "x" })),
        (
            Method::POST,
            "/api/v1/password-reset/complete",
            json!({ "token": "x", "password": "y" }),
        ),
        (
            Method::POST,
            "/api/v1/password-policy/check",
            json!({ "password": "y" }),
        ),
        (
            Method::POST,
            "/api/v1/sessions",
            json!({ "identifier": "ada", "password": "y" }),
        ),
        (
            Method::PUT,
            "/api/v1/me",
            json!({ "current_password": "x", "password": "y" }),
        ),
    ]
}

/// Paths of every form, and of every call with a body.
const PATHS: [&str; 14] = [
    "/form/request_reset",
    "/form/resend_reset",
    "/form/verify_reset_code",
    "/form/opened_reset",
    "/form/complete_reset",
    "/form/sign_in",
    "/form/change_password",
    "/form/end_session",
    "/api/v1/password-reset",
    "/api/v1/password-reset/verify",
    "/api/v1/password-reset/complete",
    "/api/v1/password-policy/check",
    "/api/v1/sessions",
    "/api/v1/me",
];

/// What is sent, as which type, and the status it gets.
struct Case {
    what: String,
    body: Vec<u8>,
    kind: Option<&'static str>,
    expected: &'static [u16],
}

impl Case {
    fn json(what: &str, expected: &'static [u16], body: impl Into<Vec<u8>>) -> Self {
        Self {
            what: what.to_owned(),
            body: body.into(),
            kind: Some("application/json"),
            expected,
        }
    }
}

/// Every way to get a body wrong, made from a good one.
fn malformed(good: &Value) -> Vec<Case> {
    let text = good.to_string();
    let first = good.as_object().unwrap().keys().next().unwrap().clone();
    let of = |value: &str| format!("{{\"{first}\":{value}}}");
    let deep = format!("{}{}", "[".repeat(8_000), "]".repeat(8_000));
    let unreadable = [b"{\"".as_slice(), first.as_bytes(), b"\":\"\xff\xfe\"}"].concat();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut cases = vec![
        Case::json("empty", &[400], ""),
        Case::json("not JSON", &[400], "identifier=ada"),
        Case::json("half", &[400], &text.as_bytes()[..text.len() - 1]),
        Case::json("more after it", &[400], format!("{text}{text}")),
        Case::json("a list", &[422], format!("[{text}]")),
        Case::json("a list of values", &[422], "[\"ada\"]"),
        Case::json("a text", &[422], "\"ada\""),
        Case::json("null", &[422], "null"),
        Case::json("a number", &[422], "17"),
        Case::json("deep", &[400, 422], deep.as_str()),
        Case::json("deep inside", &[400, 422], of(&deep[4_000..12_000])),
        Case::json(
            "a key twice",
            &[422],
            format!("{{\"{first}\":\"a\",\"{first}\":\"b\"}}"),
        ),
        Case::json("unknown field", &[422], text.replacen('{', "{\"role\":\"admin\",", 1)),
        Case::json("invalid UTF-8", &[400], unreadable),
        Case::json("half a surrogate", &[400, 422], of("\"\\ud800\"")),
        Case::json("a NUL outside", &[400], format!("{text}\0")),
        Case::json("another alphabet", &[400], utf16),
        Case::json("17 KiB", &[413], of(&format!("\"{}\"", "a".repeat(17 << 10)))),
        Case::json("17 KiB of space", &[413], format!("{}{text}", " ".repeat(17 << 10))),
        Case::json("fields missing", &[422], "{}"),
    ];
    for value in ["null", "17", "true", "[]", "[\"a\"]", "{}", "{\"$gt\":\"\"}"] {
        cases.push(Case::json(&format!("{first} is {value}"), &[422], of(value)));
    }
    for kind in [
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/jsonx"),
        Some("text/json"),
        Some(""),
        None,
    ] {
        let good = Case::json(&format!("as {kind:?}"), &[415], text.as_str());
        cases.push(Case { kind, ..good });
    }
    cases
}

/// Pours up to fifty megabytes into a request, as long as the server takes them. Answers what came back and how much it took.
async fn pour(address: SocketAddr, path: &str) -> (String, usize) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let method = if path == "/api/v1/me" { "PUT" } else { "POST" };
    let kind = if path.starts_with("/form") {
        "application/x-www-form-urlencoded"
    } else {
        "application/json"
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\
         Connection: close\r\n\r\n"
    );
    let pouring = async move {
        writer.write_all(head.as_bytes()).await?;
        let chunk = format!("10000\r\n{}\r\n", "a".repeat(1 << 16));
        let mut poured = 0;
        for _ in 0..800 {
            match tokio::time::timeout(std::time::Duration::from_secs(2), writer.write_all(chunk.as_bytes())).await {
                Ok(Ok(())) => poured += chunk.len(),
                _ => break,
            }
        }
        Ok::<_, std::io::Error>(poured)
    };
    let reading = async move {
        let mut answer = Vec::new();
        let _ = reader.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    };
    let (poured, answer) = tokio::join!(pouring, reading);
    (answer, poured.unwrap_or_default())
}

on_both_engines! {
    // security 7, 43, 105, 111, 127, 128
    async fn every_malformed_body_gets_a_problem_document(app: TestApp) {
        app.add_account("ada").await;
        app.set("limits.enabled", json!(false)).await;
        let program = app.signed_in("ada", PASSWORD).await;
        let before = app.count("audit").await;
        for (method, path, good) in calls() {
            for Case { what, body, kind, expected } in malformed(&good) {
                let mut request = program.request(method.clone(), path);
                if let Some(kind) = kind {
                    request = request.header("content-type", kind);
                }
                let answer = program.send(request.body(body)).await;
                assert!(expected.contains(&answer.status), "{path}, {what}: {answer:?}");
                answer.problem();
                let told = answer.body.to_lowercase();
                assert!(!told.contains("line 1") && !told.contains("column") && !told.contains("serde"), "{path}, {what}: {told}");
            }
        }
        assert_eq!(app.count("audit").await, before, "nothing happened");
        assert_eq!(app.count("reset_requests").await, 0);
        assert_eq!(program.get("/api/v1/me").await.status, 200, "and the server is well");
    }

    // security 57, 127: a NUL in a text is a character like any other, or a refusal, never a fault of ours
    async fn a_nul_in_a_field_breaks_nothing(app: TestApp) {
        app.add_account("ada").await;
        let program = app.signed_in("ada", PASSWORD).await;
        for (method, path, good) in calls() {
            for key in good.as_object().unwrap().keys() {
                let mut body = good.clone();
                body[key] = json!("a\0b");
                let answer = program.send(program.request(method.clone(), path).json(&body)).await;
                assert!((200..500).contains(&answer.status), "{path} {key}: {answer:?}");
            }
        }
        for cookie in ["a\tb", "\u{fffd}"] {
            let request = program.request(Method::GET, "/reset").header("cookie", format!("__Host-latchkey-reset={cookie}"));
            program.send(request).await.expect(410);
        }
        for path in ["/api/v1/sessions/%00", "/api/v1/sessions/%2f..%2f", "/%00", "/%ff", "/forgot/%00", "/api/v1/%00"] {
            let answer = program.send(program.request(if path.contains("sessions") { Method::DELETE } else { Method::GET }, path)).await;
            assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
        }
    }

    // security 56: a password of a megabyte is refused before it is read, and never hashed
    async fn a_long_password_costs_nothing(app: TestApp) {
        app.add_account("ada").await;
        let program = app.signed_in("ada", PASSWORD).await;
        let work = app.latchkey.hasher.work();
        let (long, longer) = ("a".repeat(15_000), "a".repeat(1 << 20));
        for (password, expected) in [(&long, 422), (&longer, 413)] {
            for identifier in ["ada", "nobody"] {
                app.sign_in(identifier, password).await.expect(expected);
            }
            program.post("/api/v1/password-policy/check", &json!({ "password": longer })).await.expect(413);
        }
        let checked = program.post("/api/v1/password-policy/check", &json!({ "password": long })).await.expect(200).json();
        assert_eq!((&checked["accepted"], &checked["violations"]), (&json!(false), &json!(["too_long"])));
        assert_eq!(app.latchkey.hasher.work(), work);
    }

    // security 128: also where no captcha is asked for
    async fn an_answer_to_a_captcha_that_is_too_long_is_refused(app: TestApp) {
        let captcha = "0".repeat(8193);
        for (path, mut body) in [
            ("/api/v1/password-reset", json!({ "identifier": "ada" })),
            ("/api/v1/sessions", json!({ "identifier": "ada", "password": PASSWORD })),
            ("/api/v1/recovery", json!({ "code": "AAAA" })),
        ] {
            body["captcha"] = json!(captcha);
            assert_eq!(app.program().post(path, &body).await.expect(422).problem(), "unprocessable", "{path}");
        }
    }

    // security 128, 178: fifty megabytes, announced or not, to every form and call
    async fn a_flood_of_bytes_is_refused_at_the_door(app: TestApp) {
        for path in PATHS {
            let head = format!(
                "{} {path} HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {}\r\nContent-Length: 52428800\r\nConnection: close\r\n\r\n",
                if path == "/api/v1/me" { "PUT" } else { "POST" },
                if path.starts_with("/form") { "application/x-www-form-urlencoded" } else { "application/json" },
            );
            let answer = raw(app.address, head.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer}");
            let (answer, poured) = pour(app.address, path).await;
            assert!(answer.starts_with("HTTP/1.1 413 ") || answer.starts_with("HTTP/1.1 401 ") && path == "/api/v1/me", "{path}: {answer}");
            assert!(poured < 8 << 20, "{path} took {poured} bytes");
        }
    }

    // security 128, 164: what is not HTTP is not answered with a crash
    async fn broken_requests_break_nothing(app: TestApp) {
        for request in [
            &b"GET / HTTP/9.9\r\n\r\n"[..], b"\0\0\0\0\r\n\r\n", b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
            b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"GET http://evil.example:80@real/forgot HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        ] {
            let answer = raw(app.address, request).await;
            assert!(!answer.contains("HTTP/1.1 5"), "{answer}");
        }
        let many = "X-Header: x\r\n".repeat(500);
        let answer = raw(app.address, format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
        assert_eq!(app.program().get("/healthz").await.status, 200);
    }
}
