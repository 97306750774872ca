//! A company's list of its people: read with its mistakes told, kept as a whole or not at all; each
//! invited by a letter, and whoever comes by it is seen the evening before.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    access,
    casework::{act, enter_company, gather},
    chromium,
    house::House,
    office,
    page::{PHONE, Page, TABLET},
    paper,
    person::{CONSULTANT, Device, Person, id},
};

const MORI: Person =
    Person {
        name: "森 光", device: "森のスマートフォン", passphrase: "asa-no-minato-wo-aruku-5"
    };

/// A line without a name, and one with a segment and a day that nobody knows.
const WRONG: &str = "氏名,所属,対象層,入社日\r\n森 光,製造部,中堅,2015-04-01\r\n,検査課,若手,2022-10-01\r\n五十嵐 渉,設計2課,ベテラン,2015年の春\r\n";

/// Who is known by now, and 草野 実 of 資材課, as older office programs write them.
const OLDER: [u8; 73] = [
    0x8E, 0x81, 0x96, 0xBC, 0x2C, 0x95, 0x94, 0x8F, 0x90, 0x2C, 0x83, 0x81, 0x81, 0x5B, 0x83, 0x8B,
    0x83, 0x41, 0x83, 0x68, 0x83, 0x8C, 0x83, 0x58, 0x0D, 0x0A, 0x90, 0x58, 0x20, 0x8C, 0xF5, 0x2C,
    0x90, 0xBB, 0x91, 0xA2, 0x95, 0x94, 0x2C, 0x6D, 0x6F, 0x72, 0x69, 0x40, 0x65, 0x78, 0x61, 0x6D,
    0x70, 0x6C, 0x65, 0x2E, 0x6A, 0x70, 0x0D, 0x0A, 0x91, 0x90, 0x96, 0xEC, 0x20, 0x8E, 0xC0, 0x2C,
    0x8E, 0x91, 0x8D, 0xDE, 0x89, 0xDB, 0x2C, 0x0D, 0x0A,
];

async fn look(page: &Page, name: &str) {
    access::look(page, name, TABLET).await;
    access::look_in_english(page, name).await;
}

/// How many elements there are.
async fn count(page: &Page, selector: &str) -> Value {
    page.evaluate(&format!("document.querySelectorAll({}).length", json!(selector))).await
}

async fn wait_for_count(page: &Page, selector: &str, count: usize) {
    let there = format!("document.querySelectorAll({}).length === {count}", json!(selector));
    page.wait_for(&there).await;
}

/// Chooses a file as it would lie on the disk.
async fn bring(page: &Page, folder: &Path, name: &str, bytes: &[u8]) {
    let file = folder.join(name);
    fs::write(&file, bytes).unwrap();
    page.choose_file(&id("list-file"), &file).await;
}

/// What is wrong with the list on the page: where, and what.
async fn faults(page: &Page) -> Vec<(String, String)> {
    let told = page
        .evaluate(
            "[...document.querySelectorAll('#import [data-fault]')]
               .map(it => [it.querySelector('.row-title').innerText, it.dataset.fault])",
        )
        .await;
    serde_json::from_value(told).unwrap()
}

/// Whatever is wrong is told with its place, and nothing of such a list is kept.
async fn bring_wrong_lists(page: &Page, folder: &Path) {
    let expected =
        [("3行目 名前", "unnamed"), ("4行目 対象層", "no_segment"), ("4行目 入社日", "no_day")]
            .map(|(place, fault)| (String::from(place), String::from(fault)));
    for (name, bytes) in [
        ("list.csv", WRONG.as_bytes()),
        ("list.xlsx", include_bytes!("list-wrong.xlsx").as_slice()),
    ] {
        bring(page, folder, name, bytes).await;
        wait_for_count(page, "#import [data-fault]", 3).await;
        assert_eq!(faults(page).await, expected, "{name}");
        assert_eq!(count(page, &act("keep")).await, 0, "{name}");
        assert_eq!(count(page, "#people [data-row]").await, 0, "{name}");
        if name == "list.csv" {
            look(page, "list-wrong").await;
        }
        // What is no list at all says so, and what was told of the one before is gone.
        bring(page, folder, "photo.xlsx", b"PK\x03\x04 and nothing behind it").await;
        page.wait_for_element("#import [data-unread=unreadable]").await;
        assert_eq!(count(page, "#import [data-fault]").await, 0);
    }
    bring(page, folder, "photo.csv", &[0xFF, 0xD8, 0xFF, 0xE0, 0xA0, 0xFD]).await;
    page.wait_for_element("#import [data-unread=not_utf8]").await;
    look(page, "list-unread").await;
}

/// A workbook and a list of an older program, each looked at before it is kept.
async fn bring_right_lists(page: &Page, folder: &Path) {
    bring(page, folder, "list.xlsx", include_bytes!("list.xlsx")).await;
    page.wait_for_element(&act("keep")).await;
    assert_eq!(count(page, "#people [data-row]").await, 0, "looked at, not kept");
    look(page, "list-read").await;
    page.click(&act("keep")).await;
    wait_for_count(page, "#people [data-row]", 3).await;
    assert_eq!(count(page, &act("keep")).await, 0);

    bring(page, folder, "older.csv", &OLDER).await;
    page.wait_for("document.querySelector('#import')?.innerText.includes('草野 実')").await;
    page.click(&act("keep")).await;
    wait_for_count(page, "#people [data-row]", 4).await;
    let people = page.text("#people").await;
    for name in ["森 光", "グエン ホア", "五十嵐 渉", "草野 実"] {
        assert!(people.contains(name), "{name} in {people}");
    }
}

/// A long list that is filled in by hand: each person is a line that opens, also by the keyboard.
async fn open_one_of_many(page: &Page, folder: &Path) {
    let lines: Vec<String> = (1..=12).map(|at| format!("見本 {at},製造{at}課\r\n")).collect();
    let list = ["氏名,所属\r\n", &lines.concat()].concat();
    bring(page, folder, "long.csv", list.as_bytes()).await;
    page.wait_for_element(&act("keep")).await;
    page.click(&act("keep")).await;
    wait_for_count(page, "#people [data-row]", 16).await;
    page.click(&id("edit-roster")).await;
    page.wait_for_element("fieldset[data-field=rows]").await;
    wait_for_count(page, "fieldset[data-field=rows] > ol > li", 16).await;
    assert_eq!(count(page, "fieldset[data-field=rows] li input").await, 0, "nobody is open");
    look(page, "roster-folded").await;

    let row = "fieldset[data-field=rows] > ol > li:nth-child(16)";
    assert_eq!(page.text(&format!("{row} summary")).await, "見本 12　製造12課");
    page.focus(&format!("{row} summary")).await;
    page.press_enter().await;
    page.replace(&format!("{row} input[data-field$='/name']"), "見本 十二").await;
    page.wait_for("document.querySelectorAll('fieldset[data-field=rows] li input').length > 0")
        .await;
    page.wait_for(&format!(
        "document.querySelector({}).innerText.startsWith('見本 十二')",
        json!(format!("{row} summary"))
    ))
    .await;
    // Who is added is open at once, and is taken away and brought back as a line.
    page.click("fieldset[data-field=rows] > [data-testid=add-item]").await;
    let added = "fieldset[data-field=rows] > ol > li:nth-child(17)";
    page.fill(&format!("{added} input[data-field$='/name']"), "見本 十三").await;
    page.click(&format!("{added} [data-testid=remove-item]")).await;
    wait_for_count(page, "fieldset[data-field=rows] > ol > li", 16).await;
    page.click(&id("restore-item")).await;
    page.wait_for(&format!(
        "document.querySelector({})?.innerText.includes('見本 十三')",
        json!(format!("{added} summary"))
    ))
    .await;
    page.click(&id("back-up")).await;
    wait_for_count(page, "#people [data-row]", 17).await;
}

/// A letter for somebody in the list: the link that their phone's camera reads from the paper.
async fn invite(page: &Page) -> String {
    page.fill(&id("r.find"), "森").await;
    page.evaluate("document.activeElement.blur()").await;
    wait_for_count(page, "#people [data-row]", 1).await;
    page.click("#people [data-act^='invite:']").await;
    page.wait_for_element(&id("invitation-secret")).await;
    let link = page.value(&id("invitation-secret")).await;
    access::look(page, "letter", TABLET).await;
    assert_eq!(page.codes().await.concat(), link, "on the screen");
    assert_eq!(paper::print(page, "letter", TABLET).await, 1, "a letter is one sheet");
    let printed = paper::codes(page, TABLET).await.concat();
    assert_eq!(printed, link, "on paper");
    page.click(&id("invitation-done")).await;
    page.click("#people [data-act^='opened:']").await;
    page.wait_for("!document.querySelector(\"#people [data-act^='opened:']\")").await;
    look(page, "list-invited").await;
    printed
}

/// A poster for whoever wants to come.
async fn hang_poster(page: &Page) {
    page.click(&id("back-company")).await;
    page.click("#poster [data-act=poster]").await;
    page.wait_for_element(&id("invitation-secret")).await;
    access::look(page, "poster", TABLET).await;
    let link = page.value(&id("invitation-secret")).await;
    assert_eq!(paper::print(page, "poster", TABLET).await, 1, "a poster is one sheet");
    assert_eq!(paper::codes(page, TABLET).await.concat(), link);
    page.click(&id("invitation-done")).await;
}

/// The entry that the employee puts into a calendar of their own: when and where, and nothing else.
async fn keep_the_day(phone: &Device, folder: &Path, day: &str) {
    phone.browser.keep_downloads(folder).await;
    phone.page.click("[data-act^='calendar:']").await;
    let entry = chromium::downloaded(&folder.join("yotei.ics")).await;
    let entry = String::from_utf8(entry).unwrap();
    assert!(entry.lines().all(|line| line.len() <= 75) && entry.ends_with("END:VCALENDAR\r\n"));
    let entry = entry.replace("\r\n ", "");
    let lines: Vec<&str> = entry.lines().collect();
    // Ten o'clock in Japan is one o'clock of the same day in UTC.
    let start = format!("DTSTART:{}T010000Z", day.replace('-', ""));
    let place = "LOCATION:本社3F会議室B";
    for line in [&start, "DURATION:PT75M", "SUMMARY:予定", place, "CLASS:PRIVATE"] {
        assert!(lines.contains(&line), "{line} in {entry}");
    }
    for told in [MORI.name, "森", CONSULTANT.name, "みなと", "面談", "キャリア", "Mendan"]
    {
        let is_told = lines.iter().any(|it| !it.starts_with("PRODID:") && it.contains(told));
        assert!(!is_told, "{told} in {entry}");
    }
}

/// Who came by the letter has a slot tomorrow, in a room that was checked.
async fn book(tablet: &Device, phone: &Device, folder: &Path) {
    let page = &tablet.page;
    page.click(&id("nav-plan")).await;
    page.click("#slots [data-testid=open-slots]").await;
    page.click("[data-group='g.venue'] label").await;
    page.click("[data-group='g.who'] label").await;
    // In Japan, nine hours ahead.
    let tomorrow =
        page.evaluate("new Date(Date.now() + 33 * 3600000).toISOString().slice(0, 10)").await;
    let tomorrow = tomorrow.as_str().unwrap();
    page.choose(&id("g.from"), &format!("{tomorrow}T10:00")).await;
    page.choose(&id("g.until"), &format!("{tomorrow}T13:00")).await;
    page.click(&act("draw")).await;
    page.click(&act("publish")).await;
    page.wait_for_element("#list [data-slot]").await;
    tablet.wait_for_badge("sent").await;

    let page = &phone.page;
    page.click(&id("see-slots")).await;
    page.click("[data-act^='claim:']").await;
    page.wait_for_element("[data-act^='calendar:']").await;
    access::look(page, "own-slots", PHONE).await;
    keep_the_day(phone, folder, tomorrow).await;
    phone.wait_for_badge("sent").await;
    // Whose the slot is sees who comes, and opens a case for them.
    let page = &tablet.page;
    page.click("#list [data-act^='open:']").await;
    page.wait_for_element("#list [data-testid=slot-case]").await;
    look(page, "slots-booked").await;
    tablet.wait_for_badge("sent").await;
    // What is to be prepared says how long there is time.
    let page = &phone.page;
    page.click(&id("nav-home")).await;
    page.click(&id("see-case")).await;
    page.wait_for("document.querySelector('[data-row=card]')?.innerText.includes('あと 1 日以内')")
        .await;
    access::look(page, "own-case-soon", PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_letters_are_printed_and_tomorrow_is_made_ready() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone) = gather(&house).await;
    let page = &tablet.page;
    page.click(&id("to-day")).await;
    page.wait_for_element("#tablet").await;
    look(page, "day-empty").await;
    page.click(&id("nav-plan")).await;
    enter_company(&tablet).await;
    office::agree(&tablet).await;
    page.click(&id("open-roster")).await;
    page.wait_for_element("#import").await;
    look(page, "list-empty").await;

    bring_wrong_lists(page, house.folder()).await;
    bring_right_lists(page, house.folder()).await;
    open_one_of_many(page, house.folder()).await;
    let link = invite(page).await;
    hang_poster(page).await;
    let phone = Device::open(&house, "mori", PHONE, &link).await;
    phone.join(MORI, "join").await;
    book(&tablet, &phone, &house.folder().join("calendar")).await;

    // The evening before: everything that the interview needs, and what is still to be done.
    tablet.browser.set_offline(true).await;
    page.click(&id("nav-home")).await;
    page.click(&id("to-day")).await;
    page.wait_for("document.querySelector('[data-case]')?.innerText.includes('本社3F会議室B')")
        .await;
    page.wait_for("document.querySelectorAll('[data-case] [data-good=yes]').length > 0").await;
    look(page, "day").await;
}
