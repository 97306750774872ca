//! Two devices write in one text at once, and whoever types does not wait for the other.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{
    house::House,
    page::{PHONE, Page, TABLET},
    person::{Device, Person, id},
};

const ADMIN: Person =
    Person { name: "管理者 山本", device: "事務所", passphrase: "yama-no-ue-no-kumo-4" };
const CONSULTANT: Person =
    Person {
        name: "担当 髙梨", device: "タブレット", passphrase: "haru-no-umi-hinemosu-8"
    };
const LAPTOP: Person = Person { device: "ノートパソコン", ..CONSULTANT };
const EMPLOYEE: Person =
    Person {
        name: "佐伯 悠真", device: "スマートフォン", passphrase: "kouba-no-oto-wo-kiku-6"
    };
const TEXT: &str = "textarea[data-field=presenting_issue]";
const KEYS: usize = 100;
const BETWEEN_KEYS: Duration = Duration::from_millis(100);

/// Remembers what was written into a text box by the program and what the badge said, and whether a
/// picture of a key was waited for meanwhile.
const WATCH: &str = "(() => {
    const seen = window.seen = { written: [], badges: [] };
    let pressed = 0;
    addEventListener('keydown', () => {
      pressed = performance.now();
      requestAnimationFrame(() => {
        pressed = 0;
        seen.badges.push(document.body.dataset.badge);
      });
    }, true);
    const { set, get } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value');
    Object.defineProperty(HTMLTextAreaElement.prototype, 'value', {
      get,
      set(text) {
        seen.written.push(pressed === 0 ? null : performance.now() - pressed);
        set.call(this, text);
      },
    });
  })()";

#[tokio::test(flavor = "multi_thread")]
async fn what_another_device_writes_comes_between_the_keys() {
    let Some(house) = House::open() else { return };
    let office = Device::open(&house, "office", TABLET, house.bootstrap.as_deref().unwrap()).await;
    office.join(ADMIN, "make-firm").await;
    let invitation = office.invite("髙梨", Some("consultant")).await;
    let tablet = Device::open(&house, "tablet", TABLET, &invitation).await;
    tablet.join(CONSULTANT, "join").await;
    let invitation = tablet.invite(EMPLOYEE.name, None).await;
    let phone = Device::open(&house, "phone", PHONE, &invitation).await;
    phone.join(EMPLOYEE, "join").await;
    tablet.open_case(EMPLOYEE.name).await;
    let note = tablet.add_interview(EMPLOYEE.name).await;
    tablet.page.fill(TEXT, "はじめ。\n").await;
    tablet.wait_for_badge("sent").await;
    let code = tablet.make_device_code().await;
    let laptop = Device::open(&house, "laptop", TABLET, &house.origin).await;
    laptop.page.click(&id("way-device")).await;
    laptop.page.replace(&id("link"), &code).await;
    laptop.join(LAPTOP, "link-device").await;
    tablet.open_note(&note).await;
    laptop.open_note(&note).await;
    laptop.page.wait_for_element(TEXT).await;
    tablet.page.wait_for_element(TEXT).await;

    tablet.page.evaluate(WATCH).await;
    // A tablet is slower than whatever this runs on.
    tablet.page.call("Emulation.setCPUThrottlingRate", json!({ "rate": 4 })).await;
    tablet.page.focus(TEXT).await;
    laptop.page.focus(TEXT).await;
    tokio::join!(press(&tablet.page, "あ"), press(&laptop.page, "ん"));
    tablet.page.call("Emulation.setCPUThrottlingRate", json!({ "rate": 1 })).await;

    let counts = |text: &str| ["あ", "ん"].map(|key| text.matches(key).count());
    let whole = format!("[...document.querySelector('{TEXT}').value].length === {}", 2 * KEYS + 5);
    for device in [&tablet, &laptop] {
        device.page.wait_for(&whole).await;
        assert_eq!(counts(&device.page.value(TEXT).await), [KEYS; 2]);
    }
    assert_eq!(tablet.page.value(TEXT).await, laptop.page.value(TEXT).await);
    let seen = tablet.page.evaluate("window.seen").await;
    check_seen(&seen);
}

/// It came while there were keys, and between them; and what was just typed was never said to be
/// saved.
fn check_seen(seen: &Value) {
    let written = seen["written"].as_array().unwrap();
    assert!(written.len() > 3, "it came only after the last key: {seen}");
    // A picture that takes longer than a pause between keys is not waited for.
    let hindered = |waited: &&Value| waited.as_f64().is_some_and(|ms| ms < 200.0);
    assert_eq!(written.iter().find(hindered), None, "{seen}");
    let badges = seen["badges"].as_array().unwrap();
    assert_eq!(badges.len(), KEYS);
    assert_eq!(badges.iter().find(|badge| *badge != "saving"), None, "{seen}");
}

async fn press(page: &Page, key: &str) {
    for _ in 0..KEYS {
        for (kind, text) in [("keyDown", key), ("keyUp", "")] {
            let params = json!({ "type": kind, "key": key, "text": text });
            page.call("Input.dispatchKeyEvent", params).await;
        }
        sleep(BETWEEN_KEYS).await;
    }
}
