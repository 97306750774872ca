//! What the service worker keeps, so that the app starts without a network.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::asset::Asset;
use crate::template;

/// Where `sw.js` wants the list. It is valid JavaScript even before it is filled.
const PLACE: &str = "/*{{precache}}*/[]";

/// Fills the list and the build id into the service worker.
pub(crate) fn inject(service_worker: &str, assets: &[Asset], build: &str) -> Result<String> {
    if !service_worker.contains(PLACE) {
        bail!("sw.js に {PLACE} がありません / sw.js lacks {PLACE}");
    }
    let list = serde_json::to_string_pretty(&entries(assets)).context("precache list")?;
    template::fill(&service_worker.replace(PLACE, &list), &[("build", build)], &[])
}

/// Addresses in order, each with the hash that the browser checks; the page itself is asked for as
/// `/`.
fn entries(assets: &[Asset]) -> Vec<Value> {
    let mut entries: Vec<(String, String)> = assets
        .iter()
        .map(|asset| {
            let is_page = asset.path == "index.html";
            (if is_page { "/".to_owned() } else { asset.url() }, asset.integrity())
        })
        .collect();
    entries.sort();
    entries.iter().map(|(url, integrity)| json!({ "url": url, "integrity": integrity })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_holds_every_file_and_the_page_as_root() {
        let assets = [
            Asset::fixed("index.html", vec![]),
            Asset::hashed("app", "wasm", b"abc".to_vec()),
            Asset::fixed("icons/icon.svg", vec![]),
        ];
        let template = "const LIST = /*{{precache}}*/[];\nconst BUILD = '{{build}}';\n";

        let worker = inject(template, &assets, "b1").unwrap();

        let list = worker.strip_prefix("const LIST = ").unwrap();
        let (list, rest) = list.split_once(";\n").unwrap();
        let list: Vec<Value> = serde_json::from_str(list).unwrap();
        let addresses: Vec<&str> = list.iter().filter_map(|entry| entry["url"].as_str()).collect();
        assert_eq!(addresses, ["/", "/app-ba7816bf8f01cfea.wasm", "/icons/icon.svg"]);
        assert_eq!(list[1]["integrity"], assets[1].integrity());
        assert_eq!(rest, "const BUILD = 'b1';\n");
    }

    #[test]
    fn a_service_worker_without_a_place_for_the_list_is_refused() {
        assert!(inject("const BUILD = '{{build}}'", &[], "b1").is_err());
        assert!(inject("/*{{precache}}*/[]", &[], "b1").is_err());
    }
}
