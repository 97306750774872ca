//! The server as a child process.

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ExitStatus};
use std::time::Duration;

use crate::clock::{self, Stopwatch};
use crate::command::Command;

/// A first start makes keys and tables; a slow disk needs a while.
const READY_LIMIT: Duration = Duration::from_mins(1);
/// After this the server is ended the hard way.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// A running server. It is stopped when this is dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    pub(crate) fn start(command: &Command, address: SocketAddr) -> Result<Self> {
        let mut process = command.process();
        // In a group of its own it gets no Ctrl-C from the terminal, only our one signal.
        process.process_group(0);
        let child = process.spawn().with_context(|| format!("cannot start {command}"))?;
        Ok(Self { child, address })
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
    }
}

/// The wished address when it is free, else a free port beside it.
pub(crate) fn free_address(wish: SocketAddr) -> Result<SocketAddr> {
    if TcpListener::bind(wish).is_ok() {
        return Ok(wish);
    }
    let listener = TcpListener::bind(SocketAddr::new(wish.ip(), 0)).context("no free port")?;
    Ok(listener.local_addr()?)
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
    fn a_server_is_stopped_by_one_polite_signal() {
        let address = "127.0.0.1:9".parse().unwrap();
        let mut server = Server::start(&Command::new("sleep").arg("60"), address).unwrap();

        let status = server.stop().unwrap();

        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
    }
}
