//! The app itself, out of the binary.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

use crate::http::error::Error;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// What deep links get: the app finds its own way.
const INDEX: &str = "index.html";

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"ja\"><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Mendan</title>\n\
    <h1>Mendan</h1>\n\
    <p>アプリがまだ組み立てられていません。<code>cargo up</code> を実行してください。</p>\n\
    <p lang=\"en\">The app is not built. Run <code>cargo up</code>.</p>\n";

/// One file of the app.
#[derive(Clone, Copy, Debug)]
struct Asset {
    /// Without the leading slash.
    path: &'static str,
    content_type: &'static str,
    /// In double quotes.
    etag: &'static str,
    /// Whether the name says what the bytes are.
    is_immutable: bool,
    bytes: &'static [u8],
    brotli: Option<&'static [u8]>,
}

/// The file a path names, or the page for paths that name none.
pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Result<Response, Error> {
    if method != Method::GET && method != Method::HEAD {
        return Err(Error::WrongMethod);
    }
    if ASSETS.is_empty() {
        return not_built(uri.path());
    }
    find(ASSETS, uri.path()).map(|asset| respond(asset, &headers)).ok_or(Error::NotFound)
}

fn find<'a>(assets: &'a [Asset], path: &str) -> Option<&'a Asset> {
    let named = |name: &str| assets.iter().find(|asset| asset.path == name);
    let path = path.strip_prefix('/')?;
    // A worker script that is answered with a page strands every device that asks for it.
    named(path).or_else(|| if is_page(path) { named(INDEX) } else { None })
}

fn is_page(path: &str) -> bool {
    let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
    !name.contains('.') && path != "v1" && !path.starts_with("v1/")
}

fn not_built(path: &str) -> Result<Response, Error> {
    let path = path.trim_start_matches('/');
    if !is_page(path) && path != INDEX {
        return Err(Error::NotFound);
    }
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], NOT_BUILT).into_response())
}

fn respond(asset: &Asset, request: &HeaderMap) -> Response {
    let cache = match asset.path {
        "sw.js" => "no-store",
        _ if asset.is_immutable => "public, max-age=31536000, immutable",
        _ => "no-cache",
    };
    let fixed = [
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::ETAG, HeaderValue::from_static(asset.etag)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    let known = request.get(header::IF_NONE_MATCH).and_then(|etag| etag.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|etag| etag.trim() == asset.etag)) {
        return (StatusCode::NOT_MODIFIED, fixed).into_response();
    }
    match asset.brotli.filter(|_| takes_brotli(request)) {
        Some(brotli) => {
            let encoding = [(header::CONTENT_ENCODING, HeaderValue::from_static("br"))];
            (fixed, encoding, Bytes::from_static(brotli)).into_response()
        }
        None => (fixed, Bytes::from_static(asset.bytes)).into_response(),
    }
}

fn takes_brotli(request: &HeaderMap) -> bool {
    let Some(accepted) = request.get(header::ACCEPT_ENCODING).and_then(|it| it.to_str().ok())
    else {
        return false;
    };
    accepted.split(',').any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let quality = quality.trim().trim_start_matches("q=");
        let is_refused = quality.starts_with('0') && quality.trim_matches(['0', '.']).is_empty();
        name.trim() == "br" && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn asset(path: &'static str, is_immutable: bool) -> Asset {
        Asset {
            path,
            content_type: "text/plain",
            etag: "\"1\"",
            is_immutable,
            bytes: b"plain",
            brotli: Some(b"small"),
        }
    }

    const APP: &[Asset] =
        &[asset("index.html", false), asset("sw.js", false), asset("boot-1234.js", true)];

    fn path_of(path: &str) -> Option<&'static str> {
        find(APP, path).map(|asset| asset.path)
    }

    fn header_of(path: &str, name: header::HeaderName) -> String {
        let response = respond(find(APP, path).unwrap(), &HeaderMap::new());
        response.headers().get(name).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn deep_links_get_the_page_and_names_of_files_never_do() {
        assert_eq!(path_of("/"), Some("index.html"));
        assert_eq!(path_of("/companies/12/notes"), Some("index.html"));
        assert_eq!(path_of("/sw.js"), Some("sw.js"));
        assert_eq!(path_of("/gone-5678.js"), None);
        assert_eq!(path_of("/v1/other"), None);
        assert_eq!(find(&[asset("index.html", false)], "/sw.js").map(|it| it.path), None);
    }

    #[test]
    fn only_names_that_hold_a_hash_are_kept_for_ever() {
        assert_eq!(header_of("/sw.js", header::CACHE_CONTROL), "no-store");
        assert_eq!(header_of("/", header::CACHE_CONTROL), "no-cache");
        assert!(header_of("/boot-1234.js", header::CACHE_CONTROL).contains("immutable"));
    }

    #[test]
    fn brotli_is_for_those_who_take_it() {
        let takes = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
            takes_brotli(&headers)
        };

        assert!(takes("gzip, deflate, br, zstd"));
        assert!(takes("br;q=0.5"));
        assert!(!takes("gzip, deflate"));
        assert!(!takes("br;q=0"));
        assert!(!takes("br;q=0.000, gzip"));
        assert!(!takes_brotli(&HeaderMap::new()));
    }

    #[test]
    fn what_is_there_already_is_not_sent_again() {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"0\", \"1\""));

        let response = respond(find(APP, "/").unwrap(), &headers);

        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    }
}
