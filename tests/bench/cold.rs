//! A consultant's new tablet that gets everything from a real server: how much, and how long.
//!
//! `cargo run --release -p tests --bin cold`

use std::{process::ExitCode, time::Instant};

use engine::Pace;
use harness::{
    host::{Host, find_program},
    sample::replay::{Extent, Replay},
    station::{Failed, Station},
};

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run()),
        Err(error) => Err(Failed(error.to_string())),
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
        let pace = Pace::Coalesce { wait_ms: 0 };
        let mut fresh = Station::new("新しい端末", &host.origin, pace).with_disk();
        let began = moment();
        let arriving = async {
            let arrived = fresh.arrive(&code, "").await;
            let is_whole = |it: &Station| {
                it.screen.opening.as_ref().is_some_and(|it| it.known == it.opened && it.known > 1)
            };
            arrived.and(fresh.until("everything opens", is_whole).await)
        };
        // The old tablet hands over the keys meanwhile.
        let helping = async {
            loop {
                tablet.turn_until_quiet().await?;
            }
        };
        let outcome: Result<(), Failed> = tokio::select! {
            arrived = arriving => arrived,
            helped = helping => helped,
        };
        outcome?;
        let seconds = began.elapsed().as_secs_f64();
        let cases = &fresh.screen.home.cases;
        let interviews: usize = cases.iter().map(|case| case.interviews.len()).sum();
        let documents = fresh.screen.opening.as_ref().map_or(0, |it| it.opened);
        let received = megabytes(fresh.received_bytes());
        say(&format!(
            "consultant {staff}: {} cases, {interviews} interviews, {documents} documents, \
             {received:.2} MB received, {seconds:.2} s",
            cases.len()
        ));
    }
    say(&format!("peak memory of this program {:.0} MB", peak_megabytes()));
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

/// The present moment.
fn moment() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    Instant::now()
}

#[expect(clippy::print_stdout, reason = "figures are what the program is for")]
fn say(text: &str) {
    println!("{text}");
}
