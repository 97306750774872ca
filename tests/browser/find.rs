//! What a consultant finds and lays out by hand, without a network.

use serde_json::json;

use crate::{
    access,
    casework::{act, gather, to_case},
    example::Step,
    house::House,
    page::{PHONE, Page, TABLET},
    person::{Device, SAEKI, id},
};

async fn look(page: &Page, name: &str) {
    access::look(page, name, TABLET).await;
    access::look_in_english(page, name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_found_without_a_network_however_it_is_typed() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone) = gather(&house).await;
    let page = &tablet.page;
    tablet.wait_for_badge("sent").await;
    tablet.browser.set_offline(true).await;
    let note = tablet.add_interview(SAEKI.name).await;
    tablet
        .write(&[Step::Text(
            "presenting_issue",
            "係長の打診を受けた。タナカさんに相談した。迷っている。",
        )])
        .await;
    tablet.wait_for_whereabouts("kept").await;
    page.click(&id("nav-home")).await;
    page.click(&id("to-search")).await;
    page.wait_for_element("#search").await;
    look(page, "search").await;

    page.fill(&id("search.words"), "ﾀﾅｶ").await;
    page.click(&act("search")).await;
    page.wait_for("document.querySelector('#found')?.innerText.includes('タナカさんに相談した')")
        .await;
    look(page, "found").await;

    page.fill(&id("search.words"), "鈴木").await;
    page.press_enter().await;
    page.wait_for("document.querySelector('#found').innerText.includes('鈴木')").await;
    page.wait_for("!document.querySelector('#found .row')").await;
    page.replace(&id("search.words"), "打診").await;
    page.press_enter().await;
    page.click("#found [data-testid=to-found]").await;
    page.wait_for_element("[data-field=presenting_issue]").await;
    let path = page.evaluate("location.pathname").await;
    assert_eq!(path, format!("/note/{note}"));
    // What was sought stands nowhere: not in the address, and not in the field when one comes back.
    page.evaluate("history.back()").await;
    page.wait_for_element("#search").await;
    assert_eq!(page.value(&id("search.words")).await, "");
}

/// A card with its words, as the list below the picture has it.
async fn told(page: &Page, kind: &str, text: &str) -> String {
    let row = format!(
        "[...document.querySelectorAll('[data-canvas={kind}] .row')]
           .find(it => it.innerText.includes({}))?.innerText ?? ''",
        json!(text)
    );
    String::from(page.evaluate(&row).await.as_str().unwrap())
}

async fn put(page: &Page, kind: &str, texts: &[&str]) {
    let within = format!("[data-canvas={kind}]");
    for (at, text) in texts.iter().enumerate() {
        page.fill(&format!("{within} input[name$='.text']"), text).await;
        page.click(&format!("{within} [data-testid=draw]")).await;
        let rows = format!("document.querySelectorAll({}).length", json!(format!("{within} .row")));
        page.wait_for(&format!("{rows} === {}", at + 1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_are_laid_out_by_a_finger_and_by_the_keyboard() {
    let Some(house) = House::open() else { return };
    let (tablet, phone) = gather(&house).await;
    let page = &tablet.page;
    tablet.wait_for_badge("sent").await;
    tablet.browser.set_offline(true).await;
    to_case(page).await;
    page.click(&id("to-canvas")).await;

    // A card that is dragged to where all circles meet belongs to all of them.
    page.click(&act("begin:will_can_must")).await;
    page.wait_for_element("[data-canvas=will_can_must]").await;
    put(page, "will_can_must", &["治具を考える", "後輩に教える"]).await;
    page.drag("[data-canvas=will_can_must] [data-drag]", (0.5, 290.0 / 620.0)).await;
    page.wait_for(
        "[...document.querySelectorAll('[data-canvas=will_can_must] .row')]
           .some(it => it.innerText.includes('治具を考える') && it.innerText.includes('三つとも'))",
    )
    .await;
    look(page, "cards").await;
    assert!(!told(page, "will_can_must", "後輩に教える").await.contains("三つとも"));
    page.click("[data-canvas=will_can_must] [data-act^='undo:']").await;
    page.wait_for(
        "![...document.querySelectorAll('[data-canvas=will_can_must] .row')]
           .some(it => it.innerText.includes('三つとも'))",
    )
    .await;

    // Values go up by a finger, and by a key.
    page.click(&act("begin:values")).await;
    page.wait_for_element("[data-canvas=values]").await;
    put(page, "values", &["成長", "家族", "安定"]).await;
    let order = "[...document.querySelectorAll('[data-canvas=values] .tile-of text')]
        .map(it => it.textContent).join()";
    page.click("[data-canvas=values] [data-act$=':down']").await;
    page.wait_for(&format!("{order} === '家族,成長,安定'")).await;
    page.drag("[data-canvas=values] .tile-of:last-of-type", (0.5, 0.02)).await;
    page.wait_for(&format!("{order} === '安定,家族,成長'")).await;
    look(page, "values").await;

    page.click(&act("begin:relation")).await;
    page.wait_for_element("[data-canvas=relation]").await;
    page.choose("[data-canvas=relation] input[name$='.x']", "90").await;
    page.choose("[data-canvas=relation] input[name$='.y']", "90").await;
    put(page, "relation", &["班長"]).await;
    page.drag("[data-canvas=relation] [data-drag]", (0.55, 0.45)).await;
    page.wait_for(
        "[...document.querySelectorAll('[data-canvas=relation] .row')]
           .some(it => it.innerText.includes('近い'))",
    )
    .await;
    look(page, "relations").await;
    show_relations(&tablet, &phone).await;
}

/// Who stands near to whom is the consultant's view: the employee sees it once the consultant says
/// so, and as long as they say so.
async fn show_relations(tablet: &Device, phone: &Device) {
    tablet.browser.set_offline(false).await;
    tablet.wait_for_badge("sent").await;
    let (shown, seen) = (&tablet.page, &phone.page);
    let turn = "[data-canvas=relation] [data-act^='show:']";
    let told = "document.querySelector('[data-canvas=relation] .pill').innerText";
    seen.click(&id("see-case")).await;
    seen.click(&id("to-canvas")).await;
    seen.wait_for("document.querySelectorAll('[data-canvas=values] .row').length === 3").await;
    assert!(!seen.text("main").await.contains("班長"));

    shown.click(turn).await;
    shown.wait_for(&format!("{told} === '相談者にも見えています'")).await;
    access::look_in_english(shown, "relations-shown").await;
    seen.wait_for("document.querySelector('[data-canvas=relation]')?.innerText.includes('班長')")
        .await;
    assert_eq!(seen.evaluate(&format!("document.querySelectorAll({turn:?}).length")).await, 0);
    access::look(seen, "own-relations", PHONE).await;
    shown.click(turn).await;
    shown.wait_for(&format!("{told} === '相談者には見えていません'")).await;
    seen.wait_for("!document.querySelector('[data-canvas=relation]')").await;
}
