//! The stricter second look at addresses before they meet a header or a mail server (security 132, 183).

use lettre::Address;

/// Longest local part and longest domain (RFC 5321, section 4.5.3.1).
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 253;

/// Reads an address in the plain form only: no quoted local part, no comment, no address literal, no second `@`.
/// The domain is put into its ASCII form, which every mail server understands; an ASCII address stays as it is.
pub fn parse(address: &str) -> Option<Address> {
    let (local, domain) = address.split_once('@')?;
    let domain = if domain.is_ascii() {
        domain.to_owned()
    } else {
        idna::domain_to_ascii(domain).ok()?
    };
    let fits = local.len() <= LONGEST_LOCAL && domain.len() <= LONGEST_DOMAIN;
    if fits && is_local(local) && is_domain(&domain) {
        Address::new(local, domain).ok()
    } else {
        None
    }
}

/// A "dot-atom" (RFC 5321, section 4.1.2), letters of any script included.
fn is_local(local: &str) -> bool {
    let symbol = |c: char| c.is_ascii() && "!#$%&'*+-/=?^_`{|}~".contains(c);
    local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(|c| c.is_alphanumeric() || symbol(c)))
}

fn is_domain(domain: &str) -> bool {
    domain.split('.').all(|label| {
        let inside = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        inside && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_stay_letter_for_letter() {
        for plain in [
            "ada@example.org",
            "Ada.Lovelace+reset@Mail.Example.org",
            "o'neill@localhost",
            "jos\u{e9}@example.org",
        ] {
            assert_eq!(parse(plain).unwrap().to_string(), plain);
        }
        assert_eq!(
            parse("ada@bücher.example").unwrap().to_string(),
            "ada@xn--bcher-kva.example"
        );
    }

    #[test]
    fn everything_that_could_mean_a_second_recipient_or_header_is_refused() {
        for hostile in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@@example.org",
            "ada@evil.example@example.org",
            "ada@example.org,eve@x.example",
            "ada@example.org\r\nBcc: eve@x.example",
            "<ada@example.org>",
            "ada<eve>@example.org",
            "\"ada\"@example.org",
            "ada @example.org",
            "ada@[127.0.0.1]",
            "ada@exa mple.org",
            "ada@-example.org",
            ".ada@example.org",
            "ada..b@example.org",
            "ada\0@example.org",
            "ada@example.org>\u{a0}SIZE=1",
            "ada\u{202E}@example.org",
        ] {
            assert_eq!(parse(hostile), None, "{hostile:?}");
        }
        assert_eq!(parse(&format!("{}@example.org", "a".repeat(65))), None);
    }
}
