//! The short scripts that start the wasm, on the page and in the worker.
//!
//! The page's security policy allows no inline script, so they are files of their own.

use anyhow::{Context as _, Result};

use crate::asset::Asset;
use crate::glue::Glue;
use crate::template;

/// The scripts as they are written.
#[derive(Debug)]
pub(crate) struct Sources {
    /// How columns become a wasm.
    pub(crate) unpack: String,
    /// What page and worker have in common.
    pub(crate) load: String,
    pub(crate) boot: String,
    pub(crate) worker: String,
}

/// The scripts as they are served.
pub(crate) struct Loaders {
    /// What page and service worker load to make the wasm of its columns.
    pub(crate) unpack: Asset,
    pub(crate) load: Asset,
    /// What the page loads.
    pub(crate) boot: Asset,
    /// What the page starts as a module worker.
    pub(crate) worker: Asset,
}

/// Fills in where everything lies.
pub(crate) fn make(sources: &Sources, glue: &Glue) -> Result<Loaders> {
    let (wasm, packed) = (&glue.wasm, &glue.packed);
    let unpack = script("unpack", &sources.unpack, &[])?;
    let places = [
        ("wasm", wasm.url()),
        ("wasm_sri", wasm.integrity()),
        ("packed", packed.url()),
        ("packed_sri", packed.integrity()),
        ("unpack", unpack.url()),
    ];
    let load = script("load", &sources.load, &places)?;
    let places = [("glue", glue.script.url()), ("load", load.url())];
    let worker = script("worker", &sources.worker, &places)?;
    let [glue, shared] = places;
    let boot = script("boot", &sources.boot, &[glue, shared, ("worker", worker.url())])?;
    Ok(Loaders { unpack, load, boot, worker })
}

fn script(stem: &str, template: &str, places: &[(&str, String)]) -> Result<Asset> {
    let places: Vec<(&str, &str)> =
        places.iter().map(|(name, place)| (*name, place.as_str())).collect();
    let text = template::fill(template, &places, &[]);
    let text = text.with_context(|| format!("client/{stem}.js"))?;
    Ok(Asset::hashed(stem, "js", text.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaders(wasm: &[u8], worker: &str) -> Loaders {
        let glue = Glue {
            wasm: Asset::hashed("app", "wasm", wasm.to_vec()),
            packed: Asset::hashed("app", "pack", wasm.to_vec()),
            script: Asset::hashed("app", "js", b"glue".to_vec()),
            snippets: vec![],
        };
        let sources = Sources {
            unpack: "const unpacked = 1;".to_owned(),
            load: "{{unpack}} {{wasm}} {{wasm_sri}} {{packed}} {{packed_sri}}".to_owned(),
            boot: "{{glue}} {{load}} {{worker}}".to_owned(),
            worker: format!("{{{{glue}}}} {{{{load}}}} {worker}"),
        };
        make(&sources, &glue).unwrap()
    }

    fn text(asset: &Asset) -> String {
        String::from_utf8(asset.bytes.clone()).unwrap()
    }

    #[test]
    fn every_script_names_the_hashed_files_that_it_needs() {
        let Loaders { unpack, load, boot, worker } = loaders(b"wasm", "a");

        let wasm = Asset::hashed("app", "wasm", b"wasm".to_vec());
        assert!(text(&load).contains(&wasm.url()) && text(&load).contains(&wasm.integrity()));
        assert!(text(&load).contains(&unpack.url()));
        for script in [&boot, &worker] {
            assert!(text(script).contains(&load.url()), "{}", text(script));
        }
        assert!(text(&boot).contains(&worker.url()));
    }

    #[test]
    fn another_wasm_or_another_worker_is_another_page() {
        let one = loaders(b"wasm", "a").boot.path;

        assert_ne!(one, loaders(b"other", "a").boot.path);
        assert_ne!(one, loaders(b"wasm", "b").boot.path);
    }
}
