//! A case from the first explanation to the signed note, as the two of example 1 go through it.

use engine::casework::{consent::Matter, directory};
use serde_json::json;

use crate::{
    access::{self, check},
    example::FIRST,
    house::House,
    page::{PHONE, Page, TABLET},
    paper,
    person::{ADMIN, CONSULTANT, Device, SAEKI, id},
};

const PURPOSE: &str = "係長の打診にどう答えるかを、今日決めるのではなく、迷いの中身を整理する";

/// Year, satisfaction and event of the lifeline.
const LIFE: [(i64, i64, &str); 8] = [
    (2015, 10, "入社"),
    (2016, -40, "夜間呼出しが続く"),
    (2018, 45, "資格・初めて一人で復旧"),
    (2019, 20, "異動"),
    (2021, 70, "治具が全社表彰"),
    (2023, 55, "後輩二人の指導"),
    (2025, -15, "管理業務が増える"),
    (2026, -5, "係長の打診"),
];

pub(crate) fn act(act: &str) -> String {
    format!("[data-act={act:?}]")
}

/// The consultant's tablet and the employee's phone, with a case between them.
pub(crate) async fn gather(house: &House) -> (Device, Device) {
    let link = house.bootstrap.as_deref().unwrap();
    let office = Device::open(house, "office", TABLET, link).await;
    office.join(ADMIN, "make-firm").await;
    let invitation = office.invite(CONSULTANT.name, Some("consultant")).await;
    let tablet = Device::open(house, "tablet", TABLET, &invitation).await;
    tablet.join(CONSULTANT, "join").await;
    // An invitation needs the server.
    tablet.page.wait_for("document.querySelector('.link-state')?.hidden").await;
    let invitation = tablet.invite(SAEKI.name, None).await;
    let phone = Device::open(house, "phone", PHONE, &invitation).await;
    phone.join(SAEKI, "join").await;
    tablet.open_case(SAEKI.name).await;
    (tablet, phone)
}

async fn look(page: &Page, name: &str) {
    access::look(page, name, TABLET).await;
}

/// Goes to the page of the only case.
pub(crate) async fn to_case(page: &Page) {
    page.click(&id("nav-home")).await;
    page.click(&id("see-case")).await;
    page.wait_for_element("#glance").await;
}

/// The card of a matter says what the program has to say of it, word for word, and is a page that
/// everybody can read.
async fn reads(page: &Page, matter: &str) {
    let told = directory::first("ja").unwrap();
    let matter = Matter::ALL.into_iter().find(|it| it.code() == matter).unwrap();
    let shown = page.text("#card .large-type").await;
    for paragraph in told.text(matter).lines().filter(|it| !it.trim().is_empty()) {
        assert!(shown.contains(paragraph.trim()), "{paragraph} in {shown}");
    }
    let name = format!("consent-{}", matter.code());
    check(page, &name).await;
    page.picture(&name).await;
}

/// Waits until a matter is said to be decided so.
async fn wait_for_matter(page: &Page, matter: &str, told: &str) {
    let row = format!("[data-matter={matter:?}]");
    page.wait_for(&format!(
        "document.querySelector({})?.innerText.includes({})",
        json!(row),
        json!(told)
    ))
    .await;
}

/// The employee reads each card on the tablet in their hands, and signs with a finger.
async fn decide_on_the_tablet(page: &Page) {
    page.click(&act("card:1")).await;
    page.wait_for_element("#card").await;
    // Without a signature nothing is decided, and it is said where.
    page.click(&act("decide:c1:explained")).await;
    page.wait_for_element("#card [role=alert]").await;
    look(page, "consent-unsigned").await;
    page.draw("[data-pad=pad]").await;
    look(page, "consent-card").await;
    page.click(&act("decide:c1:explained")).await;
    page.wait_for_element(&id("purpose")).await;
    page.fill(&id("purpose"), PURPOSE).await;
    page.draw("[data-pad=pad]").await;
    page.click(&act("decide:c2:agreed")).await;
    for (decision, next) in [
        ("c3:explained", "decide:c4:ask"),
        ("c4:ask", "decide:c5:agreed"),
        ("c5:agreed", "decide:c6:agreed"),
        ("c6:agreed", "decide:c7:agreed"),
        ("c7:agreed", "decide:c9:agreed"),
        ("c9:agreed", "decide:c10:agreed"),
        ("c10:agreed", "decide:c11:agreed"),
    ] {
        page.wait_for_element(&act(&format!("decide:{decision}"))).await;
        let (matter, _) = decision.split_once(':').unwrap();
        reads(page, matter).await;
        page.draw("[data-pad=pad]").await;
        page.click(&act(&format!("decide:{decision}"))).await;
        page.wait_for_element(&act(next)).await;
    }
    page.click("label:has(input[value=app_only])").await;
    page.draw("[data-pad=pad]").await;
    page.click(&act("decide:c11:agreed")).await;
    page.wait_for_element("#consents").await;
    wait_for_matter(page, "c2", "同意").await;
    wait_for_matter(page, "c4", "都度確認").await;
}

/// Hands the tablet over and takes it back.
async fn explain(tablet: &Device) {
    let page = &tablet.page;
    page.click("#before [data-testid=to-consent]").await;
    page.wait_for_element("#consents").await;
    look(page, "consent").await;
    page.fill(&id("pin"), "4739").await;
    page.click(&act("hand")).await;
    tablet.wait_for_gate("handed").await;
    page.wait_for_element("#consents").await;
    let shown = page.text("body").await;
    assert!(shown.contains("佐伯 悠真さんの画面です"), "{shown}");
    assert!(!shown.contains("端末を手渡す"), "the employee hands nothing on");
    look(page, "handed").await;
    decide_on_the_tablet(page).await;

    page.click("[data-testid=hand-back] summary").await;
    page.replace(&id("pin"), "0000").await;
    page.click(&id("take-back")).await;
    page.wait_for("document.body.innerText.includes('暗証番号が違います')").await;
    page.replace(&id("pin"), "4739").await;
    page.click(&id("take-back")).await;
    tablet.wait_for_gate("open").await;
}

/// The talk: marks, a lifeline, and the way out.
async fn talk(tablet: &Device) {
    let page = &tablet.page;
    page.wait_for_element(&act("step:talking")).await;
    page.click(&act("step:talking")).await;
    page.wait_for_element(".clock").await;
    page.wait_for(&format!("document.body.innerText.includes({})", json!(PURPOSE))).await;
    // By the keyboard: the sheet says which keys, and they press what it says.
    page.press_key("Slash").await;
    page.wait_for_element("[data-testid=keys] kbd").await;
    check(page, "keys").await;
    page.picture("keys").await;
    assert!(page.text("[data-testid=keys]").await.contains("Alt + 1\n気になる"));
    page.click(&id("close-keys")).await;
    page.press_key("Digit1").await;
    page.wait_for("document.querySelectorAll('.mark').length === 1").await;
    for kind in ["feeling", "insight", "promise"] {
        page.click(&act(&format!("mark:{kind}"))).await;
    }
    page.wait_for("document.querySelectorAll('.mark').length === 4").await;
    page.draw("[data-pad=ink]").await;
    look(page, "room").await;
    page.click(&act("scribble")).await;
    page.wait_for("!document.querySelector('[data-pad=ink] polyline')").await;
    page.click(&id("to-canvas")).await;
    page.click(&act("begin:lifeline")).await;
    page.wait_for_element("[data-canvas=lifeline]").await;
    for (at, (year, satisfaction, event)) in LIFE.into_iter().enumerate() {
        page.fill("input[name$='.text']", event).await;
        page.choose("input[name$='.x']", &year.to_string()).await;
        page.choose("input[name$='.y']", &satisfaction.to_string()).await;
        page.click("[data-testid=draw]").await;
        let rows = "document.querySelectorAll('[data-canvas=lifeline] .row').length";
        page.wait_for(&format!("{rows} === {}", at + 1)).await;
    }
    look(page, "lifeline").await;
    // A finger's line is taken back as one.
    page.draw("[data-canvas=lifeline] [data-pad]").await;
    page.click("[data-act^='curve:']").await;
    page.wait_for("document.querySelectorAll('[data-canvas=lifeline] .row').length > 9").await;
    page.click("[data-act^='undo:']").await;
    page.wait_for("document.querySelectorAll('[data-canvas=lifeline] .row').length === 8").await;
    page.evaluate("history.back()").await;
    page.click(&act("step:wrapping")).await;
    page.wait_for_element("#homework").await;
    look(page, "closing").await;
    page.click(&act("step:ended")).await;
    page.wait_for_element("#after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_from_the_explanation_to_the_signed_note_without_a_network() {
    let Some(house) = House::open() else { return };
    let (tablet, phone) = gather(&house).await;
    let page = &tablet.page;
    let note = tablet.add_interview(SAEKI.name).await;
    tablet.wait_for_badge("sent").await;
    tablet.browser.set_offline(true).await;

    to_case(page).await;
    look(page, "case").await;
    page.click(&id("to-room")).await;
    page.wait_for_element("#before").await;
    // The rule keeps the talk from beginning, and says what is lacking.
    page.click(&act("step:talking")).await;
    page.wait_for_element(&id("notice")).await;
    page.click(&id("dismiss")).await;
    look(page, "room-before").await;

    explain(&tablet).await;
    page.wait_for_element("#before, #consents").await;
    to_case(page).await;
    wait_for_matter(page, "c10", "同意").await;
    page.click(&id("to-room")).await;
    talk(&tablet).await;
    look(page, "after").await;
    page.click("#after [data-testid=to-note]").await;
    page.wait_for_element("[data-field=purpose]").await;
    write_down(&tablet).await;

    tablet.browser.set_offline(false).await;
    tablet.wait_for_badge("sent").await;
    let address = page.evaluate("location.pathname").await;
    assert!(address.as_str().unwrap().ends_with(&note));
    phone_shows_it(&phone).await;
    for device in [&tablet, &phone] {
        assert_eq!(device.browser.complaints(), Vec::<String>::new());
    }
}

/// The note of example 1: written, read as SOAP, signed, and added to.
async fn write_down(tablet: &Device) {
    let page = &tablet.page;
    tablet.write(FIRST).await;
    page.click("#drawn [data-act^='ink:']").await;
    page.wait_for_element("#drawn polyline").await;
    access::look_in_english(page, "note").await;
    page.click(&id("to-read")).await;
    page.click(&act("shape:soap")).await;
    page.wait_for_element("#s").await;
    assert!(page.text("#s").await.contains("先輩、係長になってから笑わなくなったんです"));
    assert!(page.text("#a").await.contains("役割の中身を確かめないまま"));
    assert!(
        !page.text("main").await.contains("自分の経験を重ねかけた"),
        "a look at oneself stays out"
    );
    look(page, "note-soap").await;
    assert!(paper::print(page, "note-soap", TABLET).await > 0);
    page.click(&id("back-note")).await;
    page.click(&act("sign")).await;
    page.wait_for("!document.querySelector('[data-field=purpose]')").await;
    page.click("#amendments summary").await;
    page.fill(&id("a.text"), "等級資料の正式名称を追加").await;
    page.click(&act("amend")).await;
    page.wait_for("document.querySelector('#amendments .row')?.innerText.includes('等級資料')")
        .await;
    look(page, "note-signed").await;
    access::look_in_english(page, "note-signed").await;
}

/// What was decided and drawn on the tablet is on the employee's phone.
async fn phone_shows_it(phone: &Device) {
    let page = &phone.page;
    page.click(&id("nav-home")).await;
    page.click(&id("see-case")).await;
    page.wait_for_element("#own").await;
    access::look(page, "own-case", PHONE).await;
    page.click(&id("to-canvas")).await;
    page.wait_for("document.querySelectorAll('[data-canvas=lifeline] .row').length === 8").await;
    access::look(page, "own-lifeline", PHONE).await;
    page.evaluate("history.back()").await;
    page.click(&id("to-consent")).await;
    wait_for_matter(page, "c4", "都度確認").await;
    // What was agreed to is taken back without a reason.
    page.click(&act("card:4")).await;
    page.click(&act("decide:c4:withdrawn")).await;
    page.wait_for_element("#card").await;
    page.click(&act("card:0")).await;
    wait_for_matter(page, "c4", "撤回").await;
    access::look(page, "own-consent", PHONE).await;
    access::look_in_english(page, "own-consent").await;
}

/// A harassment that is told in the employee's words, to whom the employee chose.
async fn tell(tablet: &Device) {
    let page = &tablet.page;
    to_case(page).await;
    page.click(&id("to-tell")).await;
    page.wait_for_element("#begin").await;
    page.click("label:has(input[name='m.category'][value=harassment])").await;
    page.click("label:has(input[name='m.recipient'][value=window])").await;
    page.fill(&id("m.name"), "施設の相談窓口").await;
    page.click("label:has(input[name='m.spoken'][value=given])").await;
    page.click("label:has(input[name='m.identity'][value=anonymous])").await;
    page.fill(&id("m.text"), TOLD).await;
    page.click(&act("begin")).await;
    page.wait_for_element("[data-row=r7]").await;
    // The first window is in the line of the person it is about.
    page.click("#matter-0 details:nth-of-type(1) summary").await;
    page.click("label:has(input[name='x0.conflict'][value=in_line])").await;
    page.click(&act("reassess:0")).await;
    page.wait_for_element("[data-row=r7_conflict]").await;
    look(page, "tell-blocked").await;
    // Another window, outside of that line.
    page.replace(&id("x0.name"), "法人本部 相談窓口").await;
    page.click(&act("redraft:0")).await;
    page.wait_for_element("[data-row=r7]").await;
    page.click("label:has(input[name='x0.conflict'][value=ok])").await;
    page.click(&act("reassess:0")).await;
    page.click("#matter-0 details:nth-of-type(2) summary").await;
    page.click("label:has(input[name='x0.ground'][value=reporter_law])").await;
    page.fill(&id("x0.note"), "公益通報者の保護を説明した").await;
    page.click(&act("note:0")).await;
    page.wait_for("document.querySelector('#matter-0 .rows')?.innerText.includes('公益通報')")
        .await;
    page.click(&act("send:0")).await;
    page.wait_for_element("#matter-0[data-state=sent_to_ee]").await;
    look(page, "tell-sent").await;
}

const TOLD: &str = "利用者の前で職員が繰り返し叱責される場面があると聞いています。申し送りや指導の場の持ち方を法人全体で確認していただくようお願いします。";

const RESPONSE: &str = "全ユニットで申し送りの場の運用を見直す研修を行う";

#[tokio::test(flavor = "multi_thread")]
async fn words_go_out_as_the_employee_approved_them_and_danger_is_written_down() {
    let Some(house) = House::open() else { return };
    let (tablet, phone) = gather(&house).await;
    tell(&tablet).await;
    tablet.wait_for_badge("sent").await;

    let page = &phone.page;
    page.click(&id("see-case")).await;
    page.click(&id("to-tell")).await;
    page.wait_for_element("#matter-0[data-state=sent_to_ee]").await;
    assert!(page.text("#matter-0").await.contains(TOLD));
    access::look(page, "own-wording", PHONE).await;
    page.click(&act("approved:0")).await;
    page.wait_for_element("#matter-0[data-state=approved]").await;

    let page = &tablet.page;
    page.wait_for_element("#matter-0[data-state=approved]").await;
    page.click(&act("written:0")).await;
    page.wait_for_element("#matter-0[data-state=transmitted]").await;
    page.wait_for_element("#lines").await;
    page.click(&act("acknowledge:0")).await;
    page.wait_for_element("#matter-0[data-state=acknowledged]").await;
    page.fill(&id("x0.response"), RESPONSE).await;
    page.click(&act("follow:0")).await;
    page.wait_for_element("#matter-0[data-state=followed_up]").await;
    phone
        .page
        .wait_for(&format!(
            "document.querySelector('#lines')?.innerText.includes({})",
            json!(RESPONSE)
        ))
        .await;

    to_case(page).await;
    page.click(&id("to-risk")).await;
    page.wait_for_element("#assess").await;
    page.click("label:has(input[name='r.level'][value=watch])").await;
    page.click("label:has(input[name='r.kinds'][value=self_harm])").await;
    page.fill(&id("r.facts"), "消えたい日はありました、先月").await;
    page.choose(&id("r.days"), "7").await;
    page.click(&act("assess")).await;
    page.wait_for_element("#risk[data-level=watch]").await;
    let shown = page.text("#risk").await;
    assert!(shown.contains("安全計画"), "{shown}");
    look(page, "risk").await;
    access::look_in_english(page, "risk").await;
    to_case(page).await;
    access::look_in_english(page, "case").await;
    page.click(&id("to-tell")).await;
    page.wait_for_element("#lines").await;
    look(page, "tell").await;
    access::look_in_english(page, "tell").await;
}

/// From the empty page of the plans to a signed contract and a room that was checked.
pub(crate) async fn enter_company(tablet: &Device) {
    let page = &tablet.page;
    page.wait_for_element("#new-company").await;
    page.fill(&id("new.company"), "株式会社みなと精工").await;
    page.click(&act("company")).await;
    page.click(&id("open-company")).await;
    page.wait_for_element("#contract").await;
    // What a contract lacks is listed where it was to go on.
    page.click(&act("contract:signed")).await;
    page.wait_for_element("[data-lack=period]").await;
    look(page, "company-lacks").await;

    page.click(&id("fill-company")).await;
    page.wait_for_element("[data-testid=form] [data-field=name]").await;
    page.choose("[data-field=from]", "2026-04-01").await;
    page.choose("[data-field=to]", "2027-03-31").await;
    page.click("fieldset[data-field=contract_kind] label:has(input[value=mixed])").await;
    page.click("fieldset[data-field=continuation] label:has(input[value=limited])").await;
    page.click("fieldset[data-field=contacts] [data-testid=add-item]").await;
    page.fill("fieldset[data-field=contacts] input[data-field$='/name']", "人事課 北村").await;
    page.click("fieldset[data-field=venues] [data-testid=add-item]").await;
    page.fill("fieldset[data-field=venues] input[data-field$='/name']", "本社3F会議室B").await;
    page.click("fieldset[data-field=disclosure_rules] [data-testid=add-item]").await;
    page.fill("fieldset[data-field=disclosure_rules] textarea", "個別の内容は伝えない。").await;
    tablet.wait_for_badge("sent").await;
    look(page, "company-form").await;
    page.evaluate("history.back()").await;

    page.wait_for_element("#contract").await;
    page.click("#contract details summary").await;
    page.choose(&id("sign.firm"), "2026-04-01").await;
    page.choose(&id("sign.company"), "2026-04-02").await;
    page.click("#contract [data-testid=rules]").await;
    page.wait_for("!document.querySelector('#contract')?.innerText.includes('まだありません')")
        .await;
    page.click(&act("contract:signed")).await;
    page.wait_for("document.querySelector('#contract .pill').innerText === '締結'").await;
    page.click("#venues details summary").await;
    for held in ["no_voice", "no_view", "no_microphone", "no_visitor", "network_known"] {
        page.click(&format!("#venues label:has(input[value={held}])")).await;
    }
    page.click("#venues [data-testid=check]").await;
    page.wait_for("document.querySelector('#venues .pill').innerText === '可'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_entered_and_gets_a_contract_and_a_room() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone) = gather(&house).await;
    let page = &tablet.page;
    page.click(&id("nav-plan")).await;
    page.wait_for_element("#new-company").await;
    look(page, "plan-empty").await;
    enter_company(&tablet).await;
    look(page, "company").await;
    access::look_in_english(page, "company").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_whose_document_is_not_here_says_what_it_waits_for() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone) = gather(&house).await;
    let page = &tablet.page;
    for path in ["note", "form", "case"] {
        let address = format!("{}/{path}/{}", house.origin, "a7".repeat(16));
        page.go(&address).await;
        tablet.unlock(CONSULTANT).await;
        // It is not said before a moment has passed.
        let said = "document.querySelector('[data-testid=not-here]')?.innerText";
        page.wait_for(&format!("{said}.includes('まだ届いていません')")).await;
    }
    check(page, "not here").await;
    page.screenshots("not-here", TABLET).await;
}
