//! A whole day at the tablet, without once touching it: from the lock to the signed note.

use serde_json::json;

use crate::{
    access,
    casework::{act, gather},
    house::House,
    keyboard::Key,
    page::{Page, TABLET},
    person::{CONSULTANT, Device, SAEKI, id},
};

const PURPOSE: &str = "係長の打診にどう答えるか、迷いの中身を整理する";

/// The page once round, and as those see it who make it larger or space its texts.
async fn look(page: &Page, name: &str) {
    page.go_round(name).await;
    access::check_room(page, &["day", name].join("-").replace(' ', "-"), TABLET).await;
}

/// Opens the tablet where there is no network, and looks whether everything is ready.
async fn begin(tablet: &Device) {
    let page = &tablet.page;
    tablet.browser.set_offline(true).await;
    page.reload().await;
    page.hold_still().await;
    tablet.wait_for_gate("locked").await;
    look(page, "lock").await;
    page.put(&id("passphrase"), CONSULTANT.passphrase).await;
    page.key(Key::Enter).await;
    tablet.wait_for_gate("open").await;
    page.press_key("KeyH").await;
    page.wait_for_element(&id("case")).await;
    stay_away(page).await;
    look(page, "today").await;
    page.enter(&id("to-day")).await;
    page.wait_for_element("#tablet").await;
    look(page, "day").await;
    page.press_key("KeyH").await;
    page.enter(&id("see-case")).await;
    page.wait_for_element("#glance").await;
    look(page, "case").await;
}

/// Each card is explained, and the consultant writes down what was said.
async fn explain(page: &Page) {
    page.enter("#interviews [data-testid=to-room]").await;
    page.wait_for_element("#before").await;
    look(page, "before the talk").await;
    // The talk does not begin yet, and what says so is put away.
    page.enter(&act("step:talking")).await;
    page.wait_for_element(&id("dismiss")).await;
    page.go_round("what is lacking").await;
    page.enter(&id("dismiss")).await;
    page.enter("#before [data-testid=to-consent]").await;
    page.wait_for_element("#consents").await;
    look(page, "consents").await;
    page.enter("#consents .button-primary").await;
    for (at, decision) in [
        "c1:explained",
        "c2:agreed",
        "c3:explained",
        "c4:ask",
        "c5:agreed",
        "c6:agreed",
        "c7:agreed",
        "c9:agreed",
        "c10:agreed",
        "c11:agreed",
    ]
    .into_iter()
    .enumerate()
    {
        page.wait_for_element(&act(&format!("decide:{decision}"))).await;
        match at {
            0 => look(page, "a consent").await,
            1 => page.put(&id("purpose"), PURPOSE).await,
            9 => page.tick("[data-group=contact] input[value=app_only]").await,
            _ => {}
        }
        page.enter(&act(&format!("decide:{decision}"))).await;
    }
    page.wait_for_element("#consents").await;
    page.enter(&id("back-case")).await;
    page.enter("#interviews [data-testid=to-room]").await;
    page.enter(&act("step:talking")).await;
    page.wait_for_element(".clock").await;
}

/// Marks by shortcut and by Space, and what is drawn, as a list.
async fn talk(page: &Page) {
    look(page, "the talk").await;
    page.press_key("Digit1").await;
    page.reach(&act("mark:promise")).await;
    page.key(Key::Space).await;
    page.wait_for("document.querySelectorAll('.mark').length === 2").await;
    page.press_key("Slash").await;
    page.wait_for_element("[data-testid=keys] kbd").await;
    page.go_round("the keys").await;
    page.key(Key::Escape).await;
    page.wait_for("!document.querySelector('[data-testid=keys]').open").await;

    page.enter(&id("to-canvas")).await;
    page.enter(&act("begin:lifeline")).await;
    page.wait_for_element("[data-canvas=lifeline]").await;
    draw(page, "lifeline", "職場の外", &[("x", "2019"), ("y", "-40")]).await;
    page.tick("[data-canvas=lifeline] [data-group$='.group'] label:last-child input").await;
    page.enter(&act("begin:values")).await;
    page.wait_for_element("[data-canvas=values]").await;
    draw(page, "values", "成長", &[]).await;
    draw(page, "values", "家族", &[]).await;
    look(page, "what is drawn").await;
    page.enter("[data-canvas=values] [data-act$=':down']").await;
    let order = "[...document.querySelectorAll('[data-canvas=values] .tile-of text')]
        .map(it => it.textContent).join()";
    page.wait_for(&format!("{order} === '家族,成長'")).await;
    page.enter("[data-canvas=values] [data-act^='undo:']").await;
    page.wait_for(&format!("{order} === '成長,家族'")).await;
    page.enter(&id("back-case")).await;
    page.enter("#interviews [data-testid=to-room]").await;
    page.wait_for_element(".clock").await;
    listen(page).await;
}

/// Nobody touches the tablet for two minutes of the talk: it rests, and the PIN brings it back.
async fn listen(page: &Page) {
    const SUMMARY: &str = ".folded:has([data-testid=choose-pin]) > summary";
    page.enter(SUMMARY).await;
    page.put(&id("pin"), "4739").await;
    page.enter(&act("choose-pin")).await;
    let chosen = format!("document.querySelector({})", json!(SUMMARY));
    page.wait_for(&format!("{chosen}.innerText.includes('決めてあります')")).await;
    page.wait_for(&format!("!document.querySelector({}).value", json!(id("pin")))).await;
    page.evaluate("{ const now = Date.now; Date.now = () => now() + 125000; }").await;
    page.wait_for_element("body[data-gate=resting]").await;
    page.wait_for_element(&id("rest")).await;
    page.wait_for("document.activeElement?.tagName !== 'INPUT'").await;
    page.wait_for("!document.body.innerText.includes('佐伯')").await;
    look(page, "rest").await;
    page.put(&id("pin"), "4730").await;
    page.key(Key::Enter).await;
    page.wait_for("document.body.innerText.includes('あと4回試せます')").await;
    page.put(&id("pin"), "4739").await;
    page.key(Key::Enter).await;
    page.wait_for_element(".clock").await;
    page.wait_for("document.querySelectorAll('.mark').length === 2").await;
}

/// Puts something on a canvas by the form below it.
async fn draw(page: &Page, kind: &str, text: &str, numbers: &[(&str, &str)]) {
    let within = format!("[data-canvas={kind}]");
    let rows = format!("document.querySelectorAll({}).length", json!(format!("{within} .row")));
    let before = page.evaluate(&rows).await;
    page.put(&format!("{within} input[name$='.text']"), text).await;
    for (part, number) in numbers {
        page.put(&format!("{within} input[name$='.{part}']"), number).await;
    }
    page.enter(&format!("{within} [data-testid=draw]")).await;
    page.wait_for(&format!("{rows} === {before} + 1")).await;
}

/// The closing, by the shortcut and the buttons.
async fn close(page: &Page) {
    page.press_key("KeyE").await;
    page.wait_for_element("#homework").await;
    look(page, "the closing").await;
    page.enter(&act("step:ended")).await;
    page.wait_for_element("#after").await;
    look(page, "after").await;
    page.enter("#after [data-testid=to-note]").await;
    page.wait_for_element("[data-field=purpose]").await;
}

/// The note: texts, chips, an item, the summary; signed, and added to.
async fn write_down(tablet: &Device) {
    let page = &tablet.page;
    look(page, "the note").await;
    let text = |field: &str| format!(":is(input, textarea)[data-field={field}]");
    page.put(&text("presenting_issue"), "係長の打診を受けるか迷う。").await;
    page.tick("fieldset[data-field=referral_path] input[value=training]").await;
    page.enter("fieldset[data-field=goals] [data-testid=add-item]").await;
    // The new item has the focus.
    page.wait_for("document.activeElement.closest('fieldset[data-field=goals] li')").await;
    page.put("fieldset[data-field=goals] [data-field$='/text']", "係長の仕事を知る").await;
    page.tick("fieldset[data-field=goals] input[data-field$='/agreed']").await;
    page.put(&text("summary_talked"), "係長の打診への迷いを一緒に整理しました。").await;
    tablet.wait_for_whereabouts("kept").await;
    page.enter(&id("offer-summary")).await;
    page.wait_for_element(&id("confirm-offer")).await;
    page.go_round("handing the summary over").await;
    page.enter(&id("confirm-offer")).await;
    page.wait_for_element("[data-offer=current]").await;
    page.enter(&act("sign")).await;
    page.wait_for("!document.querySelector('[data-field=purpose]')").await;
    page.wait_for_element("#amendments summary").await;
    look(page, "the signed note").await;
    page.enter("#amendments summary").await;
    page.put(&id("a.text"), "等級資料の正式名称を追加").await;
    page.enter(&act("amend")).await;
    page.wait_for("document.querySelector('#amendments .row')?.innerText.includes('等級資料')")
        .await;
}

/// Before the tablet locks by itself it says so, and any key goes on.
async fn stay_away(page: &Page) {
    // What was just added still moves the page, which counts as a touch.
    page.evaluate("new Promise(it => requestAnimationFrame(() => requestAnimationFrame(it)))")
        .await;
    page.evaluate("{ const now = Date.now; Date.now = () => now() + 95000; }").await;
    page.wait_for_element(&id("bar-idle")).await;
    page.key(Key::Tab).await;
    page.wait_for("!document.querySelector('[data-testid=bar-idle]')").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_day_is_done_without_touching_the_tablet() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone) = gather(&house).await;
    tablet.add_interview(SAEKI.name).await;
    tablet.wait_for_badge("sent").await;
    let page = &tablet.page;

    begin(&tablet).await;
    explain(page).await;
    talk(page).await;
    close(page).await;
    write_down(&tablet).await;
    page.press_key("KeyL").await;
    tablet.wait_for_gate("locked").await;

    assert_eq!(page.presses().await, json!(0), "something was touched");
    assert_eq!(tablet.browser.complaints(), Vec::<String>::new());
}
