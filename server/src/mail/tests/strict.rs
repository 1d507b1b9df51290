//! HTML as the strictest reader takes it: every element closed in its order, every attribute quoted and there once, every `&` the
//! beginning of a reference. Mail programs guess about everything else, each in its own way.

/// Elements that have no end.
const EMPTY: [&str; 4] = ["meta", "br", "!doctype", "img"];

/// What an element is called, and its attributes.
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

/// Every element of a page in its order; or what is wrong with the page.
pub fn elements(html: &str) -> Result<Vec<Tag>, String> {
    let (mut open, mut found, mut rest) = (Vec::<String>::new(), Vec::new(), html);
    while let Some((text, after)) = rest.split_once('<') {
        // What a style says is no text.
        if open.last().is_none_or(|name| name != "style") {
            references(text)?;
        }
        let (tag, behind) = after.split_once('>').ok_or("a tag without an end")?;
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop().ok_or_else(|| format!("</{name}> closes nothing"))?;
            if last != name {
                return Err(format!("</{name}> where <{last}> is open"));
            }
            continue;
        }
        let tag = parsed(tag)?;
        if !EMPTY.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        found.push(tag);
    }
    references(rest)?;
    if open.is_empty() {
        Ok(found)
    } else {
        Err(format!("{open:?} never end"))
    }
}

fn parsed(tag: &str) -> Result<Tag, String> {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let name = name.to_lowercase();
    let mut attributes: Vec<(String, String)> = Vec::new();
    if name == "!doctype" {
        rest = "";
    }
    while !rest.trim().is_empty() {
        let (key, after) = rest
            .trim_start()
            .split_once("=\"")
            .ok_or_else(|| format!("<{tag}> has a bare attribute"))?;
        let (value, after) = after
            .split_once('"')
            .ok_or_else(|| format!("<{tag}> has an open attribute"))?;
        let plain = |c: char| c.is_ascii_lowercase() || c == '-';
        if key.is_empty() || !key.chars().all(plain) || attributes.iter().any(|(known, _)| known == key) {
            return Err(format!("<{tag}>: {key:?} is odd, or there twice"));
        }
        if !after.is_empty() && !after.starts_with(char::is_whitespace) {
            return Err(format!("<{tag}>: nothing between two attributes"));
        }
        references(value)?;
        attributes.push((key.to_owned(), value.to_owned()));
        rest = after;
    }
    Ok(Tag { name, attributes })
}

fn references(text: &str) -> Result<(), String> {
    for part in text.split('&').skip(1) {
        let name = part.split(';').next().filter(|name| name.len() < part.len());
        let known = |name: &str| {
            ["amp", "lt", "gt", "quot", "nbsp"].contains(&name)
                || name
                    .strip_prefix('#')
                    .is_some_and(|digits| digits.parse::<u32>().is_ok())
        };
        if !name.is_some_and(known) {
            return Err(format!(
                "a bare & before {:?}",
                part.chars().take(20).collect::<String>()
            ));
        }
    }
    Ok(())
}

#[test]
fn the_strict_reader_refuses_what_is_not_strict() {
    assert!(elements("<!doctype html><p class=\"a\">x &amp; y<br></p>").is_ok());
    for bad in [
        "<p>",
        "<p></b></p>",
        "<p a=b></p>",
        "<p a=\"1\" a=\"2\"></p>",
        "a & b",
        "<p hidden></p>",
        "<p",
        "</p>",
        "<p a=\"1\"b=\"2\"></p>",
    ] {
        assert!(elements(bad).is_err(), "{bad}");
    }
}
