//! Two devices write in one text at once, and whoever types does not wait for the other.

use std::time::Duration;

use engine::{
    casework::field::Field,
    command::{Command, Splice},
};
use harness::station::Station;
use serde_json::{Value, json};
use shared::id::DocumentId;
use tokio::time::sleep;

use crate::{
    hostile::{self, Stage},
    house::House,
    page::Page,
};

const FIELD: &str = "purpose";
const TEXT: &str = "textarea[data-field=purpose]";
const KEYS: usize = 60;
/// As somebody types who looks for the words.
const BETWEEN_KEYS: Duration = Duration::from_millis(200);
const BETWEEN_CHANGES: Duration = Duration::from_millis(130);

/// Remembers what the badge said at the picture of each key, and how long after the last of those
/// pictures the program wrote into a text box.
const WATCH: &str = "(() => {
    const seen = window.seen = { written: [], badges: [] };
    let drawn = 0;
    addEventListener('keydown', () => requestAnimationFrame(() => {
      drawn = performance.now();
      seen.badges.push(document.body.dataset.badge);
    }), true);
    const { set, get } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value');
    Object.defineProperty(HTMLTextAreaElement.prototype, 'value', {
      get,
      set(text) {
        seen.written.push(performance.now() - drawn);
        set.call(this, text);
      },
    });
  })()";

#[tokio::test(flavor = "multi_thread")]
async fn what_another_device_writes_comes_between_the_keys() {
    let Some(house) = House::open() else { return };
    let Stage { tablet, mut laptop, healthy, .. } = hostile::stage(&house, 0).await;
    let note = DocumentId::from_hex(&healthy).unwrap();
    laptop.ask(Command::Open(note));
    let is_there = |it: &Station| !it.screen.text(note, &Field::top(FIELD)).is_empty();
    laptop.until("the text is there", is_there).await.unwrap();

    tablet.page.evaluate(WATCH).await;
    // A tablet is slower than whatever this runs on.
    tablet.page.call("Emulation.setCPUThrottlingRate", json!({ "rate": 4 })).await;
    tablet.page.focus(TEXT).await;
    tokio::join!(press(&tablet.page), write(&mut laptop, note));
    tablet.page.call("Emulation.setCPUThrottlingRate", json!({ "rate": 1 })).await;

    let whole = format!("document.querySelector('{TEXT}').value.length === {}", 2 * KEYS + 1);
    tablet.page.wait_for(&whole).await;
    let text = tablet.page.value(TEXT).await;
    let is_same = |it: &Station| it.screen.text(note, &Field::top(FIELD)) == text;
    laptop.until("both have the same text", is_same).await.unwrap();
    assert_eq!(["あ", "ん"].map(|key| text.matches(key).count()), [KEYS; 2], "{text}");
    check_seen(&tablet.page.evaluate("window.seen").await);
}

/// Writes in front of the text as long as the keys are pressed behind it.
async fn write(laptop: &mut Station, note: DocumentId) {
    for _ in 0..KEYS {
        let field = Field::top(FIELD);
        let splice = Splice { at: 0, delete: 0, insert: "ん".to_owned() };
        let revision = laptop.screen.type_over(note, &field, &splice).unwrap();
        laptop.ask(Command::EditText { document: note, field, revision, splice });
        laptop.until_sent().await.unwrap();
        sleep(BETWEEN_CHANGES).await;
    }
}

/// It came right after a picture, while there was time until the next key; and what was just typed
/// was never said to be saved.
fn check_seen(seen: &Value) {
    let written = seen["written"].as_array().unwrap();
    let after: Vec<f64> =
        written.iter().filter_map(Value::as_f64).filter(|ms| *ms < 250.0).collect();
    let soon = after.iter().filter(|ms| **ms < 100.0).count();
    assert!(after.len() > 20, "it came only after the last key: {seen}");
    assert!(soon * 4 >= after.len() * 3, "the next key waits for it: {seen}");
    let badges = seen["badges"].as_array().unwrap();
    assert_eq!(badges.len(), KEYS);
    assert_eq!(badges.iter().find(|badge| *badge != "saving"), None, "{seen}");
}

async fn press(page: &Page) {
    for _ in 0..KEYS {
        for (kind, text) in [("keyDown", "あ"), ("keyUp", "")] {
            let params = json!({ "type": kind, "key": "あ", "text": text });
            page.call("Input.dispatchKeyEvent", params).await;
        }
        sleep(BETWEEN_KEYS).await;
    }
}
