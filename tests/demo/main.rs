//! Fills a new server with a small fictional firm, and prints a link for each kind of user.
//!
//! The links are codes for a further device of the people it plays, so it goes on running: it hands
//! over the keys when a link is opened, and makes a new code when one is used or too old.

use std::process::ExitCode;

use engine::{
    Pace,
    casework::field::{Field, Value},
    command::{Command, Splice},
};
use harness::station::{Failed, Station, now};
use shared::{id::DocumentId, log::org::Role};

mod example;

const HELP: &str = "\
Makes a small fictional firm on a new server and prints a link each for a consultant, an employee
and an admin. Keeps running, to hand over keys when a link is opened.

  MENDAN_BOOTSTRAP=LINK demo --url ORIGIN
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
    let (Some(url), Ok(bootstrap)) = (url_of(&words), std::env::var("MENDAN_BOOTSTRAP")) else {
        complain(HELP);
        return ExitCode::FAILURE;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(play(url, &bootstrap)),
        Err(error) => Err(Failed(error.to_string())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed(why)) => {
            complain(&why);
            ExitCode::FAILURE
        }
    }
}

fn url_of<'w>(words: &[&'w str]) -> Option<&'w str> {
    let at = words.iter().position(|word| *word == "--url")?;
    words.get(at + 1).copied()
}

async fn play(url: &str, bootstrap: &str) -> Result<(), Failed> {
    let pace = Pace::Coalesce { wait_ms: 0 };
    let mut admin = Station::new("見本:管理", url, pace);
    admin.arrive(bootstrap, "管理 花子").await?;
    let mut consultant = Station::new("見本:担当", url, pace);
    let link = admin.invite(Role::Consultant, "佐藤 恵").await?;
    consultant.arrive(&link, "佐藤 恵").await?;
    let mut employees = vec![];
    for person in example::EMPLOYEES {
        let link = consultant.invite(Role::Employee, person.name).await?;
        let mut phone = Station::new("見本:相談者", url, pace);
        phone.arrive(&link, person.name).await?;
        write_case(&mut consultant, person).await?;
        phone.turn_until_quiet().await?;
        employees.push(phone);
    }
    let employee = employees.into_iter().next();
    let employee = employee.ok_or_else(|| Failed("nobody was interviewed".to_owned()))?;
    let mut players = [
        Player::new("担当(コンサルタント)/ consultant", consultant),
        Player::new("相談者(従業員)/ employee", employee),
        Player::new("管理者 / admin", admin),
    ];
    loop {
        for player in &mut players {
            player.keep_a_code(url).await?;
        }
    }
}

/// Opens the case and writes the interview as the consultant would.
async fn write_case(consultant: &mut Station, person: &example::Person) -> Result<(), Failed> {
    let account = consultant.joined(person.name).await?;
    consultant.ask(Command::OpenCase(account));
    let cases = &consultant.screen.home.cases;
    let case = cases.iter().find(|case| case.employee_name == person.name);
    let case = case.map(|case| case.case).ok_or_else(|| Failed("no case".to_owned()))?;
    consultant.ask(Command::AddInterview(case));
    let note = consultant.screen.went_to.take();
    let note = note.ok_or_else(|| Failed("no note".to_owned()))?;
    consultant.ask(Command::Open(note));
    for (field, text) in person.texts {
        type_text(consultant, note, &Field::top(field), text)?;
    }
    for (field, value) in example::values(person) {
        consultant.ask(Command::SetValue { document: note, field: Field::top(field), value });
    }
    for (list, lines) in person.lists {
        for line in *lines {
            add_line(consultant, note, &Field::top(list), line)?;
        }
    }
    consultant.ask(Command::OfferSummary(note));
    consultant.ask(Command::Close(note));
    consultant.until_sent().await
}

fn add_line(
    station: &mut Station,
    note: DocumentId,
    list: &Field,
    line: &str,
) -> Result<(), Failed> {
    station.ask(Command::AddItem { document: note, list: list.clone() });
    let item = station.screen.items(note, list).pop();
    let item = list.child(&item.ok_or_else(|| Failed("no item".to_owned()))?);
    type_text(station, note, &item.child("text"), line)
}

fn type_text(
    station: &mut Station,
    note: DocumentId,
    field: &Field,
    text: &str,
) -> Result<(), Failed> {
    let splice = Splice { at: 0, delete: 0, insert: text.to_owned() };
    let revision = station.screen.type_over(note, field, &splice);
    let revision = revision.ok_or_else(|| Failed(format!("no field {field}")))?;
    let field = field.clone();
    station.ask(Command::EditText { document: note, field, revision, splice });
    Ok(())
}

impl Player {
    fn new(title: &'static str, station: Station) -> Self {
        Self { title, station, devices: 0, ends_at: 0 }
    }

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

/// Codes as values; here so that `example` is nothing but words.
fn code(code: &str) -> Value {
    Value::Code(code.to_owned())
}
