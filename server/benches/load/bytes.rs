//! What a browser downloads, compressed as it asks for it.

use crate::instance::Running;
use crate::report::{Report, note};

pub async fn measure(running: &Running, report: &mut Report) {
    let client = reqwest::Client::new();
    let kilobytes = async |path: &str| {
        let request = client
            .get(running.url(path))
            .header("accept-encoding", "br")
            .header("accept", "text/html");
        let response = request.send().await.expect("an answer");
        assert!(response.status().is_success(), "{path} answers {}", response.status());
        assert_eq!(
            response
                .headers()
                .get("content-encoding")
                .map(reqwest::header::HeaderValue::as_bytes),
            Some(&b"br"[..]),
            "{path}"
        );
        #[expect(clippy::cast_precision_loss, reason = "kilobytes")]
        let size = response.bytes().await.expect("a body").len() as f64 / 1000.0;
        size
    };
    let (page, style) = (kilobytes("/forgot").await, kilobytes("/pkg/latchkey.css").await);
    note("forgot page, HTML (brotli)", page, "kB");
    note("style (brotli)", style, "kB");
    report.below(
        "forgot page usable after, HTML and CSS (brotli)",
        page + style,
        20.0,
        "kB",
    );
    let (script, wasm) = (
        kilobytes("/pkg/latchkey.js").await,
        kilobytes("/pkg/latchkey.wasm").await,
    );
    note("script (brotli)", script, "kB");
    note("wasm (brotli)", wasm, "kB");
    report.below("wasm and script, loaded deferred (brotli)", script + wasm, 230.0, "kB");
}
