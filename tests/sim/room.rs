//! In the interview room: what the two write, agree to and draw, and a tablet that changes hands or rests.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests")]

use engine::{casework::field::Field, view::FormView};
use harness::{
    seed::seed_or,
    world::{DeviceNo, World},
};
use shared::{id::DocumentId, log::org::Role};

mod consent;
mod form;
mod handover;
mod interview;
mod rest;

/// A consultant with a tablet, an employee with a phone, and their case.
struct Cast {
    world: World,
    tablet: DeviceNo,
    phone: DeviceNo,
    case: DocumentId,
    /// The case itself, its consents, and what is the consultant's alone.
    linked: (DocumentId, DocumentId, DocumentId),
}

fn cast(seed: u64) -> Cast {
    let mut world = World::seeded(seed_or(seed));
    let admin = world.device("管理パソコン");
    world.found(admin);
    let tablet = world.hire(admin, Role::Consultant, "佐藤 恵", "タブレット");
    let phone = world.hire(tablet, Role::Employee, "佐伯 悠真", "スマートフォン");
    let case = world.open_case(tablet, "佐伯 悠真");
    world.settle();
    let row = &world.on(tablet).screen.home.cases[0];
    let (consent, private) = (row.consent.expect("consents"), row.private.expect("private"));
    Cast { world, tablet, phone, case, linked: (case, consent, private) }
}

impl Cast {
    /// Opens a document on both devices.
    #[track_caller]
    fn open_on_both(&mut self, document: DocumentId) {
        self.world.settle();
        for device in [self.tablet, self.phone] {
            assert!(self.world.can_open(device, document), "{}", self.world.on(device).name);
        }
    }

    #[track_caller]
    fn form(&self, device: DeviceNo, document: DocumentId) -> &FormView {
        self.world.on(device).screen.forms.get(&document).expect("an open form")
    }

    fn items(&self, device: DeviceNo, document: DocumentId, list: &str) -> usize {
        self.world.on(device).screen.items(document, &Field::top(list)).len()
    }
}
