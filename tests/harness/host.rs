//! The real server as a process of its own, on loopback, with its own accounting.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A running server; it is stopped when dropped.
pub struct Host {
    /// Where it is.
    pub origin: String,
    /// The bootstrap link, while there is no firm.
    pub bootstrap: Option<String>,
    metrics: String,
    data: PathBuf,
    child: Child,
}

/// What the server says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Account {
    /// Processor time since its start, in seconds.
    pub cpu_s: f64,
    /// Resident memory, in bytes.
    pub rss_bytes: f64,
    /// Commits.
    pub commits: f64,
    /// Envelopes stored.
    pub envelopes: f64,
}

impl Host {
    /// Starts the server program on an empty folder.
    pub fn start(program: &Path, data: &Path) -> std::io::Result<Self> {
        Self::launch(program, data, true)
    }

    /// Starts it on a folder in which there is a firm.
    pub fn start_again(program: &Path, data: &Path) -> std::io::Result<Self> {
        Self::launch(program, data, false)
    }

    fn launch(program: &Path, data: &Path, is_new: bool) -> std::io::Result<Self> {
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or_else(|| std::io::Error::other("no output"))?;
        let (mut origin, mut metrics, mut bootstrap) = (None, None, None);
        for line in BufReader::new(out).lines() {
            let line = line?;
            match line.split_once(' ') {
                Some(("listening", url)) => origin = Some(url.to_owned()),
                Some(("metrics", url)) => metrics = Some(url.to_owned()),
                Some(("bootstrap", url)) => bootstrap = Some(url.to_owned()),
                _ => {}
            }
            if origin.is_some() && metrics.is_some() && bootstrap.is_some() == is_new {
                break;
            }
        }
        let missing = || std::io::Error::other("the server did not say where it listens");
        Ok(Self {
            origin: origin.ok_or_else(missing)?,
            bootstrap,
            metrics: metrics.ok_or_else(missing)?,
            data: data.to_owned(),
            child,
        })
    }

    /// The server's own accounting.
    pub fn account(&self) -> std::io::Result<Account> {
        let text = get(&self.metrics)?;
        let value = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            found.and_then(|value| value.trim().parse().ok()).unwrap_or(f64::NAN)
        };
        Ok(Account {
            cpu_s: value("process_cpu_seconds_total"),
            rss_bytes: value("process_resident_memory_bytes"),
            commits: value("mendan_commits_total"),
            envelopes: value("mendan_envelopes_stored_total"),
        })
    }

    /// Bytes of everything in the data folder.
    pub fn disk_bytes(&self) -> std::io::Result<u64> {
        let mut sum = 0;
        for entry in std::fs::read_dir(&self.data)? {
            sum += entry?.metadata()?.len();
        }
        Ok(sum)
    }
}

/// Where the server program is; `None` if it is not built, which CI does not allow. `MENDAN` names
/// another one.
pub fn find_program() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let named = std::env::var_os("MENDAN").map(PathBuf::from);
    let built = ["release/mendan", "debug/mendan"].map(|name| target.join(name));
    let found = named.into_iter().chain(built).find(|path| path.is_file());
    let must_run = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    assert!(found.is_some() || !must_run, "the server is not built, and CI does not skip");
    found
}

impl Drop for Host {
    fn drop(&mut self) {
        // Nothing is kept of a benchmark's server, so it need not be asked politely.
        if self.child.kill().is_ok() {
            drop(self.child.wait());
        }
    }
}

fn get(url: &str) -> std::io::Result<String> {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
