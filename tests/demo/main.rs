//! Fills a new server with the sample firm, and prints a link for each kind of user.
//!
//! The firm is lived through before the server starts, and its database put where the server looks.
//! The links are codes for a further device of the people it plays, so it goes on running: it hands
//! over the keys when a link is opened, and makes a new code when one is used or too old.

use std::{path::Path, process::ExitCode};

use engine::casework::date::Date;
use harness::{
    sample::replay::{Extent, Progress, Replay},
    station::{Failed, Station, now},
};

const HELP: &str = "\
Lives through the sample firm and puts its database into a folder; then reads the server's address
from a line of its input, and prints a link each for a consultant, an employee and an admin. Keeps
running, to hand over keys when a link is opened.

  demo --data FOLDER [--full]   --full is all of the firm, some minutes; else a few people
";

/// A code that would end within this is replaced, so that what is printed can still be used.
const RENEW_MS: u64 = 60_000;

/// Somebody the links are for.
struct Player {
    title: &'static str,
    station: Station,
    devices: usize,
    ends_at: u64,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["--data", folder] => run(Path::new(folder), Extent::Part),
        ["--data", folder, "--full"] => run(Path::new(folder), Extent::Whole),
        _ => Err(Failed(HELP.to_owned())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed(why)) => {
            complain(&why);
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path, extent: Extent) -> Result<(), Failed> {
    // Keys that nobody else has: the firm is known, its secrets must not be.
    let seed = getrandom::u64().map_err(|error| Failed(error.to_string()))?;
    let mut month = String::new();
    let replay = Replay::told(extent, seed, |it| tell_of_month(&mut month, it));
    replay.move_in(folder).map_err(Failed)?;
    let mut url = String::new();
    let read = std::io::stdin().read_line(&mut url);
    read.map_err(|error| Failed(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failed(error.to_string()))?;
    runtime.block_on(play(&replay, url.trim()))
}

/// Says how far it is, once for each month of the firm.
fn tell_of_month(told: &mut String, progress: &Progress) {
    let month: String = Date::at(progress.at).to_string().chars().take(7).collect();
    if month != *told {
        say(&format!("  {month}  {:>3} %", progress.done * 100 / progress.all.max(1)));
        *told = month;
    }
}

async fn play(replay: &Replay, url: &str) -> Result<(), Failed> {
    let employee = replay.firm.person("A-0107").index;
    let phone = replay.phones.get(&employee).copied();
    let phone = phone.ok_or_else(|| Failed("nobody was interviewed".to_owned()))?;
    let admin = replay.admins.first().copied();
    let admin = admin.ok_or_else(|| Failed("nobody is the admin".to_owned()))?;
    let people = [
        ("担当(コンサルタント)/ consultant", replay.tablet_of(0)),
        ("相談者(従業員)/ employee", phone),
        ("管理者 / admin", admin),
    ];
    let mut players = vec![];
    for (title, device) in people {
        let mut station = replay.station(device, url);
        station.until("the device is open", |it| it.screen.is_open()).await?;
        players.push(Player { title, station, devices: 0, ends_at: 0 });
    }
    loop {
        for player in &mut players {
            player.keep_a_code(url).await?;
        }
    }
}

impl Player {
    /// Goes on for a moment; prints a code if the last one was used or ends soon.
    async fn keep_a_code(&mut self, url: &str) -> Result<(), Failed> {
        self.station.turn_until_quiet().await?;
        let devices = self.station.screen.home.devices.len();
        if devices == self.devices && now().0 + RENEW_MS < self.ends_at {
            return Ok(());
        }
        self.devices = devices;
        let code = self.station.device_code().await?;
        self.ends_at = now().0 + harness::station::DEVICE_CODE_MS;
        say(&format!("{}\n  {url}/#{code}\n", self.title));
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "the links are what the program is for")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "the only word to a person at the terminal")]
fn complain(text: &str) {
    eprintln!("{text}");
}
