//! What the service worker keeps, so that the app starts without a network.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::app::has_extension;
use crate::asset::Asset;
use crate::template;

/// Where `sw.js` wants the list. It is valid JavaScript even before it is filled.
const PLACE: &str = "/*{{precache}}*/[]";

/// Fills the list and some names into the service worker. The list has `wasm` instead of its columns.
pub(crate) fn inject(
    service_worker: &str,
    assets: &[Asset],
    wasm: &Asset,
    names: &[(&str, &str)],
) -> Result<String> {
    if !service_worker.contains(PLACE) {
        bail!("sw.js に {PLACE} がありません / sw.js lacks {PLACE}");
    }
    let list = serde_json::to_string_pretty(&entries(assets, wasm)).context("precache list")?;
    template::fill(&service_worker.replace(PLACE, &list), names, &[])
}

/// Addresses in order, each with the hash that the browser checks; the page itself is asked for as
/// `/`, the wasm is made from what comes from another address.
fn entries(assets: &[Asset], wasm: &Asset) -> Vec<Value> {
    let entry = |asset: &Asset| {
        let integrity = asset.integrity();
        match asset.path.as_str() {
            "index.html" => json!({ "url": "/", "integrity": integrity }),
            path if has_extension(path, "pack") => {
                json!({
                    "url": wasm.url(),
                    "integrity": integrity,
                    "from": asset.url(),
                    "made": wasm.integrity(),
                })
            }
            _ => json!({ "url": asset.url(), "integrity": integrity }),
        }
    };
    let mut entries: Vec<Value> = assets.iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.get("url").map(Value::to_string));
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [(&str, &str); 2] = [("build", "b1"), ("unpack", "/u.js")];

    fn wasm() -> Asset {
        Asset::hashed("app", "wasm", b"abc".to_vec())
    }

    #[test]
    fn the_list_holds_every_file_the_page_as_root_and_the_wasm_for_its_columns() {
        let assets = [
            Asset::fixed("index.html", vec![]),
            Asset::hashed("app", "pack", b"columns".to_vec()),
            Asset::fixed("icons/icon.svg", vec![]),
        ];
        let template = "const LIST = /*{{precache}}*/[];\nconst BUILD = '{{build}}';\n\
            importScripts('{{unpack}}');\n";

        let worker = inject(template, &assets, &wasm(), &NAMES).unwrap();

        let list = worker.strip_prefix("const LIST = ").unwrap();
        let (list, rest) = list.split_once(";\n").unwrap();
        let list: Vec<Value> = serde_json::from_str(list).unwrap();
        let addresses: Vec<&str> = list.iter().filter_map(|entry| entry["url"].as_str()).collect();
        assert_eq!(addresses, ["/", "/app-ba7816bf8f01cfea.wasm", "/icons/icon.svg"]);
        assert_eq!(list[1]["from"], assets[1].url());
        assert_eq!(list[1]["integrity"], assets[1].integrity());
        assert_eq!(list[1]["made"], wasm().integrity());
        assert_eq!(rest, "const BUILD = 'b1';\nimportScripts('/u.js');\n");
    }

    #[test]
    fn a_service_worker_without_a_place_for_something_is_refused() {
        let (list, build, unpack) = ("/*{{precache}}*/[]", "'{{build}}'", "'{{unpack}}'");
        let inject = |text: &str| inject(text, &[], &wasm(), &NAMES);
        assert!(inject(&[list, build, unpack].concat()).is_ok());
        for lacking in [[list, build], [list, unpack], [build, unpack]] {
            assert!(inject(&lacking.concat()).is_err(), "{lacking:?}");
        }
    }
}
