//! Decisions of the employee's: signed, kept, and shown to both.

use shared::{
    id::{DeviceId, DocumentId},
    map::Map,
    time::UnixMillis,
};

use crate::{
    casework::{
        case::CaseId,
        consent::{self, Event, Ledger, Matter, Method, Scope, Signatory},
        date::Date,
        directory::{self, Template},
        interview::{self, Barred, Record},
        note,
    },
    command::Decide,
    desk::Desk,
    document::genesis::Kind,
    effect::Effect,
    journal::Step,
    view::{ConsentRow, ConsentView, DecisionRow, Manner, Notice, RoomNotice, View},
};

/// Longest words in a decision, in letters.
const WORDS_LETTERS_MAX: usize = 2_000;
/// Largest explanation that is kept with the decisions.
const EXPLANATION_BYTES_MAX: usize = 40 * 1024;

/// Ledgers read last: checking every signature anew at each key stroke would be felt.
#[derive(Default)]
pub(in crate::desk) struct Ledgers(Map<DocumentId, ([u64; 2], Ledger)>);

impl Desk {
    /// What the employee of a case decided: a replay of every event that counts.
    pub(crate) fn consents(&self, case: CaseId) -> Ledger {
        let Some(id) = self.linked(case, Kind::CaseConsent) else { return Ledger::default() };
        match self.ledgers.0.get(&id) {
            Some((basis, ledger)) if *basis == self.consents_basis(id) => ledger.clone(),
            Some(_) | None => self.read_ledger(id),
        }
    }

    fn consents_basis(&self, id: DocumentId) -> [u64; 2] {
        let changed = self.documents.get(&id).map_or(0, |it| it.crdt.changed());
        [changed, self.org_length()]
    }

    fn read_ledger(&self, id: DocumentId) -> Ledger {
        let Some(document) = self.documents.get(&id) else { return Ledger::default() };
        Ledger::read(&document.crdt, id, |device| self.signatory(device))
    }

    fn signatory(&self, device: DeviceId) -> Option<Signatory> {
        let known = self.org.as_ref()?.device(device)?;
        Some(Signatory { key: known.keys.verify, side: self.side_of(device)? })
    }

    /// Reads the ledgers whose events changed.
    pub(in crate::desk) fn follow_consents(&mut self) {
        let is_consent =
            |it: &&crate::document::Document| it.crdt.kind() == Some(Kind::CaseConsent);
        let ids: Vec<DocumentId> =
            self.documents.values().filter(is_consent).map(|it| it.id).collect();
        for id in ids {
            let basis = self.consents_basis(id);
            if self.ledgers.0.get(&id).is_none_or(|(known, _)| *known != basis) {
                let ledger = self.read_ledger(id);
                self.ledgers.0.insert(id, (basis, ledger));
            }
        }
    }

    /// What is read out today: what the directory has, or, for who has none, what is kept with the
    /// decisions. `None` for the program's own words.
    fn explanation(&self, consent: DocumentId, language: &str, at: UnixMillis) -> Option<Template> {
        let on = Date::at(at);
        self.template_published(language, on).or_else(|| {
            let kept = consent::explanations(&self.documents.get(&consent)?.crdt);
            let kept = kept.into_iter().filter(|it| it.language == language);
            kept.max_by_key(|it| it.version)
        })
    }

    /// Keeps what is read out today with the decisions, where the employee can read it again.
    pub(in crate::desk) fn keep_explanation(
        &mut self,
        step: &mut Step<'_, '_>,
        consent: DocumentId,
        language: &str,
    ) {
        let Some(template) = self.explanation(consent, language, step.now()) else { return };
        let is_small =
            template.texts.iter().map(String::len).sum::<usize>() <= EXPLANATION_BYTES_MAX;
        let is_staff = self.role() == Some(shared::log::org::Role::Consultant);
        let kept = self.documents.get(&consent).map(|it| consent::explanations(&it.crdt));
        if is_staff && is_small && kept.is_some_and(|kept| !kept.contains(&template)) {
            self.edit(step, consent, |tx| consent::explain(tx, &template));
        }
    }

    /// Signs a decision and adds it to the case.
    pub(super) fn decide(&mut self, step: &mut Step<'_, '_>, decide: Decide) {
        let Decide { case, matter, decision, scope, method, place, language } = decide;
        let case = self.current(case);
        let Some(id) = self.linked(case, Kind::CaseConsent) else { return };
        let side = self.side_of(self.keys.id);
        let is_fitting = matter.admits(decision, &scope) && side.is_some_and(|it| method.is_of(it));
        if !is_fitting {
            self.refresh_open(step, id);
            return Self::notice(step, Notice::Room(RoomNotice::NotDecided));
        }
        let words = [said(&scope), attested(&method), place.as_str()];
        if words.iter().any(|words| words.chars().count() > WORDS_LETTERS_MAX) {
            return Self::notice(step, Notice::TooLong);
        }
        self.keep_explanation(step, id, &language);
        let explanation = self.explanation(id, &language, step.now());
        let told = explanation.unwrap_or_else(|| own_words(&language)).told();
        let event = Event {
            document: id,
            matter,
            decision,
            scope,
            told,
            at: step.now(),
            server_at: None,
            place,
            method,
            by: self.keys.id,
            after: vec![],
        };
        let recorded = consent::sign(&self.consents(case), event, &self.keys.device);
        self.edit(step, id, |tx| recorded.attach(tx));
        self.refresh_open(step, id);
        self.refresh_open(step, case);
    }

    /// What an open consent document says.
    pub(in crate::desk) fn consent_view(
        &self,
        id: DocumentId,
        now: UnixMillis,
    ) -> Option<ConsentView> {
        let case = self.case_of_part(id)?;
        let consents = self.consents(case);
        let languages = ["ja", "en"].iter();
        let explanations: Vec<Template> =
            languages.filter_map(|it| self.explanation(id, it, now)).collect();
        let newest = explanations.iter().map(|it| it.version).max().unwrap_or(0);
        let undecided = match interview::gate(&consents) {
            Err(Barred::Undecided(matters)) => matters,
            Err(Barred::NoStep | Barred::SecrecyRefused) | Ok(()) => vec![],
        };
        Some(ConsentView {
            document: id,
            case,
            rows: Matter::ALL.into_iter().flat_map(|it| rows(&consents, it, newest)).collect(),
            explanations,
            undecided,
            rejected: u32::try_from(consents.rejected.len()).unwrap_or(u32::MAX),
        })
    }

    /// Shows an open consent document.
    pub(in crate::desk) fn show_consent(&self, step: &mut Step<'_, '_>, id: DocumentId) {
        let view = self.consent_view(id, step.now());
        step.effects.extend(view.map(|view| Effect::Show(View::Consent(view))));
        // What may be asked of the data, and what was, stands in the same document.
        self.show_report_part(step, id);
    }

    /// How much may be written into a note. What was there before the employee asked for less
    /// stays; who was not asked yet has not asked for less.
    pub(in crate::desk) fn record_of(&self, id: DocumentId) -> Record {
        let about = self.crdt_of(id, Kind::Note).and_then(note::about);
        let Some(about) = about else { return Record::Full };
        let consents = self.consents(about.case);
        match consents.decision(Matter::Record) {
            Some(_) => interview::record(&consents),
            None => Record::Full,
        }
    }
}

/// A matter has a row; one that is decided case by case has a row for each.
fn rows(consents: &Ledger, matter: Matter, newest: u32) -> Vec<ConsentRow> {
    let events = consents.told(matter);
    let row = |scope: Option<&Scope>| {
        let standing = consents.standing(matter, scope);
        let is_about = |event: &&&Event| scope.is_none_or(|scope| event.scope == *scope);
        ConsentRow {
            matter,
            is_disputed: standing.as_ref().is_some_and(|it| it.is_disputed),
            is_older: standing.as_ref().is_some_and(|it| it.event.told.version < newest),
            standing: standing.as_ref().map(|it| decision(&it.event)),
            effect: String::from(consent::effect(matter)),
            events: events.iter().filter(is_about).map(|event| decision(event)).collect(),
        }
    };
    if !matter.is_by_scope() {
        return vec![row(None)];
    }
    let mut scopes: Vec<&Scope> = vec![];
    for event in &events {
        if !scopes.contains(&&event.scope) {
            scopes.push(&event.scope);
        }
    }
    scopes.into_iter().map(|scope| row(Some(scope))).collect()
}

fn decision(event: &Event) -> DecisionRow {
    DecisionRow {
        decision: event.decision,
        scope: event.scope.clone(),
        at: event.at,
        manner: match event.method {
            Method::OwnPhone => Manner::OwnPhone,
            Method::Tablet(_) => Manner::Tablet,
            Method::Paper(_) => Manner::Paper,
            Method::Spoken(_) => Manner::Spoken,
        },
        attested: String::from(attested(&event.method)),
        place: event.place.clone(),
        told: event.told.version,
    }
}

fn said(scope: &Scope) -> &str {
    match scope {
        Scope::Words(words) => words,
        Scope::Whole | Scope::Exact(_) | Scope::To(_) | Scope::Codes(_) => "",
    }
}

fn attested(method: &Method) -> &str {
    match method {
        Method::Spoken(words) => words,
        Method::OwnPhone | Method::Tablet(_) | Method::Paper(_) => "",
    }
}

/// The words that came with the program, which its version names.
fn own_words(language: &str) -> Template {
    directory::first(language).unwrap_or_else(|| Template {
        version: 0,
        language: String::from(language),
        texts: vec![],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casework::{
        consent::{Decision, Told, record},
        group::{DOCUMENT, Group, NOW},
    };
    use crate::document::guard::Side;

    const PHONE: usize = 0;

    fn decide(group: &mut Group, matter: Matter, scope: Scope, told: u32) {
        let event = Event {
            document: DOCUMENT,
            matter,
            decision: Decision::Agreed,
            scope,
            told: Told { version: told, hash: [0; 32] },
            at: NOW,
            server_at: None,
            place: String::new(),
            method: Method::OwnPhone,
            by: group.0[PHONE].device,
            after: vec![],
        };
        let ledger = Ledger::read(&group.0[PHONE].crdt, DOCUMENT, group.who());
        let key = shared::secret::Secret::new(Box::new([1; 32]));
        let key = shared::sign::SigningKey::derive(&key);
        group.edit(PHONE, |tx| record(tx, &ledger, event, &key)).unwrap();
    }

    #[test]
    fn a_decision_after_an_older_explanation_says_so_and_each_thing_told_has_a_row_of_its_own() {
        let mut group = Group::new(Kind::CaseConsent, &[Side::Employee]);
        decide(&mut group, Matter::Record, Scope::Whole, 2);
        decide(&mut group, Matter::Telling, Scope::Exact([1; 32]), 3);
        decide(&mut group, Matter::Telling, Scope::Exact([2; 32]), 2);
        let ledger = Ledger::read(&group.0[PHONE].crdt, DOCUMENT, group.who());

        let is_older = |newest| rows(&ledger, Matter::Record, newest)[0].is_older;
        assert_eq!((is_older(2), is_older(3)), (false, true));
        let telling = rows(&ledger, Matter::Telling, 3);
        let mut telling: Vec<_> =
            telling.iter().map(|row| (row.is_older, row.events.len())).collect();
        telling.sort_unstable();
        assert_eq!(telling, [(false, 1), (true, 1)]);
        let undecided = rows(&ledger, Matter::Counting, 3);
        assert_eq!((undecided.len(), undecided[0].standing.as_ref()), (1, None));
    }
}
