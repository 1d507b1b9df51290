//! Whether others believe mails of the sender's domain: SPF, DKIM, DMARC, as they see them (security 140). Says exactly which record to
//! publish.

use super::dns::{Dns, Server, Unanswered};
use super::{Examined, Finding};
use crate::guard::limits::DELIVERABILITY;
use crate::latchkey::Latchkey;
use crate::mail::dkim::Signing;
use crate::mail::transport::Target;
use crate::refused::Refused;
use crate::settings::Settings;
use crate::staff::{Permission, Staff};
use app::phrase;
use app::words::Phrase;

const SWITCH_ON: &str = "latchkey settings set mail.resolver system";

fn later() -> Phrase {
    phrase!(doctor.dns_later)
}

/// Looks for staff: each look makes this server speak to another, so there is a budget (security 172).
///
/// # Errors
/// [`Refusal::Forbidden`](app::outcome::Refusal::Forbidden), [`Refused::TooMany`].
pub async fn check(latchkey: &Latchkey, staff: &Staff) -> Result<Vec<Finding>, Refused> {
    staff.require(Permission::ReadMail)?;
    let settings = latchkey.settings().await?;
    if settings.limits.enabled && Server::read(&settings.mail.resolver).is_some() {
        let mut write = latchkey.store.write().await?;
        let taken = settings
            .limits
            .of(DELIVERABILITY)
            .take(&mut write, &staff.actor(), latchkey.now())
            .await?;
        write.commit().await?;
        taken.check()?;
    }
    Ok(look(&settings).await)
}

/// Asks the DNS about the sender's domain.
pub async fn look(settings: &Settings) -> Vec<Finding> {
    let Some(server) = Server::read(&settings.mail.resolver) else {
        return [Examined::Spf, Examined::Dkim, Examined::Dmarc]
            .map(|check| Finding::skipped(check, phrase!(doctor.dns_off), Phrase::verbatim(SWITCH_ON)))
            .to_vec();
    };
    let Some((_, domain)) = settings.mail.sender_address.rsplit_once('@') else {
        let next = Phrase::verbatim("latchkey settings set mail.sender_address no-reply@example.org");
        return vec![Finding::skipped(Examined::Spf, phrase!(doctor.no_sender_yet), next)];
    };
    let Ok(domain) = idna::domain_to_ascii(domain) else {
        let next = Phrase::verbatim("latchkey settings set mail.sender_address no-reply@example.org");
        return vec![Finding::problem(Examined::Spf, phrase!(doctor.no_sender_domain), next)];
    };
    let dns = match Dns::new(server) {
        Ok(dns) => dns,
        Err(error) => return vec![Finding::warning(Examined::Spf, error.in_words(), later())],
    };
    let (spf, dkim, dmarc) = tokio::join!(
        spf(&dns, &domain, settings),
        dkim(&dns, &domain, settings),
        dmarc(&dns, &domain)
    );
    let unanswered = |check, found: Result<Finding, Unanswered>| {
        found.unwrap_or_else(|error| Finding::warning(check, error.in_words(), later()))
    };
    vec![
        unanswered(Examined::Spf, spf),
        unanswered(Examined::Dkim, dkim),
        unanswered(Examined::Dmarc, dmarc),
    ]
}

/// Records of a kind are recognised by how they begin.
fn of_kind(texts: Vec<String>, beginning: &str) -> Vec<String> {
    let is_one = |text: &String| {
        text.split_at_checked(beginning.len()).is_some_and(|(start, rest)| {
            start.eq_ignore_ascii_case(beginning) && (rest.is_empty() || rest.starts_with([' ', ';']))
        })
    };
    texts.into_iter().filter(is_one).collect()
}

async fn spf(dns: &Dns, domain: &str, settings: &Settings) -> Result<Finding, Unanswered> {
    let records = of_kind(dns.texts(domain).await?, "v=spf1");
    let record = format!("{domain}. TXT \"v=spf1 {} -all\"", server_in_spf(settings));
    let publish = phrase!(doctor.publish, record = record);
    Ok(match records.as_slice() {
        [] => Finding::problem(Examined::Spf, phrase!(doctor.spf_none, domain = domain), publish),
        [record] => judged_spf(domain, record, publish),
        _ => Finding::problem(
            Examined::Spf,
            phrase!(doctor.spf_many, domain = domain, number = records.len()),
            phrase!(doctor.spf_many_next),
        ),
    })
}

fn judged_spf(domain: &str, record: &str, publish: Phrase) -> Finding {
    let terms: Vec<String> = record.split_whitespace().map(str::to_ascii_lowercase).collect();
    let has = |term: &str| terms.iter().any(|own| own == term);
    if has("+all") || has("all") {
        return Finding::problem(Examined::Spf, phrase!(doctor.spf_open, domain = domain), publish);
    }
    if has("?all") || !(has("-all") || has("~all") || terms.iter().any(|term| term.starts_with("redirect="))) {
        return Finding::warning(
            Examined::Spf,
            phrase!(doctor.spf_vague, domain = domain, record = record),
            phrase!(doctor.spf_vague_next),
        );
    }
    Finding::ok(Examined::Spf, Phrase::verbatim(format!("{domain}: {record}")))
}

/// How the mail server is named in a record: a guess where it relays through others, so it is a suggestion.
fn server_in_spf(settings: &Settings) -> String {
    match Target::parse(settings.mail.url.reveal()) {
        Ok(Target::Server(server)) => match server.host.parse() {
            Ok(std::net::IpAddr::V4(address)) => format!("ip4:{address}"),
            Ok(std::net::IpAddr::V6(address)) => format!("ip6:{address}"),
            Err(_) => format!("a:{}", server.host),
        },
        _ => "mx".to_owned(),
    }
}

async fn dkim(dns: &Dns, domain: &str, settings: &Settings) -> Result<Finding, Unanswered> {
    let signing = match Signing::of(settings) {
        Ok(Some(signing)) => signing,
        Ok(None) => {
            return Ok(Finding::skipped(
                Examined::Dkim,
                phrase!(doctor.dkim_off),
                phrase!(doctor.dkim_off_next),
            ));
        }
        Err(error) => {
            return Ok(Finding::problem(
                Examined::Dkim,
                error.in_words(),
                Phrase::verbatim("latchkey keys dkim --save"),
            ));
        }
    };
    if !aligned(&signing.domain, domain) {
        return Ok(Finding::problem(
            Examined::Dkim,
            phrase!(
                doctor.dkim_elsewhere,
                signing = signing.domain.as_str(),
                domain = domain
            ),
            Phrase::verbatim("latchkey settings set mail.dkim_domain null"),
        ));
    }
    let name = signing.record_name();
    let records = dns.texts(&name).await?;
    let publish = phrase!(
        doctor.publish,
        record = format!("{name}. TXT \"{}\"", signing.key.record())
    );
    let published = records.iter().find_map(|record| public_key(record));
    Ok(match published {
        None => Finding::problem(Examined::Dkim, phrase!(doctor.dkim_none, name = name.as_str()), publish),
        Some(key) if key.is_empty() => Finding::problem(
            Examined::Dkim,
            phrase!(doctor.dkim_revoked, name = name.as_str()),
            publish,
        ),
        Some(key) if key == signing.key.public_base64() => {
            Finding::ok(Examined::Dkim, phrase!(doctor.dkim_well, name = name.as_str()))
        }
        Some(_) => Finding::problem(
            Examined::Dkim,
            phrase!(doctor.dkim_other, name = name.as_str()),
            publish,
        ),
    })
}

/// The `p` of a key record, without its spaces.
fn public_key(record: &str) -> Option<String> {
    let mut tags = record.split(';').filter_map(|tag| tag.split_once('='));
    let key = tags.find(|(name, _)| name.trim() == "p").map(|(_, key)| key)?;
    Some(key.split_whitespace().collect())
}

/// In the relaxed sense: one is the other, or below it.
fn aligned(signing: &str, domain: &str) -> bool {
    let below = |inner: &str, outer: &str| inner == outer || inner.ends_with(&format!(".{outer}"));
    let (signing, domain) = (signing.to_ascii_lowercase(), domain.to_ascii_lowercase());
    below(&signing, &domain) || below(&domain, &signing)
}

async fn dmarc(dns: &Dns, domain: &str) -> Result<Finding, Unanswered> {
    for name in with_parents(domain) {
        let records = of_kind(dns.texts(&format!("_dmarc.{name}")).await?, "v=dmarc1");
        match records.as_slice() {
            [] => {}
            [record] => return Ok(judged_dmarc(name, record)),
            _ => {
                let found = phrase!(
                    doctor.dmarc_many,
                    name = format!("_dmarc.{name}"),
                    number = records.len()
                );
                return Ok(Finding::problem(
                    Examined::Dmarc,
                    found,
                    phrase!(doctor.dmarc_many_next),
                ));
            }
        }
    }
    Ok(Finding::warning(
        Examined::Dmarc,
        phrase!(doctor.dmarc_none, domain = domain),
        suggested_dmarc(domain),
    ))
}

/// The domain and those above it, without the last label: nobody publishes there for others (RFC 9091 walks the same way).
fn with_parents(domain: &str) -> Vec<&str> {
    let mut names = vec![domain];
    let mut rest = domain;
    while let Some((_, parent)) = rest.split_once('.') {
        if parent.contains('.') {
            names.push(parent);
        }
        rest = parent;
    }
    names.truncate(5);
    names
}

fn suggested_dmarc(domain: &str) -> Phrase {
    let record = format!("_dmarc.{domain}. TXT \"v=DMARC1; p=none; rua=mailto:postmaster@{domain}\"");
    phrase!(doctor.publish, record = record)
}

fn judged_dmarc(name: &str, record: &str) -> Finding {
    let mut tags = record.split(';').filter_map(|tag| tag.split_once('='));
    let policy = tags.find(|(tag, _)| tag.trim().eq_ignore_ascii_case("p"));
    match policy.map(|(_, policy)| policy.trim().to_ascii_lowercase()).as_deref() {
        Some("reject" | "quarantine") => {
            Finding::ok(Examined::Dmarc, Phrase::verbatim(format!("_dmarc.{name}: {record}")))
        }
        Some("none") => Finding::ok(
            Examined::Dmarc,
            phrase!(doctor.dmarc_reports, name = format!("_dmarc.{name}"), record = record),
        ),
        _ => Finding::problem(
            Examined::Dmarc,
            phrase!(doctor.dmarc_vague, name = format!("_dmarc.{name}"), record = record),
            suggested_dmarc(name),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn an_spf_record_is_read_to_its_end() {
        let level = |record| judged_spf("example.org", record, Phrase::verbatim("")).level;
        for (record, expected) in [
            ("v=spf1 mx -all", Level::Ok),
            ("v=spf1 include:_spf.example.net ~all", Level::Ok),
            ("v=spf1 redirect=_spf.example.net", Level::Ok),
            ("v=spf1 mx ?all", Level::Warning),
            ("v=spf1 mx", Level::Warning),
            ("v=spf1 +all", Level::Problem),
            ("v=spf1 mx ALL", Level::Problem),
        ] {
            assert_eq!(level(record), expected, "{record}");
        }
    }

    #[test]
    fn records_are_told_from_others_by_their_first_word() {
        let texts = [
            "v=spf1 -all",
            "V=SPF1",
            "v=spf10 -all",
            "google-site-verification=x",
            "",
            "é",
        ];
        let found = of_kind(texts.map(str::to_owned).to_vec(), "v=spf1");
        assert_eq!(found, ["v=spf1 -all", "V=SPF1"]);
    }

    #[test]
    fn dmarc_is_looked_for_above_but_not_at_the_top() {
        assert_eq!(
            with_parents("a.b.example.org"),
            ["a.b.example.org", "b.example.org", "example.org"]
        );
        assert_eq!(with_parents("localhost"), ["localhost"]);
    }

    #[test]
    fn a_signature_counts_for_the_same_organisation_only() {
        assert!(aligned("example.org", "mail.example.org") && aligned("mail.example.org", "example.org"));
        assert!(!aligned("example.org.evil.example", "example.org") && !aligned("notexample.org", "example.org"));
    }

    #[test]
    fn a_key_is_found_whatever_stands_before_it() {
        assert_eq!(public_key("v=DKIM1; k=rsa; p=AB CD").as_deref(), Some("ABCD"));
        assert_eq!(public_key("p=; v=DKIM1").as_deref(), Some(""));
        assert_eq!(public_key("v=spf1 -all"), None);
    }
}
