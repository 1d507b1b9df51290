//! Turns `locales/*.json` into code, so that a missing or misspelt text is a compile error. Which languages there are stands in
//! Cargo.toml. The macro that does the same cannot fill values into plain strings, which titles and labels need.

use leptos_i18n_codegen::gen_code;
use leptos_i18n_parser::parse_locales::cfg_file::ConfigFile;
use leptos_i18n_parser::parse_locales::options::{Config, ParseOptions};
use leptos_i18n_parser::parse_locales::parse_locales;
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=Cargo.toml");
    println!("cargo:rerun-if-changed=locales");
    let mut manifest = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let mut config: Config = ConfigFile::new(&mut manifest)?.into();
    config.options = ParseOptions::new().interpolate_display(true);
    let code = gen_code(&parse_locales(Some(manifest), config)?, None, true, None, false)?;
    std::fs::write(
        PathBuf::from(std::env::var("OUT_DIR")?).join("words.rs"),
        code.to_string(),
    )?;
    Ok(())
}
