//! How quick a tablet of a quarter of this machine's speed is, with years of the sample firm on it.
//!
//! `cargo run -p tests --bin tablet` (`mendan` must be built; `-- --help` tells the rest)
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a program run by hand, which should stop at the first surprise"
)]
#![expect(dead_code, reason = "the browser tests use all of it")]

#[path = "../browser/cdp.rs"]
mod cdp;
#[path = "../browser/chromium.rs"]
mod chromium;
#[path = "../browser/example.rs"]
mod example;
#[path = "../browser/house.rs"]
mod house;
#[path = "../browser/page.rs"]
mod page;
#[path = "../browser/person.rs"]
mod person;
mod slow;
#[path = "../browser/tape.rs"]
mod tape;
mod toll;
mod walk;

use std::time::Duration;

use engine::{
    casework::field::Field,
    command::{Command, Splice},
};
use harness::{
    sample::replay::{Extent, Replay},
    station::Station,
};
use house::House;
use page::{Page, TABLET};
use person::{Device, Person, id};
use serde_json::json;
use shared::id::DocumentId;
use slow::Slowness;
use tape::Tape;
use tokio::time::sleep;
use toll::Toll;
use walk::{Change, Changes, Walk};

const CONSULTANT: Person = Person {
    name: "",
    device: "新しいタブレット",
    passphrase: "はるのうみ ひねもすのたり のたりかな",
};
/// How many characters the text that is typed into has.
const CHARS: usize = 12_000;
/// How many sentences stand between two line breaks of it.
const SENTENCES: usize = 10;
const TYPED: usize = 200;
const ROUNDS: usize = 5;
/// How many interviews are gone through.
const INTERVIEWS: usize = 3;
/// As somebody types who is quick.
const BETWEEN_KEYS: Duration = Duration::from_millis(120);
/// The text that is typed into, and one beside it that somebody else writes in.
const TEXT: &str = "presenting_issue";

/// Remembers when each gate was first seen, and when the button to unlock was pressed.
const WATCH: &str = "
    window.times = {};
    const note = (what, at) => { if (!(what in window.times)) window.times[what] = at; };
    const see = () => {
      const gate = document.body?.dataset.gate;
      if (gate) note(gate, performance.now());
      if (document.querySelector('[data-testid=case]')) note('usable', performance.now());
    };
    new MutationObserver(see).observe(document, {
      subtree: true, childList: true, attributes: true, attributeFilter: ['data-gate'],
    });
    addEventListener('click', event => {
      if (event.target.closest('[data-testid=unlock]')) note('pressed', event.timeStamp);
    }, true);";

/// Measures from a key to the picture after it.
const KEYS: &str = "(() => {
    window.samples = [];
    addEventListener('keydown', event => requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => window.samples.push(performance.now() - event.timeStamp);
      after.port2.postMessage(0);
    }), true);
  })()";

const HELP: &str = "\
tablet [full] [solid] [devtools] [start] [pages] [typing]

  full     with all of the sample firm, and not a part of it
  solid    with a long note that is one paragraph: a browser breaks all of it anew with each key
  devtools slow the page's main thread as Chromium's developer tools do, four times, and not the
           whole browser
  start    measure the cold start
  pages    measure every change of the page
  typing   measure keys in a long note

Without one of the last three, all of them are measured.";

const PARTS: [&str; 3] = ["start", "pages", "typing"];

/// What runs at a quarter of its speed.
#[derive(Clone, Copy)]
enum Slow {
    Browser,
    /// Its main thread: workers are as quick as ever.
    Page,
}

impl Slow {
    /// Begins; what is slowed down in the page itself is so until `end`.
    async fn begin(self, device: &Device) -> Option<Slowness> {
        match self {
            Self::Browser => Some(Slowness::of(device.browser.group())),
            Self::Page => {
                Self::throttle(&device.page, 4).await;
                None
            }
        }
    }

    async fn end(self, page: &Page, slowness: Option<Slowness>) {
        drop(slowness);
        if let Self::Page = self {
            Self::throttle(page, 1).await;
        }
    }

    async fn throttle(page: &Page, rate: u8) {
        page.call("Emulation.setCPUThrottlingRate", json!({ "rate": rate })).await;
    }
}

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_word =
        |word: &String| PARTS.into_iter().chain(["full", "solid", "devtools"]).any(|it| it == word);
    if !words.iter().all(is_word) {
        return println!("{HELP}");
    }
    let is_wanted = |word: &str| words.iter().any(|it| it == word);
    let slow = if is_wanted("devtools") { Slow::Page } else { Slow::Browser };
    let is_all = !PARTS.into_iter().any(is_wanted);
    let replay = Replay::of(if is_wanted("full") { Extent::Whole } else { Extent::Part });
    let Some(mut house) = House::open_on(|data| replay.move_in(data).unwrap()) else { return };
    house.tape = Tape::off();
    let mut desktop = replay.station(replay.tablet_of(0), &house.origin);
    desktop.until("it is open", |it| it.screen.is_open()).await.unwrap();
    desktop.until_sent().await.unwrap();
    let (device, note) = prepare(&house, &mut desktop, is_wanted("solid")).await;
    println!("{} cases on the device, {CHARS} characters in the note", cases(&desktop));
    device.browser.kill();
    tell_columns();
    let cases = cases(&desktop);
    let pages = async {
        let rounds = if is_all || is_wanted("start") { ROUNDS } else { 0 };
        let device = start_cold(&house, cases, (slow, rounds)).await;
        if is_all || is_wanted("pages") {
            change_pages(&device, &note, slow).await;
        }
        device
    };
    // A connection on which nothing is heard for minutes is closed.
    let device = beside(&mut desktop, pages).await;
    if is_all || is_wanted("typing") {
        type_among_others(&device, &mut desktop, &note, slow).await;
    }
    assert_eq!(device.browser.complaints(), Vec::<String>::new());
}

fn cases(station: &Station) -> usize {
    station.screen.home.cases.len()
}

/// A device of the consultant's with everything on it, and a long note of it.
async fn prepare(house: &House, desktop: &mut Station, is_solid: bool) -> (Device, String) {
    let code = desktop.device_code().await.unwrap();
    let url = format!("{}/#{code}", house.origin);
    let device = Device::open(house, "tablet", TABLET, &url).await;
    let arriving = async {
        device.introduce(CONSULTANT, "link-device").await;
        device.wait_for_gate("open").await;
        let whole = "document.querySelector('[data-testid=opening]')?.dataset.whole === 'true'";
        device.page.wait_for(whole).await;
    };
    beside(desktop, arriving).await;
    let name = desktop.screen.home.cases[0].employee_name.clone();
    let note = device.add_interview(&name).await;
    let sentence = "話してくださったことを、そのままの言葉で。";
    let paragraph = if is_solid { sentence.to_owned() } else { sentence.repeat(SENTENCES) + "\n" };
    let text: String = paragraph.chars().cycle().take(CHARS).collect();
    device.page.fill(&text_box(), &text).await;
    device.wait_for_badge("sent").await;
    (device, note)
}

/// Does something while the other device goes on.
async fn beside<T>(desktop: &mut Station, doing: impl Future<Output = T>) -> T {
    let going_on = async {
        loop {
            desktop.turn_until_quiet().await.unwrap();
        }
    };
    tokio::select! {
        done = doing => done,
        () = going_on => unreachable!("a loop"),
    }
}

/// Starts the app without a network, on a browser that has just been started.
async fn start_cold(house: &House, cases: usize, (slow, rounds): (Slow, usize)) -> Device {
    let mut times = [vec![], vec![], vec![], vec![]];
    let (mut paid, mut last) = (0.0, None);
    for round in 0..rounds + 2 {
        drop(last.take());
        let browser = house.browser("tablet").await;
        browser.set_offline(true).await;
        let page = browser.open("about:blank").await;
        page.show_on(TABLET).await;
        page.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
        // The first time the browser keeps what it compiled; the second one, at full speed, says what
        // it costs whatever else the machine does.
        let device = Device { browser, page };
        let slowness = if round > 1 { slow.begin(&device).await } else { None };
        let toll = Toll::of(device.browser.group());
        let page = &device.page;
        page.go(&house.origin).await;
        let reached = "fetch('/healthz', {cache: 'no-store'}).then(() => true, () => false)";
        assert_eq!(page.evaluate(reached).await, false, "there is a network");
        type_passphrase(page).await;
        let shown = "document.querySelectorAll('[data-testid=case]').length";
        page.evaluate(&wait_inside(&format!("{shown} === {cases}"))).await;
        let seen = page.evaluate("window.times").await;
        slow.end(page, slowness).await;
        if round < 2 {
            paid = toll.paid_ms();
        } else {
            let at = |what: &str| seen[what].as_f64().unwrap_or_else(|| panic!("{what}: {seen}"));
            let (asked, key) = (at("locked"), at("working") - at("pressed"));
            let shown = at("usable") - at("working");
            for (times, took) in times.iter_mut().zip([asked, key, shown, asked + shown]) {
                times.push(took);
            }
        }
        last = Some(device);
    }
    if rounds > 0 {
        let [asked, key, shown, whole] = times;
        tell("cold start until the passphrase is asked for", asked, None);
        tell("the passphrase's key (apart)", key, None);
        tell("from the key until the cases are shown", shown, None);
        tell("cold offline start, passphrase apart (2500)", whole, None);
        println!("a cold start with the key takes {paid:.0} ms of this machine's processors");
    }
    last.unwrap()
}

/// Types the passphrase as a person does who knows it well, and presses the button.
async fn type_passphrase(page: &Page) {
    page.evaluate(&wait_inside("document.body?.dataset.gate === 'locked'")).await;
    page.focus(&id("passphrase")).await;
    for letter in CONSULTANT.passphrase.chars() {
        page.insert(&letter.to_string()).await;
        sleep(BETWEEN_KEYS).await;
    }
    page.click(&id("unlock")).await;
}

/// A promise that is kept once something is so. Asking from outside each time would slow the page.
fn wait_inside(condition: &str) -> String {
    format!(
        "new Promise(resolve => {{
           const look = () => {condition} ? resolve() : setTimeout(look, 50);
           look();
         }})"
    )
}

/// Goes to every kind of page and back, and through interviews from their beginning to their end.
async fn change_pages(device: &Device, note: &str, slow: Slow) {
    let walk = Walk::explore(&device.page, note).await;
    println!("{} kinds of pages; {:?} have no document here", walk.len(), walk.absent);
    let (mut full, mut changes) = (Changes::new(), Changes::new());
    walk.go(device, &mut full).await;
    let cases = device.page.evaluate("document.querySelectorAll('.cards > li').length").await;
    let cases = usize::try_from(cases.as_u64().unwrap()).unwrap();
    interview(device, 0, &mut full).await;
    device.page.click(&id("nav-home")).await;
    device.page.wait_for_element(&id("case")).await;
    let slowness = slow.begin(device).await;
    for _ in 0..ROUNDS {
        walk.go(device, &mut changes).await;
    }
    for case in 1..=INTERVIEWS {
        interview(device, case % cases, &mut changes).await;
    }
    slow.end(&device.page, slowness).await;
    let times = |of: &[Change], it: fn(&Change) -> f64| of.iter().map(it).collect::<Vec<_>>();
    let all: Vec<Change> = changes.values().flatten().copied().collect();
    for (name, changes) in changes {
        let paid = full.get(&name).and_then(|it| it.first()).map(|it| it.paid);
        tell(&name, times(&changes, |it| it.shown), paid);
        tell("  with what lies below the screen", times(&changes, |it| it.whole), None);
    }
    tell("any change of the page (100)", times(&all, |it| it.shown), None);
    tell("  with what lies below the screen", times(&all, |it| it.whole), None);
}

/// From a case to its room, and through it.
async fn interview(device: &Device, case: usize, changes: &mut Changes) {
    let page = &device.page;
    page.click(&id("nav-home")).await;
    let card = format!("li:nth-child({}) > ", case + 1);
    page.click(&format!(".cards > {card} .card-head {}", id("see-case"))).await;
    page.click("#interviews [data-act=add]").await;
    page.wait_for("location.pathname.startsWith('/note/')").await;
    page.evaluate("history.back()").await;
    page.click(&format!("#interviews .row:first-child {}", id("to-room"))).await;
    page.wait_for_element("#before").await;
    // That there are more of them than the contract says.
    if page.evaluate("!!document.querySelector('[data-testid=dismiss]')").await == true {
        page.click(&id("dismiss")).await;
    }
    for (step, name) in [("talking", "the talk"), ("wrapping", "the closing"), ("ended", "after")] {
        walk::press(device, &format!("[data-act='step:{step}']"), changes, name).await;
    }
}

fn text_box() -> String {
    format!("textarea[data-field={TEXT}]")
}

/// Types into the long text while another device writes in front of it and beside it.
async fn type_among_others(device: &Device, desktop: &mut Station, note: &str, slow: Slow) {
    device.browser.set_offline(false).await;
    device.open_note(note).await;
    device.wait_for_badge("sent").await;
    let note = DocumentId::from_hex(note).unwrap();
    // The note was made while the desktop was not looked after: it arrives first.
    let is_there = |it: &Station| {
        let notes = it.screen.home.cases.iter().flat_map(|case| &case.interviews);
        notes.into_iter().any(|it| it.note == Some(note))
    };
    desktop.until("the note is there", is_there).await.unwrap();
    desktop.until_sent().await.unwrap();
    desktop.ask(Command::Open(note));
    device.page.focus(&text_box()).await;
    device.page.evaluate(KEYS).await;
    let slowness = slow.begin(device).await;
    let typing = async {
        for _ in 0..TYPED {
            press(&device.page).await;
            sleep(BETWEEN_KEYS).await;
        }
    };
    let mut written = 0_usize;
    let writing = async {
        loop {
            let field = Field::top(if written.is_multiple_of(2) { TEXT } else { "purpose" });
            let splice = Splice { at: 0, delete: 0, insert: "別の端末から。".to_owned() };
            let revision = desktop.screen.type_over(note, &field, &splice).unwrap();
            desktop.ask(Command::EditText { document: note, field, revision, splice });
            written += 1;
            desktop.until_sent().await.unwrap();
            sleep(BETWEEN_KEYS).await;
        }
    };
    tokio::select! {
        () = typing => {}
        () = writing => unreachable!("a loop"),
    }
    slow.end(&device.page, slowness).await;
    device.page.wait_for(&format!("window.samples.length >= {TYPED}")).await;
    let samples = device.page.evaluate("window.samples").await;
    let samples = samples.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect();
    println!("{written} changes of another device meanwhile");
    tell("from a key to its picture (50 for 98 of 100)", samples, None);
}

/// Presses and releases a key.
async fn press(page: &Page) {
    for (kind, text) in [("keyDown", "あ"), ("keyUp", "")] {
        let params = json!({ "type": kind, "key": "あ", "text": text });
        page.call("Input.dispatchKeyEvent", params).await;
    }
}

/// Prints the middle, the worst but two in a hundred, and the worst, in milliseconds, and what one of
/// them takes of this machine's processors at their full speed.
fn tell(name: &str, mut times: Vec<f64>, paid: Option<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |hundredths: usize| times[(times.len() * hundredths / 100).min(times.len() - 1)];
    let [middle, late, worst] = [50, 98, 100].map(at);
    let paid = paid.map_or_else(String::new, |paid| format!("{paid:.0}"));
    let load = toll::load();
    println!("{name:<50}{:>5}{middle:>8.0}{late:>8.0}{worst:>8.0}{paid:>8}{load:>8}", times.len());
}

/// What the columns are.
fn tell_columns() {
    let [count, middle, late, worst] = ["times", "p50", "p98", "worst"];
    let [paid, load] = ["paid", "load"];
    println!("{:<50}{count:>5}{middle:>8}{late:>8}{worst:>8}{paid:>8}{load:>8}", "ms (goal)");
}
