//! From the compiler's wasm to the wasm and the JavaScript that a browser loads.

use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

use crate::asset::Asset;
use crate::merge;
use crate::order;
use crate::pack;
use crate::slim;
use crate::toolchain::remove;
use crate::workspace::Workspace;

/// What wasm-bindgen makes, under hashed names.
pub(crate) struct Glue {
    /// What a browser compiles. It makes this from the columns; nobody serves it.
    pub(crate) wasm: Asset,
    /// The same in columns.
    pub(crate) packed: Asset,
    pub(crate) script: Asset,
    /// Scripts that crates bring along; `script` imports them.
    pub(crate) snippets: Vec<Asset>,
}

/// Runs wasm-bindgen on the compiled client.
pub(crate) fn make(workspace: &Workspace, compiled: &Path) -> Result<Glue> {
    let directory = workspace.made("wasm-glue");
    remove(&directory)?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name("app")
        .web(true)?
        .typescript(false)
        .demangle(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&directory)
        .context("wasm-bindgen")?;
    if directory.join("package.json").exists() {
        bail!("npmの部品は使いません / a dependency asks for an npm package");
    }
    let wasm = fs::read(directory.join("app_bg.wasm"))?;
    let script = fs::read_to_string(directory.join("app.js"))?;
    let (wasm, script) = slim::slim(&wasm, &script)?;
    let sources = files(&directory.join("snippets"))?;
    let (script, snippets) = rename_snippets(script, sources)?;
    let wasm = order::order(&merge::merge(wasm)?)?;
    Ok(Glue {
        packed: Asset::hashed("app", "pack", pack::pack(&wasm)?),
        wasm: Asset::hashed("app", "wasm", wasm),
        script: Asset::hashed("app", "js", script.into_bytes()),
        snippets,
    })
}

/// All files below a directory with their paths in it, in order of path.
pub(crate) fn files(directory: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_path_buf()];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                waiting.push(entry?.path());
            }
        } else if path.is_file() {
            let name = path.strip_prefix(directory)?.to_str().context("a name outside UTF-8")?;
            found.push((name.to_owned(), fs::read(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

/// Gives snippets hashed names at the top level, and the glue their new names.
fn rename_snippets(
    mut script: String,
    sources: Vec<(String, Vec<u8>)>,
) -> Result<(String, Vec<Asset>)> {
    let mut snippets = Vec::new();
    for (path, bytes) in sources {
        let text = String::from_utf8_lossy(&bytes);
        if text.contains("from './") || text.contains("from \"./") {
            bail!("部品が他の部品を読み込みます / the snippet {path} imports another file");
        }
        let asset = Asset::hashed("snippet", "js", bytes);
        script = script.replace(&format!("./snippets/{path}"), &asset.url());
        snippets.push(asset);
    }
    if script.contains("./snippets/") {
        bail!("部品が見つかりません / the glue imports a snippet that was not written");
    }
    snippets.sort_by(|one, other| one.path.cmp(&other.path));
    snippets.dedup();
    Ok((script, snippets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_are_imported_under_their_hashed_names() {
        let script = "import { a } from './snippets/x-1/inline0.js';\n".to_owned();
        let sources = vec![("x-1/inline0.js".to_owned(), b"abc".to_vec())];

        let (script, snippets) = rename_snippets(script, sources).unwrap();

        assert_eq!(script, "import { a } from '/snippet-ba7816bf8f01cfea.js';\n");
        assert_eq!(snippets.len(), 1);
    }

    #[test]
    fn a_snippet_that_is_missing_or_imports_another_is_refused() {
        let script = "import { a } from './snippets/x-1/inline0.js';\n".to_owned();
        assert!(rename_snippets(script, vec![]).is_err());

        let source = vec![("y.js".to_owned(), b"import { b } from './z.js';".to_vec())];
        assert!(rename_snippets(String::new(), source).is_err());
    }
}
