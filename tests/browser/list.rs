//! A company's list of its people: read with its mistakes told, kept as a whole or not at all.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    access,
    casework::{act, enter_company, gather},
    house::House,
    page::{Page, TABLET},
    person::id,
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

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_as_a_whole_or_not_at_all_with_its_mistakes_told() {
    let Some(house) = House::open() else { return };
    let (tablet, _phone) = gather(&house).await;
    let page = &tablet.page;
    page.click(&id("to-day")).await;
    page.wait_for_element("#tablet").await;
    look(page, "day-empty").await;
    page.click(&id("nav-plan")).await;
    enter_company(&tablet).await;
    page.click(&id("open-roster")).await;
    page.wait_for_element("#import").await;
    look(page, "list-empty").await;

    bring_wrong_lists(page, house.folder()).await;
    bring_right_lists(page, house.folder()).await;
}
