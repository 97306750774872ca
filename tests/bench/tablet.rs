//! How quick a tablet of a quarter of this machine's speed is, with years of the sample firm on it.
//!
//! `cargo run -p tests --bin tablet` (`-- full` for all of the firm; `mendan` must be built)
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
use page::{Page, TABLET, element};
use person::{Device, Person, id};
use serde_json::json;
use shared::id::DocumentId;
use slow::Slowness;
use tokio::time::sleep;

const CONSULTANT: Person = Person {
    name: "",
    device: "新しいタブレット",
    passphrase: "はるのうみ ひねもすのたり のたりかな",
};
/// How many characters the text that is typed into has.
const CHARS: usize = 12_000;
const TYPED: usize = 200;
const ROUNDS: usize = 10;
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

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let extent = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Extent::Part,
        ["full"] => Extent::Whole,
        _ => return println!("tablet [full]: with a part of the sample firm, or all of it"),
    };
    let replay = Replay::of(extent);
    let Some(house) = House::open_on(|data| replay.move_in(data).unwrap()) else { return };
    let mut desktop = replay.station(replay.tablet_of(0), &house.origin);
    desktop.until("it is open", |it| it.screen.is_open()).await.unwrap();
    desktop.until_sent().await.unwrap();
    let (device, note) = prepare(&house, &mut desktop).await;
    println!("{} cases on the device, {CHARS} characters in the note", cases(&desktop));
    device.browser.kill();
    let device = start_cold(&house, cases(&desktop)).await;
    change_pages(&device, &note).await;
    type_among_others(&device, &mut desktop, &note).await;
    assert_eq!(device.browser.complaints(), Vec::<String>::new());
}

fn cases(station: &Station) -> usize {
    station.screen.home.cases.len()
}

/// A device of the consultant's with everything on it, and a long note of it.
async fn prepare(house: &House, desktop: &mut Station) -> (Device, String) {
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
    let text: String =
        "話してくださったことを、そのままの言葉で。".chars().cycle().take(CHARS).collect();
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
async fn start_cold(house: &House, cases: usize) -> Device {
    let mut times = vec![];
    let mut last = None;
    for _ in 0..ROUNDS {
        drop(last.take());
        let browser = house.browser("tablet").await;
        browser.set_offline(true).await;
        let page = browser.open("about:blank").await;
        page.show_on(TABLET).await;
        page.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
        let slowness = Slowness::of(browser.group());
        page.go(&house.origin).await;
        let device = Device { browser, page };
        device.unlock(CONSULTANT).await;
        let count = format!("document.querySelectorAll({}).length", json!(id("case")));
        device.page.wait_for(&format!("{count} === {cases}")).await;
        let told = device.page.evaluate("window.times").await;
        drop(slowness);
        let at = |what: &str| told[what].as_f64().unwrap_or_else(|| panic!("{what} in {told}"));
        times.push([at("locked"), at("working") - at("pressed"), at("usable") - at("working")]);
        last = Some(device);
    }
    let column = |index: usize| times.iter().map(|row| row[index]).collect::<Vec<_>>();
    let whole = times.iter().map(|[asked, _, shown]| asked + shown).collect();
    tell("cold start until the passphrase is asked for", column(0));
    tell("the passphrase's key (apart)", column(1));
    tell("from the key until the cases are shown", column(2));
    tell("cold offline start, passphrase apart (goal 2500)", whole);
    last.unwrap()
}

/// Goes from page to page as a consultant does.
async fn change_pages(device: &Device, note: &str) {
    let slowness = Slowness::of(device.browser.group());
    let open_note = format!("[data-testid=open-note][href$={note:?}]");
    let ways = [
        ("to a long note", open_note.as_str(), "[data-field=purpose]"),
        ("from a note to the first page", "[data-testid=nav-home]", "[data-testid=case]"),
        ("to the devices", "[data-testid=nav-devices]", "[data-testid=make-device-code]"),
        ("from the devices", "[data-testid=nav-home]", "[data-testid=case]"),
    ];
    let mut times = vec![vec![]; ways.len()];
    for _ in 0..ROUNDS {
        for ((_, press, expect), times) in ways.iter().zip(&mut times) {
            device.page.evaluate(&until_shown(expect)).await;
            device.page.click(press).await;
            device.page.wait_for("'changed' in window").await;
            times.push(device.page.evaluate("window.changed").await.as_f64().unwrap());
        }
    }
    drop(slowness);
    for ((name, ..), times) in ways.iter().zip(times) {
        tell(&format!("page change {name} (goal 100)"), times);
    }
}

/// Measures from the next click to the picture with an element in it.
fn until_shown(expect: &str) -> String {
    format!(
        "(() => {{
            delete window.changed;
            addEventListener('click', event => {{
              const look = () => requestAnimationFrame(() => {{
                if (!{}?.checkVisibility()) return look();
                const after = new MessageChannel();
                after.port1.onmessage = () => window.changed = performance.now() - event.timeStamp;
                after.port2.postMessage(0);
              }});
              look();
            }}, {{capture: true, once: true}});
          }})()",
        element(expect)
    )
}

fn text_box() -> String {
    format!("textarea[data-field={TEXT}]")
}

/// Types into the long text while another device writes in front of it and beside it.
async fn type_among_others(device: &Device, desktop: &mut Station, note: &str) {
    device.browser.set_offline(false).await;
    device.open_note(note).await;
    device.wait_for_badge("sent").await;
    let note = DocumentId::from_hex(note).unwrap();
    desktop.until_sent().await.unwrap();
    desktop.ask(Command::Open(note));
    device.page.focus(&text_box()).await;
    device.page.evaluate(KEYS).await;
    let slowness = Slowness::of(device.browser.group());
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
    drop(slowness);
    device.page.wait_for(&format!("window.samples.length >= {TYPED}")).await;
    let samples = device.page.evaluate("window.samples").await;
    let samples = samples.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect();
    println!("{written} changes of another device meanwhile");
    tell("from a key to its picture (goal 50 for 98 of 100)", samples);
}

/// Presses and releases a key.
async fn press(page: &Page) {
    for (kind, text) in [("keyDown", Some("あ")), ("keyUp", None)] {
        let params = json!({ "type": kind, "key": "あ", "text": text });
        page.call("Input.dispatchKeyEvent", params).await;
    }
}

/// Prints the middle, the worst but two in a hundred, and the worst, in milliseconds.
fn tell(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |hundredths: usize| times[(times.len() * hundredths / 100).min(times.len() - 1)];
    println!("{name}: {:.0} ms, p98 {:.0} ms, worst {:.0} ms", at(50), at(98), at(100));
}
