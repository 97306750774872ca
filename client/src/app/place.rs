//! Where in the app the person is: the path of the address.

use shared::id::DocumentId;

/// A page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `/`.
    Home,
    /// `/case/<id>`.
    Case(DocumentId),
    /// `/note/<id>`.
    Note(DocumentId),
    /// `/<name>/<id>`, a page of the casework.
    Page(Sheet, DocumentId),
    /// `/day`.
    Day,
    /// `/search`.
    Search,
    /// `/plan`.
    Plan,
    /// `/people`.
    People,
    /// `/devices`.
    Devices,
    /// `/unseen`.
    Unseen,
    /// Anything else.
    Unknown,
}

/// A page of the casework, about one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// Any document, field by field.
    Form,
    /// What is explained, and what the employee decides; by the case.
    Consent,
    /// In the interview; by its note.
    Room,
    /// A note, to read and to print.
    Read,
    /// What is drawn; by the case.
    Canvas,
    /// A JOB card.
    Card,
    /// Danger and what helps; by the case.
    Risk,
    /// What is told to others; by the case.
    Tell,
    /// A company, its plan and its rooms.
    Company,
    /// A company's list of employees, and who is invited.
    Roster,
    /// Slots.
    Slots,
    /// The firm's directory.
    Directory,
    /// What the employee may ask of their data; by the case.
    Rights,
    /// What was disclosed to an employee.
    Package,
    /// A copy for supervision, being drawn from a note.
    Copy,
    /// A copy for supervision.
    Supervision,
    /// A report.
    Report,
    /// A second opinion.
    Opinion,
}

/// Each with its name in the address.
const SHEETS: [(&str, Sheet); 18] = [
    ("form", Sheet::Form),
    ("consent", Sheet::Consent),
    ("room", Sheet::Room),
    ("read", Sheet::Read),
    ("canvas", Sheet::Canvas),
    ("card", Sheet::Card),
    ("risk", Sheet::Risk),
    ("tell", Sheet::Tell),
    ("company", Sheet::Company),
    ("roster", Sheet::Roster),
    ("slots", Sheet::Slots),
    ("directory", Sheet::Directory),
    ("rights", Sheet::Rights),
    ("package", Sheet::Package),
    ("copy", Sheet::Copy),
    ("supervision", Sheet::Supervision),
    ("report", Sheet::Report),
    ("opinion", Sheet::Opinion),
];

impl Place {
    /// The page behind a path.
    pub fn parse(path: &str) -> Self {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let place = match (segments.next(), segments.next()) {
            (None, None) => Some(Self::Home),
            (Some("case"), Some(id)) => DocumentId::from_hex(id).map(Self::Case),
            (Some("note"), Some(id)) => DocumentId::from_hex(id).map(Self::Note),
            (Some("day"), None) => Some(Self::Day),
            (Some("search"), None) => Some(Self::Search),
            (Some("plan"), None) => Some(Self::Plan),
            (Some("people"), None) => Some(Self::People),
            (Some("devices"), None) => Some(Self::Devices),
            (Some("unseen"), None) => Some(Self::Unseen),
            (Some(name), Some(id)) => {
                let sheet = SHEETS.iter().find(|(it, _)| *it == name);
                sheet.and_then(|(_, sheet)| Some(Self::Page(*sheet, DocumentId::from_hex(id)?)))
            }
            _ => None,
        };
        match segments.next() {
            None => place.unwrap_or(Self::Unknown),
            Some(_) => Self::Unknown,
        }
    }

    /// The path of a page.
    pub fn path(self) -> String {
        match self {
            Self::Home | Self::Unknown => String::from("/"),
            Self::Case(id) => format!("/case/{id}"),
            Self::Note(id) => format!("/note/{id}"),
            Self::Page(sheet, id) => {
                let name = SHEETS.iter().find(|(_, it)| *it == sheet).map_or("", |(it, _)| *it);
                ["/", name, "/", &id.to_hex()].concat()
            }
            Self::Day => String::from("/day"),
            Self::Search => String::from("/search"),
            Self::Plan => String::from("/plan"),
            Self::People => String::from("/people"),
            Self::Devices => String::from("/devices"),
            Self::Unseen => String::from("/unseen"),
        }
    }

    /// The document that has to be open for this page.
    pub fn document(self) -> Option<DocumentId> {
        match self {
            Self::Case(id) | Self::Note(id) | Self::Page(_, id) => Some(id),
            Self::Home
            | Self::Day
            | Self::Search
            | Self::Plan
            | Self::People
            | Self::Devices
            | Self::Unseen
            | Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_found_by_its_path() {
        let id = DocumentId::new([0xA7; 16]);
        let places = [
            Place::Home,
            Place::Case(id),
            Place::Note(id),
            Place::Day,
            Place::Search,
            Place::Plan,
            Place::People,
            Place::Devices,
            Place::Unseen,
        ];
        let pages = SHEETS.map(|(_, sheet)| Place::Page(sheet, id));
        for place in places.into_iter().chain(pages) {
            assert_eq!(Place::parse(&place.path()), place);
        }
        for path in ["/note", "/note/xyz", "/people/1", "/elsewhere", "/note/a/b", "/room/1"] {
            assert_eq!(Place::parse(path), Place::Unknown);
        }
    }
}
