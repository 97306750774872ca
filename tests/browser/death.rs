//! The wasm traps, on the page and in the worker: it is told, and nothing typed is lost.

use engine::{
    casework::field::Field,
    command::{Command, Splice},
};
use serde_json::json;

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    hostile::{Stage, stage},
    house::House,
    person::{CONSULTANT, Device, id},
};

const FIELD: &str = "textarea[data-field=presenting_issue]";

/// `trap()` ends in what every panic of ours ends in, thrown by an instance of its own.
const TRAP: &str =
    "const trap = () => new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0,
    10, 5, 1, 3, 0, 0, 11]))).exports.t();";

/// Somebody's restarted worker, unlocked, with a note on the screen.
async fn come_back(tablet: &Device, note: &str) {
    tablet.page.wait_for_element(&id("bar-restarted")).await;
    tablet.unlock(CONSULTANT).await;
    tablet.open_note(note).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_in_the_worker_is_told_and_nothing_typed_is_lost() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, attacked, .. } = stage(&house, 1).await;
    let note = attacked[0].to_hex();
    tablet.open_note(&note).await;
    tablet.page.fill(FIELD, "係長の").await;
    tablet.wait_for_whereabouts("sent").await;
    // What the worker says last, told once more on a line that the page does not listen on.
    let listen = "window.told = [];
        new BroadcastChannel('told').onmessage = event => window.told.push(event.data);";
    tablet.page.evaluate(listen).await;
    let tell = "{ const say = postMessage, line = new BroadcastChannel('told');
        postMessage = (...all) => { if (all[0] === 'dead') line.postMessage('dead'); say(...all); }; }";
    tablet.browser.in_workers(tell).await;

    // Typed while the worker does not listen any more.
    let die = format!(
        "{{ {TRAP} setTimeout(() => {{
            const end = Date.now() + 1000; while (Date.now() < end); trap(); }}) }}"
    );
    tablet.browser.in_workers(&die).await;
    tablet.page.insert("打診を受けるか迷う").await;

    come_back(&tablet, &note).await;
    assert_eq!(tablet.page.evaluate("window.told.join()").await, "dead");
    assert_eq!(tablet.page.value(FIELD).await, "仕事の相談。係長の打診を受けるか迷う");
    tablet.wait_for_badge("sent").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_while_somebody_types_is_replaced_by_one() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, attacked, .. } = stage(&house, 1).await;
    let note = attacked[0].to_hex();
    tablet.open_note(&note).await;
    let count = "window.started = 0;
        window.Worker = class extends Worker {
          constructor(...all) { super(...all); window.started++; }
        };";
    tablet.page.evaluate(count).await;
    tablet.page.focus(FIELD).await;

    tablet.browser.in_workers(&format!("{{ {TRAP} setTimeout(() => trap(), 300) }}")).await;
    for _ in 0..20 {
        tablet.page.insert("あ").await;
        sleep(Duration::from_millis(50)).await;
    }

    come_back(&tablet, &note).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(tablet.page.evaluate("window.started").await, 1);
    // There is no text to type into while nothing is open.
    let text = tablet.page.value(FIELD).await;
    assert!(text.starts_with("仕事の相談。あああ"), "{text}");
    tablet.wait_for_badge("sent").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_cannot_be_started_is_tried_again() {
    let Some(house) = House::open() else { return };
    let browser = house.browser("tablet").await;
    let page = browser.open("about:blank").await;
    // Once beside the program, and once when the program asks for it.
    let refuse = "{ let refused = 0;
        globalThis.Worker = class extends Worker {
          constructor(...all) {
            if (++refused <= 2) throw new Error('none');
            super(...all);
          }
        }; }";
    page.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": refuse })).await;

    page.go(&house.origin).await;

    page.wait_for("document.body.dataset.gate === 'empty'").await;
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_on_the_page_is_told_and_nothing_saved_is_lost() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, attacked, .. } = stage(&house, 1).await;
    let note = attacked[0].to_hex();
    tablet.open_note(&note).await;
    tablet.page.fill(FIELD, "係長の打診").await;
    tablet.wait_for_whereabouts("sent").await;
    let is_hidden = "document.getElementById('crash').checkVisibility()";
    assert_eq!(tablet.page.evaluate(is_hidden).await, false);

    // An error of somebody's extension is none of ours.
    tablet.page.evaluate("void setTimeout(() => { throw new Error('not ours') })").await;
    tablet.page.evaluate("new Promise(done => setTimeout(done, 100))").await;
    assert_eq!(tablet.page.evaluate(is_hidden).await, false);
    tablet.page.evaluate(&format!("(() => {{ {TRAP} setTimeout(trap); }})()")).await;

    tablet.page.wait_for_element("#crash").await;
    tablet.page.screenshot("crash").await;
    tablet.page.reload().await;
    assert_eq!(tablet.page.evaluate(is_hidden).await, false);
    tablet.unlock(CONSULTANT).await;
    tablet.open_note(&note).await;
    assert_eq!(tablet.page.value(FIELD).await, "仕事の相談。係長の打診");
}

/// The worker traps as soon as the next thing it writes is durable, and learns nothing of that.
async fn die_at_the_next_write(tablet: &Device) {
    let arm = format!(
        "{{ {TRAP} const usual = IDBDatabase.prototype.transaction;
           IDBDatabase.prototype.transaction = function (...all) {{
             const writing = usual.apply(this, all);
             if (all[1] === 'readwrite') {{
               IDBDatabase.prototype.transaction = usual;
               writing.addEventListener('complete', event => {{
                 event.stopImmediatePropagation();
                 trap();
               }});
             }}
             return writing;
           }}; }}"
    );
    tablet.browser.in_workers(&arm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_kills_the_worker_twice_is_set_aside_and_named() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, mut laptop, attacked, healthy } = stage(&house, 1).await;
    let document = attacked[0];
    let note = document.to_hex();
    laptop.ask(Command::Open(document));
    let field = Field::top("presenting_issue");
    let splice = Splice { at: 0, delete: 0, insert: "毒。".into() };

    // Its envelope is on disk, its marker with it, and then the worker is gone.
    die_at_the_next_write(&tablet).await;
    let revision = laptop.screen.type_over(document, &field, &splice).unwrap();
    laptop.ask(Command::EditText { document, field, revision, splice });
    laptop.until_sent().await.unwrap();
    tablet.page.wait_for_element(&id("bar-restarted")).await;
    tablet.wait_for_gate("locked").await;
    // It is tried again, alone, and again the worker is gone.
    die_at_the_next_write(&tablet).await;
    tablet.page.replace(&id("passphrase"), CONSULTANT.passphrase).await;
    tablet.page.click(&id("unlock")).await;
    tablet.page.wait_for("document.body.dataset.gate !== 'locked'").await;
    tablet.wait_for_gate("locked").await;

    tablet.unlock(CONSULTANT).await;
    let row = format!("[data-testid=quarantined] li[data-document='{note}'][data-count='1']");
    tablet.page.click(&id("nav-home")).await;
    tablet.page.wait_for_element(&row).await;
    let told = tablet.page.text(&row).await;
    assert!(told.contains(CONSULTANT.name) && told.contains("ノートパソコン"), "{told}");
    tablet.open_note(&note).await;
    assert_eq!(tablet.page.value(FIELD).await, "仕事の相談。");
    // Everything else works, this note included.
    tablet.page.fill(FIELD, "続き。").await;
    tablet.open_note(&healthy).await;
    tablet.page.fill(FIELD, "薬").await;
    tablet.wait_for_badge("sent").await;
}
