//! The server as a child process.

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::clock::{self, Stopwatch};
use crate::command::Command;
use crate::say;

/// How the server's line begins that tells its address.
const LISTENING: &str = "listening ";
/// It is printed when the server begins to listen.
const ANNOUNCE_LIMIT: Duration = Duration::from_secs(10);
/// A first start makes keys and tables; a slow disk needs a while.
const READY_LIMIT: Duration = Duration::from_mins(1);
/// After this the server is ended the hard way.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// A running server. It is stopped when this is dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    announced: Receiver<String>,
    forward: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(command: &Command, address: SocketAddr) -> Result<Self> {
        let mut process = command.process();
        // In a group of its own it gets no Ctrl-C from the terminal, only our one signal.
        process.process_group(0).stdout(Stdio::piped());
        let mut child = process.spawn().with_context(|| format!("cannot start {command}"))?;
        let (announce, announced) = mpsc::channel();
        let forward = child.stdout.take().map(|out| thread::spawn(move || forward(out, &announce)));
        Ok(Self { child, address, announced, forward })
    }

    /// Waits until `/readyz` answers, the server ends, or `is_cancelled`.
    pub(crate) fn wait_until_ready(&mut self, is_cancelled: impl Fn() -> bool) -> Result<()> {
        let stopwatch = Stopwatch::start();
        while stopwatch.elapsed() < READY_LIMIT {
            if let Some(status) = self.ended()? {
                bail!("サーバーが終了しました / the server ended: {status}");
            }
            if is_ready(self.address) || is_cancelled() {
                return Ok(());
            }
            clock::pause(Duration::from_millis(100));
        }
        bail!("サーバーが応答しません / the server does not answer at {}", self.address)
    }

    /// The address as browsers must write it: logins are bound to it.
    pub(crate) fn url(&self) -> Result<String> {
        let line = self.announced.recv_timeout(ANNOUNCE_LIMIT).ok();
        let url = line.and_then(|line| line.strip_prefix(LISTENING).map(str::to_owned));
        url.context("サーバーのアドレスが不明 / no address was told")
    }

    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Asks the server to finish what it has begun, and waits for it.
    pub(crate) fn stop(&mut self) -> Result<ExitStatus> {
        if let Some(status) = self.ended()? {
            return Ok(status);
        }
        kill(Pid::from_raw(self.child.id().try_into()?), Signal::SIGTERM)?;
        let stopwatch = Stopwatch::start();
        while stopwatch.elapsed() < STOP_LIMIT {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            clock::pause(Duration::from_millis(50));
        }
        self.child.kill()?;
        Ok(self.child.wait()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody is left to be told of a failure here.
        drop(self.stop());
        // What the server said last is still on its way to the terminal.
        drop(self.forward.take().map(JoinHandle::join));
    }
}

/// Passes on what the server says, and picks out what `up` needs to know.
fn forward(out: ChildStdout, announce: &Sender<String>) {
    for line in BufReader::new(out).lines().map_while(Result::ok) {
        say::line(&line);
        if line.starts_with(LISTENING) {
            // Without sample data nobody waits for it.
            drop(announce.send(line));
        }
    }
}

/// The wished address when it is free, else a free port beside it.
pub(crate) fn free_address(wish: SocketAddr) -> Result<SocketAddr> {
    let any = SocketAddr::new(wish.ip(), 0);
    let listener = TcpListener::bind(wish).or_else(|_| TcpListener::bind(any));
    Ok(listener.context("空きポートがありません / no free port")?.local_addr()?)
}

/// Whether the server says that it can work.
fn is_ready(address: SocketAddr) -> bool {
    ask(address).is_ok_and(|answer| says_ok(&answer))
}

fn ask(address: SocketAddr) -> std::io::Result<String> {
    let limit = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn says_ok(answer: &str) -> bool {
    answer.strip_prefix("HTTP/1.1 ").is_some_and(|rest| rest.starts_with("200"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_200_means_ready() {
        assert!(says_ok("HTTP/1.1 200 OK\r\n\r\nok"));
        assert!(!says_ok("HTTP/1.1 503 Service Unavailable\r\n\r\n"));
        assert!(!says_ok(""));
    }

    #[test]
    fn a_taken_port_leads_to_another_one() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let wish = taken.local_addr().unwrap();

        let address = free_address(wish).unwrap();

        assert_ne!(address.port(), wish.port());
        assert_eq!(address.ip(), wish.ip());
    }

    #[test]
    fn a_server_that_ends_at_once_is_not_waited_for() {
        let address = "127.0.0.1:9".parse().unwrap();
        let mut server = Server::start(&Command::new("false"), address).unwrap();

        assert!(server.wait_until_ready(|| false).is_err());
    }

    #[test]
    fn the_address_is_picked_out_of_what_the_server_says() {
        let address = "127.0.0.1:9".parse().unwrap();
        let words =
            Command::new("printf").arg("hello\\nlistening http://x\\nbootstrap http://x/#1\\n");
        let server = Server::start(&words, address).unwrap();

        assert_eq!(server.url().unwrap(), "http://x");
    }

    #[test]
    fn a_server_is_stopped_by_one_polite_signal() {
        let address = "127.0.0.1:9".parse().unwrap();
        let mut server = Server::start(&Command::new("sleep").arg("60"), address).unwrap();

        let status = server.stop().unwrap();

        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
    }
}
