//! The real server as a child process, on a data directory of its own.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    mem,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use harness::host::find_program;
use tempfile::TempDir;

use crate::{
    chromium::{self, Browser},
    tape::Tape,
};

fn find() -> Option<PathBuf> {
    let found = find_program();
    if found.is_none() {
        println!("skipped: no target/release/mendan (cargo verify builds it)");
    }
    found
}

/// A server, the browsers of those who use it, and everything they leave behind.
#[derive(Debug)]
pub(crate) struct House {
    /// Under which browsers reach it.
    pub(crate) origin: String,
    /// With which the firm is made; `None` once there is one.
    pub(crate) bootstrap: Option<String>,
    /// What went over every browser's network.
    pub(crate) tape: Tape,
    chromium: PathBuf,
    program: PathBuf,
    folder: TempDir,
    server: Child,
    // Open as long as the server writes to it.
    output: BufReader<ChildStdout>,
}

impl House {
    /// Starts a server without a firm. `None` where something is missing, which CI does not allow.
    pub(crate) fn open() -> Option<Self> {
        let (chromium, program) = (chromium::find()?, find()?);
        let folder = tempfile::tempdir().unwrap();
        let (server, mut output) = serve(&program, folder.path(), "127.0.0.1:0");
        let origin = told(&mut output, "listening");
        let bootstrap = Some(told(&mut output, "bootstrap"));
        let tape = Tape::default();
        Some(Self { origin, bootstrap, tape, chromium, program, folder, server, output })
    }

    /// Starts a server on a database that is put into its folder first.
    pub(crate) fn open_on(prepare: impl FnOnce(&Path)) -> Option<Self> {
        let (chromium, program) = (chromium::find()?, find()?);
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir_all(&data).unwrap();
        prepare(&data);
        let (server, mut output) = serve(&program, folder.path(), "127.0.0.1:0");
        let origin = told(&mut output, "listening");
        let tape = Tape::default();
        Some(Self { origin, bootstrap: None, tape, chromium, program, folder, server, output })
    }

    /// Copies the database while the server runs.
    pub(crate) fn back_up(&self) -> PathBuf {
        let copy = self.folder.path().join("copy.sqlite");
        self.run(&["backup", "--to"], &copy);
        copy
    }

    /// Stops the server, puts a copy in place of its database, and starts it at the same address.
    pub(crate) fn restore(&mut self, copy: &Path) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        self.run(&["restore", "--from"], copy);
        let (_, port) = self.origin.rsplit_once(':').unwrap();
        let address = format!("127.0.0.1:{port}");
        let (server, mut output) = serve(&self.program, self.folder.path(), &address);
        told(&mut output, "listening");
        self.server = server;
        drop(mem::replace(&mut self.output, output));
    }

    fn run(&self, words: &[&str], file: &Path) {
        let mut command = Command::new(&self.program);
        command.args(words).arg(file).arg("--data").arg(self.folder.path().join("data"));
        let done = command.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Starts the browser of `person`, on the profile it had before.
    pub(crate) async fn browser(&self, person: &str) -> Browser {
        Browser::start(&self.chromium, &self.profile(person), &self.tape).await
    }

    /// Where the browser of `person` keeps what it keeps.
    pub(crate) fn profile(&self, person: &str) -> PathBuf {
        self.folder.path().join("profiles").join(person)
    }

    /// The server's process.
    pub(crate) fn process(&self) -> u32 {
        self.server.id()
    }

    /// What the server writes: the database and its companions, and the log.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = vec![self.folder.path().join("server.log")];
        let data = self.folder.path().join("data");
        let entries = std::fs::read_dir(data).unwrap();
        files.extend(entries.map(|it| it.unwrap().path()).filter(|path| path.is_file()));
        files
    }

    /// For whatever else a test leaves behind.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn serve(program: &Path, folder: &Path, address: &str) -> (Child, BufReader<ChildStdout>) {
    let log = File::options().create(true).append(true).open(folder.join("server.log")).unwrap();
    let mut server = Command::new(program)
        .args(["serve", "--listen", address, "--data"])
        .arg(folder.join("data"))
        .env("RUST_LOG", "trace")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let output = BufReader::new(server.stdout.take().unwrap());
    (server, output)
}

/// What the server prints behind a word.
fn told(output: &mut BufReader<ChildStdout>, word: &str) -> String {
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let rest = line.trim().strip_prefix(word).map(|rest| String::from(rest.trim()));
    rest.unwrap_or_else(|| panic!("the server said {line:?}, not {word}"))
}

impl Drop for House {
    fn drop(&mut self) {
        self.server.kill().unwrap_or_default();
        self.server.wait().map(drop).unwrap_or_default();
    }
}
