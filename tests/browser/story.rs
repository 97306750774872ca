//! The main job: an interview in a room without Wi-Fi.

use harness::canary::CANARIES;

use crate::{
    example::{FIRST, FIRST_SUMMARY, SECOND, Step},
    house::House,
    leak::{
        assert_nothing_leaked, assert_planted_in_a_profile_is_found, assert_planted_is_found,
        assert_profile_is_sealed,
    },
    page::{PHONE, TABLET},
    person::{Device, Person, id},
};

const ADMIN: Person =
    Person {
        name: "管理者 山本", device: "事務所のパソコン", passphrase: "yama-no-ue-no-kumo-1"
    };
const CONSULTANT: Person = Person {
    name: "担当キャリアコンサルタント髙梨",
    device: "髙梨のタブレット",
    passphrase: "CANARY-7f3a-interview-note-plaintext",
};
const LAPTOP: Person = Person { device: "髙梨のノートパソコン", ..CONSULTANT };
const SAEKI: Person = Person {
    name: "佐伯 悠真(さえき ゆうま)",
    device: "さえきさんのスマートフォン",
    passphrase: "kouba-no-oto-wo-kiku-3",
};
const ODAGIRI: Person = Person {
    name: "小田切 ひより(おだぎり ひより)",
    device: "小田切のスマートフォン",
    passphrase: "yoru-no-hoshi-wo-miru-4",
};

fn typed() -> String {
    let notes = [FIRST, SECOND].concat();
    let texts = notes.iter().flat_map(Step::typed);
    let people = [ADMIN, CONSULTANT, LAPTOP, SAEKI, ODAGIRI];
    let about = people.iter().flat_map(|it| [it.name, it.device, it.passphrase]);
    texts.chain(about).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_canary_is_typed_in_the_story() {
    // Two of them are written in two steps.
    let typed = typed().replace('\n', "");
    for canary in CANARIES {
        assert!(typed.contains(canary), "{canary}");
    }
}

/// A firm with its consultant's tablet and laptop and two employees' phones, all of them open.
struct Cast {
    tablet: Device,
    laptop: Device,
    phone: Device,
    _other_phone: Device,
    _office: Device,
}

async fn gather(house: &House) -> Cast {
    let link = house.bootstrap.as_deref().unwrap();
    let office = Device::open(house, "office", TABLET, link).await;
    office.join(ADMIN, "make-firm").await;
    let invitation = office.invite("髙梨", Some("consultant")).await;

    let tablet = Device::open(house, "tablet", TABLET, &invitation).await;
    tablet.join(CONSULTANT, "join").await;
    let code = tablet.make_device_code().await;
    let laptop = Device::open(house, "laptop", TABLET, &house.origin).await;
    laptop.page.click(&id("way-device")).await;
    laptop.page.replace(&id("link"), &code).await;
    laptop.join(LAPTOP, "link-device").await;

    tablet.page.click(&id("nav-home")).await;
    let invitation = tablet.invite(SAEKI.name, None).await;
    let phone = Device::open(house, "phone", PHONE, &invitation).await;
    phone.join(SAEKI, "join").await;
    let invitation = tablet.invite(ODAGIRI.name, None).await;
    let other_phone = Device::open(house, "other-phone", PHONE, &invitation).await;
    other_phone.join(ODAGIRI, "join").await;

    tablet.open_case(SAEKI.name).await;
    tablet.open_case(ODAGIRI.name).await;
    Cast { tablet, laptop, phone, _other_phone: other_phone, _office: office }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interview_without_wifi_reaches_the_other_tablet_and_never_the_server_in_clear() {
    let Some(house) = House::open() else { return };
    let Cast { tablet, laptop, phone, .. } = gather(&house).await;
    let first = tablet.add_interview(SAEKI.name).await;
    let second = tablet.add_interview(ODAGIRI.name).await;
    tablet.wait_for_badge("sent").await;

    // In the room: no network, the app is loaded again and unlocked all the same.
    tablet.browser.set_offline(true).await;
    tablet.page.reload().await;
    tablet.unlock(CONSULTANT).await;
    tablet.open_note(&first).await;
    tablet.write(FIRST).await;
    tablet.wait_for_whereabouts("kept").await;
    tablet.offer_summary().await;
    // Without a network nothing has been handed over yet, and the page does not say so.
    tablet.page.wait_for_element("[data-has-left=false]").await;
    let first_note = tablet.note().await;
    tablet.page.screenshots("note", TABLET).await;
    tablet.open_note(&second).await;
    tablet.write(SECOND).await;
    tablet.wait_for_whereabouts("kept").await;
    tablet.wait_for_badge("kept").await;
    let second_note = tablet.note().await;

    // The battery dies, and everything that was shown as saved is there.
    tablet.browser.kill();
    assert_profile_is_sealed(&house, "tablet");
    let tablet = Device::open_offline(&house, "tablet", TABLET, &house.origin).await;
    tablet.unlock(CONSULTANT).await;
    tablet.open_note(&first).await;
    tablet.wait_for_note(&first_note).await;
    tablet.open_note(&second).await;
    tablet.wait_for_note(&second_note).await;
    tablet.wait_for_badge("kept").await;

    // Outside: the other device shows the same, the employee the summary and nothing else.
    tablet.browser.set_offline(false).await;
    tablet.wait_for_badge("sent").await;
    tablet.open_note(&first).await;
    tablet.page.wait_for_element("[data-has-left=true]").await;
    laptop.open_note(&first).await;
    laptop.wait_for_note(&first_note).await;
    laptop.open_note(&second).await;
    laptop.wait_for_note(&second_note).await;
    phone.page.click(&id("read-summary")).await;
    check_summary(&phone).await;

    assert_complete(&first_note.to_string(), &second_note.to_string());
    let tape = house.tape.take();
    assert!(tape.len() > 100_000, "only {} bytes were captured", tape.len());
    assert_nothing_leaked(&house, &tape);
    for device in [&tablet, &laptop, &phone] {
        assert_eq!(device.browser.complaints(), Vec::<String>::new());
    }
    assert_planted_is_found(&house, &phone.page).await;
    assert_planted_in_a_profile_is_found(&house).await;
}

/// Both notes together hold everything that was typed into them.
fn assert_complete(first: &str, second: &str) {
    let whole = [first, second].concat();
    for (steps, note) in [(FIRST, first), (SECOND, second)] {
        for text in steps.iter().flat_map(Step::typed) {
            assert!(note.contains(text), "{text} is not in {note}");
        }
    }
    assert!(whole.contains("𠮷田課長は𠮷野家で待つ") && whole.contains("👨‍👩‍👧‍👦"));
}

async fn check_summary(phone: &Device) {
    phone.page.wait_for_element(&id("summary")).await;
    let shown = phone.page.text("body").await;
    for line in FIRST_SUMMARY {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
    let known = [SAEKI.name, SAEKI.device, CONSULTANT.name];
    for canary in CANARIES.iter().filter(|it| !known.contains(it)) {
        assert!(!shown.contains(canary), "the employee reads {canary}");
    }
    phone.page.screenshots("summary", PHONE).await;
}
