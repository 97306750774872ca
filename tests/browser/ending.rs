//! How things end and begin again: people shut out, a device lost, a sheet of paper, a new phone.

use serde_json::{Value, json};

use crate::{
    access::check,
    house::House,
    page::{PHONE, Page, TABLET},
    person::{ADMIN, CONSULTANT, Device, Person, SAEKI, id},
};

const LAPTOP: Person = Person { device: "髙梨のノートパソコン", ..CONSULTANT };
const FRESH: Person = Person { device: "新しいタブレット", ..CONSULTANT };
const PURPOSE: &str = "紙だけが残ったときのために。";

/// Clicks what a row of a list offers; the row is the one with this text in it.
async fn click_in(page: &Page, rows: &str, text: &str, button: &str) {
    let row = format!(
        "[...document.querySelectorAll({})].find(it => it.innerText.includes({}))
           ?.querySelector({})",
        json!(id(rows)),
        json!(text),
        json!(id(button))
    );
    page.wait_for(&row).await;
    page.evaluate(&format!("({row}).click()")).await;
}

/// How many records are in all databases of the page's origin, but for the number of the tab that
/// may write.
const RECORDS: &str = "(async () => {
    let count = 0;
    for (const {name} of await indexedDB.databases()) {
      const db = await new Promise((done, fail) => {
        const asked = indexedDB.open(name);
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => fail(asked.error);
      });
      for (const store of [...db.objectStoreNames].filter(it => it !== 'owner')) {
        count += await new Promise((done, fail) => {
          const asked = db.transaction(store).objectStore(store).count();
          asked.onsuccess = () => done(asked.result);
          asked.onerror = () => fail(asked.error);
        });
      }
      db.close();
    }
    return count;
  })()";

async fn make_firm(house: &House) -> (Device, Device) {
    let link = house.bootstrap.as_deref().unwrap();
    let office = Device::open(house, "office", TABLET, link).await;
    office.join(ADMIN, "make-firm").await;
    let invitation = office.invite(CONSULTANT.name, Some("consultant")).await;
    let tablet = Device::open(house, "tablet", TABLET, &invitation).await;
    tablet.join(CONSULTANT, "join").await;
    (office, tablet)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_shuts_people_out_and_in_and_sets_the_rules() {
    let Some(house) = House::open() else { return };
    let (office, tablet) = make_firm(&house).await;
    let page = &office.page;
    page.wait_for_element(&id("freeze")).await;
    check(page, "people with a member").await;
    page.screenshots("people-joined", TABLET).await;

    click_in(page, "person", CONSULTANT.name, "freeze").await;
    tablet.wait_for_gate("locked").await;
    tablet.page.screenshots("frozen", TABLET).await;
    click_in(page, "person", CONSULTANT.name, "freeze").await;
    page.wait_for("document.body.innerText.includes('参加済み')").await;
    tablet.unlock(CONSULTANT).await;

    page.click("[data-testid=policy] label:has(input[value=\"24\"])").await;
    page.wait_for("document.querySelector('[data-testid=policy-state]').innerText.includes('24')")
        .await;

    click_in(page, "person", CONSULTANT.name, "remove").await;
    page.wait_for_element(&id("sure")).await;
    page.screenshots("people-sure", TABLET).await;
    page.click(&id("not-sure")).await;
    click_in(page, "person", CONSULTANT.name, "remove").await;
    page.click(&id("sure")).await;
    tablet.wait_for_gate("locked").await;
    page.wait_for("document.body.innerText.includes('削除済み')").await;
    page.screenshots("people-removed", TABLET).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_leaves_nothing_in_the_browser() {
    let Some(house) = House::open() else { return };
    let (_office, tablet) = make_firm(&house).await;
    let code = tablet.make_device_code().await;
    let laptop = Device::open(&house, "laptop", TABLET, &house.origin).await;
    laptop.page.click(&id("way-device")).await;
    laptop.page.replace(&id("link"), &code).await;
    laptop.join(LAPTOP, "link-device").await;
    laptop.page.wait_for_element(&id("arrival")).await;
    laptop.page.wait_for_element("[data-testid=arrival] [data-whole=true]").await;
    laptop.page.screenshots("linked", TABLET).await;
    laptop.page.click(&id("arrival-seen")).await;
    laptop.page.wait_for("!document.querySelector('[data-testid=arrival]')").await;
    assert!(laptop.page.evaluate(RECORDS).await.as_u64().unwrap() > 5);

    click_in(&tablet.page, "device", LAPTOP.device, "revoke-device").await;
    tablet.page.wait_for_element(&id("sure")).await;
    check(&tablet.page, "about to revoke").await;
    tablet.page.screenshots("revoke", TABLET).await;
    tablet.page.click(&id("sure")).await;

    laptop.wait_for_gate("revoked").await;
    laptop.page.wait_for("document.body.innerText.includes('消去されました')").await;
    check(&laptop.page, "revoked").await;
    laptop.page.screenshots("revoked", TABLET).await;
    assert_eq!(laptop.page.evaluate(RECORDS).await, json!(0));
    laptop.page.reload().await;
    laptop.wait_for_gate("empty").await;
    let rows = "document.querySelectorAll('[data-testid=device]').length === 1";
    tablet.page.wait_for(rows).await;
}

/// Makes a kit and takes what is on the sheet.
async fn make_kit(tablet: &Device) -> String {
    let page = &tablet.page;
    page.click(&id("nav-devices")).await;
    page.wait_for_element("[data-kit=none]").await;
    page.screenshots("devices-no-kit", TABLET).await;
    page.replace(&id("kit-passphrase"), "chigau-aikotoba-wo-ireru-9").await;
    page.click(&id("make-kit")).await;
    page.wait_for_element(&id("notice")).await;
    assert_eq!(page.evaluate("document.querySelectorAll('.sheet').length").await, json!(0));
    page.click(&id("dismiss")).await;
    page.replace(&id("kit-passphrase"), CONSULTANT.passphrase).await;
    page.click(&id("make-kit")).await;
    page.wait_for_element(".sheet").await;
    check(page, "kit").await;
    page.screenshots("kit", TABLET).await;
    assert_eq!(page.print("kit").await.len(), 1, "sheets of paper");
    let words =
        "[...document.querySelectorAll('.sheet-words > li')].map(it => it.textContent).join(' ')";
    let words = page.evaluate(words).await;
    page.click(&id("kit-done")).await;
    page.wait_for_element("[data-kit=made]").await;
    String::from(words.as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_on_paper_bring_everything_back_in_a_fresh_browser() {
    let Some(house) = House::open() else { return };
    let (_office, tablet) = make_firm(&house).await;
    let invitation = tablet.invite(SAEKI.name, None).await;
    let phone = Device::open(&house, "phone", PHONE, &invitation).await;
    phone.join(SAEKI, "join").await;
    tablet.open_case(SAEKI.name).await;
    let note = tablet.add_interview(SAEKI.name).await;
    tablet.page.fill("[data-testid=note] :is(input, textarea)[data-field=purpose]", PURPOSE).await;
    tablet.wait_for_badge("sent").await;
    tablet.page.click("[data-testid=members] > summary").await;
    tablet.page.wait_for_element(&id("member")).await;
    check(&tablet.page, "members").await;
    tablet.page.screenshots("members", TABLET).await;
    let words = make_kit(&tablet).await;
    assert_eq!(words.split(' ').count(), 24);
    tablet.browser.kill();

    let fresh = Device::open(&house, "fresh", TABLET, &house.origin).await;
    let page = &fresh.page;
    page.wait_for_element(&id("way-kit")).await;
    page.screenshots("ways-kit", TABLET).await;
    page.click(&id("way-kit")).await;
    let (first, rest) = words.split_once(' ').unwrap();
    let wrong = format!("{first} ぬるぽぬるぽ {rest}");
    page.replace("textarea[data-testid=kit-words]", &wrong).await;
    page.wait_for(
        "document.querySelector('[data-testid=kit-words-error]').innerText.includes('2番目')",
    )
    .await;
    check(page, "recover").await;
    page.screenshots("recover-wrong", TABLET).await;
    page.replace("textarea[data-testid=kit-words]", &words.replace(' ', "\u{3000}")).await;
    page.wait_for("document.querySelector('[data-testid=kit-words-error]').innerText === ''").await;
    fresh.join(FRESH, "recover").await;
    page.wait_for_element("[data-testid=arrival] [data-whole=true]").await;
    check(page, "recovered").await;
    page.screenshots("recovered", TABLET).await;
    fresh.open_note(&note).await;
    let shown = fresh.note().await;
    assert_eq!(shown["purpose"], Value::from(PURPOSE));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_everything_is_let_in_again_face_to_face() {
    let Some(house) = House::open() else { return };
    let (_office, tablet) = make_firm(&house).await;
    let invitation = tablet.invite(SAEKI.name, None).await;
    let phone = Device::open(&house, "phone", PHONE, &invitation).await;
    phone.join(SAEKI, "join").await;
    tablet.open_case(SAEKI.name).await;
    tablet.wait_for_badge("sent").await;
    phone.browser.kill();
    let page = &tablet.page;
    click_in(page, "person", SAEKI.name, "regrant").await;
    page.wait_for_element(&id("regrant-cancel")).await;
    page.screenshots("regrant-nobody", TABLET).await;
    page.click(&id("regrant-cancel")).await;

    let invitation = tablet.invite("佐伯（新しい端末）", None).await;
    let phone = Device::open(&house, "new-phone", PHONE, &invitation).await;
    phone.join(SAEKI, "join").await;
    page.wait_for(
        "[...document.querySelectorAll('[data-testid=person]')]
           .some(it => it.innerText.includes('新しい端末') && it.innerText.includes('参加済み'))",
    )
    .await;
    click_in(page, "person", SAEKI.name, "regrant").await;
    page.wait_for_element(&id("regrant-go")).await;
    assert_eq!(
        page.evaluate("document.querySelector('[data-testid=regrant-go]').disabled").await,
        json!(true)
    );
    check(page, "regrant").await;
    page.screenshots("regrant", TABLET).await;
    page.click(&format!("label:has({})", id("regrant-seen"))).await;
    page.click(&id("regrant-go")).await;
    page.wait_for_element(&id("regranted")).await;
    check(page, "regranted").await;
    page.screenshots("regranted", TABLET).await;
    tablet.wait_for_badge("sent").await;
    phone.page.wait_for_element("[data-testid=employee-home]").await;
    phone.page.screenshots("employee-again", PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_opens_nothing_until_the_server_was_asked() {
    let Some(house) = House::open() else { return };
    let (_office, tablet) = make_firm(&house).await;
    tablet.wait_for_badge("sent").await;
    tablet.browser.set_offline(true).await;
    tablet.browser.set_clocks_forward(60 * 60 * 1000).await;
    // Locking notes how late it is.
    tablet.page.click(&id("lock-now")).await;
    tablet.wait_for_gate("locked").await;
    tablet.page.reload().await;

    tablet.wait_for_gate("locked").await;
    tablet.page.replace(&id("passphrase"), CONSULTANT.passphrase).await;
    tablet.page.click(&id("unlock")).await;
    tablet.wait_for_gate("working").await;
    tablet.page.wait_for("document.body.innerText.includes('確かめる必要があります')").await;
    check(&tablet.page, "asking again").await;
    tablet.page.screenshots("asking-again", TABLET).await;
    assert!(!tablet.page.text("body").await.contains(CONSULTANT.name));

    tablet.browser.set_offline(false).await;
    tablet.wait_for_gate("open").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_server_is_said_to_be_one_until_an_admin_confirms_it() {
    let Some(mut house) = House::open() else { return };
    let (office, tablet) = make_firm(&house).await;
    let copy = house.back_up();
    let invitation = tablet.invite(SAEKI.name, None).await;
    assert!(invitation.contains("join."));
    tablet.wait_for_badge("sent").await;

    house.restore(&copy);

    for device in [&office, &tablet] {
        device.page.wait_for_element("[data-testid=alarm][role=alert]").await;
    }
    let declares = "document.querySelectorAll('[data-testid=declare-restore]').length";
    assert_eq!(tablet.page.evaluate(declares).await, json!(0), "only an admin can say so");
    tablet.page.click(&id("alarm-details")).await;
    tablet.page.wait_for_element(&id("alarm-evidence")).await;
    check(&tablet.page, "an alarm").await;
    tablet.page.screenshots("alarm", TABLET).await;
    office.page.click(&id("declare-restore")).await;
    office.page.wait_for_element(&id("sure")).await;
    check(&office.page, "about to confirm a restore").await;
    office.page.screenshots("alarm-sure", TABLET).await;
    office.page.click(&id("sure")).await;

    for device in [&office, &tablet] {
        device.page.wait_for("!document.querySelector('[data-testid=alarm]')").await;
        device.wait_for_badge("sent").await;
    }
}

const COLLEAGUE: Person =
    Person {
        name: "渡邉", device: "渡邉のタブレット", passphrase: "umi-no-iro-wo-kazoeru-4"
    };

/// Asks for what cannot be undone, looks at the question, and says yes.
async fn be_sure(page: &Page, button: &str) {
    let open = "[data-testid=members]:not([open]) > summary";
    if page.evaluate(&format!("!!document.querySelector({})", json!(open))).await == json!(true) {
        page.click(open).await;
    }
    page.click(&id(button)).await;
    page.wait_for_element(&id("sure")).await;
    check(page, button).await;
    page.screenshots(&format!("sure-{button}"), TABLET).await;
    page.click(&id("sure")).await;
}

/// The id of the note on the screen once it is another one.
async fn next_note(page: &Page, before: &str) -> String {
    let path = format!("/note/{before}");
    let is_other = "location.pathname.startsWith('/note/') && location.pathname";
    page.wait_for(&format!("{is_other} !== {}", json!(path))).await;
    page.wait_for_element("[data-field=purpose]").await;
    let path = page.evaluate("location.pathname").await;
    String::from(path.as_str().unwrap().trim_start_matches("/note/"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_copied_fair_and_its_new_reader_would_see_it_from_now_on() {
    let Some(house) = House::open() else { return };
    let (office, tablet) = make_firm(&house).await;
    let invitation = office.invite(COLLEAGUE.name, Some("consultant")).await;
    let colleague = Device::open(&house, "colleague", TABLET, &invitation).await;
    colleague.join(COLLEAGUE, "join").await;
    let invitation = tablet.invite(SAEKI.name, None).await;
    let phone = Device::open(&house, "phone", PHONE, &invitation).await;
    phone.join(SAEKI, "join").await;
    tablet.open_case(SAEKI.name).await;
    let page = &tablet.page;
    let drafted = tablet.add_interview(SAEKI.name).await;
    page.fill("[data-testid=note] :is(input, textarea)[data-field=purpose]", PURPOSE).await;
    tablet.wait_for_badge("sent").await;

    be_sure(page, "finalise").await;
    let fair = next_note(page, &drafted).await;
    assert_eq!(tablet.note().await["purpose"], Value::from(PURPOSE));

    tablet.wait_for_badge("sent").await;
    page.click("[data-testid=members]:not([open]) > summary").await;
    page.click("label:has(input[name=let-in-since]):nth-child(2)").await;
    page.click(&format!("label:has({})", id("let-in-consent"))).await;
    check(page, "from now on").await;
    page.screenshots("from-now-on", TABLET).await;
    assert!(page.evaluate("location.pathname").await.as_str().unwrap().ends_with(&fair));
}
