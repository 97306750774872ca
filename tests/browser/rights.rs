//! What an employee may ask of their own data, and a case that a supervisor reads without the person.

use serde_json::json;

use crate::{
    access,
    casework::{act, gather, to_case},
    example::Step,
    house::House,
    page::{PHONE, Page, TABLET},
    paper,
    person::{ADMIN, Device, Person, SAEKI, id},
};

const KURODA: Person =
    Person {
        name: "黒田", device: "黒田のパソコン", passphrase: "yuki-no-yama-wo-koeru-6"
    };
const NOTE: &[Step] = &[
    Step::When("held_at", "2026-11-20T13:30"),
    Step::Text("purpose", "係長の打診を整理する"),
    Step::Text(
        "presenting_issue",
        "佐伯さんは係長の打診を断りたい。北村課長には言いにくいと話す。",
    ),
    Step::Text("self_review", "自分の経験を重ねかけた"),
];

async fn look(page: &Page, name: &str) {
    access::look(page, name, TABLET).await;
    access::look_in_english(page, name).await;
}

async fn says(page: &Page, selector: &str, text: &str) {
    let found = format!("document.querySelector({})?.innerText", json!(selector));
    page.wait_for(&format!("{found}?.includes({})", json!(text))).await;
}

/// The employee asks on the phone to see what is written about them.
async fn ask(phone: &Device) {
    let page = &phone.page;
    page.click(&id("see-case")).await;
    page.click(&id("to-rights")).await;
    page.wait_for_element("#ask").await;
    page.click("[data-group='a.kind'] label:has(input[value=disclosure])").await;
    page.fill(&id("a.scope"), "11月の面談の記録").await;
    page.click(&act("request")).await;
    page.wait_for_element("#requests [data-request='1']").await;
    access::look(page, "own-rights", PHONE).await;
    phone.wait_for_badge("sent").await;
}

/// The consultant sees who asks, masks somebody else's words, and hands the rest out.
async fn disclose(page: &Page) {
    to_case(page).await;
    page.click(&id("to-rights")).await;
    page.wait_for_element("#requests [data-request='1']").await;
    look(page, "rights").await;
    page.fill(&id("q1.how"), "面談室で本人と会って").await;
    page.click(&act("identify:1")).await;
    page.click("#requests [data-act=propose]").await;
    page.wait_for_element("[data-place]").await;
    // Nothing goes out before it was looked at, and before the undecided is decided.
    page.click(&act("disclose:1")).await;
    page.wait_for_element(&id("notice")).await;
    page.click(&id("dismiss")).await;
    // A time is read as one, and goes out whole or not at all.
    says(page, "[data-place$='held_at']", "月20日(").await;
    let masks_time = "!!document.querySelector(\"[data-place$='held_at'] textarea\")";
    assert_eq!(page.evaluate(masks_time).await, false);
    let issue = "[data-place$='presenting_issue']";
    page.fill(&format!("{issue} textarea[name$='.masked']"), "北村課長").await;
    page.evaluate("document.activeElement.blur()").await;
    page.click(&format!("{issue} label:has(input[value=harm])")).await;
    says(page, issue, "■■").await;
    let review = "[data-place$='self_review']";
    page.click(&format!("{review} label:has(input[value=leave])")).await;
    page.click(&format!("{review} label:has(input[value=business])")).await;
    page.fill(&format!("{review} textarea[name$='.words']"), "担当者自身の振り返りのため").await;
    page.click("label:has(input[name=looked])").await;
    page.fill(&id("means"), "アプリで").await;
    look(page, "rights-parts").await;
    page.click(&act("disclose:1")).await;
    page.wait_for_element("#requests [data-testid=to-package]").await;
    page.click(&id("to-package")).await;
    page.wait_for_element("#pieces").await;
    look(page, "package").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_employee_sees_what_is_written_but_for_what_is_somebody_elses() {
    let Some(house) = House::open() else { return };
    let (tablet, phone) = gather(&house).await;
    tablet.add_interview(SAEKI.name).await;
    tablet.write(NOTE).await;
    tablet.wait_for_badge("sent").await;
    ask(&phone).await;

    disclose(&tablet.page).await;
    tablet.wait_for_badge("sent").await;

    let page = &phone.page;
    page.click(&id("to-package")).await;
    says(page, "#pieces", "佐伯さんは係長の打診を断りたい").await;
    let pieces = page.text("#pieces").await;
    assert!(!pieces.contains("北村課長") && !pieces.contains("重ねかけた"), "{pieces}");
    assert!(pieces.contains("2026年11月20日(金) 13:30"), "{pieces}");
    access::look(page, "own-package", PHONE).await;
    assert!(paper::print(page, "package", PHONE).await > 0);
    years_pass(&phone).await;
}

/// A month before what both read goes, five years after the last interview, the employee is told
/// until when a copy can be kept.
async fn years_pass(phone: &Device) {
    let page = &phone.page;
    let to_rights = async || {
        page.click(&id("nav-home")).await;
        page.click(&id("see-case")).await;
        page.click(&id("to-rights")).await;
        page.wait_for_element("#kept").await;
        page.text("#kept").await
    };
    let told = "残したいものは、それまでに保存してください";
    assert!(!to_rights().await.contains(told));
    phone.browser.set_offline(true).await;
    phone.browser.set_clocks_forward((5 * 365 - 30) * 24 * 60 * 60 * 1000).await;
    let kept = to_rights().await;
    assert!(kept.contains(told), "{kept}");
    access::look(page, "own-rights-late", PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_reads_a_case_without_the_person() {
    let Some(house) = House::open() else { return };
    let (tablet, phone) = gather(&house).await;
    let office = Device::open(&house, "office", TABLET, &house.origin).await;
    office.unlock(ADMIN).await;
    let invitation = office.invite(KURODA.name, Some("supervisor")).await;
    let desk = Device::open(&house, "kuroda", TABLET, &invitation).await;
    desk.join(KURODA, "join").await;
    // Without a yes there is no copy.
    let page = &phone.page;
    page.click(&id("see-case")).await;
    page.click(&id("to-consent")).await;
    page.click(&act("card:4")).await;
    page.click(&act("decide:c4:agreed")).await;
    phone.wait_for_badge("sent").await;

    tablet.add_interview(SAEKI.name).await;
    tablet.write(NOTE).await;
    tablet.wait_for_badge("sent").await;
    let page = &tablet.page;
    page.click(&id("to-read")).await;
    page.click(&id("to-copy")).await;
    page.click(&act("propose")).await;
    page.wait_for_element("#part-presenting_issue").await;
    page.fill("#part-presenting_issue textarea", "係長＝役職").await;
    page.evaluate("document.activeElement.blur()").await;
    says(page, "#part-presenting_issue .words-told", "役職の打診").await;
    look(page, "copy").await;
    page.click(&act("make")).await;
    page.wait_for_element("#texts").await;
    let texts = page.text("#texts").await;
    assert!(!texts.contains("佐伯") && texts.contains("役職の打診"), "{texts}");
    page.click(&act("check")).await;
    // The supervisor's device says what they are called.
    says(page, "[data-group='s.who']", KURODA.name).await;
    page.click("[data-group='s.who'] label").await;
    look(page, "supervision").await;
    page.click(&act("share")).await;
    page.wait_for("!document.querySelector('[data-act=share]')").await;
    tablet.wait_for_badge("sent").await;

    let page = &desk.page;
    page.click(&id("copy")).await;
    says(page, "#texts", "役職の打診").await;
    look(page, "supervision-read").await;
}
