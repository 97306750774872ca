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
    page.click("fieldset[data-field=rows] [data-testid=add-item]").await;
    page.fill("fieldset[data-field=rows] input[data-field$='/name']", "佐伯 悠真").await;
    page.click("fieldset[data-field$='/segment'] label:has(input[value=middle])").await;
    page.choose("fieldset[data-field=rows] input[data-field$='/hired_on']", "2015-04-01").await;
    tablet.wait_for_badge("sent").await;
    look(page, "roster").await;
    page.click(&id("back-up")).await;
    page.wait_for_element("#people [data-row]").await;
    page.click(&id("back-company")).await;
    page.wait_for_element("#plan").await;
}

/// A rule, an agreed plan, and a wave of who is due.
async fn plan(tablet: &Device) {
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
    page.choose(&id("wave.from"), "2026-12-01").await;
    page.choose(&id("wave.to"), "2026-12-31").await;
    page.click(&act("make-wave")).await;
    page.wait_for("document.querySelector('#waves .row')?.innerText.includes('1人')").await;
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
    plan(&tablet).await;
    look(page, "company-planned").await;
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
    look(page, "report-form").await;
    page.click(&id("nav-plan")).await;
    page.click(&id("open-company")).await;
    page.click("#reports [data-testid=open-report]").await;
    page.wait_for_element("#figures").await;
    let told = page.evaluate("document.querySelector('.official').textContent").await;
    assert!(told.as_str().unwrap().contains("令和8年4月1日～令和9年3月31日"), "{told}");
    assert!(paper::print(page, "report", TABLET).await > 0);
}
