//! A tablet that was emptied comes back from its file, without a network, and goes on.

use std::path::{Path, PathBuf};

use crate::{
    access, chromium,
    house::House,
    page::{PHONE, TABLET},
    person::{ADMIN, CONSULTANT, Device, SAEKI, id},
};

const FIELD: &str = "textarea[data-field=presenting_issue]";
const TEXT: &str = "圏外で書いた、まだどこにも送っていない文。";

/// The file that a device writes, with the passphrase typed again.
async fn write_file(tablet: &Device, folder: &Path) -> PathBuf {
    let page = &tablet.page;
    tablet.browser.keep_downloads(folder).await;
    page.click(&id("nav-devices")).await;
    page.replace(&id("export-passphrase"), "kono-aikotoba-wa-chigau-9").await;
    page.click(&id("export")).await;
    page.wait_for("document.body.innerText.includes('パスフレーズが違います')").await;
    access::look(page, "export", TABLET).await;
    page.replace(&id("export-passphrase"), CONSULTANT.passphrase).await;
    page.click(&id("export")).await;
    page.wait_for(&format!("document.querySelector('{}').innerText.length > 10", id("exported")))
        .await;
    let day = page.evaluate("new Date().toLocaleDateString('sv')").await;
    let file = folder.join(format!("mendan-{}.mendan", day.as_str().unwrap()));
    assert!(!chromium::downloaded(&file).await.is_empty());
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_that_was_emptied_comes_back_from_its_file_and_goes_on() {
    let Some(house) = House::open() else { return };
    let office = Device::open(&house, "office", TABLET, house.bootstrap.as_deref().unwrap()).await;
    office.join(ADMIN, "make-firm").await;
    let invitation = office.invite(CONSULTANT.name, Some("consultant")).await;
    let tablet = Device::open(&house, "tablet", TABLET, &invitation).await;
    tablet.join(CONSULTANT, "join").await;
    let invitation = tablet.invite(SAEKI.name, None).await;
    let phone = Device::open(&house, "phone", PHONE, &invitation).await;
    phone.join(SAEKI, "join").await;
    tablet.open_case(SAEKI.name).await;
    tablet.wait_for_badge("sent").await;

    // What is only here, and where it goes from here.
    tablet.browser.set_offline(true).await;
    tablet.page.reload().await;
    tablet.unlock(CONSULTANT).await;
    let note = tablet.add_interview(SAEKI.name).await;
    tablet.page.fill(FIELD, TEXT).await;
    tablet.wait_for_badge("kept").await;
    let file = write_file(&tablet, &house.folder().join("export")).await;
    drop(tablet);

    // An emptied browser: nothing is known there.
    let fresh = Device::open(&house, "emptied", TABLET, &house.origin).await;
    let page = &fresh.page;
    page.click(&id("way-file")).await;
    page.click(&id("import")).await;
    page.wait_for("document.querySelector('#import-file-error').innerText.length > 5").await;
    access::look(page, "import", TABLET).await;
    let damaged = file.with_extension("damaged");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    page.choose_file("#import-file", &damaged).await;
    page.replace(&id("passphrase"), CONSULTANT.passphrase).await;
    page.click(&id("import")).await;
    page.wait_for("document.querySelector('[data-testid=remark]').innerText.includes('書き換え')")
        .await;
    page.choose_file("#import-file", &file).await;
    page.click(&id("import")).await;
    fresh.wait_for_gate("open").await;

    fresh.open_note(&note).await;
    fresh.page.wait_for(&format!("document.querySelector('{FIELD}')?.value === {TEXT:?}")).await;
    fresh.wait_for_badge("sent").await;
    fresh.page.reload().await;
    fresh.unlock(CONSULTANT).await;
}
