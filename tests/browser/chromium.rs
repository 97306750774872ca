//! Chromium as a child process on a profile of its own.

use std::{
    env, fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use serde_json::json;
use tokio::time::sleep;

use crate::{cdp::Cdp, page::Page, tape::Tape};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
const FLAGS: [&str; 15] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--lang=ja",
    "--accept-lang=ja",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
];
const START_ATTEMPTS: u32 = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// Where Chromium is, or why the test cannot run.
///
/// With `CI` set a missing browser is a failure, not a reason to skip.
pub(crate) fn find() -> Option<PathBuf> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&folders).flat_map(|folder| NAMES.map(|it| folder.join(it)));
    let found = found.find(|path| path.is_file());
    if found.is_none() {
        let must_run = env::var_os("CI").is_some_and(|value| !value.is_empty());
        assert!(!must_run, "no Chromium on the PATH, and CI does not skip");
        println!("skipped: no Chromium on the PATH (on Debian: apt-get install chromium)");
    }
    found
}

/// What a page handed out as a file, once the browser has all of it.
pub(crate) async fn downloaded(file: &Path) -> Vec<u8> {
    for _ in 0..START_ATTEMPTS {
        if let Ok(told) = fs::read(file) {
            return told;
        }
        sleep(PAUSE).await;
    }
    panic!("not downloaded: {}", file.display());
}

/// A running browser. Killed with everything it started when dropped.
#[derive(Debug)]
pub(crate) struct Browser {
    child: Child,
    cdp: Cdp,
}

impl Browser {
    /// Starts the browser on a profile, new or used.
    pub(crate) async fn start(program: &Path, profile: &Path, tape: &Tape) -> Self {
        fs::create_dir_all(profile).unwrap();
        let port_file = profile.join("DevToolsActivePort");
        // A killed browser leaves its port and its lock behind.
        for stale in ["DevToolsActivePort", "SingletonLock", "SingletonCookie", "SingletonSocket"] {
            fs::remove_file(profile.join(stale)).unwrap_or_default();
        }
        let log = fs::File::create(profile.with_extension("log")).unwrap();
        let mut child = Command::new(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            // People in the stories are in Japan, wherever the machine stands.
            .env("TZ", "Asia/Tokyo")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        for _ in 0..START_ATTEMPTS {
            let told = fs::read_to_string(&port_file).unwrap_or_default();
            if let Some((port, path)) = told.trim().split_once('\n') {
                let endpoint = format!("ws://127.0.0.1:{port}{path}");
                let cdp = Cdp::connect(&endpoint, tape.clone()).await;
                return Self { child, cdp };
            }
            assert!(child.try_wait().unwrap().is_none(), "Chromium ended at its start");
            sleep(PAUSE).await;
        }
        panic!("Chromium does not start");
    }

    /// Opens a page in a tab of its own.
    pub(crate) async fn open(&self, url: &str) -> Page {
        let params = json!({ "url": "about:blank" });
        let made = self.cdp.call(None, "Target.createTarget", params).await.unwrap();
        let id = made["targetId"].as_str().unwrap();
        for _ in 0..START_ATTEMPTS {
            let target = self.cdp.targets("page").into_iter().find(|target| target.id == id);
            if let Some(target) = target {
                let page = Page::new(self.cdp.clone(), target.line).await;
                page.go(url).await;
                return page;
            }
            sleep(PAUSE).await;
        }
        panic!("the tab does not open");
    }

    /// Cuts the browser from the network by its own emulation, or lets it back.
    pub(crate) async fn set_offline(&self, is_offline: bool) {
        self.cdp.set_offline(is_offline).await;
    }

    /// Puts what pages hand out as a file into a folder, under the name that they give it.
    pub(crate) async fn keep_downloads(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        let params = json!({ "behavior": "allow", "downloadPath": folder });
        self.cdp.call(None, "Browser.setDownloadBehavior", params).await.unwrap();
    }

    /// Ends every dedicated worker, as a fault in it does.
    pub(crate) async fn end_workers(&self) {
        self.in_workers("setTimeout(() => { throw new Error('fault') })").await;
    }

    /// Evaluates an expression in every dedicated worker.
    pub(crate) async fn in_workers(&self, expression: &str) {
        for worker in self.cdp.targets("worker") {
            let params = json!({ "expression": expression });
            let told = self.cdp.call(Some(&worker.line), "Runtime.evaluate", params).await.unwrap();
            assert!(told.get("exceptionDetails").is_none(), "{expression}: {told}");
        }
    }

    /// Sets the clock of every dedicated worker forward, until the next one starts.
    pub(crate) async fn set_clocks_forward(&self, ms: u64) {
        for worker in self.cdp.targets("worker") {
            let forward =
                format!("(() => {{ const now = Date.now; Date.now = () => now() + {ms}; }})()");
            let params = json!({ "expression": forward });
            self.cdp.call(Some(&worker.line), "Runtime.evaluate", params).await.unwrap();
        }
    }

    /// Lets every dedicated worker do nothing but count for a while.
    pub(crate) async fn keep_workers_busy(&self, ms: u32) {
        self.in_workers(&format!(
            "setTimeout(() => {{ const end = Date.now() + {ms}; while (Date.now() < end); }})"
        ))
        .await;
    }

    /// The most memory that one process of a page held at a time, in megabytes.
    pub(crate) fn peak_mb(&self) -> u64 {
        let group = self.child.id().to_string();
        let processes = fs::read_dir("/proc").unwrap().map(|it| it.unwrap().path());
        let peak = |process: PathBuf| {
            let read = |name| fs::read_to_string(process.join(name)).ok();
            // Behind the name in brackets: state, parent, group.
            let stat = read("stat")?;
            let is_ours = stat.rsplit(')').next()?.split_whitespace().nth(2) == Some(&group);
            let is_page = is_ours && read("cmdline")?.contains("--type=renderer");
            let status = is_page.then(|| read("status")).flatten()?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()
        };
        processes.filter_map(peak).max().unwrap_or_default() / 1000
    }

    /// All of its processes.
    pub(crate) fn group(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().unwrap())
    }

    /// What went wrong inside.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.cdp.complaints()
    }

    /// Ends the whole browser without warning, as an empty battery does.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        killpg(self.group(), Signal::SIGKILL).unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}
