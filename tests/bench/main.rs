//! Load on the real server by real engines over sockets.
//!
//! `cargo run --release -p tests --bin load -- append 8 8 2000 200`

use std::{path::PathBuf, process::ExitCode, time::Duration};

use harness::station::Failed;

mod crew;
mod figures;
mod idle;
mod upload;

const HELP: &str = "\
Load on the real server by real engines over sockets.

  load append W D M S    W writers, D documents, M live edits of S bytes each; every edit is an
                         envelope of its own, durable before the ack; one reader sees all
  load backlog W D M S   the same edits made offline, then uploaded at once
  load catchup N S       a new device fetches a document of N edits of S bytes
  load snapshot N S      the same document typed live, an envelope for each edit; then once more
                         when there is a snapshot of it
  load idle C            C connections, logged in and subscribed, that do nothing

The server is `mendan` beside this program: build it first, with
  cargo build --release -p server
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(&words)),
        Err(error) => Err(Failed(error.to_string())),
    };
    match outcome {
        Ok(report) => figures::say(&report),
        Err(Failed(why)) => figures::complain(&why),
    }
}

async fn run(words: &[&str]) -> Result<String, Failed> {
    let number = |word: &str| {
        word.parse::<u32>().ok().filter(|n| *n > 0).ok_or_else(|| Failed(HELP.to_owned()))
    };
    match words {
        ["append", w, d, m, s] => {
            let size = upload::Size::new(number(w)?, number(d)?, number(m)?, number(s)?)?;
            Box::pin(upload::append(size)).await
        }
        ["backlog", w, d, m, s] => {
            let size = upload::Size::new(number(w)?, number(d)?, number(m)?, number(s)?)?;
            Box::pin(upload::backlog(size)).await
        }
        ["catchup", n, s] => Box::pin(upload::catch_up(number(n)?, number(s)?)).await,
        ["snapshot", n, s] => Box::pin(upload::snapshot(number(n)?, number(s)?)).await,
        ["idle", c] => idle::idle(number(c)?).await,
        _ => Err(Failed(HELP.to_owned())),
    }
}

/// The server program beside this one.
fn server_program() -> Result<PathBuf, Failed> {
    let this = std::env::current_exe().map_err(|error| Failed(error.to_string()))?;
    let program = this.with_file_name("mendan");
    if program.exists() { Ok(program) } else { Err(Failed(HELP.to_owned())) }
}

/// Time since some moment, for latencies.
fn ticks(since: std::time::Instant) -> Duration {
    since.elapsed()
}

/// The present moment.
fn moment() -> std::time::Instant {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    std::time::Instant::now()
}
