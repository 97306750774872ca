//! The shared summary (共有まとめ): from the consultant's draft to what both agree on.

use shared::{Decode, Encode, cbor, hash::sha256};

use crate::{
    casework::{
        case::{self, InterviewId},
        field::Field,
        item::text,
    },
    document::crdt::{Crdt, EditError, Writer},
};

/// How far a summary is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum State {
    /// In the consultant's note only.
    #[n(0)]
    Draft,
    /// The employee reads it.
    #[n(1)]
    Offered,
    /// The employee added words of their own.
    #[n(2)]
    EditedByEmployee,
    /// The employee agreed to exactly these words.
    #[n(3)]
    Agreed,
}

fn place(interview: InterviewId) -> Field {
    Field::top("interviews").child(&interview.to_hex())
}

/// The hash of the summary as it stands, the employee's addition included.
fn digest(shared: &Crdt, interview: InterviewId) -> Option<Vec<u8>> {
    let case::Summary { texts, lists } = case::offered(shared, interview)?;
    let addition = text(shared, &place(interview).child("addition"));
    let words = cbor::to_vec(&(texts.to_vec(), lists.to_vec(), addition));
    Some(sha256(&[b"mendan/1/summary", &words]).to_vec())
}

/// How far the summary of an interview is. An agreement is to words: when they change it is gone.
pub fn state(shared: &Crdt, interview: InterviewId) -> State {
    let Some(digest) = digest(shared, interview) else { return State::Draft };
    let item = place(interview);
    if shared.bytes(&item.child("agreed")) == Some(digest) {
        return State::Agreed;
    }
    let is_edited = !text(shared, &item.child("addition")).trim().is_empty();
    if is_edited { State::EditedByEmployee } else { State::Offered }
}

/// What the employee writes when they agree to the summary as they see it; `None` before an offer.
pub fn agreement(
    shared: &Crdt,
    interview: InterviewId,
) -> Option<impl FnOnce(&mut Writer<'_, '_>) -> Result<(), EditError> + use<>> {
    let digest = digest(shared, interview)?;
    let field = place(interview).child("agreed");
    Some(move |tx: &mut Writer<'_, '_>| tx.put(&field, digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casework::group::{Group, NOW},
        document::{genesis::Kind, guard::Side},
    };

    const TABLET: usize = 0;
    const PHONE: usize = 1;
    const INTERVIEW: InterviewId = InterviewId::new([0x17; 16]);

    #[test]
    fn an_agreement_is_to_the_words_as_they_stand() {
        let mut group = Group::new(Kind::CaseShared, &[Side::Staff, Side::Employee]);
        group.edit(TABLET, |tx| case::add_interview(tx, INTERVIEW, 1, NOW)).unwrap();
        let now = |group: &mut Group| {
            group.meet();
            let states: Vec<State> = group.0.iter().map(|it| state(&it.crdt, INTERVIEW)).collect();
            assert_eq!(states[0], states[1]);
            states[0]
        };
        let offer = |group: &mut Group, talked: &str| {
            let summary =
                case::Summary { texts: [talked.into(), String::new()], ..Default::default() };
            for lot in case::offer(&summary, NOW).unwrap() {
                group.edit(TABLET, |tx| case::write(tx, INTERVIEW, &lot)).unwrap();
            }
        };
        let agree = |group: &mut Group| {
            let agreement = agreement(&group.0[PHONE].crdt, INTERVIEW).unwrap();
            group.edit(PHONE, agreement).unwrap();
        };

        assert_eq!(now(&mut group), State::Draft);
        assert!(agreement(&group.0[PHONE].crdt, INTERVIEW).is_none());
        offer(&mut group, "係長の打診");
        assert_eq!(now(&mut group), State::Offered);
        let addition = place(INTERVIEW).child("addition");
        group.edit(PHONE, |tx| tx.write(&addition, "②は来週中")).unwrap();
        assert_eq!(now(&mut group), State::EditedByEmployee);
        agree(&mut group);
        assert_eq!(now(&mut group), State::Agreed);
        offer(&mut group, "係長の打診への迷い");
        assert_eq!(now(&mut group), State::EditedByEmployee, "other words, agreed to by nobody");
        let forged = agreement(&group.0[TABLET].crdt, INTERVIEW).unwrap();
        assert_eq!(group.edit(TABLET, forged), Err(EditError::NotYours));
        agree(&mut group);
        assert_eq!(now(&mut group), State::Agreed);
    }
}
