//! A company that is entered, and what is not here.

use crate::{
    access::{self, check},
    house::House,
    page::{PHONE, Page, TABLET},
    person::{Device, Person, id},
};

const ADMIN: Person =
    Person {
        name: "管理者 山本", device: "事務所のパソコン", passphrase: "yama-no-ue-no-kumo-1"
    };
const CONSULTANT: Person =
    Person {
        name: "髙梨", device: "髙梨のタブレット", passphrase: "kawa-no-nagare-no-oto-2"
    };
const SAEKI: Person = Person {
    name: "佐伯 悠真",
    device: "佐伯のスマートフォン",
    passphrase: "kouba-no-oto-wo-kiku-3",
};
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
