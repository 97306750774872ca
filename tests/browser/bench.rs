//! A browser with `tests/proof` in it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::{
    chromium::{self, Browser},
    page::Page,
    tape::Tape,
};

/// Where `bundle` puts what a browser loads.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/proof")
}

const PAGE: &str = "<!doctype html><title>proof</title><script type=module>
    import init, * as proof from '/proof.js';
    await init({ module_or_path: fetch('/proof_bg.wasm') });
    window.proof = proof;
    </script>";

/// A browser with the checks and figures loaded as `window.proof`.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) page: Page,
    _browser: Browser,
    _profile: TempDir,
}

impl Bench {
    /// Starts it; `None` where something is missing, which CI does not allow.
    pub(crate) async fn open() -> Option<Self> {
        let chromium = chromium::find()?;
        if !folder().join("proof_bg.wasm").is_file() {
            let must_run = env::var_os("CI").is_some_and(|value| !value.is_empty());
            assert!(!must_run, "the checks are not built, and CI does not skip");
            println!("skipped: no target/proof (cargo run -p bundle -- proof)");
            return None;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let router = Router::new().fallback(serve);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let profile = tempfile::tempdir().unwrap();
        let browser =
            Browser::start(&chromium, &profile.path().join("profile"), &Tape::off()).await;
        let page = browser.open(&format!("{origin}/")).await;
        page.wait_for("window.proof").await;
        Some(Self { page, _browser: browser, _profile: profile })
    }
}

/// Three files, as a browser wants them.
async fn serve(uri: Uri) -> (StatusCode, HeaderMap, Vec<u8>) {
    let (name, kind) = match uri.path() {
        "/" => return answer("text/html", PAGE.as_bytes().to_vec()),
        "/proof.js" => ("proof.js", "text/javascript"),
        "/proof_bg.wasm" => ("proof_bg.wasm", "application/wasm"),
        _ => return (StatusCode::NOT_FOUND, HeaderMap::new(), vec![]),
    };
    answer(kind, fs::read(folder().join(name)).unwrap())
}

fn answer(kind: &'static str, bytes: Vec<u8>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
    (StatusCode::OK, headers, bytes)
}
