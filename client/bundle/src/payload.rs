//! What a phone downloads at its first visit, and the limit on it.

use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::Path;

use crate::glue::files;

/// Largest sum of wasm, JavaScript and CSS after brotli: a phone on a guest network of a company
/// must get it within seconds.
const SLIM_BYTES_MAX: usize = 600_000;
/// The same with a compiler that cannot leave out what describes a panic.
const USUAL_BYTES_MAX: usize = 920_000;

/// Sizes of the files that count.
#[derive(Debug)]
pub(crate) struct Payload {
    files: Vec<(String, usize, usize)>,
    most: usize,
}

impl Payload {
    /// Nothing yet, from a compiler that is slim or is not.
    pub(crate) fn new(is_slim: bool) -> Self {
        Self { files: vec![], most: if is_slim { SLIM_BYTES_MAX } else { USUAL_BYTES_MAX } }
    }

    /// What lies in a directory: each file, and beside it what it is compressed to.
    pub(crate) fn read(directory: &Path, is_slim: bool) -> Result<Self> {
        let mut payload = Self::new(is_slim);
        for (path, bytes) in files(directory)? {
            let compressed = directory.join(format!("{path}.br"));
            let size = match fs::metadata(&compressed) {
                Ok(found) => usize::try_from(found.len()).context("a file too large to count")?,
                Err(_) => bytes.len(),
            };
            payload.add(&path, bytes.len(), size);
        }
        Ok(payload)
    }

    /// Counts a file if it is code or style.
    pub(crate) fn add(&mut self, path: &str, size: usize, compressed: usize) {
        let (_, extension) = path.rsplit_once('.').unwrap_or((path, ""));
        if ["pack", "js", "css"].contains(&extension) {
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
            kilobytes(self.most)
        ));
        lines.join("\n")
    }

    /// Refuses an app that is too large, whatever compiler made it.
    pub(crate) fn check(&self) -> Result<()> {
        let sum = self.compressed();
        if sum <= self.most {
            return Ok(());
        }
        bail!(
            "アプリが大きすぎます / the app is too large: {} KB > {} KB",
            kilobytes(sum),
            kilobytes(self.most)
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
    use std::{env, process};

    #[test]
    fn code_and_style_count_and_pictures_do_not() {
        let mut payload = Payload::new(true);
        payload.add("app-1.pack", 1_000, 300);
        payload.add("app-1.js", 100, 30);
        payload.add("style-1.css", 10, 3);
        payload.add("index.html", 10_000, 4_000);
        payload.add("icon.svg", 10_000, 4_000);

        assert_eq!(payload.compressed(), 333);
    }

    #[test]
    fn the_limit_itself_is_allowed_and_one_byte_more_is_not() {
        for (is_slim, most, told) in
            [(true, 600_000, "600.1 KB > 600.0 KB"), (false, 920_000, "920.1 KB > 920.0 KB")]
        {
            let mut payload = Payload::new(is_slim);
            payload.add("app.pack", 0, most);
            assert!(payload.check().is_ok());

            payload.add("app.js", 0, 1);

            let error = payload.check().unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn what_was_built_earlier_is_measured_too() {
        let directory = env::temp_dir().join(format!("mendan-payload-{}", process::id()));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("app.pack"), vec![0; 800_000]).unwrap();
        fs::write(directory.join("index.html"), vec![0; 800_000]).unwrap();

        assert!(Payload::read(&directory, true).unwrap().check().is_err());
        assert!(Payload::read(&directory, false).unwrap().check().is_ok());
        fs::write(directory.join("app.pack.br"), vec![0; 590_000]).unwrap();
        assert!(Payload::read(&directory, true).unwrap().check().is_ok());
        fs::remove_dir_all(&directory).unwrap();
    }
}
