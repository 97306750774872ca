//! What the lead does at the desk: the firm's directory, a company's plan, its slots, its report.

use crate::{
    access,
    casework::{act, enter_company, gather},
    house::House,
    page::{Page, TABLET},
    paper,
    person::{Device, id},
};

async fn look(page: &Page, name: &str) {
    access::look(page, name, TABLET).await;
    access::look_in_english(page, name).await;
}

/// What the lead writes into the report.
const WRITTEN: &str = "面談を受けた人の満足は、総じて高い。";

/// Presses a chip of a group.
async fn choose(page: &Page, group: &str, code: &str) {
    page.click(&format!("[data-group={group:?}] label:has(input[value={code:?}])")).await;
}

/// Whom the plan invites.
async fn list_somebody(tablet: &Device) {
    let page = &tablet.page;
    page.click(&id("open-roster")).await;
    page.wait_for_element("#import").await;
    look(page, "list").await;
    page.click(&id("edit-roster")).await;
    for (at, name) in (1..).zip(["佐伯 悠真", "森 光"]) {
        page.click("fieldset[data-field=rows] > [data-testid=add-item]").await;
        let row = format!("fieldset[data-field=rows] > ol > li:nth-child({at})");
        page.fill(&format!("{row} input[data-field$='/name']"), name).await;
        page.click(&format!(
            "{row} fieldset[data-field$='/segment'] label:has(input[value=middle])"
        ))
        .await;
        page.choose(&format!("{row} input[data-field$='/hired_on']"), "2015-04-01").await;
    }
    tablet.wait_for_badge("sent").await;
    look(page, "roster").await;
    page.click(&id("back-up")).await;
    page.wait_for_element("#people [data-row]").await;
    page.click(&id("back-company")).await;
    page.wait_for_element("#plan").await;
}

/// A rule, an agreed plan, and a contract that has begun.
pub(crate) async fn agree(tablet: &Device) {
    let page = &tablet.page;
    page.click("#plan summary").await;
    choose(page, "rule.segment", "middle").await;
    choose(page, "rule.trigger", "fixed_month").await;
    page.choose(&id("rule.number"), "12").await;
    page.click(&act("rule")).await;
    page.wait_for_element("#plan .row").await;
    page.click(&id("fill-company")).await;
    page.click("fieldset[data-field=goals] [data-testid=add-item]").await;
    page.fill("fieldset[data-field=goals] input", "中堅社員の自律的なキャリア形成を支える").await;
    tablet.wait_for_badge("sent").await;
    page.evaluate("history.back()").await;
    // A contract without a plan says what it lacks, and goes on when it has one.
    page.click(&act("contract:active")).await;
    page.wait_for_element("[data-lack=plan]").await;
    for state in ["proposed", "agreed"] {
        page.click(&act(&format!("plan:{state}"))).await;
    }
    page.click(&act("contract:active")).await;
    page.wait_for_element(&act("contract:closing")).await;
}

/// A wave of who is due.
async fn plan(page: &Page) {
    page.choose(&id("wave.from"), "2026-12-01").await;
    page.choose(&id("wave.to"), "2026-12-31").await;
    page.click(&act("make-wave")).await;
    page.wait_for("document.querySelector('#waves .row')?.innerText.includes('2人')").await;
}

/// Everybody in the wave gets a letter: a sheet for each, with a link of its own.
async fn invite(page: &Page) {
    page.click(&id("open-roster")).await;
    page.wait_for_element("#to-invite").await;
    look(page, "list-wave").await;
    page.click("#to-invite [data-act^='invite-wave:']").await;
    page.wait_for("document.querySelectorAll('[data-testid=letter]').length === 2").await;
    access::look(page, "letters", TABLET).await;
    assert_eq!(paper::print(page, "letters", TABLET).await, 2);
    let links = paper::codes(page, TABLET).await;
    assert!(links.len() == 2 && links[0] != links[1], "{links:?}");
    assert!(links.iter().all(|it| it.contains("/#join.")), "{links:?}");
    page.click(&id("invitation-done")).await;
    // Nobody is invited twice by a slip.
    page.wait_for("!document.querySelector('#to-invite')").await;
    page.click(&id("back-company")).await;
    page.wait_for_element("#plan").await;
}

/// Slots in a room that was checked; what does not fit says why, and is not published.
async fn publish(page: &Page) {
    page.click("#waves [data-testid=open-slots]").await;
    page.wait_for_element("#grid").await;
    page.click("[data-group='g.venue'] label").await;
    page.click("[data-group='g.who'] label").await;
    page.choose(&id("g.from"), "2026-12-10T10:00").await;
    page.choose(&id("g.until"), "2026-12-10T16:00").await;
    page.click(&act("draw")).await;
    page.wait_for_element("#grid .row").await;
    look(page, "slots-grid").await;
    page.click(&act("publish")).await;
    page.wait_for_element("#list [data-slot]").await;
    look(page, "slots").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_plans_a_wave_publishes_slots_and_begins_a_report() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone) = gather(&house).await;
    let page = &tablet.page;
    page.click(&id("nav-plan")).await;
    page.click(&act("directory")).await;
    page.click(&id("open-directory")).await;
    page.wait_for_element("#templates").await;
    look(page, "directory").await;
    page.click(&id("fill-directory")).await;
    page.wait_for_element("fieldset[data-field=windows]").await;
    page.click("fieldset[data-field=windows] [data-testid=add-item]").await;
    look(page, "directory-form").await;
    page.click(&id("nav-plan")).await;

    enter_company(&tablet).await;
    list_somebody(&tablet).await;
    agree(&tablet).await;
    plan(page).await;
    look(page, "company-planned").await;
    invite(page).await;
    publish(page).await;

    page.click(&id("back-plan")).await;
    look(page, "plan").await;
    page.click(&id("open-company")).await;
    page.choose(&id("report.from"), "2026-04-01").await;
    page.choose(&id("report.to"), "2027-03-31").await;
    page.click(&act("report")).await;
    page.wait_for_element("#findings").await;
    look(page, "report").await;
    page.click(&act("go:computing")).await;
    page.wait_for_element(&act("go:draft")).await;
    page.click(&id("write-report")).await;
    page.wait_for_element("[data-testid=form] [data-field=satisfaction]").await;
    page.fill("[data-testid=form] [data-field=satisfaction]", WRITTEN).await;
    tablet.wait_for_badge("sent").await;
    look(page, "report-form").await;
    page.click(&id("nav-plan")).await;
    page.click(&id("open-company")).await;
    page.click("#reports [data-testid=open-report]").await;
    page.wait_for_element("#figures").await;
    page.wait_for("document.querySelector('.official')").await;
    let told = page.evaluate("document.querySelector('.official').textContent").await;
    for part in ["令和8年4月1日～令和9年3月31日", WRITTEN] {
        assert!(told.as_str().unwrap().contains(part), "{part} in {told}");
    }
    assert!(paper::print(page, "report", TABLET).await > 0);
}
