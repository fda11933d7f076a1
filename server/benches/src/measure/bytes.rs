//! `bytes`: what browsers load, as it was compressed by the build (brotli 11 and gzip 9 beside each file).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::figures::{Goal, Measured, Row, row};
use crate::say;

const KB: f64 = 1000.0;

/// The inbox until it is usable; the widget's loader, and with the chat open.
pub(super) fn measure(checkout: &Path) -> anyhow::Result<Vec<Row>> {
    say("bytes: what browsers load");
    let inbox = inbox_bytes(&checkout.join("web/dist")).context("web/dist: run script/build-web")?;
    let widget = checkout.join("web/widget/dist");
    let [loader, open] = widget_bytes(&widget).context("web/widget/dist: run script/build-web")?;
    let kilobytes = |bytes: u64| Measured::once(bytes as f64 / KB);
    Ok(vec![
        row("bytes_inbox", "KB", Goal::AtMost(410.0), kilobytes(inbox)),
        row("bytes_loader", "KB", Goal::AtMost(3.0), kilobytes(loader)),
        row("bytes_before_click", "KB", Goal::AtMost(10.0), kilobytes(loader)),
        row("bytes_chat_open", "KB", Goal::AtMost(30.0), kilobytes(open)),
    ])
}

/// All files that index.html names, those that these need before they work, and so on.
fn inbox_bytes(dist: &Path) -> anyhow::Result<u64> {
    let all = files_below(dist, dist)?;
    let mut loaded = BTreeSet::from(["index.html".to_owned()]);
    let mut to_read = vec!["index.html".to_owned()];
    while let Some(file) = to_read.pop() {
        let text = String::from_utf8_lossy(&fs::read(dist.join(&file))?).into_owned();
        // A script asks for code of parts that are not open yet later, if ever.
        let needs = if file.ends_with(".js") { static_imports(&text).join(" ") } else { text };
        for named in named_in(&needs, &all) {
            if loaded.insert(named.clone()) && !named.ends_with(".wasm") {
                to_read.push(named);
            }
        }
    }
    loaded.iter().map(|file| compressed(&dist.join(file), "br")).sum()
}

/// Of the widget: the loader; and with the chat open, in its heaviest language (`npm run size`).
fn widget_bytes(dist: &Path) -> anyhow::Result<[u64; 2]> {
    let loader = compressed(&dist.join("widget.js"), "gz")?;
    let mut open = loader + compressed(&dist.join("frame.html"), "gz")?;
    let mut heaviest = 0;
    for name in files_below(&dist.join("assets"), &dist.join("assets"))? {
        let bytes = compressed(&dist.join("assets").join(&name), "gz")?;
        if ["frame", "styles", "chunk"]
            .iter()
            .any(|part| name.starts_with(&format!("{part}.")) || name.starts_with(&format!("{part}-")))
        {
            open += bytes;
        } else if ["es", "tr", "hi", "ar"].iter().any(|language| name.starts_with(&format!("{language}."))) {
            heaviest = heaviest.max(bytes);
        }
    }
    Ok([loader, open + heaviest])
}

/// The file as it goes over the wire: compressed, unless that would not make it smaller.
fn compressed(file: &Path, extension: &str) -> anyhow::Result<u64> {
    let plain = fs::metadata(file).with_context(|| file.display().to_string())?.len();
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{extension}"));
    Ok(fs::metadata(name).map_or(plain, |metadata| metadata.len().min(plain)))
}

/// Names of files below a folder, without the compressed copies.
fn files_below(folder: &Path, root: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            names.extend(files_below(&path, root)?);
        } else if !path.extension().is_some_and(|extension| extension == "br" || extension == "gz") {
            names.push(path.strip_prefix(root)?.display().to_string());
        }
    }
    Ok(names)
}

/// What a script imports before it runs: `import … from "./x.js"` and `import "./x.js"`.
fn static_imports(script: &str) -> Vec<&str> {
    let after = ["from ", "import "].into_iter().flat_map(|word| script.split(word).skip(1));
    let quoted = |rest: &'_ str| -> Option<usize> {
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        rest.get(1..)?.find(quote)
    };
    after.filter_map(|rest| rest.get(1..=quoted(rest)?)).collect()
}

/// Those of `files` whose own name stands in a text, whatever the folder before it.
fn named_in(text: &str, files: &[String]) -> Vec<String> {
    let own_name = |file: &String| file.rsplit('/').next().is_some_and(|name| text.contains(name));
    files.iter().filter(|file| own_name(file)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_needs_what_it_imports_and_not_what_it_may_ask_for_later() {
        let script = r#"import { a } from './a.js'; import "./b.js"; fetch(new URL("./part.wasm", import.meta.url)); import("./c.js")"#;
        assert_eq!(static_imports(script), ["./a.js", "./b.js"]);
    }

    #[test]
    fn what_a_page_names_is_loaded_wherever_it_lies() {
        let files = ["app-1.css", "fonts/inter-2.woff2", "old-3.js"].map(str::to_owned);
        let named = named_in(r#"<link href="/assets/app-1.css"> url("/assets/fonts/inter-2.woff2")"#, &files);
        assert_eq!(named, ["app-1.css", "fonts/inter-2.woff2"]);
    }
}
