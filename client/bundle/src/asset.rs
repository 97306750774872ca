//! One file of the app as the server will serve it.

use anyhow::{Context as _, Result, bail};

use crate::{digest, pack, squeeze};

/// A wasm in columns.
const COLUMNS: &str = "application/octet-stream";

/// A served file: its path without the leading slash, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asset {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) cache: Cache,
}

/// What the server tells a browser about keeping the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cache {
    /// The name holds the hash, so the bytes under it never change.
    Immutable,
    /// The name is fixed; the service worker keeps the copy that belongs to its build.
    NoStore,
}

impl Cache {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Immutable => "immutable",
            Self::NoStore => "no-store",
        }
    }
}

impl Asset {
    /// A file whose name is made from its bytes: `app-0123456789abcdef.js`.
    pub(crate) fn hashed(stem: &str, extension: &str, bytes: Vec<u8>) -> Self {
        let path = format!("{stem}-{}.{extension}", digest::short(&bytes));
        Self { path, bytes, cache: Cache::Immutable }
    }

    /// A file that must be found under a fixed name.
    pub(crate) fn fixed(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), bytes, cache: Cache::NoStore }
    }

    /// The path as the page writes it.
    pub(crate) fn url(&self) -> String {
        format!("/{}", self.path)
    }

    pub(crate) fn integrity(&self) -> String {
        digest::integrity(&self.bytes)
    }

    pub(crate) fn content_type(&self) -> Result<&'static str> {
        content_type(&self.path)
    }

    /// The bytes compressed as small as brotli can, or `None` for formats that are compressed
    /// already.
    pub(crate) fn brotli(&self) -> Result<Option<Vec<u8>>> {
        let kind = self.content_type()?;
        let is_worth_it = kind.contains("charset") || kind.contains("json") || kind == COLUMNS;
        if !is_worth_it {
            return Ok(None);
        }
        if kind != COLUMNS {
            return squeeze::text(&self.bytes).map(Some);
        }
        let mut rest = self.bytes.as_slice();
        let mut parts = vec![];
        for size in pack::parts(rest)? {
            let (part, after) = rest.split_at_checked(size).context("a column")?;
            parts.push(part);
            rest = after;
        }
        parts.push(rest);
        squeeze::parts(&parts).map(Some)
    }
}

fn content_type(path: &str) -> Result<&'static str> {
    let (_, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    Ok(match extension {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "pack" => COLUMNS,
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => bail!("種類の分からないファイル / a file of unknown type: {path}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_follows_the_bytes() {
        let asset = Asset::hashed("app", "js", b"abc".to_vec());

        assert_eq!(asset.url(), "/app-ba7816bf8f01cfea.js");
        assert_eq!(asset.cache.word(), "immutable");
    }

    #[test]
    fn text_is_compressed_and_pictures_are_not() {
        let text = Asset::fixed("index.html", vec![b'a'; 4096]);
        let picture = Asset::fixed("icon.png", vec![0; 4096]);

        assert!(text.brotli().unwrap().unwrap().len() < 100);
        assert_eq!(picture.brotli().unwrap(), None);
    }

    #[test]
    fn a_file_nobody_can_name_the_type_of_is_refused() {
        assert!(content_type("notes.docx").is_err());
        assert!(content_type("LICENSE").is_err());
    }
}
