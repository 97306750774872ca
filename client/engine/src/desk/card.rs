//! The JOB card at the desk: the employee's own, and what of it is shown to a consultant.

use shared::order;
use shared::{Blob, id::DocumentId, log::org::Role, time::UnixMillis};

use super::Desk;
use crate::{
    casework::{
        appointment,
        case::{self, CaseId},
        date::Date,
        field::{Field, Shape, Value},
        item::{code, millis},
        job_card::{
            self, Card, Prep, SHEETS,
            comment::{self, State},
            form::{FORMS, PAPER, questions},
            grant::{every_grant, told_ends},
            version::Version,
        },
    },
    command::CardAct,
    document::{Document, crdt::Crdt, genesis::Kind},
    effect::Effect,
    journal::Step,
    view::{
        CardNotice, CardRow, CardView, CommentRow, GrantRow, Notice, VersionRow, VersionView, View,
    },
};

mod exchange;
mod show;

/// Cards that a person can have one after the other: the next is begun when the last was destroyed.
const CARDS_MAX: u8 = 8;

impl Desk {
    /// One wish about a JOB card.
    pub(crate) fn card_act(&mut self, step: &mut Step<'_, '_>, act: CardAct) {
        match act {
            CardAct::Begin => self.begin_card(step),
            CardAct::Ready(is_ready) => self.say_ready(step, is_ready),
            CardAct::Keep { label } => {
                self.keep_version(step, &label);
            }
            CardAct::ReadVersion { document, version } => {
                self.read_version(step, document, &version);
            }
            CardAct::Show { case, sheets, until } => self.show_card(step, case, &sheets, &until),
            CardAct::Unshow { grant } => self.unshow_card(step, &grant),
            CardAct::SignComment { document, comment } => {
                self.sign_comment(step, document, &comment);
            }
            CardAct::AgreeComment { comment, words } => {
                self.agree_comment(step, &comment, &words);
            }
            CardAct::Export => self.export_card(step),
            CardAct::Import { text, is_sure } => self.import_card(step, &text, is_sure),
        }
    }

    /// Where this person's own card is or may be. Two phones that begin it without a network begin
    /// the same document, and what both wrote is merged.
    fn card_ids(&self) -> impl Iterator<Item = DocumentId> {
        (0..CARDS_MAX).filter_map(|number| {
            let mut name = *b"mendan/job-card\0";
            if let Some(last) = name.last_mut() {
                *last = number;
            }
            self.derived_id(name)
        })
    }

    /// This person's own card.
    fn own_card(&self) -> Option<DocumentId> {
        let is_here = |id: &DocumentId| {
            self.documents.get(id).is_some_and(|document| !document.is_shredded())
        };
        let is_employee = self.role() == Some(Role::Employee);
        let mut ids = self.card_ids().map(|id| self.current(id));
        is_employee.then(|| ids.find(is_here))?
    }

    /// Whether a document is where this person's own card may be.
    pub(super) fn is_own_card(&self, id: DocumentId) -> bool {
        self.role() == Some(Role::Employee) && self.card_ids().any(|it| it == id)
    }

    fn begin_card(&mut self, step: &mut Step<'_, '_>) {
        if self.role() != Some(Role::Employee) || self.own_card().is_some() {
            return;
        }
        let free = self.card_ids().find(|id| !self.documents.contains_key(id));
        if let Some(id) = free {
            self.begin_document(step, id, Kind::JobCard);
        }
    }

    fn say_ready(&mut self, step: &mut Step<'_, '_>, is_ready: bool) {
        let Some(id) = self.own_card() else { return };
        let (field, at) = (Field::top("ready_at"), millis(step.now()));
        self.edit(step, id, |tx| {
            if is_ready { tx.put(&field, at) } else { tx.set(&field, Shape::Flag, &Value::Unset) }
        });
        self.refresh_open(step, id);
    }

    fn keep_version(&mut self, step: &mut Step<'_, '_>, label: &str) -> bool {
        let own = self.own_card().and_then(|id| self.documents.get(&id));
        let Some(document) = own else { return false };
        let id = document.id;
        let version = job_card::version(&document.crdt, label, step.now());
        let item = Self::new_item(step);
        let is_kept = self.edit(step, id, |tx| job_card::keep(tx, &item, &version));
        self.refresh_open(step, id);
        is_kept
    }

    fn read_version(&self, step: &mut Step<'_, '_>, id: DocumentId, hash: &Blob) {
        let Some(document) = self.documents.get(&id) else { return };
        let sheets = self.sheets_of(document);
        let versions = job_card::versions(&document.crdt);
        let Some(version) = versions.iter().find(|it| it.hash == hash.0) else { return };
        if sheets.is_empty() {
            return;
        }
        let Some(earlier) = version.as_it_was(&document.crdt) else {
            return Self::notice(step, Notice::Card(CardNotice::VersionLost));
        };
        let view = VersionView {
            document: id,
            version: row_of(version),
            content: job_card::card(&earlier).on(&sheets).into(),
            changes: changes(&earlier, &document.crdt, &sheets),
        };
        step.effects.push(Effect::Show(View::CardVersion(view)));
    }

    /// The consultant's name under their own comment; what nobody wrote is not signed.
    fn sign_comment(&mut self, step: &mut Step<'_, '_>, id: DocumentId, comment: &str) {
        let Some(document) = self.documents.get(&id) else { return };
        if !self.is_comment_mine(&document.crdt, comment) || !self.is_filled_in(document) {
            return;
        }
        if job_card::comment(&document.crdt, comment).0.trim().is_empty() {
            return Self::notice(step, Notice::Card(CardNotice::CommentEmpty));
        }
        let (field, words) = job_card::sign_comment(&document.crdt, comment);
        self.edit(step, id, |tx| tx.put(&field, words));
        self.refresh_open(step, id);
    }

    /// The employee agrees to a comment, if it still says what they read.
    fn agree_comment(&mut self, step: &mut Step<'_, '_>, comment: &str, words: &Blob) {
        let Some(id) = self.own_card() else { return };
        let Some(document) = self.documents.get(&id) else { return };
        let (_, digest) = job_card::comment(&document.crdt, comment);
        match comment::state(&document.crdt, comment) {
            State::Agreed => {}
            State::Signed if digest == words.0 => {
                let item = Self::new_item(step);
                self.edit(step, id, |tx| job_card::agree(tx, &item, comment, digest));
            }
            State::Signed | State::Draft => {
                Self::notice(step, Notice::Card(CardNotice::CommentChanged));
            }
        }
        self.refresh_open(step, id);
    }

    fn is_comment_mine(&self, crdt: &Crdt, comment: &str) -> bool {
        let author = crdt.author(&Field::top("comments").child(comment));
        let device = author.and_then(|device| self.org.as_ref()?.device(device));
        let owner = device.map(|device| device.account);
        owner.is_some() && owner == self.me().map(|(me, _)| me)
    }

    /// Whether a person fills anything in here: a consultant on a card that is not shown to them does
    /// not.
    pub(super) fn is_filled_in(&self, document: &Document) -> bool {
        let is_card = document.crdt.kind() == Some(Kind::JobCard);
        let sheets = || self.sheets_of(document);
        !is_card || sheets().iter().any(|sheet| matches!(*sheet, "plan" | "plan_new"))
    }

    fn today(&self) -> Date {
        self.shown.day.unwrap_or(Date::MAX)
    }

    /// As much of a card as this person sees for a case on a day: all of their own.
    pub(super) fn card_seen(&self, card: &Document, case: CaseId, on: Date) -> Card {
        if self.role() == Some(Role::Employee) {
            return job_card::card(&card.crdt);
        }
        let shown = self.shown_for(card, on).into_iter().filter(|(of, _)| *of == case);
        let sheets: Vec<&str> = shown.flat_map(|(_, sheets)| sheets).collect();
        // Most cards are of other cases, and to read one takes long.
        if sheets.is_empty() { Card::default() } else { job_card::card(&card.crdt).on(&sheets) }
    }

    /// What is shown to this person of somebody's card on a day: sheets, by the case they are shown
    /// for.
    ///
    /// This is what keeps a consultant to the sheets that were granted: the key opens the document.
    fn shown_for(&self, card: &Document, on: Date) -> Vec<(CaseId, Vec<&'static str>)> {
        let Some((me, _)) = self.me() else { return vec![] };
        let is_member = card.log.as_ref().is_some_and(|log| log.access(me).is_some());
        let shown = |(grant, is_withdrawn): (job_card::Grant, bool)| {
            let case = self.current(grant.case);
            let shared = &self.documents.get(&case)?.crdt;
            let consent = case::linked(shared, Kind::CaseConsent).map(|id| self.current(id));
            let consent = consent.and_then(|id| self.documents.get(&id));
            let is_ended = || consent.is_some_and(|it| told_ends(&it.crdt).contains(&grant.id));
            let is_mine = is_member && grant.accounts.contains(&me);
            let is_shown = is_mine && !is_withdrawn && grant.is_in_force(on) && !is_ended();
            let is_shown = is_shown && !self.is_card_over(case, on);
            is_shown.then_some((case, grant.sheets))
        };
        every_grant(&card.crdt).into_iter().filter_map(shown).collect()
    }

    /// The sheets of a card that this person sees today.
    fn sheets_of(&self, card: &Document) -> Vec<&'static str> {
        if Some(card.id) == self.own_card() {
            return SHEETS.to_vec();
        }
        let mut sheets: Vec<&str> =
            self.shown_for(card, self.today()).into_iter().flat_map(|(_, sheets)| sheets).collect();
        order::by_key(&mut sheets, |sheet| SHEETS.iter().position(|it| it == sheet));
        sheets.dedup();
        sheets
    }

    fn cases(&self) -> impl Iterator<Item = &Document> {
        let is_case = |it: &&Document| {
            it.crdt.kind() == Some(Kind::CaseShared) && self.current(it.id) == it.id
        };
        self.documents.values().filter(is_case)
    }

    /// The case that got an interview last: what its consultant asked for counts.
    fn newest_case(&self) -> Option<&Document> {
        let added_at = |it: &&Document| case::interviews(&it.crdt).iter().map(|row| row.at).max();
        self.cases().max_by_key(added_at)
    }

    /// The rows of the first page; nothing is read while nothing they are made from changes.
    pub(super) fn card_rows(&mut self) -> Vec<CardRow> {
        let sum = |kind: Kind| self.changes_of(|it| it.crdt.kind() == Some(kind));
        let cases = sum(Kind::CaseShared).wrapping_add(sum(Kind::CaseConsent));
        let basis = [sum(Kind::JobCard), cases, self.card_logs(), self.day_number()];
        if let Some((known, rows)) = &self.shown.card_rows
            && *known == basis
        {
            return rows.clone();
        }
        let rows = self.make_card_rows();
        self.shown.card_rows = Some((basis, rows.clone()));
        rows
    }

    pub(super) fn changes_of(&self, is_meant: impl Fn(&Document) -> bool) -> u64 {
        self.documents.values().filter(|it| is_meant(it)).map(|it| it.crdt.changed()).sum()
    }

    /// How long the logs of all cards are together: who is let in or out makes them longer.
    fn card_logs(&self) -> u64 {
        let cards = self.documents.values().filter(|it| it.crdt.kind() == Some(Kind::JobCard));
        cards.map(|it| it.log.as_ref().map_or(1, |log| log.head().length + 2)).sum()
    }

    fn day_number(&self) -> u64 {
        self.today().start().0
    }

    fn make_card_rows(&self) -> Vec<CardRow> {
        let own = self.own_card().and_then(|id| self.documents.get(&id));
        if let Some(card) = own.filter(|it| it.crdt.kind() == Some(Kind::JobCard)) {
            let (prep, _) = self.prep(card, self.newest_case());
            let remind_days = self.reminder(prep);
            return vec![CardRow { document: Some(card.id), case: None, prep, remind_days }];
        }
        let is_card =
            |it: &&Document| it.crdt.kind() == Some(Kind::JobCard) && self.current(it.id) == it.id;
        let mut rows: Vec<CardRow> = vec![];
        for card in self.documents.values().filter(is_card) {
            for (case, _) in self.shown_for(card, self.today()) {
                if rows.iter().all(|row| row.case != Some(case)) {
                    let (prep, _) = self.prep(card, self.documents.get(&case));
                    let document = Some(card.id);
                    rows.push(CardRow { document, case: Some(case), prep, remind_days: None });
                }
            }
        }
        let unseen = self.cases().filter(|it| rows.iter().all(|row| row.case != Some(it.id)));
        let on_paper = unseen.filter_map(|it| {
            let paper = code(&it.crdt, &Field::top("card_paper"), PAPER)?;
            let prep = if paper == "reviewed" { Prep::Reviewed } else { Prep::BroughtOnPaper };
            Some(CardRow { document: None, case: Some(it.id), prep, remind_days: None })
        });
        let on_paper: Vec<CardRow> = on_paper.collect();
        rows.extend(on_paper);
        // An employee who has not begun any.
        if self.role() == Some(Role::Employee) && rows.is_empty() {
            let (prep, remind_days) = (Prep::NotStarted, self.reminder(Prep::NotStarted));
            rows.extend(remind_days.map(|_| CardRow {
                document: None,
                case: None,
                prep,
                remind_days,
            }));
        }
        rows
    }

    /// The reminder of one's own card that is due before the next interview that is booked.
    fn reminder(&self, prep: Prep) -> Option<u8> {
        let booked = self.cases().flat_map(|it| appointment::read(&it.crdt));
        let booked = booked.filter(|it| it.state == "booked");
        let days = booked.map(|it| self.today().days_until(Date::at(it.start)));
        let days = days.filter(|days| *days >= 0).min()?;
        job_card::reminder(prep, days)
    }

    /// Shows open cards again when something beside them says so: a new day, a withdrawal, a member
    /// more or less.
    pub(super) fn show_cards(&mut self, step: &mut Step<'_, '_>) {
        let is_card = |id: &&DocumentId| {
            self.documents.get(id).is_some_and(|it| it.crdt.kind() == Some(Kind::JobCard))
        };
        let ids: Vec<DocumentId> = self.open.keys().filter(is_card).copied().collect();
        self.shown.cards.retain(|id, _| ids.contains(id));
        for id in ids {
            let sum = |kind: Kind| self.changes_of(|it| it.crdt.kind() == Some(kind));
            let basis = [
                sum(Kind::CaseShared),
                sum(Kind::CaseConsent),
                self.card_logs(),
                self.day_number(),
            ];
            if self.shown.cards.insert(id, basis).is_some_and(|before| before != basis) {
                self.refresh_open(step, id);
            }
        }
    }

    /// When what is shown today may be over.
    pub(super) fn day_ends_at(&self) -> Option<UnixMillis> {
        let day = self.shown.day?;
        let has_card = self.documents.values().any(|it| it.crdt.kind() == Some(Kind::JobCard));
        has_card.then(|| day.plus_days(1).start())
    }

    /// An open card.
    pub(super) fn card_view(&self, id: DocumentId) -> Option<CardView> {
        let document = self.documents.get(&id)?;
        let crdt = &document.crdt;
        let is_own = self.own_card() == Some(id);
        let sheets = self.sheets_of(document);
        let (prep, form) = self.prep_shown(document, is_own);
        let mut versions = job_card::versions(crdt);
        order::by_key(&mut versions, |version| version.at);
        versions.retain(|_| !sheets.is_empty());
        let earlier = versions.last().and_then(|version| version.as_it_was(crdt));
        let grants = if is_own { every_grant(crdt) } else { vec![] };
        let today = self.today();
        Some(CardView {
            document: id,
            is_own,
            prep,
            form: String::from(form),
            content: job_card::card(crdt).on(&sheets).into(),
            comments: self.comments(document, is_own),
            versions: versions.iter().map(row_of).collect(),
            changes: earlier.map_or(vec![], |earlier| changes(&earlier, crdt, &sheets)),
            grants: grants
                .into_iter()
                .map(|(grant, is_withdrawn)| GrantRow {
                    is_in_force: grant.is_in_force(today) && !is_withdrawn,
                    is_withdrawn,
                    case: self.current(grant.case),
                    sheets: grant.sheets.iter().map(|sheet| String::from(*sheet)).collect(),
                    from: grant.from.to_string(),
                    until: grant.until.to_string(),
                    id: grant.id,
                })
                .collect(),
            sheets: sheets.into_iter().map(String::from).collect(),
        })
    }

    /// How far a card is, for whom it is shown to; nothing of it for anybody else.
    fn prep_shown(&self, card: &Document, is_own: bool) -> (Prep, &'static str) {
        if is_own {
            return self.prep(card, self.newest_case());
        }
        let case = self.shown_for(card, self.today()).first().map(|(case, _)| *case);
        case.map_or((Prep::NotStarted, ""), |case| self.prep(card, self.documents.get(&case)))
    }

    fn prep(&self, card: &Document, case: Option<&Document>) -> (Prep, &'static str) {
        let changed = card.crdt.changed() + case.map_or(0, |it| it.crdt.changed());
        let key = (card.id, case.map(|it| it.id));
        self.shown.preps.get(key, changed, || prep_of(&card.crdt, case))
    }

    /// The employee is shown what a consultant put their name to; a consultant their own comments,
    /// and what was agreed with others.
    fn comments(&self, card: &Document, is_own: bool) -> Vec<CommentRow> {
        if !self.is_filled_in(card) {
            return vec![];
        }
        let crdt = &card.crdt;
        let row = |id: String| {
            let (state, is_mine) = (comment::state(crdt, &id), self.is_comment_mine(crdt, &id));
            let is_shown = match state {
                State::Draft => is_mine,
                State::Signed => is_mine || is_own,
                State::Agreed => true,
            };
            let texts = comment::wording(crdt, &id).into_iter();
            is_shown.then(|| CommentRow {
                state,
                words: Blob(job_card::comment(crdt, &id).1),
                texts: texts.map(|(name, text)| (String::from(name), text)).collect(),
                is_mine,
                id,
            })
        };
        crdt.items(&Field::top("comments")).into_iter().filter_map(row).collect()
    }
}

/// How far a card is, and which form is filled in: the one that the employee chose, or else the one
/// that was sent.
fn prep_of(card: &Crdt, case: Option<&Document>) -> (Prep, &'static str) {
    let noted = |name: &str, codes: &[&'static str]| code(&case?.crdt, &Field::top(name), codes);
    let chosen = code(card, &Field::top("form"), FORMS);
    let form = chosen.or_else(|| noted("card_form", FORMS)).unwrap_or("short");
    let is_ready = card.number(&Field::top("ready_at")).is_some();
    let paper = noted("card_paper", PAPER);
    (job_card::prep(&job_card::card(card), &questions(form), is_ready, paper), form)
}

fn row_of(version: &Version) -> VersionRow {
    VersionRow { hash: Blob(version.hash.clone()), label: version.label.clone(), at: version.at }
}

/// What changed since a card was as it was, on some sheets.
fn changes(earlier: &Crdt, now: &Crdt, sheets: &[&str]) -> Vec<(Field, job_card::change::How)> {
    let mut all = job_card::change::changes(&job_card::lines(earlier), &job_card::lines(now));
    all.retain(|(field, _)| field.segments().next().is_some_and(|id| job_card::is_on(sheets, id)));
    all
}
