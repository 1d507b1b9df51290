//! Reports of browsers that a page tried what its policy forbids (security 116). Anybody can send anything here, so of a report only
//! words of closed lists are kept: it is counted and logged as those, and none of its text gets anywhere.

use crate::closed;
use serde_json::Value;

/// Reports read of one message; a browser sends a few at a time.
const MOST: usize = 20;

closed!(
    /// What a policy restricts.
    Directive {
        Script = "script-src",
        Style = "style-src",
        Image = "img-src",
        Font = "font-src",
        Connect = "connect-src",
        Form = "form-action",
        Base = "base-uri",
        Frame = "frame-src",
        Ancestors = "frame-ancestors",
        Object = "object-src",
        Manifest = "manifest-src",
        Other = "other",
    }
);

closed!(
    /// What was kept from being used.
    Blocked { Inline = "inline", Eval = "eval", Data = "data", Blob = "blob", Elsewhere = "elsewhere", Other = "other" }
);

/// What a report comes down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    pub directive: Directive,
    pub blocked: Blocked,
}

/// Reads a message in the form of either standard: one report (CSP 2), or a list of them (Reporting API). Nothing where it is neither.
#[must_use]
pub fn read(message: &[u8]) -> Option<Vec<Violation>> {
    match serde_json::from_slice(message).ok()? {
        Value::Object(mut one) => {
            let report = one.remove("csp-report")?;
            Some(vec![violation(&report, "effective-directive", "blocked-uri")?])
        }
        Value::Array(list) => list
            .iter()
            .take(MOST)
            // Browsers report other things here, too.
            .filter(|report| report["type"] == "csp-violation")
            .map(|report| violation(&report["body"], "effectiveDirective", "blockedURL"))
            .collect(),
        _ => None,
    }
}

fn violation(report: &Value, directive: &str, blocked: &str) -> Option<Violation> {
    let report = report.as_object()?;
    let text = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or_default();
    // Older browsers name the directive with its values, under another name.
    let named = [text(directive), text("violated-directive")];
    let named = named.into_iter().find(|named| !named.is_empty()).unwrap_or_default();
    Some(Violation {
        directive: directive_of(named.split(' ').next().unwrap_or_default()),
        blocked: blocked_of(text(blocked)),
    })
}

/// `script-src-elem` and the like are parts of `script-src`.
fn directive_of(name: &str) -> Directive {
    let whole = name.trim_end_matches("-elem").trim_end_matches("-attr");
    whole.parse().unwrap_or(Directive::Other)
}

fn blocked_of(what: &str) -> Blocked {
    match what.split(':').next().unwrap_or_default() {
        "inline" => Blocked::Inline,
        "eval" | "wasm-eval" => Blocked::Eval,
        "data" => Blocked::Data,
        "blob" => Blocked::Blob,
        "http" | "https" | "ws" | "wss" => Blocked::Elsewhere,
        _ => Blocked::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // security 116
    #[test]
    fn both_forms_of_report_come_down_to_words_of_ours() {
        let old =
            br#"{"csp-report":{"effective-directive":"script-src-elem","blocked-uri":"https://evil.example/\r\nx"}}"#;
        let expected = Violation {
            directive: Directive::Script,
            blocked: Blocked::Elsewhere,
        };
        assert_eq!(read(old), Some(vec![expected]));
        let older = br#"{"csp-report":{"violated-directive":"style-src 'self'","blocked-uri":"inline"}}"#;
        let expected = Violation {
            directive: Directive::Style,
            blocked: Blocked::Inline,
        };
        assert_eq!(read(older), Some(vec![expected]));
        let new = br#"[{"type":"deprecation","body":{}},
            {"type":"csp-violation","body":{"effectiveDirective":"$(reboot)","blockedURL":"\u001b[31m"}}]"#;
        let expected = Violation {
            directive: Directive::Other,
            blocked: Blocked::Other,
        };
        assert_eq!(read(new), Some(vec![expected]));
    }

    #[test]
    fn what_is_no_report_is_none() {
        for message in [
            &b""[..],
            b"{}",
            b"[1",
            b"17",
            br#"{"csp-report":"x"}"#,
            br#"[{"type":"csp-violation","body":5}]"#,
        ] {
            assert_eq!(read(message), None, "{}", String::from_utf8_lossy(message));
        }
        assert_eq!(read(b"[5]"), Some(Vec::new()));
        let many = format!("[{}]", vec![r#"{"type":"csp-violation","body":{}}"#; 100].join(","));
        assert_eq!(read(many.as_bytes()).map(|list| list.len()), Some(MOST));
    }
}
