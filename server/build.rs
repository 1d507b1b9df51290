//! Pages, script and style are part of a release binary: the folder they come from must exist, also before they were ever built, and a
//! release is built again when they change. Other builds read the folder at run time.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let site = Path::new("../target/site");
    std::fs::create_dir_all(site)?;
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed={}", site.display());
    }
    Ok(())
}
