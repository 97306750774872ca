//! What the service worker keeps, so that the app starts without a network.

use anyhow::{Context as _, Result, bail};

use crate::asset::Asset;
use crate::template;

/// Where `sw.js` wants the list. It is valid JavaScript even before it is filled.
const PLACE: &str = "/*{{precache}}*/[]";

/// Fills the list and the build id into the service worker.
pub(crate) fn inject(service_worker: &str, assets: &[Asset], build: &str) -> Result<String> {
    if !service_worker.contains(PLACE) {
        bail!("sw.js に {PLACE} がありません / sw.js lacks {PLACE}");
    }
    let list = serde_json::to_string_pretty(&addresses(assets)).context("precache list")?;
    template::fill(&service_worker.replace(PLACE, &list), &[("build", build)], &[])
}

/// The addresses in order; the page itself is asked for as `/`.
fn addresses(assets: &[Asset]) -> Vec<String> {
    let mut addresses: Vec<String> = assets
        .iter()
        .map(|asset| if asset.path == "index.html" { "/".to_owned() } else { asset.url() })
        .collect();
    addresses.sort();
    addresses
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

        assert_eq!(
            worker,
            "const LIST = [\n  \"/\",\n  \"/app-ba7816bf8f01cfea.wasm\",\n  \
             \"/icons/icon.svg\"\n];\nconst BUILD = 'b1';\n"
        );
    }

    #[test]
    fn a_service_worker_without_a_place_for_the_list_is_refused() {
        assert!(inject("const BUILD = '{{build}}'", &[], "b1").is_err());
        assert!(inject("/*{{precache}}*/[]", &[], "b1").is_err());
    }
}
