//! The mail transport against a mail server that misbehaves in every way a mail server can.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::time::{Duration, Instant};

use app::words::Locale;
use server::branding::look::Accents;
use server::mail::message::{Message, Occasion, Recipient};
use server::mail::render::{Brand, Rendered, Secrets, render};
use server::mail::transport::{Addressee, Failure, Outgoing, Patience, Reply, Sender, Transport};

mod support {
    pub mod smtp;
}

use support::smtp::{Authority, Behaviour, Security, Sink, Step};

const LINK: &str =
    "https://accounts.example.org/reset?key=abcdefghijklmnopqrstuvwxyz-0123456789_ABCDE-and-some-more-to-be-long";
const PATIENCE: Patience = Patience {
    step: Duration::from_secs(1),
    attempt: Duration::from_secs(8),
};
const STEPS: [Step; 6] = [
    Step::Connect,
    Step::Ehlo,
    Step::Mail,
    Step::Rcpt,
    Step::Data,
    Step::FinalDotBeforeReply,
];

fn transport(url: &str) -> Transport {
    Transport::with_patience(url, None, PATIENCE).unwrap()
}

fn trusting(url: &str, authority: &Authority) -> Transport {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(authority.pem().as_bytes()).unwrap();
    Transport::with_patience(url, Some(file.path()), PATIENCE).unwrap()
}

fn mail() -> Outgoing {
    mail_to("Ada Lovelace", "Ada.Lovelace+x@Example.org")
}

fn mail_to(name: &str, address: &str) -> Outgoing {
    let recipient = Recipient {
        address: address.into(),
        name: name.into(),
        login_name: "ada".into(),
        locale: "en".into(),
        person: Box::default(),
    };
    let brand = Brand {
        product_name: "Zoë’s Accounts".into(),
        organisation_code: String::new(),
        support_contact: "help@example.org".into(),
        public_url: "https://accounts.example.org".into(),
        accents: Accents::default(),
        language: Locale::En,
    };
    let occasion = Occasion {
        at: 0,
        client_address: "203.0.113.7".into(),
        device: name.into(),
    };
    let secrets = Secrets {
        link: Some(LINK.into()),
        code: Some("ABCD1234".into()),
    };
    let rendered = render(
        &Message::ResetLink {
            lifetime_minutes: 30,
            occasion,
            by_staff: false,
        },
        &recipient,
        &brand,
        &secrets,
    )
    .unwrap();
    Outgoing {
        message_id: "0123abcd@accounts.example.org".into(),
        date: 1_773_065_107_000,
        from: Sender {
            name: "Zoë’s Accounts".into(),
            address: "no-reply@example.org".into(),
        },
        reply_to: Some("help@example.org".into()),
        to: Addressee::from(&recipient),
        rendered,
    }
}

async fn refused(transport: &Transport) -> Failure {
    transport.send(&mail()).await.unwrap_err()
}

#[tokio::test]
async fn an_accepted_mail_arrives_whole_at_the_stored_address_only() {
    let sink = Sink::start(Behaviour::Accept);
    let reply = transport(&sink.url()).send(&mail()).await.unwrap();
    assert_eq!(
        reply,
        Reply {
            text: "250 2.0.0 kept".into()
        }
    );
    let [arrived] = sink.mails().try_into().unwrap();
    assert_eq!(arrived.from, "no-reply@example.org");
    assert_eq!(arrived.to, ["Ada.Lovelace+x@Example.org"], "letter for letter");
    assert_eq!(arrived.text().replace("\r\n", "\n"), mail().rendered.text);
    assert_eq!(arrived.html().replace("\r\n", "\n"), mail().rendered.html);
    assert_eq!(arrived.subject(), "Choose a new password for Zoë’s Accounts");
}

#[tokio::test]
async fn the_link_is_whole_on_one_line_and_identical_in_both_parts() {
    let sink = Sink::start(Behaviour::Accept);
    transport(&sink.url()).send(&mail()).await.unwrap();
    let [arrived] = sink.mails().try_into().unwrap();
    assert_eq!(arrived.link().as_deref(), Some(LINK));
    assert_eq!(arrived.code().as_deref(), Some("ABCD-1234"));
    assert!(arrived.html().contains(&format!("href=\"{LINK}\"")));
    let longest = arrived
        .data
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::len)
        .max()
        .unwrap();
    assert!(
        longest <= 78 && arrived.data.is_ascii(),
        "fits every mail server: {longest}"
    );
}

#[tokio::test]
async fn the_header_set_is_exact() {
    let sink = Sink::start(Behaviour::Accept);
    transport(&sink.url()).send(&mail()).await.unwrap();
    let [arrived] = sink.mails().try_into().unwrap();
    let mut names: Vec<String> = arrived.headers().into_iter().map(|(name, _)| name).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "Auto-Submitted",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Reply-To",
            "Subject",
            "To",
            "X-Auto-Response-Suppress",
        ]
    );
    assert_eq!(arrived.header("Auto-Submitted"), "auto-generated");
    assert_eq!(arrived.header("X-Auto-Response-Suppress"), "All");
    assert_eq!(arrived.header("Message-ID"), "<0123abcd@accounts.example.org>");
    assert_eq!(arrived.header("Date"), "Mon, 09 Mar 2026 14:05:07 +0000");
    assert_eq!(arrived.header("To"), "\"Ada Lovelace\" <Ada.Lovelace+x@Example.org>");
    assert_eq!(arrived.header("Reply-To"), "help@example.org");
    assert!(arrived.header("From").ends_with(" <no-reply@example.org>"));
    assert!(arrived.header("Content-Type").starts_with("multipart/alternative;"));
}

#[tokio::test]
async fn hostile_names_change_neither_headers_nor_recipients() {
    let sink = Sink::start(Behaviour::Accept);
    let transport = transport(&sink.url());
    transport.send(&mail()).await.unwrap();
    let hostile = [
        "Ada\r\nBcc: eve@evil.example",
        "Ada\r\n\r\n<h1>Hello</h1>\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n",
        "<a href=//evil>Click</a> http://evil",
        "\" <eve@evil.example>, \"",
        "\u{202E}{{7*7}}\0",
        "=?utf-8?q?=0D=0ABcc:_eve@evil.example?=",
        "",
    ];
    for name in hostile {
        transport.send(&mail_to(name, "ada@example.org")).await.unwrap();
    }
    let mails = sink.mails();
    assert_eq!(mails.len(), 1 + hostile.len());
    let names = |mail: &support::smtp::Mail| mail.headers().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    for arrived in &mails[1..] {
        assert_eq!(names(arrived), names(&mails[0]), "{:?}", arrived.header("To"));
        assert_eq!(arrived.to, ["ada@example.org"]);
        assert!(!arrived.text().contains("http://evil"));
    }
}

#[tokio::test]
async fn a_body_that_pretends_to_end_the_mail_stays_inside_it() {
    let sink = Sink::start(Behaviour::Accept);
    let attack = "first\r\n.\r\nMAIL FROM:<eve@evil.example>\n.\r\nRCPT TO:<eve@evil.example>\r.\r\n..\n.\nDATA\r\n.";
    let rendered = Rendered {
        subject: "s\r\nBcc: eve@evil.example".into(),
        text: attack.into(),
        html: attack.into(),
    };
    transport(&sink.url())
        .send(&Outgoing { rendered, ..mail() })
        .await
        .unwrap();
    let [arrived] = sink.mails().try_into().unwrap();
    assert_eq!(arrived.to, ["Ada.Lovelace+x@Example.org"]);
    let expected = attack.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    assert_eq!((arrived.text(), arrived.html()), (expected.clone(), expected));
    assert_eq!(arrived.subject(), "s Bcc: eve@evil.example");
    let verbs: Vec<String> = sink.commands().iter().map(|line| line[..4].to_owned()).collect();
    assert_eq!(verbs, ["EHLO", "MAIL", "RCPT", "DATA"]);
}

#[tokio::test]
async fn malformed_addresses_are_final_and_reach_no_server() {
    let sink = Sink::start(Behaviour::Accept);
    let transport = transport(&sink.url());
    for address in [
        "ada@example.org\r\nBcc: eve@x.example",
        "ada@example.org,eve@x.example",
        "<a>@example.org",
        "",
    ] {
        let to = Addressee {
            address: address.into(),
            name: "Ada".into(),
        };
        let failure = transport.send(&Outgoing { to, ..mail() }).await.unwrap_err();
        assert!(
            failure.permanent && failure.reply.contains("malformed recipient address"),
            "{failure:?}"
        );
    }
    let failure = transport
        .send(&Outgoing {
            message_id: "x>\r\nBcc: eve@x.example".into(),
            ..mail()
        })
        .await
        .unwrap_err();
    assert!(failure.permanent && failure.reply.contains("message id"));
    assert_eq!(sink.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn a_connection_cut_at_any_step_is_worth_another_attempt() {
    let sink = Sink::start(Behaviour::Accept);
    let transport = transport(&sink.url());
    for step in STEPS {
        sink.set(Behaviour::Cut(step));
        let failure = refused(&transport).await;
        assert!(!failure.permanent, "{step:?}: {failure:?}");
        assert!(
            failure.reply.contains(&sink.port().to_string()),
            "names the server: {failure:?}"
        );
    }
    assert!(sink.mails().is_empty());
    assert_eq!(sink.unanswered().len(), 1, "the one cut after the final dot");
    sink.set(Behaviour::Accept);
    transport.send(&mail()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_stalls_at_any_step_is_given_up_in_time() {
    let sink = Sink::start(Behaviour::Accept);
    let transport = transport(&sink.url());
    for step in STEPS {
        sink.set(Behaviour::Stall(step));
        let begun = Instant::now();
        let failure = refused(&transport).await;
        assert!(
            !failure.permanent && failure.reply.contains("no answer in time"),
            "{step:?}: {failure:?}"
        );
        assert!(
            begun.elapsed() < PATIENCE.attempt,
            "{step:?} took {:?}",
            begun.elapsed()
        );
    }
    sink.set(Behaviour::Accept);
    transport.send(&mail()).await.unwrap();
}

#[tokio::test]
async fn the_whole_attempt_has_a_limit_of_its_own() {
    let sink = Sink::start(Behaviour::Stall(Step::Rcpt));
    let patience = Patience {
        step: Duration::from_secs(30),
        attempt: Duration::from_millis(300),
    };
    let transport = Transport::with_patience(&sink.url(), None, patience).unwrap();
    let failure = refused(&transport).await;
    assert!(!failure.permanent && failure.reply.contains("too long"), "{failure:?}");
}

#[tokio::test]
async fn a_server_that_is_down_is_worth_another_attempt() {
    let sink = Sink::start(Behaviour::Refuse);
    let transport = transport(&sink.url());
    let failure = refused(&transport).await;
    assert!(
        !failure.permanent && failure.reply.contains("is the mail server running"),
        "{failure:?}"
    );
    sink.set(Behaviour::Accept);
    transport.send(&mail()).await.unwrap();
    sink.set(Behaviour::Refuse);
    assert!(
        !refused(&transport).await.permanent,
        "with a connection kept from before"
    );
    sink.set(Behaviour::Accept);
    transport.send(&mail()).await.unwrap();
    assert_eq!(sink.mails().len(), 2);
}

#[tokio::test]
async fn temporary_replies_are_retried_and_final_ones_about_the_mail_are_not() {
    let sink = Sink::start(Behaviour::Accept);
    let transport = transport(&sink.url());
    for step in STEPS {
        for code in [421, 450, 451] {
            sink.set(Behaviour::Reply(step, code));
            let failure = refused(&transport).await;
            assert!(
                !failure.permanent && failure.reply.contains(&code.to_string()),
                "{step:?} {code}: {failure:?}"
            );
            assert!(!failure.reply.chars().any(char::is_control) && failure.reply.chars().count() <= 200);
        }
    }
    for step in [Step::Mail, Step::Rcpt, Step::Data, Step::FinalDotBeforeReply] {
        for code in [550, 552, 554] {
            sink.set(Behaviour::Reply(step, code));
            let failure = refused(&transport).await;
            assert!(
                failure.permanent && failure.reply.contains(&code.to_string()),
                "{step:?} {code}: {failure:?}"
            );
        }
    }
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn what_a_corrected_configuration_would_cure_is_never_final() {
    let sink = Sink::start(Behaviour::Accept);
    let transport = transport(&sink.url());
    for (step, code) in [
        (Step::Connect, 554),
        (Step::Ehlo, 550),
        (Step::Mail, 530),
        (Step::Rcpt, 530),
    ] {
        sink.set(Behaviour::Reply(step, code));
        let failure = refused(&transport).await;
        assert!(!failure.permanent, "{step:?} {code}: {failure:?}");
    }
    let signing_in =
        Transport::with_patience(&sink.url().replace("//", "//user:hunter2secret@"), None, PATIENCE).unwrap();
    sink.set(Behaviour::Reply(Step::SignIn, 535));
    let failure = refused(&signing_in).await;
    assert!(
        !failure.permanent && failure.reply.contains("check user and password"),
        "{failure:?}"
    );
    assert!(!format!("{failure:?} {signing_in:?}").contains("hunter2"));
}

#[tokio::test]
async fn an_answer_out_of_step_is_not_taken_for_a_delivery() {
    let sink = Sink::start(Behaviour::Reply(Step::FinalDotBeforeReply, 354));
    let failure = refused(&transport(&sink.url())).await;
    assert!(
        !failure.permanent && failure.reply.contains("unexpected reply"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn credentials_are_percent_decoded() {
    let sink = Sink::start(Behaviour::Accept);
    let transport = transport(&sink.url().replace("//", "//ada%40example.org:p%40ss%3A%2F%2Bword@"));
    transport.send(&mail()).await.unwrap();
    assert_eq!(
        sink.mails()[0].login,
        Some(("ada@example.org".into(), "p@ss:/+word".into()))
    );
}

#[tokio::test]
async fn one_connection_serves_several_mails() {
    let sink = Sink::start(Behaviour::Accept);
    let transport = transport(&sink.url());
    for _ in 0..5 {
        transport.send(&mail()).await.unwrap();
    }
    assert_eq!(sink.mails().len(), 5);
    assert_eq!(
        sink.commands().iter().filter(|line| line.starts_with("EHLO")).count(),
        1
    );
}

#[tokio::test]
async fn many_mails_at_once_all_arrive() {
    let sink = Sink::start(Behaviour::Accept);
    let transport = transport(&sink.url());
    let sending = (0..20).map(|number| {
        let (transport, mut mail) = (transport.clone(), mail());
        mail.message_id = format!("{number}@accounts.example.org");
        tokio::spawn(async move { transport.send(&mail).await })
    });
    for sent in futures_util::future::join_all(sending).await {
        sent.unwrap().unwrap();
    }
    let mut ids: Vec<String> = sink.mails().iter().map(|mail| mail.header("Message-ID")).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}

#[tokio::test]
async fn starttls_and_implicit_tls_work_with_an_authority_of_ones_own() {
    let authority = Authority::new();
    let config = authority.server(&["127.0.0.1", "localhost"]);
    let starttls = Sink::start_with(Behaviour::Accept, Security::StartTls(config.clone()));
    for url in [
        starttls.url() + "?tls=required",
        starttls.url(),
        format!("smtp://localhost:{}", starttls.port()),
    ] {
        trusting(&url, &authority).send(&mail()).await.unwrap();
    }
    let implicit = Sink::start_with(Behaviour::Accept, Security::Implicit(config));
    trusting(&implicit.url(), &authority).send(&mail()).await.unwrap();
    let mails = [starttls.mails(), implicit.mails()].concat();
    assert_eq!(mails.len(), 4);
    assert!(mails.iter().all(|mail| mail.encrypted));
}

#[tokio::test]
async fn a_certificate_of_a_stranger_or_for_another_host_gets_no_mail() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let right = authority.server(&["127.0.0.1"]);
    let elsewhere = authority.server(&["mail.example.org"]);
    let cases = [
        (Security::StartTls(right.clone()), &stranger, "certificate not trusted"),
        (Security::Implicit(right), &stranger, "LATCHKEY_MAIL_CA_FILE"),
        (
            Security::StartTls(elsewhere.clone()),
            &authority,
            "certificate is for another name",
        ),
        (
            Security::Implicit(elsewhere),
            &authority,
            "certificate is for another name",
        ),
    ];
    for (security, trusted, advice) in cases {
        let sink = Sink::start_with(Behaviour::Accept, security);
        let failure = refused(&trusting(&sink.url(), trusted)).await;
        assert!(!failure.permanent && failure.reply.contains(advice), "{failure:?}");
        assert!(sink.mails().is_empty() && !sink.commands().iter().any(|line| line.starts_with("MAIL")));
    }
}

#[tokio::test]
async fn without_the_authority_the_system_does_not_trust_it() {
    let sink = Sink::start_with(
        Behaviour::Accept,
        Security::Implicit(Authority::new().server(&["127.0.0.1"])),
    );
    let failure = refused(&transport(&sink.url())).await;
    assert!(
        !failure.permanent && failure.reply.contains("LATCHKEY_MAIL_CA_FILE"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_server_without_the_required_starttls_gets_neither_mail_nor_password() {
    let sink = Sink::start(Behaviour::Accept);
    let url = sink.url().replace("//", "//user:password@") + "?tls=required";
    let failure = refused(&transport(&url)).await;
    assert!(
        !failure.permanent && failure.reply.contains("no STARTTLS"),
        "{failure:?}"
    );
    assert!(
        sink.commands().iter().all(|line| line.starts_with("EHLO")),
        "{:?}",
        sink.commands()
    );
}

#[tokio::test]
async fn a_refused_handshake_does_not_fall_back_to_plain() {
    let config = Authority::new().server(&["127.0.0.1"]);
    let sink = Sink::start_with(Behaviour::Accept, Security::StartTls(config));
    for behaviour in [
        Behaviour::Accept,
        Behaviour::Reply(Step::StartTls, 454),
        Behaviour::Cut(Step::StartTls),
    ] {
        sink.set(behaviour);
        let failure = refused(&transport(&sink.url())).await;
        assert!(!failure.permanent, "{behaviour:?}: {failure:?}");
    }
    assert!(!sink.commands().iter().any(|line| line.starts_with("MAIL")));
}

#[tokio::test]
async fn replies_injected_before_encryption_are_not_believed() {
    let authority = Authority::new();
    let sink = Sink::start_with(
        Behaviour::InjectAtStartTls,
        Security::StartTls(authority.server(&["127.0.0.1"])),
    );
    let failure = refused(&trusting(&sink.url(), &authority)).await;
    assert!(!failure.permanent, "{failure:?}");
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn mixed_up_ports_are_explained() {
    let plain = Sink::start(Behaviour::Accept);
    let failure = refused(&transport(&plain.url().replace("smtp://", "smtps://"))).await;
    assert!(
        !failure.permanent && failure.reply.contains("does not speak TLS here"),
        "{failure:?}"
    );
}

#[test]
fn plain_mail_to_elsewhere_and_useless_certificate_files_are_refused_at_construction() {
    let refused = |url: &str, ca: Option<&str>| {
        Transport::from_url(url, ca.map(std::path::Path::new))
            .unwrap_err()
            .to_string()
    };
    assert!(refused("smtp://mail.example.org?tls=none", None).contains("to this very machine only"));
    assert!(refused("smtps://mail.example.org", Some("/nonexistent.pem")).contains("LATCHKEY_MAIL_CA_FILE"));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "not a certificate").unwrap();
    assert!(refused("smtps://mail.example.org", file.path().to_str()).contains("no certificate"));
}

#[test]
fn a_transport_needs_no_runtime_to_be_made_or_dropped() {
    let transport = Transport::from_url("smtp://user:hunter2secret@mail.example.org", None).unwrap();
    assert_eq!(format!("{transport:?}"), "Smtp(mail.example.org:587, StartTls)");
}

#[tokio::test]
async fn the_memory_transport_keeps_and_refuses_on_request() {
    let (transport, mailbox) = Transport::memory();
    transport.send(&mail()).await.unwrap();
    assert_eq!(mailbox.mails(), [mail()]);
    let down = Failure {
        permanent: false,
        reply: "451 later".into(),
    };
    mailbox.refuse(Some(down.clone()));
    assert_eq!(refused(&transport).await, down);
    mailbox.refuse(None);
    transport.send(&mail()).await.unwrap();
    assert_eq!((mailbox.take().len(), mailbox.mails().len()), (2, 0));
    let to = Addressee {
        address: "not an address".into(),
        name: String::new(),
    };
    assert!(
        transport.send(&Outgoing { to, ..mail() }).await.unwrap_err().permanent,
        "as strict as the real ones"
    );
}
