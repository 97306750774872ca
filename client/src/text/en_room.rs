//! Words of the interview room.

use engine::{casework::consent::Matter, view::RoomNotice};

pub(super) fn notice(notice: &RoomNotice) -> String {
    match notice {
        RoomNotice::NotDecided => {
            String::from("This cannot be recorded in this way. Please choose again.")
        }
        RoomNotice::Undecided(matters) => {
            let matters: Vec<&str> = matters.iter().map(|it| matter(*it)).collect();
            format!("Before the interview begins, these are to be decided: {}", matters.join(", "))
        }
        RoomNotice::SecrecyRefused => String::from(
            "The employee does not agree to how secrecy is kept, so the interview does not begin. Offer another consultant.",
        ),
        RoomNotice::NoStep => String::from("This cannot be done at this point of the interview."),
        RoomNotice::MinimalRecord => String::from(
            "The employee asked for a minimal record, so nothing is written here. What was written before stays.",
        ),
        RoomNotice::WeakPin { chars_min } => {
            format!("The PIN needs at least {chars_min} characters.")
        }
        RoomNotice::WrongPin { tries: 0 } => String::from(
            "The PIN is wrong, and was tried too often: open the device with the passphrase. What was written is kept.",
        ),
        RoomNotice::WrongPin { tries } => {
            format!("The PIN is wrong. {tries} more tries.")
        }
        RoomNotice::BeyondContract { interviews_max } => format!(
            "The company's contract foresees {interviews_max} interviews for one person. Talk with the one responsible before it is held."
        ),
        RoomNotice::NotDrawn => String::from(
            "This does not fit on this sheet. Check where it lies and how long its text is.",
        ),
    }
}

fn matter(matter: Matter) -> &'static str {
    match matter {
        Matter::Secrecy => "secrecy and its limits",
        Matter::Purpose => "today's purpose",
        Matter::Consultant => "who the consultant is",
        Matter::Supervision => "use in supervision",
        Matter::Continuation => "going on",
        Matter::Record => "making and keeping a record",
        Matter::Counting => "being counted in the report",
        Matter::Telling => "telling the company",
        Matter::HandOver => "handing over to another consultant",
        Matter::Emergency => "the emergency contact",
        Matter::Contact => "how to be reached",
    }
}
