//! Makes sure that the folders of built browser files exist, so that the server compiles before they are built.

use std::{env, fs, io, path::Path};

/// Shown in place of the inbox by a server that was built without it.
const PLACEHOLDER: &str = "<!doctype html><title>Switchboard</title>\
    <p>This server was built without its pages. Run <code>script/build-web</code> and build it again.</p>\n";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    for (folder, page) in [("../web/dist", Some("index.html")), ("../web/widget/dist", None)] {
        fs::create_dir_all(folder)?;
        if let Some(page) = page.map(|page| Path::new(folder).join(page))
            && !page.exists()
        {
            fs::write(page, PLACEHOLDER)?;
        }
        // A release carries the files in itself; a debug build reads them from the folder at run time.
        if env::var("PROFILE").as_deref() == Ok("release") {
            println!("cargo::rerun-if-changed={folder}");
        }
    }
    Ok(())
}
