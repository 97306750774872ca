//! Texts that are longer than what one change may hold.
#![expect(clippy::expect_used, reason = "a test that meets something unexpected should stop")]

use engine::{
    casework::field::Field,
    command::{Command, Splice},
    view::Notice,
};
use harness::{
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::{id::DocumentId, log::org::Role};

const FIELD: &str = "presenting_issue";

struct Cast {
    world: World,
    tablet: DeviceNo,
    laptop: DeviceNo,
    phone: DeviceNo,
    case: DocumentId,
    note: DocumentId,
}

fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let laptop = world.link_device(tablet, "ノートパソコン");
    let phone = world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    let note = world.add_interview(tablet, case);
    world.settle();
    world.ask(laptop, Command::Open(note));
    Cast { world, tablet, laptop, phone, case, note }
}

impl Cast {
    fn splice(&mut self, field: &Field, at: u32, delete: u32, insert: &str) {
        let splice = Splice { at, delete, insert: insert.to_owned() };
        self.world.splice(self.tablet, self.note, field, &splice);
    }

    /// What a device shows of the note that has it only from the server.
    #[track_caller]
    fn check_reads(&mut self, field: &Field, expected: &str) {
        self.world.settle();
        for device in [self.tablet, self.laptop] {
            let screen = &self.world.on(device).screen;
            assert!(screen.text(self.note, field) == expected, "{}", self.world.on(device).name);
            assert_eq!(screen.notices, []);
        }
    }

    fn units(&self, field: &Field) -> u32 {
        let text = self.world.on(self.tablet).screen.text(self.note, field);
        text.encode_utf16().count().try_into().expect("a text of admissible length")
    }
}

#[test]
fn a_whole_long_text_is_deleted_at_once_without_halving_a_letter() {
    // At an odd and at an even place, so that letters of two units lie across every boundary.
    for before in ["", "あ"] {
        let mut cast = cast(71);
        let field = Field::top(FIELD);
        let long = "𠮷野の面談。".repeat(10_000);
        cast.splice(&field, 0, 0, &format!("{before}{long}残り"));
        cast.check_reads(&field, &format!("{before}{long}残り"));
        let start = u32::try_from(before.chars().count()).expect("a short text");
        assert!(cast.units(&field) > 65_536);

        cast.splice(&field, start, cast.units(&field) - start - 2, "");

        cast.check_reads(&field, &format!("{before}残り"));
    }
}

#[test]
fn a_long_text_is_replaced_by_another_at_once() {
    let mut cast = cast(72);
    let field = Field::top(FIELD);
    cast.splice(&field, 0, 0, &format!("頭{}尾", "😀迷い".repeat(4_000)));

    let other = "整理𠮷した".repeat(3_000);
    cast.splice(&field, 1, cast.units(&field) - 2, &other);

    cast.check_reads(&field, &format!("頭{other}尾"));
}

#[test]
fn a_text_typed_by_turns_on_two_devices_is_deleted_at_once() {
    let mut cast = cast(73);
    let field = Field::top(FIELD);
    for turn in 0..40 {
        let device = [cast.tablet, cast.laptop][turn % 2];
        for _ in 0..60 {
            // Before what is there: no letter's number follows from its neighbour's.
            let splice = Splice { at: 0, delete: 0, insert: "𠮷".to_owned() };
            cast.world.splice(device, cast.note, &field, &splice);
        }
        cast.world.settle();
    }
    assert_eq!(cast.units(&field), 4_800);

    cast.splice(&field, 0, 4_800, "");

    cast.check_reads(&field, "");
}

#[test]
fn a_summary_of_two_long_texts_is_handed_over_whole() {
    let mut cast = cast(74);
    let (talked, insight) = ("話したこと。".repeat(2_000), "気づいた𠮷".repeat(2_400));
    assert_eq!((talked.chars().count(), insight.chars().count()), (12_000, 12_000));
    cast.splice(&Field::top("summary_talked"), 0, 0, &talked);
    cast.splice(&Field::top("summary_insight"), 0, 0, &insight);

    cast.world.ask(cast.tablet, Command::OfferSummary(cast.note));
    cast.world.settle();

    cast.world.ask(cast.phone, Command::Open(cast.case));
    let summaries = &cast.world.on(cast.phone).screen.shared[&cast.case].summaries;
    assert!(summaries[0].talked == talked && summaries[0].insight == insight);
    assert_eq!(cast.world.on(cast.tablet).screen.notices, []);
}

#[test]
fn a_summary_with_a_text_that_no_change_can_hold_is_refused_whole_and_in_words() {
    let mut cast = cast(75);
    cast.splice(&Field::top("summary_talked"), 0, 0, "短い話。");
    cast.world.ask(cast.tablet, Command::OfferSummary(cast.note));
    cast.splice(&Field::top("summary_talked"), 0, 0, "新しい");
    cast.splice(&Field::top("summary_insight"), 0, 0, &"気".repeat(16_000));

    cast.world.ask(cast.tablet, Command::OfferSummary(cast.note));
    cast.world.settle();

    assert_eq!(cast.world.on(cast.tablet).screen.notices, [Notice::TooLong]);
    cast.world.ask(cast.phone, Command::Open(cast.case));
    let summaries = &cast.world.on(cast.phone).screen.shared[&cast.case].summaries;
    assert_eq!((summaries.len(), summaries[0].talked.as_str()), (1, "短い話。"));
    assert_eq!(summaries[0].insight, "");
}

#[test]
fn a_removed_item_with_a_long_text_comes_back_whole() {
    let mut cast = cast(76);
    let list = Field::top("quotes");
    cast.world.ask(cast.tablet, Command::AddItem { document: cast.note, list: list.clone() });
    let item = list.child(&cast.world.on(cast.tablet).screen.items(cast.note, &list)[0]);
    let long = "𠮷田さんの言葉。".repeat(2_500);
    cast.splice(&item.child("text"), 0, 0, &long);
    cast.world.ask(cast.tablet, Command::RemoveItem { document: cast.note, item: item.clone() });
    assert_eq!(cast.world.on(cast.tablet).screen.items(cast.note, &list).len(), 0);

    cast.world.ask(cast.tablet, Command::RestoreItem(cast.note));
    cast.world.settle();

    let text = item.child("text");
    assert_eq!(cast.world.on(cast.tablet).screen.notices, []);
    cast.world.on_mut(cast.laptop).screen.forget(cast.note);
    cast.world.ask(cast.laptop, Command::Open(cast.note));
    assert!(cast.world.on(cast.laptop).screen.text(cast.note, &text) == long);
}
