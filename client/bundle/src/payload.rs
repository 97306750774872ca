//! What a phone downloads at its first visit, and the limit on it.

use anyhow::{Result, bail};

/// Largest sum of wasm, JavaScript and CSS after brotli: a phone on a guest network of a company
/// must get it within seconds.
const PAYLOAD_BYTES_MAX: usize = 500_000;

/// Sizes of the files that count.
#[derive(Debug, Default)]
pub(crate) struct Payload {
    files: Vec<(String, usize, usize)>,
}

impl Payload {
    /// Counts a file if it is code or style.
    pub(crate) fn add(&mut self, path: &str, size: usize, compressed: usize) {
        let (_, extension) = path.rsplit_once('.').unwrap_or((path, ""));
        if ["wasm", "js", "css"].contains(&extension) {
            self.files.push((path.to_owned(), size, compressed));
        }
    }

    /// A table for the terminal.
    pub(crate) fn table(&self) -> String {
        let mut lines: Vec<String> = self
            .files
            .iter()
            .map(|(path, size, compressed)| {
                format!("  {:>8} KB → {:>6} KB  {path}", kilobytes(*size), kilobytes(*compressed))
            })
            .collect();
        lines.push(format!(
            "  アプリの大きさ / client payload (brotli 11): {} KB ≤ {} KB",
            kilobytes(self.compressed()),
            kilobytes(PAYLOAD_BYTES_MAX)
        ));
        lines.join("\n")
    }

    pub(crate) fn check(&self) -> Result<()> {
        let sum = self.compressed();
        if sum <= PAYLOAD_BYTES_MAX {
            return Ok(());
        }
        bail!(
            "アプリが大きすぎます / the app is too large: {} KB > {} KB",
            kilobytes(sum),
            kilobytes(PAYLOAD_BYTES_MAX)
        )
    }

    fn compressed(&self) -> usize {
        self.files.iter().map(|(_, _, compressed)| compressed).sum()
    }
}

/// Thousands of bytes with one decimal, rounded up so that a sum above the limit shows.
fn kilobytes(bytes: usize) -> String {
    let tenths = bytes.div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_style_count_and_pictures_do_not() {
        let mut payload = Payload::default();
        payload.add("app-1.wasm", 1_000, 300);
        payload.add("app-1.js", 100, 30);
        payload.add("style-1.css", 10, 3);
        payload.add("index.html", 10_000, 4_000);
        payload.add("icon.svg", 10_000, 4_000);

        assert_eq!(payload.compressed(), 333);
    }

    #[test]
    fn the_limit_itself_is_allowed_and_one_byte_more_is_not() {
        let mut payload = Payload::default();
        payload.add("app.wasm", 0, PAYLOAD_BYTES_MAX);
        assert!(payload.check().is_ok());

        payload.add("app.js", 0, 1);

        let error = payload.check().unwrap_err().to_string();
        assert!(error.contains("500.1 KB > 500.0 KB"), "{error}");
    }
}
