//! What goes wrong in practice: each is said in words, and nothing typed is lost.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    house::House,
    page::{PHONE, TABLET},
    person::{ADMIN, CONSULTANT, Device, SAEKI, id},
    proxy::Proxy,
};

/// A firm with its admin only.
async fn make_firm(house: &House) -> Device {
    let link = house.bootstrap.as_deref().unwrap();
    let office = Device::open(house, "office", TABLET, link).await;
    office.join(ADMIN, "make-firm").await;
    office
}

/// A consultant's tablet with an open note, and the phone of the employee it is about.
async fn open_a_note(house: &House) -> (Device, Device, String) {
    let office = make_firm(house).await;
    let invitation = office.invite(CONSULTANT.name, Some("consultant")).await;
    let tablet = Device::open(house, "tablet", TABLET, &invitation).await;
    tablet.join(CONSULTANT, "join").await;
    let invitation = tablet.invite(SAEKI.name, None).await;
    let phone = Device::open(house, "phone", PHONE, &invitation).await;
    phone.join(SAEKI, "join").await;
    tablet.open_case(SAEKI.name).await;
    let note = tablet.add_interview(SAEKI.name).await;
    tablet.wait_for_badge("sent").await;
    (tablet, phone, note)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_passphrase_opens_nothing_and_says_so() {
    let Some(house) = House::open() else { return };
    let office = make_firm(&house).await;

    office.page.click(&id("lock-now")).await;
    office.wait_for_gate("locked").await;
    office.page.replace(&id("passphrase"), "kono-aikotoba-wa-chigau-9").await;
    office.page.click(&id("unlock")).await;

    office
        .page
        .wait_for("document.querySelector('[data-testid=remark]').innerText.length > 10")
        .await;
    office.wait_for_gate("locked").await;
    assert!(!office.page.text("body").await.contains(ADMIN.name));
    office.unlock(ADMIN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_link_is_named_and_what_was_filled_in_stays() {
    let Some(house) = House::open() else { return };
    let office = make_firm(&house).await;
    let invitation = office.invite(CONSULTANT.name, Some("consultant")).await;
    let (cut_off, _) = invitation.split_at(invitation.len() - 5);

    let tablet = Device::open(&house, "tablet", TABLET, cut_off).await;
    tablet.introduce(CONSULTANT, "join").await;
    tablet
        .page
        .wait_for("document.querySelector('[data-testid=remark]').innerText.length > 10")
        .await;
    assert_eq!(tablet.page.value(&id("name")).await, CONSULTANT.name);
    assert_eq!(tablet.page.value(&id("device-name")).await, CONSULTANT.device);

    tablet.page.click(&id("link-change")).await;
    tablet.page.replace(&id("link"), &invitation).await;
    tablet.page.click(&id("join")).await;
    tablet.wait_for_gate("open").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_once() {
    let Some(house) = House::open() else { return };
    let office = make_firm(&house).await;
    let invitation = office.invite(CONSULTANT.name, Some("consultant")).await;
    let tablet = Device::open(&house, "tablet", TABLET, &invitation).await;
    tablet.join(CONSULTANT, "join").await;

    let stranger = Device::open(&house, "stranger", PHONE, &invitation).await;
    stranger.introduce(SAEKI, "join").await;

    stranger
        .page
        .wait_for("document.querySelector('[data-testid=remark]').innerText.includes('使用済み')")
        .await;
    assert_eq!(stranger.page.value(&id("name")).await, SAEKI.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leaves_the_address_at_once() {
    let Some(house) = House::open() else { return };
    let link = house.bootstrap.as_deref().unwrap();
    let secret = link.rsplit('.').next().unwrap();

    let office = Device::open(&house, "office", TABLET, link).await;
    office.page.wait_for_element(&id("make-firm")).await;

    office.page.wait_for("location.hash === ''").await;
    let address = office.page.evaluate("location.href + history.length").await;
    assert!(!address.to_string().contains(secret));
    assert!(!office.page.evaluate("document.body.innerHTML").await.to_string().contains(secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_browser_says_so_and_loses_nothing() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone, note) = open_a_note(&house).await;
    let field = "textarea[data-field=presenting_issue]";

    tablet.page.limit_storage(&house.origin, Some(1)).await;
    // The browser looks at its room only now and then.
    let mut typed = String::new();
    let mut is_refused = false;
    for _ in 0..120 {
        tablet.page.fill(field, "眠れない夜の話。").await;
        typed.push_str("眠れない夜の話。");
        sleep(Duration::from_millis(500)).await;
        is_refused =
            tablet.page.evaluate("document.body.dataset.badge === 'not-saved'").await == true;
        if is_refused {
            break;
        }
    }
    assert!(is_refused, "the browser took everything");
    tablet.page.wait_for_element(&id("bar-storage")).await;
    tablet.page.screenshot("full").await;
    assert_eq!(tablet.page.value(field).await, typed);

    tablet.page.limit_storage(&house.origin, None).await;
    tablet.wait_for_badge("sent").await;
    tablet.page.reload().await;
    tablet.unlock(CONSULTANT).await;
    tablet.open_note(&note).await;
    assert_eq!(tablet.page.value(field).await, typed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tab_offers_to_take_over() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone, note) = open_a_note(&house).await;
    tablet.page.fill("textarea[data-field=purpose]", "最初のタブで書いた").await;
    tablet.wait_for_whereabouts("sent").await;

    let second = tablet.browser.open(&house.origin).await;
    second.wait_for_element(&id("take-over")).await;
    second.screenshot("second-tab").await;
    second.click(&id("take-over")).await;

    tablet.page.wait_for_element(&id("trouble")).await;
    assert!(!tablet.page.text("body").await.contains("最初のタブで書いた"));
    let tablet = Device { browser: tablet.browser, page: second };
    tablet.unlock(CONSULTANT).await;
    tablet.open_note(&note).await;
    assert_eq!(tablet.page.value("textarea[data-field=purpose]").await, "最初のタブで書いた");
}

/// Asks for the wasm as the scripts that load it do once it is kept, against the hash of what was
/// compiled.
const WASM_AS_KEPT: &str = r#"(async () => {
    const load = document.querySelector('link[rel=modulepreload][href^="/load-"]').href;
    const script = await (await fetch(load)).text();
    const named = /fetch\('(\/app-[0-9a-f]{16}\.wasm)', \{ integrity: '([^']+)' \}/;
    const [, url, integrity] = script.match(named);
    return (await fetch(url, { integrity })).headers.get('content-type');
})()"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_wasm_that_is_kept_is_the_wasm_that_was_compiled() {
    let Some(house) = House::open() else { return };
    let device = Device::open(&house, "visitor", TABLET, &house.origin).await;
    device.wait_for_gate("empty").await;
    device.page.wait_for("navigator.serviceWorker.ready.then(it => it.active)").await;
    device.page.reload().await;
    device.page.wait_for("navigator.serviceWorker.controller").await;
    device.browser.set_offline(true).await;

    // The server has only its columns: other bytes, or none, would be an error here.
    assert_eq!(device.page.evaluate(WASM_AS_KEPT).await, "application/wasm");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_build_waits_until_it_is_asked_for() {
    let Some(house) = House::open() else { return };
    let proxy = Proxy::before(&house.origin).await;
    let device = Device::open(&house, "visitor", TABLET, &proxy.origin).await;
    device.wait_for_gate("empty").await;
    device.page.wait_for("navigator.serviceWorker.ready.then(it => it.active)").await;
    device.page.reload().await;
    device.page.wait_for("navigator.serviceWorker.controller").await;

    proxy.release();
    device.page.evaluate("navigator.serviceWorker.ready.then(it => it.update())").await;
    device.page.wait_for_element(&id("bar-update")).await;
    device.page.evaluate("window.isOldPage = true").await;
    device.page.click(&id("apply-update")).await;

    device.page.wait_for("!window.isOldPage").await;
    device.wait_for_gate("empty").await;
    device.page.wait_for("!document.querySelector('[data-testid=bar-update]')").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_is_started_again_and_nothing_saved_is_lost() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone, note) = open_a_note(&house).await;
    let field = "textarea[data-field=presenting_issue]";
    tablet.page.fill(field, "係長の打診を受けるか迷う").await;
    tablet.wait_for_whereabouts("sent").await;

    tablet.browser.end_workers().await;

    tablet.page.wait_for_element(&id("bar-restarted")).await;
    tablet.page.screenshot("restarted").await;
    tablet.unlock(CONSULTANT).await;
    tablet.open_note(&note).await;
    assert_eq!(tablet.page.value(field).await, "係長の打診を受けるか迷う");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_worker_has_not_seen_is_not_called_saved() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone, _note) = open_a_note(&house).await;
    let field = "textarea[data-field=presenting_issue]";
    tablet.page.fill(field, "係長の").await;
    tablet.wait_for_whereabouts("sent").await;

    tablet.browser.keep_workers_busy(3_000).await;
    tablet.page.insert("打診").await;

    assert_eq!(tablet.page.evaluate("document.body.dataset.badge").await, "saving");
    let whereabouts = "document.querySelector('[data-whereabouts]').dataset.whereabouts";
    assert_eq!(tablet.page.evaluate(whereabouts).await, "unsaved");
    tablet.wait_for_whereabouts("sent").await;
    tablet.wait_for_badge("sent").await;
}
