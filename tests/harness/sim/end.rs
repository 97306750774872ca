//! The end of a world: everything that can heal heals, then everything is compared.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use engine::{casework::field::Value, view::Content};
use shared::{
    id::DocumentId,
    log::org::Role,
    log::{Entry, document::DocumentLog, org::OrgLog},
};

use super::{
    act::CANARY,
    cast::{CONSULTANT, EMPLOYEE},
    check::Kind,
    hostile::is_hostile,
    later::LATER,
    model::{Kind as DocumentKind, PersonNo, Token},
    run::Run,
};
use crate::world::{DeviceNo, Faults};

/// A document as one device shows it: what stands in each place.
pub(super) type Sight = BTreeMap<String, String>;

impl Run {
    /// No more faults; every device that is left is on, open and online.
    pub fn heal(&mut self) {
        self.tell(|| "everything heals".into());
        self.world.faults = Faults::default();
        if is_hostile(self.seed) {
            self.world.tell_the_truth();
        }
        for _ in 0..3 {
            let devices = self.world.devices().filter(|it| !self.world.is_lost(*it));
            for device in devices.collect::<Vec<DeviceNo>>() {
                self.world.set_full(device, false);
                if self.world.is_dead(device) {
                    self.world.restart(device);
                }
                self.world.calm(device);
                self.world.unlock(device);
                self.world.offline(device);
                self.world.online(device);
            }
            self.observe();
            self.rest();
        }
    }

    /// Holds everything against the model.
    pub fn check_end(&mut self) {
        if !self.findings.is_empty() {
            return;
        }
        self.check_revoked();
        self.check_devices();
        self.check_documents();
        self.check_kept();
        self.check_strangers();
        self.check_told();
        self.check_logs();
        self.check_admins();
    }

    fn check_devices(&mut self) {
        for device in self.settled.clone() {
            let screen = &self.world.on(device).screen;
            let is_open = screen.is_open();
            let sync = screen.sync;
            let name = self.name_of(device);
            if !is_open {
                let gate = self.world.on(device).screen.gate.clone();
                self.find(Kind::LockedOut, || format!("{name}: {gate:?}"));
            } else if sync.is_none_or(|sync| sync.unsaved > 0 || sync.unsent > 0)
                && !self.is_out(device)
                && !self.is_retired(device)
                && !self.stands_apart(device)
            {
                self.find(Kind::Stuck, || format!("{name}: {sync:?}"));
            }
        }
        self.check_homes();
    }

    /// Devices of one person show the same people and cases.
    fn check_homes(&mut self) {
        let mut homes: BTreeMap<PersonNo, (DeviceNo, String)> = BTreeMap::new();
        for device in self.settled.clone() {
            let home = &self.world.on(device).screen.home;
            let is_behind =
                self.is_out(device) || self.is_retired(device) || self.stands_apart(device);
            if !home.quarantined.is_empty() || is_behind {
                continue;
            }
            let shown = format!("{:?} {:?}", home.cases, home.people);
            let Some(owner) = self.model.owner(device) else { continue };
            let (other, before) = homes.entry(owner).or_insert((device, shown.clone()));
            if *before != shown {
                let (other, before) = (*other, before.clone());
                let names = (self.name_of(other), self.name_of(device));
                self.find(Kind::Diverged, || format!("{names:?}: {before}\n{shown}"));
            }
        }
    }

    fn check_documents(&mut self) {
        let documents: Vec<DocumentId> = self.model.documents.keys().copied().collect();
        for document in documents {
            let mut first: Option<(DeviceNo, Sight)> = None;
            for device in self.readers_of(document) {
                let Some(sight) = self.sight(device, document) else {
                    self.check_existence(device, document);
                    continue;
                };
                self.check_tokens(device, document, &sight);
                match &first {
                    None => first = Some((device, sight)),
                    Some((other, before)) if *before != sight => {
                        let names = (self.name_of(*other), self.name_of(device));
                        let places: Vec<_> = before
                            .iter()
                            .filter(|(place, text)| sight.get(*place) != Some(text))
                            .map(|(place, text)| {
                                format!("{place}: {text:?} {:?}", sight.get(place))
                            })
                            .collect();
                        self.find(Kind::Diverged, || format!("{document:?} {names:?} {places:?}"));
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// Open devices whose owners the server lists as members, where nothing was set aside.
    fn readers_of(&self, document: DocumentId) -> Vec<DeviceNo> {
        let reader = self.world.store().reader();
        let is_member = |device: &DeviceNo| {
            let owner = self.model.owner(*device).and_then(|it| self.model.person(it));
            let account = owner.and_then(|it| it.account);
            account.is_some_and(|it| matches!(reader.access(it, document), Ok(Some(_))))
        };
        let is_whole = |device: &DeviceNo| {
            let screen = &self.world.on(*device).screen;
            let is_behind = self.is_retired(*device) || self.apart.contains(&(*device, document));
            screen.is_open() && screen.home.quarantined.is_empty() && !is_behind
        };
        self.settled.iter().copied().filter(is_member).filter(is_whole).collect()
    }

    /// What a device shows of a document, place by place.
    pub(super) fn sight(&mut self, device: DeviceNo, document: DocumentId) -> Option<Sight> {
        self.world.on_mut(device).screen.shared.remove(&document);
        self.show(device, document);
        let screen = &self.world.on(device).screen;
        let mut sight = Sight::new();
        if let Some(note) = screen.notes.get(&document) {
            for (field, content) in &note.fields {
                let words = match content {
                    Content::Text { text, .. } => text.clone(),
                    Content::Value(value) => value_words(value),
                    Content::Items(items) => items.join(" "),
                };
                sight.insert(field.to_string(), words);
            }
            let unseen = self.unseen(device, document);
            sight.extend(unseen.map(|text| (LATER.to_owned(), text)));
            let of = format!("{:?} {} {}", note.case, note.ordinal, note.employee_name);
            sight.insert("of".into(), of);
            return Some(sight);
        }
        let shared = screen.shared.get(&document)?;
        sight.insert("who".into(), format!("{}{}", shared.employee_name, shared.consultant_name));
        for row in &shared.summaries {
            let place = row.interview.to_hex();
            sight.insert(place, format!("{} {} {:?}", row.talked, row.ordinal, row.offered_at));
        }
        let case = screen.home.cases.iter().find(|case| case.case == document);
        for row in case.map(|case| case.interviews.as_slice()).unwrap_or_default() {
            sight.insert(format!("row {:?}", row.interview), format!("{}", row.ordinal));
        }
        Some(sight)
    }

    fn check_existence(&mut self, device: DeviceNo, document: DocumentId) {
        let made = self.model.documents.get(&document).map(|it| it.made);
        let made_on = made.and_then(|it| self.model.edits.get(it.0)).map(|edit| edit.device);
        if is_hostile(self.seed) && made_on != Some(device) {
            return;
        }
        if made.is_some_and(|made| self.model.is_owed(made)) {
            let name = self.name_of(device);
            self.find(Kind::Lost, || format!("{name} has no {document:?}"));
        }
    }

    fn check_tokens(&mut self, device: DeviceNo, document: DocumentId, sight: &Sight) {
        let Some(it) = self.model.documents.get(&document).cloned() else { return };
        if matches!(it.kind, DocumentKind::Case { .. }) {
            return self.check_offers(device, &it, sight);
        }
        for token in &it.tokens {
            // Who was lied to may lack what others wrote, never what was written there.
            let made_on = self.model.edits.get(token.made.0).map(|edit| edit.device);
            if is_hostile(self.seed) && made_on != Some(device) {
                continue;
            }
            let place = sight.get(token.field).map_or("", String::as_str);
            let count = place.matches(&token.text).count();
            if let Some(kind) = self.judge_token(token, count) {
                let (name, fate) = (self.name_of(device), self.model.fate(token.made));
                let removed: Vec<_> =
                    token.removed.iter().map(|edit| self.model.fate(*edit)).collect();
                self.find(kind, || {
                    format!(
                        "{name}, {document:?}/{}: {:?} is there {count} times; made {fate:?}, \
                         removed {removed:?}; {place:?}",
                        token.field, token.text
                    )
                });
            }
        }
        let letters: BTreeSet<&str> = it.tokens.iter().map(|it| it.text.as_str()).collect();
        let fields = ["presenting_issue", "observation", "response", "summary_talked"];
        let texts = fields.iter().filter_map(|field| sight.get(*field));
        let strange = texts.flat_map(|text| text.chars());
        let strange: Vec<char> =
            strange.filter(|it| !letters.contains(it.to_string().as_str())).collect();
        if !strange.is_empty() {
            let name = self.name_of(device);
            self.find(Kind::Forged, || format!("{name}: nobody wrote {strange:?}"));
        }
    }

    fn judge_token(&self, token: &Token, count: usize) -> Option<Kind> {
        let is_owed = self.model.is_owed(token.made);
        let is_gone = token.removed.iter().any(|edit| self.model.is_owed(*edit));
        let may_be_gone = !token.removed.is_empty();
        match count {
            // Brought back on two devices at once, an item is there twice.
            _ if token.wavers => None,
            0 if is_owed && !may_be_gone => Some(Kind::Lost),
            1 if is_gone => Some(Kind::Resurrected),
            0 | 1 => None,
            _ => Some(Kind::Resurrected),
        }
    }

    fn check_offers(&mut self, device: DeviceNo, case: &super::model::Document, sight: &Sight) {
        let notes: BTreeSet<DocumentId> = case.offers.iter().map(|(note, ..)| *note).collect();
        for note in notes {
            let offers: Vec<_> = case.offers.iter().filter(|(of, ..)| *of == note).collect();
            let shown = sight.get(&note.to_hex());
            let owed = offers.iter().any(|(_, _, edit)| self.model.is_owed(*edit));
            let is_known = shown.is_some_and(|shown| {
                offers.iter().any(|(_, text, _)| {
                    shown.strip_prefix(text.as_str()).is_some_and(|rest| rest.starts_with(' '))
                })
            });
            let name = self.name_of(device);
            if owed && shown.is_none() {
                self.find(Kind::Lost, || format!("{name}: no summary of {note:?}"));
            } else if shown.is_some() && !is_known {
                self.find(Kind::Diverged, || format!("{name}: {shown:?} was never offered"));
            }
        }
    }

    /// Nobody can open what is not for them, however often they ask.
    fn check_strangers(&mut self) {
        let documents: Vec<DocumentId> = self.model.documents.keys().copied().collect();
        for device in self.settled.clone() {
            let Some(owner) = self.model.owner(device) else { continue };
            for document in &documents {
                if !self.model.may_read(owner, *document) && self.world.can_open(device, *document)
                {
                    let name = self.name_of(device);
                    self.find(Kind::Unauthorised, || format!("{name} opens {document:?}"));
                }
            }
        }
        self.observe();
    }

    /// Nothing readable went to the server.
    fn check_told(&mut self) {
        let needles = [CANARY, EMPLOYEE, CONSULTANT, "管理 花子", crate::firm::PASSPHRASE];
        let Ok(search) = AhoCorasick::new(needles) else { return };
        if let Some(found) = search.find(&self.world.told) {
            let word = needles.get(found.pattern().as_usize()).copied().unwrap_or_default();
            self.find(Kind::Leaked, || format!("the server was told {word}"));
        }
    }

    /// Every log verifies from its first entry.
    fn check_logs(&mut self) {
        let store = self.world.store();
        let Ok(entries) = store.reader().org_entries(0) else { return };
        let entries: Vec<Vec<u8>> = entries.items.into_iter().map(|it| it.0).collect();
        let Some(org) = replay_org(&entries) else {
            return self.find(Kind::BrokenLog, || "the org log does not verify".into());
        };
        let documents: Vec<DocumentId> = self.model.documents.keys().copied().collect();
        for document in documents {
            let Ok(entries) = self.world.store().reader().document_entries(document, 0) else {
                continue;
            };
            let entries: Vec<Vec<u8>> = entries.items.into_iter().map(|it| it.0).collect();
            if !replay_document(&org, &entries) {
                self.find(Kind::BrokenLog, || format!("the log of {document:?}"));
            }
        }
    }

    /// An admin is a member of nothing but the own catalogue.
    fn check_admins(&mut self) {
        let admins = self.model.people.iter().filter(|it| it.role == Role::Admin);
        let accounts: Vec<_> = admins.filter_map(|it| it.account).collect();
        for account in accounts {
            let held = self.world.store().reader().documents(account).map_or(0, |it| it.len());
            if held > 1 {
                self.find(Kind::Unauthorised, || format!("an admin is in {held} documents"));
            }
        }
    }
}

/// The org log if every entry of it holds.
pub fn replay_org(entries: &[Vec<u8>]) -> Option<OrgLog> {
    let mut log: Option<OrgLog> = None;
    for bytes in entries {
        let entry = Entry::parse(bytes).ok()?;
        match &mut log {
            Some(log) => log.append(&entry).ok()?,
            None => log = Some(OrgLog::begin(&entry).ok()?),
        }
    }
    log
}

fn replay_document(org: &OrgLog, entries: &[Vec<u8>]) -> bool {
    let mut log: Option<DocumentLog> = None;
    entries.iter().all(|bytes| {
        let Ok(entry) = Entry::parse(bytes) else { return false };
        match &mut log {
            Some(log) => log.append(org, &entry).is_ok(),
            None => match DocumentLog::begin(org, &entry) {
                Ok(begun) => {
                    log = Some(begun);
                    true
                }
                Err(_) => false,
            },
        }
    })
}

fn value_words(value: &Value) -> String {
    match value {
        Value::Unset => String::new(),
        Value::Code(text) | Value::When(text) => text.clone(),
        Value::Codes(codes) => codes.join(" "),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
    }
}
