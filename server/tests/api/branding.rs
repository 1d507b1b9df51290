//! How an installation looks, and that whatever is chosen stays readable (A8, F1).

use crate::on_both_engines;
use crate::support::app::Setup;
use crate::support::client::raw;
use crate::support::{Answer, Client, TestApp};
use image::{DynamicImage, ImageFormat, RgbaImage};
use reqwest::Method;
use serde_json::{Value, json};
use server::store::Engine;
use std::io::Cursor;

const PATH: &str = "/api/v1/branding";

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbaImage::from_fn(width, height, |x, y| {
        image::Rgba([x.to_le_bytes()[0], y.to_le_bytes()[0], 120, 255])
    });
    let mut bytes = Cursor::new(Vec::new());
    let picture = match format {
        ImageFormat::Jpeg => DynamicImage::from(DynamicImage::from(picture).to_rgb8()),
        _ => DynamicImage::from(picture),
    };
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

async fn put(client: &Client, name: &str, bytes: Vec<u8>) -> Answer {
    let request = client.request(Method::PUT, &format!("{PATH}/{name}"));
    let request = request.header("content-type", "application/octet-stream").body(bytes);
    client.send(request).await
}

/// The file of a form, as a browser sends it.
async fn upload(browser: &Client, path: &str, file: &[u8]) -> Answer {
    let mut body = b"--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../x.svg\"\r\nContent-Type: image/svg+xml\r\n\r\n".to_vec();
    body.extend(file);
    body.extend(b"\r\n--xx--\r\n");
    let request = browser.request(Method::POST, path);
    browser
        .send(
            request
                .header("content-type", "multipart/form-data; boundary=xx")
                .body(body),
        )
        .await
}

/// The style sheet that a page links, if it links one beside the built-in one.
fn style_of(page: &Answer) -> Option<String> {
    let after = page.body.split("href=\"/branding/").nth(1)?;
    Some(format!("/branding/{}", after.split('"').next().unwrap()))
}

on_both_engines! {
    async fn a_logo_is_uploaded_and_every_page_carries_it_until_it_is_removed(app: TestApp) {
        let admin = app.administrator().await;
        assert_eq!(style_of(&app.browser().get("/sign-in").await), None);
        assert_eq!(admin.get(PATH).await.expect(200).json(), json!({ "style": null, "logo": null, "background": null }));

        let shown = put(&admin, "logo", picture(200, 100, ImageFormat::WebP)).await.expect(200).json();
        assert_eq!((&shown["width"], &shown["height"]), (&json!(200), &json!(100)));
        let path = shown["path"].as_str().unwrap();
        let served = app.program().get(path).await.expect(200);
        for (header, value) in [
            ("content-type", "image/png"), ("cache-control", "public, max-age=31536000, immutable"),
            ("x-content-type-options", "nosniff"), ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(served.header(header), value, "{header}");
        }
        assert!(served.header("content-security-policy").contains("default-src 'none'"), "{served:?}");
        for page in ["/sign-in", "/forgot", "/no-such-page"] {
            let page = app.browser().get(page).await;
            let style = style_of(&page).unwrap();
            let sheet = app.program().get(&style).await.expect(200);
            assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
            assert!(sheet.header("cache-control").contains("immutable") && sheet.body.contains(path), "{}", sheet.body);
            assert!(!page.body.contains("style="), "no style that the policy forbids");
        }
        let other = put(&admin, "logo", picture(50, 50, ImageFormat::Png)).await.expect(200).json();
        assert_ne!(other["path"], shown["path"]);
        app.program().get(path).await.expect(404);
        admin.delete(&format!("{PATH}/logo")).await.expect(204);
        admin.delete(&format!("{PATH}/logo")).await.expect(404);
        assert_eq!(style_of(&app.browser().get("/sign-in").await), None);
        for gone in [other["path"].as_str().unwrap(), "/branding/logo-.png", "/branding/x.css", "/branding/logo.png", "/branding/..%2flatchkey.db"] {
            app.program().get(gone).await.expect(404);
        }
        let audit = app.rows("select subject from audit where event = 'setting_changed' and subject like 'branding%'").await;
        assert_eq!(audit, ["branding.logo"; 3]);
    }

    async fn what_is_no_picture_is_refused_and_changes_nothing(app: TestApp) {
        let admin = app.administrator().await;
        put(&admin, "logo", picture(20, 10, ImageFormat::Png)).await.expect(200);
        let before = admin.get(PATH).await.json();
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
        for (bytes, words) in [
            (svg.clone(), "not a PNG, JPEG or WebP"), (Vec::new(), "not a PNG"), (b"GIF89a\x01\x00\x01\x00".to_vec(), "not a PNG"),
            (picture(20, 20, ImageFormat::Png)[..60].to_vec(), "damaged"), (picture(2100, 2000, ImageFormat::Png), "2100 × 2000"),
        ] {
            let refused = put(&admin, "logo", bytes).await.expect(422).json();
            assert_eq!((&refused["code"], &refused["field"]), (&json!("invalid"), &json!("logo")));
            assert!(refused["detail"].as_str().unwrap().contains(words), "{refused}");
        }
        for (name, length) in [("logo", 600 * 1024), ("background", 1100 * 1024), ("favicon", 17 * 1024)] {
            let head = format!("PUT {PATH}/{name} HTTP/1.1\r\nHost: {}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n", app.address);
            let answer = raw(app.address, head.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("application/problem+json"), "{name}: {answer}");
        }
        put(&admin, "favicon", picture(20, 10, ImageFormat::Png)).await.expect(404);
        assert_eq!(admin.get(PATH).await.json(), before);
        let browser = app.browser_of("root").await;
        let refused = upload(&browser, "/admin/branding/logo", &svg).await.expect(422);
        assert!(refused.body.contains("id=\"logo-problem\"") && !refused.body.contains("<script"), "{}", refused.body);
    }

    // F1: with the number
    async fn a_colour_that_cannot_be_read_is_refused_with_its_contrast(app: TestApp) {
        let admin = app.administrator().await;
        let change = async |light: &str, dark: &str| {
            admin.patch("/api/v1/settings", &json!({ "branding": { "accent_light": light, "accent_dark": dark } })).await
        };
        for (light, dark, field, words) in [
            ("#ffee00", "", "branding.accent_light", "contrast of 1.0"), ("#777777", "", "branding.accent_light", "contrast of 3.9"),
            ("", "#0e5a54", "branding.accent_dark", "contrast of 1.9"), ("red", "", "branding.accent_light", "a colour like"),
            ("#0e5a54;}*{display:none", "", "branding.accent_light", "a colour like"),
        ] {
            let refused = change(light, dark).await.expect(422).json();
            assert_eq!(refused["field"], field, "{refused}");
            assert!(refused["detail"].as_str().unwrap().contains(words), "{refused}");
        }
        assert_eq!(style_of(&app.browser().get("/sign-in").await), None);
        change("#7A1F5C", "#f0a").await.expect(422);
        change("#7A1F5C", "#ffaadd").await.expect(200);
        let style = style_of(&app.browser().get("/sign-in").await).unwrap();
        let sheet = app.program().get(&style).await.expect(200).body;
        assert!(sheet.contains(":root{--brand:#7a1f5c;") && sheet.contains("dark){:root{--brand:#ffaadd;"), "{sheet}");
        // Written by hand into the database, past every check: the built-in colour counts.
        app.set("branding.accent_light", json!("#fefefe")).await;
        let page = app.browser().get("/sign-in").await;
        let sheet = app.program().get(&style_of(&page).unwrap()).await.expect(200).body;
        assert!(!sheet.contains("#fefefe"), "{sheet}");
    }

    async fn a_style_sheet_of_before_is_answered_with_what_counts_now(app: TestApp) {
        app.set("branding.accent_light", json!("#7a1f5c")).await;
        let old = style_of(&app.browser().get("/sign-in").await).unwrap();
        app.set("branding.accent_light", json!("#1f3c7a")).await;
        let sheet = app.program().get(&old).await.expect(200);
        assert_eq!(sheet.header("cache-control"), "no-store");
        assert!(sheet.body.contains("#1f3c7a"), "{}", sheet.body);
    }

    // At once on every server
    async fn another_server_of_the_database_shows_the_same_look(app: TestApp) {
        let admin = app.administrator().await;
        let second = Setup::on(app.engine).beside(&app).start().await;
        let shown = put(&admin, "background", picture(300, 200, ImageFormat::Jpeg)).await.expect(200).json();
        let served = second.program().get(shown["path"].as_str().unwrap()).await.expect(200);
        assert_eq!(served.header("content-type"), "image/jpeg");
        let page = second.browser().get("/sign-in").await;
        assert!(second.program().get(&style_of(&page).unwrap()).await.expect(200).body.contains("cover"));
    }

    // The console: to be looked at before it counts
    async fn colours_are_previewed_in_the_console_before_they_count(app: TestApp) {
        app.administrator().await;
        let browser = app.browser_of("root").await;
        let page = browser.open("/admin/branding").await.expect(200);
        assert!(page.body.contains("class=\"preview light\"") && page.body.contains("Contrast") && !page.body.contains("style="), "{}", page.body);
        let typed = [("accent_light", "#7a1f5c"), ("accent_dark", "#444444")];
        let mut fields = typed.to_vec();
        fields.push(("preview", "true"));
        let page = browser.submit("/admin/branding", &fields).await.expect(200);
        let sheet = page.body.split("href=\"/admin/branding/preview.css?").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
        let sheet = browser.get(&format!("/admin/branding/preview.css?{sheet}")).await.expect(200);
        for part in [".preview.light{--brand:#7a1f5c;", ".preview.dark{--brand:#444444;"] {
            assert!(sheet.body.contains(part), "{part}: {}", sheet.body);
        }
        assert_eq!(app.count("settings where name like 'branding.accent%'").await, 0, "nothing counts yet");
        let hostile = browser.get("/admin/branding/preview.css?accent_light=red%3B%7D*%7Bdisplay%3Anone").await.expect(200);
        assert!(!hostile.body.contains("display"), "{}", hostile.body);

        let refused = browser.submit("/admin/branding", &typed).await.expect(422);
        assert!(refused.body.contains("id=\"accent_dark-problem\"") && refused.body.contains("to 1"), "{}", refused.body);
        browser.submit("/admin/branding", &[("accent_light", "#7a1f5c"), ("accent_dark", "")]).await.expect(303);
        let page = browser.open("/admin/branding").await.expect(200);
        assert!(style_of(&page).is_some(), "the console wears it too");
        upload(&browser, "/admin/branding/background", &picture(64, 48, ImageFormat::Png)).await.expect(303);
        assert!(browser.open("/admin/branding").await.body.contains("64 × 48"));
        browser.submit("/admin/branding/background/remove", &[]).await.expect(303);
        assert_eq!(app.count("branding_pictures").await, 0);
        app.program().get("/admin/branding/preview.css").await.expect(303);
    }

    // A8, security 201: no picture that a mail program would fetch
    async fn mails_carry_name_and_colour_and_fetch_nothing(app: TestApp) {
        let admin = app.administrator().await;
        put(&admin, "logo", picture(20, 10, ImageFormat::Png)).await.expect(200);
        app.set("branding.accent_light", json!("#7a1f5c")).await;
        app.set("branding.product_name", json!("Northwind")).await;
        app.add_account("ada").await;
        let (_, letter) = app.ask_and_read("ada").await;
        assert!(letter.html.contains("background-color:#7a1f5c") && letter.html.contains("Northwind"), "{}", letter.html);
        for fetched in ["<img", "src=", "url(", "@import", "#2456c8", "/branding/"] {
            assert!(!letter.html.contains(fetched), "{fetched}: {}", letter.html);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic(expected = "contrast")]
async fn a_pinned_colour_is_checked_like_any_other() {
    let groups: Value = json!({ "branding": { "accent_light": "#ffee00" } });
    Setup::on(Engine::Sqlite).pinned(groups).start().await;
}
