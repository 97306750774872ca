//! Where things are in the checkout.

use anyhow::{Context as _, Result, bail};
use std::env;
use std::path::{Path, PathBuf};

/// The checkout this command works on.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the checkout: cargo says where this crate is, and without cargo the current
    /// directory is searched upwards.
    pub(crate) fn find() -> Result<Self> {
        let start = match env::var_os("CARGO_MANIFEST_DIR") {
            Some(directory) => PathBuf::from(directory),
            None => env::current_dir().context("no current directory")?,
        };
        match start.ancestors().find(|directory| is_root(directory)) {
            Some(root) => Ok(Self { root: root.to_path_buf() }),
            None => bail!(
                "面談のソースが見つかりません。/ No checkout of Mendan at or above {}",
                start.display()
            ),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Everything that is made goes below this directory, wherever cargo puts its own files.
    pub(crate) fn made(&self, path: &str) -> PathBuf {
        self.root.join("target").join(path)
    }

    /// Sources of the client: templates, styles and public files.
    pub(crate) fn client(&self, path: &str) -> PathBuf {
        self.root.join("client").join(path)
    }

    /// What the server embeds; the server's build script honours the same variable.
    pub(crate) fn app(&self) -> PathBuf {
        env::var_os("MENDAN_APP_DIR").map_or_else(|| self.made("app"), PathBuf::from)
    }
}

fn is_root(directory: &Path) -> bool {
    directory.join("Cargo.toml").is_file() && directory.join("client/bundle").is_dir()
}
