//! A member gone bad against the real browser: valid keys, valid seals, and changes that are not.
//!
//! `HOSTILE=10000` sends as many; without it there are as many as a test run has time for.

use std::{collections::BTreeSet, env};

use engine::{
    Pace,
    document::{crdt::Crdt, intake::Verdict},
};
use harness::{
    evil::{attacks, hostile},
    insider::Insider,
    seed::{Dice, seed_or},
    socket::Socket,
    station::{Station, now},
};
use shared::{
    Blob,
    envelope::{Envelope, Kind},
    hash::sha256,
    id::{DocumentId, Number, Seq},
    log::org::Role,
    sync::{Ack, ClientMessage, ServerMessage},
};

use crate::{
    house::House,
    page::TABLET,
    person::{CONSULTANT, Device, id},
};

/// How many hostile changes unless `HOSTILE` says otherwise.
const FEW: usize = 300;
/// One note takes at most so many: a replica of it is copied for each.
const EACH: usize = 1_000;
/// The longest that the app may take to answer.
const ANSWER_MS_MAX: f64 = 2_000.0;

const EMPLOYEE: &str = "佐伯";
const LAPTOP: &str = "髙梨のノートパソコン";
const HEALTHY: &str = "textarea[data-field=purpose]";

/// Types a letter into the healthy note, and says after how many milliseconds the worker had it on
/// disk; `null` if that was never in question.
const TYPE: &str = "(async () => {
    const box = document.querySelector('textarea[data-field=purpose]');
    const at = () => document.querySelector('[data-whereabouts]').dataset.whereabouts;
    const turn = () => new Promise(done => setTimeout(done));
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
    const start = performance.now();
    document.execCommand('insertText', false, '薬');
    await turn();
    if (at() !== 'unsaved') return null;
    while (at() === 'unsaved') await turn();
    return performance.now() - start;
  })()";

/// The consultant's tablet, and a laptop of the same person whose store is an open book.
pub(crate) struct Stage {
    pub(crate) tablet: Device,
    pub(crate) laptop: Station,
    pub(crate) attacked: Vec<DocumentId>,
    pub(crate) healthy: String,
}

pub(crate) async fn stage(house: &House, notes: usize) -> Stage {
    let station = |name: &str| Station::new(name, &house.origin, Pace::Coalesce { wait_ms: 0 });
    let mut office = station("事務所のパソコン");
    office.arrive(house.bootstrap.as_deref().unwrap(), "管理者 山本").await.unwrap();
    let invitation = office.invite(Role::Consultant, CONSULTANT.name).await.unwrap();
    let link = format!("{}/#{invitation}", house.origin);
    let tablet = Device::open(house, "tablet", TABLET, &link).await;
    tablet.join(CONSULTANT, "join").await;
    let invitation = tablet.invite(EMPLOYEE, None).await;
    let mut phone = station("スマートフォン");
    phone.arrive(&invitation, EMPLOYEE).await.unwrap();
    tablet.open_case(EMPLOYEE).await;
    let mut attacked = vec![];
    for _ in 0..notes {
        let note = tablet.add_interview(EMPLOYEE).await;
        tablet.page.fill("textarea[data-field=presenting_issue]", "仕事の相談。").await;
        tablet.page.click("fieldset[data-field=quotes] [data-testid=add-item]").await;
        tablet.page.wait_for_element("fieldset[data-field=quotes] > ol > li").await;
        attacked.push(DocumentId::from_hex(&note).unwrap());
    }
    let healthy = tablet.add_interview(EMPLOYEE).await;
    tablet.page.fill(HEALTHY, "薬").await;
    tablet.wait_for_badge("sent").await;
    let code = tablet.make_device_code().await;
    let mut laptop = station(LAPTOP).with_disk();
    laptop.arrive(&code, "").await.unwrap();
    for note in &attacked {
        laptop
            .until("the note is here", |it| {
                let cases = &it.screen.home.cases;
                cases.iter().flat_map(|case| &case.interviews).any(|row| row.note == Some(*note))
            })
            .await
            .unwrap();
    }
    laptop.turn_until_quiet().await.unwrap();
    tablet.open_note(&healthy).await;
    tablet.wait_for_badge("sent").await;
    Stage { tablet, laptop, attacked, healthy }
}

/// The bad member's side of one note.
struct Attack {
    insider: Insider,
    replica: Crdt,
    /// What others set aside.
    expected: BTreeSet<Seq>,
    /// Of every change sent, so that it can be recognised.
    digests: BTreeSet<[u8; 32]>,
}

impl Attack {
    fn on(laptop: &Station, note: DocumentId) -> Self {
        let insider = Insider::open(laptop.disk().unwrap(), note);
        let replica = insider.replica();
        Self { insider, replica, expected: BTreeSet::new(), digests: BTreeSet::new() }
    }

    /// The next hostile envelope.
    fn next(&mut self, dice: &mut Dice) -> Envelope {
        let (plaintext, verdict) = hostile(dice, &mut self.replica, &self.insider, now());
        let is_refused = !matches!(verdict, Some(Verdict::Applied | Verdict::Waiting));
        self.seal(Kind::Changes, plaintext, is_refused, dice)
    }

    fn seal(
        &mut self,
        kind: Kind,
        plaintext: Vec<u8>,
        is_refused: bool,
        dice: &mut Dice,
    ) -> Envelope {
        let (seq, envelope) = self.insider.envelope(kind, plaintext, dice);
        if is_refused {
            self.expected.insert(seq);
        }
        let envelope = envelope.into_envelope();
        for change in self.insider.changes(envelope.clone()).into_iter().flatten() {
            self.digests.insert(sha256(&[&change]));
        }
        envelope
    }
}

async fn push(socket: &mut Socket, envelope: Envelope) -> Number {
    let told =
        socket.ask(&ClientMessage::Push { envelopes: vec![Blob(envelope.into_bytes())] }).await;
    let ServerMessage::Acks { acks } = &told else { panic!("{told:?}") };
    let [(_, Ack::Stored(number))] = acks.as_slice() else { panic!("{told:?}") };
    *number
}

/// Every envelope that the server has of a note.
async fn everything(socket: &mut Socket, document: DocumentId) -> Vec<Envelope> {
    let mut found = vec![];
    loop {
        let after = Number(found.len().try_into().unwrap());
        let told = socket
            .ask(&ClientMessage::Pull { document, after, at_snapshot: None, unfit: None })
            .await;
        let ServerMessage::Batch { envelopes, .. } = told else { panic!("{told:?}") };
        if envelopes.is_empty() {
            return found;
        }
        found.extend(envelopes.into_iter().map(|it| Envelope::parse(it.0).unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_changes_are_set_aside_while_the_app_answers() {
    let Some(house) = House::open() else { return };
    let count = env::var("HOSTILE").map_or(FEW, |count| count.parse().unwrap());
    let Stage { tablet, laptop, attacked, healthy } = stage(&house, count.div_ceil(EACH)).await;
    let mut dice = Dice::seeded(seed_or(35));
    let mut attacks_on: Vec<Attack> =
        attacked.iter().map(|note| Attack::on(&laptop, *note)).collect();
    let first = &attacks_on[0].insider;
    let mut socket = Socket::log_in(&house.origin, first.id, first.key()).await;
    drop(laptop);

    let (mut typed, mut answers) = (1, vec![]);
    let mut last = vec![Number(0); attacked.len()];
    for sent in 0..count {
        let at = sent / EACH;
        let attack = &mut attacks_on[at];
        // First what is known by name, then what is drawn.
        let known = if sent % EACH == 0 {
            attacks(now(), &attack.insider, &attack.replica)
        } else {
            vec![]
        };
        for (_, kind, plaintext) in known {
            last[at] = push(&mut socket, attack.seal(kind, plaintext, true, &mut dice)).await;
        }
        let envelope = attack.next(&mut dice);
        last[at] = push(&mut socket, envelope).await;
        let answer = tablet.page.evaluate(TYPE).await;
        typed += 1;
        answers.extend(answer.as_f64());
    }
    tablet.wait_for_badge("sent").await;

    // It answered, each time.
    let worst = answers.iter().copied().fold(0.0, f64::max);
    let mean = answers.iter().sum::<f64>() / f64::from(u32::try_from(answers.len()).unwrap());
    println!("{count} hostile changes: answers after {mean:.0} ms, {worst:.0} at most");
    assert!(answers.len() > count * 3 / 4, "{} of {count} were in question", answers.len());
    assert!(worst <= ANSWER_MS_MAX, "an answer took {worst:.0} ms");
    // The healthy note has every letter, the attacked ones what was true of them.
    assert_eq!(tablet.page.value(HEALTHY).await, "薬".repeat(typed));
    check_listed(&tablet, &attacks_on).await;
    for attack in &attacks_on {
        tablet.open_note(&attack.insider.document().to_hex()).await;
        let field = engine::casework::field::Field::top("presenting_issue");
        let text = attack.replica.text(&field).unwrap();
        let shown = tablet.page.value("textarea[data-field=presenting_issue]").await;
        assert_eq!(shown, text);
    }
    // Nothing of it went up again.
    for (attack, last) in attacks_on.iter().zip(last) {
        let all = everything(&mut socket, attack.insider.document()).await;
        assert_eq!(Number(all.len().try_into().unwrap()), last);
        let (mine, others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|it| it.header().device == attack.insider.id);
        assert!(mine.len() >= attack.expected.len() && !others.is_empty());
        for envelope in others {
            let changes = attack.insider.changes(envelope).unwrap();
            assert!(changes.iter().all(|it| !attack.digests.contains(&sha256(&[it]))));
        }
    }
    let document = DocumentId::from_hex(&healthy).unwrap();
    let all = everything(&mut socket, document).await;
    assert!(!all.is_empty());
    assert!(all.iter().all(|it| it.header().device != attacks_on[0].insider.id));
    assert_eq!(tablet.browser.complaints(), Vec::<String>::new());
}

/// The first page says of which notes how many changes of whose device were set aside.
async fn check_listed(tablet: &Device, attacks_on: &[Attack]) {
    tablet.page.click(&id("nav-home")).await;
    for attack in attacks_on {
        let Attack { insider, expected, .. } = attack;
        let row = format!(
            "[data-testid=quarantined] li[data-document='{}'][data-device='{}'][data-count='{}']",
            insider.document().to_hex(),
            insider.id.to_hex(),
            expected.len(),
        );
        tablet.page.wait_for_element(&row).await;
        let told = tablet.page.text(&row).await;
        assert!(told.contains(CONSULTANT.name) && told.contains(LAPTOP), "{told}");
    }
    let rows = "document.querySelectorAll('[data-testid=quarantined] li').length";
    assert_eq!(tablet.page.evaluate(rows).await, attacks_on.len());
    tablet.page.screenshot("quarantined").await;
}
