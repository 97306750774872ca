use proptest::prelude::*;

use super::*;
use crate::{
    casework::group::{DOCUMENT, EDGE, Group, NOW},
    document::{genesis::Kind, guard::Side},
};

const ISSUE: &str = "presenting_issue";

fn group() -> Group {
    Group::new(Kind::Note, &[Side::Staff, Side::Staff, Side::Staff])
}

fn write(group: &mut Group, hand: usize, id: &str, text: &str) {
    group.edit(hand, |tx| tx.write(&Field::top(id), text)).unwrap();
}

fn put_name(group: &mut Group, hand: usize) -> (Signed, Vec<u8>) {
    let it = &group.0[hand];
    let signed = sign(&it.crdt, DOCUMENT, it.device, &it.key, NOW);
    let said = wording(&it.crdt);
    group.edit(hand, |tx| attach(tx, &signed)).unwrap();
    (signed, said)
}

fn held(group: &Group, hand: usize, signed: &Signed) -> Result<Vec<u8>, SignatureError> {
    let by = signed.statement().unwrap().by;
    let key = group.0.iter().find(|it| it.device == by).unwrap().key.verify_key();
    signed.check(&group.0[hand].crdt, DOCUMENT, &key).map(|note| wording(&note))
}

#[test]
fn a_note_signed_here_and_written_on_there_says_what_was_signed() {
    let mut group = group();
    write(&mut group, 0, ISSUE, EDGE);
    group.meet();
    write(&mut group, 1, ISSUE, "圏外で書き足した。");
    let (signed, said) = put_name(&mut group, 0);
    group.meet();

    for hand in 0..3 {
        assert!(signatures(&group.0[hand].crdt) == vec![signed.clone()]);
        assert_eq!(held(&group, hand, &signed), Ok(said.clone()));
        assert_ne!(
            wording(&group.0[hand].crdt),
            said,
            "what came later is there, and is not signed"
        );
    }
}

#[test]
fn a_signature_that_is_not_of_this_note_or_not_its_signers_does_not_hold() {
    let mut group = group();
    write(&mut group, 0, ISSUE, "迷い");
    let (signed, _) = put_name(&mut group, 0);
    let note = &group.0[0].crdt;
    let (key, other) = (group.0[0].key.verify_key(), group.0[1].key.verify_key());
    let fault = |signed: &Signed, document, key| signed.check(note, document, key).err();

    assert_eq!(fault(&signed, DOCUMENT, &key), None);
    assert_eq!(fault(&signed, DOCUMENT, &other), Some(SignatureError::Forged));
    let elsewhere = DocumentId::new([1; 16]);
    assert_eq!(fault(&signed, elsewhere, &key), Some(SignatureError::NotOfThis));
    let again = |spoil: fn(&mut Statement)| {
        let mut statement = signed.statement().unwrap();
        spoil(&mut statement);
        let bytes = cbor::to_vec(&statement);
        let signature = group.0[0].key.sign(Domain::Note, &bytes);
        fault(&Signed { statement: Blob(bytes), signature }, DOCUMENT, &key)
    };
    assert_eq!(again(|it| it.digest = [0; 32]), Some(SignatureError::Different));
    assert_eq!(again(|it| it.heads[0] = Blob(vec![9; 32])), Some(SignatureError::Missing));
    assert_eq!(again(|it| it.heads[0] = Blob(vec![9; 3])), Some(SignatureError::NotOfThis));
    let too_new = SignatureError::TooNew { found: SCHEMA + 1 };
    assert_eq!(again(|it| it.schema = SCHEMA + 1), Some(too_new));
}

#[test]
fn what_is_signed_or_added_is_never_taken_out() {
    let mut group = group();
    write(&mut group, 0, ISSUE, "迷い");
    put_name(&mut group, 0);
    let more =
        Amendment { at: NOW, why: "正式名称".into(), text: "専任技術職等級".into() };
    group.edit(0, |tx| amend(tx, "1", &more)).unwrap();
    group.meet();

    let note = &group.0[1].crdt;
    let signature = Field::top("signatures").child(&note.items(&Field::top("signatures"))[0]);
    let amendment = Field::top("amendments").child("1");
    for item in [&signature, &amendment] {
        let removed = group.edit(1, |tx| tx.remove_item(item).map(|_| ()));
        assert_eq!(removed, Err(EditError::NotYours));
    }
    let changed = group.edit(1, |tx| tx.write(&amendment.child("text"), "別の"));
    assert_eq!(changed, Err(EditError::NotYours));
    assert!(amendments(&group.0[1].crdt) == [more]);
}

#[derive(Clone, Debug)]
enum Deed {
    Write(usize, usize, String),
    Hear(usize, usize),
    Sign(usize),
    Amend(usize, String),
}

fn deed() -> impl Strategy<Value = Deed> {
    let text = "\\PC{1,8}";
    prop_oneof![
        4 => (0..3_usize, 0..3_usize, text).prop_map(|(who, at, it)| Deed::Write(who, at, it)),
        4 => (0..3_usize, 0..3_usize).prop_map(|(to, from)| Deed::Hear(to, from)),
        1 => (0..3_usize).prop_map(Deed::Sign),
        1 => (0..3_usize, text).prop_map(|(who, it)| Deed::Amend(who, it)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_signed_note_is_made_anew_byte_for_byte_and_amendments_only_add(
        deeds in prop::collection::vec(deed(), 1..30),
    ) {
        let mut group = group();
        let mut signed: Vec<(Signed, Vec<u8>)> = vec![];
        let mut amended = vec![];
        for (number, deed) in deeds.into_iter().enumerate() {
            match deed {
                Deed::Write(who, at, text) => {
                    let id = [ISSUE, "observation", "response"][at];
                    write(&mut group, who, id, &text);
                }
                Deed::Hear(to, from) if to != from => group.hear(to, from),
                Deed::Hear(..) => {}
                Deed::Sign(who) => signed.push(put_name(&mut group, who)),
                Deed::Amend(who, text) => {
                    let more = Amendment { at: NOW, why: String::new(), text };
                    group.edit(who, |tx| amend(tx, &format!("{number}"), &more)).unwrap();
                    amended.push(more.text);
                }
            }
        }
        group.meet();
        group.meet();

        amended.sort();
        for hand in 0..3 {
            for (signature, said) in &signed {
                prop_assert_eq!(&held(&group, hand, signature), &Ok(said.clone()));
            }
            let note = &group.0[hand].crdt;
            let distinct: std::collections::BTreeSet<_> =
                signed.iter().map(|(it, _)| cbor::to_vec(it)).collect();
            let found: std::collections::BTreeSet<_> =
                signatures(note).iter().map(cbor::to_vec).collect();
            prop_assert_eq!(found, distinct);
            let mut found: Vec<String> = amendments(note).into_iter().map(|it| it.text).collect();
            found.sort();
            prop_assert_eq!(&found, &amended);
        }
    }
}
