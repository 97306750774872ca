//! What somebody fills in to start on a device. Outlives the page, so that a refusal or another
//! language loses nothing.

use engine::words::WordsError;
use zeroize::Zeroize;

use super::passphrase::{self, Strength};
use crate::watched::{Derived, Watched};

/// How somebody starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// With the server's first link.
    Firm,
    /// With an invitation.
    Join,
    /// With a code from one's other device.
    Device,
    /// With a recovery kit.
    Kit,
    /// With the file of a device: that device goes on, and nothing is asked but its passphrase.
    File,
}

impl Way {
    /// The way a link is for; links say so in their first word.
    pub fn of(link: &str) -> Option<Self> {
        match fragment(link).split_once('.')?.0 {
            "bootstrap" => Some(Self::Firm),
            "join" => Some(Self::Join),
            "device" => Some(Self::Device),
            "kit" => Some(Self::Kit),
            _ => None,
        }
    }

    /// Whether it leads to an account that exists, whose name is known.
    pub fn is_back(self) -> bool {
        match self {
            Self::Device | Self::Kit | Self::File => true,
            Self::Firm | Self::Join => false,
        }
    }
}

/// What is missing or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No link or code.
    Link,
    /// Words that are no recovery kit's.
    Words,
    /// No name.
    Name,
    /// A passphrase that is too short.
    Passphrase,
    /// Two passphrases that differ.
    Repeat,
}

/// What was filled in.
#[derive(Clone, Copy)]
pub struct Form {
    /// `None` until somebody has chosen.
    pub way: Watched<Option<Way>>,
    /// A link, a code, or the fragment of the address.
    pub link: Watched<String>,
    /// The link came with the address and need not be shown.
    pub is_link_given: Watched<bool>,
    /// The person's name.
    pub name: Watched<String>,
    /// The device's name.
    pub device_name: Watched<String>,
    /// The passphrase.
    pub passphrase: Watched<String>,
    /// The passphrase again.
    pub repeat: Watched<String>,
    /// Whether the passphrase can be read on the screen.
    pub is_shown: Watched<bool>,
    /// Whether the passphrase was suggested by the app.
    pub is_suggested: Watched<bool>,
    /// Somebody tried to send it: from then on it says what is missing.
    pub is_tried: Watched<bool>,
    /// It was sent.
    pub is_sent: Watched<bool>,
}

impl Form {
    /// The empty form, or the one for a link.
    pub fn new(link: Option<String>) -> Self {
        let form = Self {
            way: Watched::new(None),
            link: Watched::new(String::new()),
            is_link_given: Watched::new(false),
            name: Watched::new(String::new()),
            device_name: Watched::new(String::new()),
            passphrase: Watched::new(String::new()),
            repeat: Watched::new(String::new()),
            is_shown: Watched::new(false),
            is_suggested: Watched::new(false),
            is_tried: Watched::new(false),
            is_sent: Watched::new(false),
        };
        if let Some(link) = link {
            form.offer_link(link);
        }
        form
    }

    /// A link was opened.
    pub fn offer_link(self, link: String) {
        self.way.set(Some(Way::of(&link).unwrap_or(Way::Join)));
        self.link.set(link);
        self.is_link_given.set(true);
    }

    /// What keeps the form from being sent.
    pub fn problem(self, way: Way) -> Option<Problem> {
        let is_empty = |text: &String| text.trim().is_empty();
        if self.link.with(is_empty) {
            Some(Problem::Link)
        } else if way == Way::Kit && self.link.with(|typed| words_wrong(typed).is_some()) {
            Some(Problem::Words)
        } else if !way.is_back() && self.name.with(is_empty) {
            Some(Problem::Name)
        } else if matches!(self.passphrase.with(|it| passphrase::judge(it)), Strength::TooShort(_))
        {
            Some(Problem::Passphrase)
        } else if self.passphrase.with(|one| self.repeat.with(|other| one != other)) {
            Some(Problem::Repeat)
        } else {
            None
        }
    }

    /// What a field says about a problem, once somebody has tried.
    pub fn says(self, problem: Problem, word: &'static str) -> Derived<Option<String>> {
        Derived::following(move || {
            let way = self.way.get()?;
            let is_it = self.is_tried.get() && self.problem(way) == Some(problem);
            is_it.then(|| word.to_owned())
        })
    }

    /// Wipes what is secret. Says whether the form had been sent.
    pub fn forget(self) -> bool {
        for secret in [self.link, self.passphrase, self.repeat] {
            secret.update(Zeroize::zeroize);
        }
        self.way.set(None);
        for flag in [self.is_link_given, self.is_shown, self.is_suggested, self.is_tried] {
            flag.set(false);
        }
        let was_sent = self.is_sent.get_untracked();
        self.is_sent.set(false);
        was_sent
    }
}

/// What is wrong with the words of a recovery kit; nothing with its code.
pub fn words_wrong(typed: &str) -> Option<WordsError> {
    if Way::of(typed) == Some(Way::Kit) { None } else { engine::words::parse(typed).err() }
}

/// The part of a link that the server never sees; a bare fragment or code is that part already.
pub fn fragment(link: &str) -> &str {
    link.split_once('#').map_or(link, |(_, fragment)| fragment).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_what_it_is_for_however_it_was_pasted() {
        assert_eq!(Way::of("https://mendan.example/#bootstrap.AbC"), Some(Way::Firm));
        assert_eq!(Way::of("  join.AbC.DeF\n"), Some(Way::Join));
        assert_eq!(Way::of("device.AbC"), Some(Way::Device));
        assert_eq!(Way::of("kit.AbC"), Some(Way::Kit));
        assert_eq!(Way::of("hello"), None);
        assert_eq!(fragment(" https://mendan.example/#join.A "), "join.A");
    }

    #[test]
    fn a_kit_is_a_code_or_words_that_belong_together() {
        assert_eq!(words_wrong("kit.AbC"), None);
        assert_eq!(words_wrong("あいこくしん"), Some(WordsError::Count { found: 1 }));
        let strange = WordsError::Unknown { position: 2 };
        assert_eq!(words_wrong("あいこくしん ぬるぽ"), Some(strange));
    }
}
