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
    /// `/people`.
    People,
    /// `/devices`.
    Devices,
    /// `/unseen`.
    Unseen,
    /// Anything else.
    Unknown,
}

impl Place {
    /// The page behind a path.
    pub fn parse(path: &str) -> Self {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let place = match (segments.next(), segments.next()) {
            (None, None) => Some(Self::Home),
            (Some("case"), Some(id)) => DocumentId::from_hex(id).map(Self::Case),
            (Some("note"), Some(id)) => DocumentId::from_hex(id).map(Self::Note),
            (Some("people"), None) => Some(Self::People),
            (Some("devices"), None) => Some(Self::Devices),
            (Some("unseen"), None) => Some(Self::Unseen),
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
            Self::People => String::from("/people"),
            Self::Devices => String::from("/devices"),
            Self::Unseen => String::from("/unseen"),
        }
    }

    /// The document that has to be open for this page.
    pub fn document(self) -> Option<DocumentId> {
        match self {
            Self::Case(id) | Self::Note(id) => Some(id),
            Self::Home | Self::People | Self::Devices | Self::Unseen | Self::Unknown => None,
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
            Place::People,
            Place::Devices,
            Place::Unseen,
        ];
        for place in places {
            assert_eq!(Place::parse(&place.path()), place);
        }
        for path in ["/note", "/note/xyz", "/people/1", "/elsewhere", "/note/a/b"] {
            assert_eq!(Place::parse(path), Place::Unknown);
        }
    }
}
