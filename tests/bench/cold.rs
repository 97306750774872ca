//! A consultant's new tablet that gets everything from a real server: how much, and how long.
//!
//! `cargo build --release -p server --bin mendan && cargo run -p tests --bin cold`
//!
//! Each new tablet is a process of its own, so that its memory and processor time are nobody else's.

use std::{
    process::{Command, ExitCode},
    time::Instant,
};

use engine::Pace;
use harness::{
    host::{Host, find_program},
    sample::replay::{Extent, Replay},
    station::{Failed, Station},
};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match (runtime, words.as_slice()) {
        (Err(error), _) => Err(Failed(error.to_string())),
        (Ok(runtime), []) => runtime.block_on(run()),
        (Ok(runtime), ["--tablet", origin, code]) => runtime.block_on(arrive(origin, code)),
        (Ok(_), _) => Err(Failed("cold takes no arguments".to_owned())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed(why)) => {
            say(&why);
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failed> {
    let failed = |error: std::io::Error| Failed(error.to_string());
    let program = find_program();
    let program = program.ok_or_else(|| Failed("build the server first".to_owned()))?;
    let began = moment();
    let replay = Replay::of(Extent::Whole);
    say(&format!("the firm was lived through in {:.1} s", began.elapsed().as_secs_f64()));
    let folder = tempfile::tempdir().map_err(failed)?;
    replay.move_in(folder.path()).map_err(Failed)?;
    let host = Host::start_again(&program, folder.path()).map_err(failed)?;
    say(&format!("database {:.1} MB", megabytes(host.disk_bytes().map_err(failed)?)));
    for staff in 0..4 {
        let mut tablet = replay.station(replay.tablet_of(staff), &host.origin);
        tablet.until("the tablet is open", |it| it.screen.is_open()).await?;
        tablet.until_sent().await?;
        let code = tablet.device_code().await?;
        say(&format!("consultant {staff}"));
        let myself = std::env::current_exe().map_err(failed)?;
        let mut fresh = Command::new(myself);
        let mut fresh = fresh.args(["--tablet", &host.origin, &code]).spawn().map_err(failed)?;
        // The old tablet hands over the keys meanwhile.
        while fresh.try_wait().map_err(failed)?.is_none() {
            tablet.turn_until_quiet().await?;
        }
    }
    Ok(())
}

/// The new tablet: it comes with a code, and reads everything.
async fn arrive(origin: &str, code: &str) -> Result<(), Failed> {
    let mut fresh = Station::new("新しい端末", origin, Pace::Coalesce { wait_ms: 0 }).with_disk();
    let began = moment();
    fresh.arrive(code, "").await?;
    let is_whole = |it: &Station| {
        it.screen.opening.as_ref().is_some_and(|it| it.known == it.opened && it.known > 1)
    };
    fresh.until("everything opens", is_whole).await?;
    let seconds = began.elapsed().as_secs_f64();
    let cases = &fresh.screen.home.cases;
    let interviews: usize = cases.iter().map(|case| case.interviews.len()).sum();
    let documents = fresh.screen.opening.as_ref().map_or(0, |it| it.opened);
    say(&format!(
        "  {} cases, {interviews} interviews, {documents} documents, {:.2} MB received, \
         {seconds:.2} s, of these {:.2} s of the processor's, {:.0} MB of memory at most",
        cases.len(),
        megabytes(fresh.received_bytes()),
        processor_seconds(),
        peak_megabytes(),
    ));
    Ok(())
}

fn megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) / 1000.0
}

/// What the system says was resident at most.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1000.0
}

/// What the system says this process has computed, by its hundredths of a second.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name in brackets, these are the twelfth and the thirteenth.
    let words = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    words.skip(11).take(2).filter_map(|word| word.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The present moment.
fn moment() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    Instant::now()
}

#[expect(clippy::print_stdout, reason = "figures are what the program is for")]
fn say(text: &str) {
    println!("{text}");
}
