//! K5, K7: wraps swapped, made up, and flipped bit by bit.

use engine::wrap::{Purpose, wrap};
use harness::{captive::Captive, seed::Dice};
use server::service::Who;
use shared::{
    Blob,
    id::{DocumentId, Epoch, KeyGeneration},
    sync::{ServerMessage, Wrap, WrapTo},
};

use super::{
    VARIANTS, dice, pick, random,
    stage::{FIELD, SINCE, Stage, THEN, check_silent},
};

/// Probes of K7 by default; more with `EVIL_PROBES`, as a night allows.
const PROBES: u64 = 1_000;

/// Every wrap that the colleague can fetch.
fn wraps(stage: &Stage) -> (u64, Vec<Wrap>) {
    let Who::Device { device, account } = stage.who(stage.colleague) else { unreachable!() };
    let (last, piece) = stage.world.store().reader().wraps(account, device, 0).unwrap();
    (last, piece.items)
}

/// The colleague's device: it hears of the note it was let into, and has no key yet.
fn keyless(stage: &Stage, seed: u64) -> Captive {
    let mut captive = stage.captive(stage.colleague, seed);
    let (org, _) = stage.org();
    captive.hear(ServerMessage::LogBatch { document: None, from: 0, entries: org, more: false });
    let (entries, _) = stage.log(stage.note);
    let document = Some(stage.note);
    captive.hear(ServerMessage::LogBatch { document, from: 0, entries, more: false });
    captive
}

fn envelopes(stage: &Stage) -> ServerMessage {
    let all = harness::world::liar::envelopes(stage.world.store(), stage.note);
    Stage::batch(stage.note, shared::id::Number(1), all.into_iter().map(Blob).collect())
}

/// A wrap that anybody can make: to a public key, of a secret of the maker's choice.
fn own_wrap(stage: &Stage, dice: &mut Dice, document: DocumentId, epoch: Epoch) -> Wrap {
    let account = stage.account(stage.colleague);
    let (org, _) = stage.logs_then(stage.note);
    let keys = &org.account(account).unwrap().keys;
    let generation: KeyGeneration = keys.generation;
    let purpose = Purpose::EpochSecret { firm: org.firm(), document, epoch, account, generation };
    let sealed = wrap(&random::<32>(dice), purpose, &keys.kem.0, dice).unwrap();
    Wrap { to: WrapTo::Account { account, document, epoch }, sealed: Blob(sealed) }
}

/// K5. The server hands out wraps under other addresses, swaps what they hold, gives one to two
/// documents, or makes its own of secrets it knows, which anybody can with a public key, as many as
/// it likes. Harmless by construction: the address is bound into the wrap, and a secret is used
/// only if the log's signed commitment is to it; nothing opens and nothing is written. The right
/// one is taken afterwards, however many wrong ones came before it.
#[test]
fn k05_a_secret_is_bound_to_its_document() {
    let stage = Stage::set(5);
    let (last, honest) = wraps(&stage);
    let own = honest.iter().position(|it| is_for(it, stage.note)).expect("a wrap for the note");
    let full = format!("{THEN}{}", SINCE.concat());
    for variant in 0..VARIANTS {
        let mut dice = dice(5, variant);
        let mut captive = keyless(&stage, variant);
        let mut shown: Vec<Wrap> = vec![];
        // Now and then more than a device keeps candidates.
        let count = if variant % 25 == 0 { 7 } else { 1 + dice.below(2) };
        for _ in 0..count {
            let some = pick(&mut dice, &honest).clone();
            let document = *pick(&mut dice, &[stage.note, stage.other, stage.case]);
            let epoch = Epoch(u32::try_from(dice.below(3)).unwrap());
            let account = stage.account(stage.colleague);
            shown.push(match dice.below(3) {
                0 if !is_for(&some, document) => {
                    Wrap { to: WrapTo::Account { account, document, epoch }, ..some }
                }
                1 => {
                    let to = honest[own].to;
                    let other = honest.iter().find(|it| it.to != to).unwrap_or(&honest[own]);
                    let mut sealed = other.sealed.clone();
                    if other.to == to {
                        sealed.0.reverse();
                    }
                    Wrap { to, sealed }
                }
                _ => own_wrap(&stage, &mut dice, stage.note, Epoch(0)),
            });
        }

        captive.hear(ServerMessage::Wraps { last, wraps: shown, more: false });
        captive.hear(envelopes(&stage));

        assert_eq!(captive.reads(stage.note, FIELD), "", "variant {variant}");
        captive.write(stage.note, FIELD, "何か");
        check_silent(&captive);
        let right = vec![honest[own].clone()];
        captive.hear(ServerMessage::Wraps { last, wraps: right, more: false });
        captive.hear(envelopes(&stage));
        assert_eq!(captive.reads(stage.note, FIELD), full, "variant {variant}");
    }
}

fn is_for(wrap: &Wrap, document: DocumentId) -> bool {
    matches!(wrap.to, WrapTo::Account { document: of, epoch: Epoch(0), .. } if of == document)
}

/// K7. The server flips bits of a wrap and watches what the device does: an oracle would need
/// thousands of answers. Harmless by construction: a wrap that does not open changes nothing that
/// the server can see; every probe is answered alike, with nothing. The control: the right wrap
/// makes the device ask for what it opens.
#[test]
fn k07_a_damaged_wrap_is_answered_with_nothing() {
    let stage = Stage::set(7);
    let (last, honest) = wraps(&stage);
    let right = honest.into_iter().find(|it| is_for(it, stage.note)).unwrap();
    let mut captive = keyless(&stage, 0);
    captive.ignore();
    let probes = std::env::var("EVIL_PROBES").ok().and_then(|it| it.parse().ok());
    let told = captive.told.len();
    let records = captive.disk.len();
    let bits = u64::try_from(right.sealed.0.len() * 8).unwrap();
    for variant in 0..probes.unwrap_or(PROBES) {
        let mut dice = dice(7, variant);
        let mut sealed = right.sealed.clone();
        let bit =
            usize::try_from(if variant < bits { variant * 9 % bits } else { dice.below(bits) });
        let bit = bit.unwrap();
        sealed.0[bit / 8] ^= 1 << (bit % 8);
        if dice.one_in(10) {
            sealed.0.truncate(usize::try_from(dice.below(1_200)).unwrap());
        }

        let wraps = vec![Wrap { to: right.to, sealed }];
        captive.hear(ServerMessage::Wraps { last, wraps, more: false });

        assert_eq!(captive.told.len(), told, "probe {variant}: {:?}", captive.told.last());
        assert_eq!(captive.disk.len(), records, "probe {variant}");
        assert_eq!(captive.screen.notices, [], "probe {variant}");
    }
    captive.hear(ServerMessage::Wraps { last, wraps: vec![right], more: false });
    assert_eq!(captive.disk.len(), records + 1);
    captive.hear(envelopes(&stage));
    assert!(captive.reads(stage.note, FIELD).starts_with(THEN));
}
