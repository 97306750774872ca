//! The directory: one for the firm, made by whoever needs it first.
//!
//! Two consultants who are offline may begin one each. Everybody then reads both, and writes to the
//! one of whoever joined the firm first; so nothing that anybody wrote is lost, and nobody decides
//! differently.

use shared::order;
use shared::{
    id::{AccountId, DocumentId},
    log::{document::Access, org::Role},
};

use super::Desk;
use crate::{
    casework::{
        company::Lack,
        date::Date,
        directory::{self, Template},
        item::text,
    },
    document::{Document, genesis::Kind},
    journal::Step,
    policy::{Party, Relation},
    view::{DirectoryView, TemplateRow},
};

impl Desk {
    /// Every directory of the firm, the one that is written to first.
    pub(super) fn directories(&self) -> Vec<&Document> {
        let joined = |document: &Document| {
            let lead = self.lead_of(document)?;
            Some((self.org.as_ref()?.account(lead)?.grant, lead))
        };
        let mut all: Vec<&Document> = self.all_of(Kind::Directory).collect();
        order::by_key(&mut all, |document| (joined(document), document.id));
        all
    }

    /// Makes the directory, unless somebody did, and this person's profile in it.
    pub(in crate::desk) fn open_directory(&mut self, step: &mut Step<'_, '_>) {
        let (Some((me, account)), Some(org)) = (self.me(), &self.org) else { return };
        if account.role != Role::Consultant {
            return;
        }
        let id = if let Some(first) = self.directories().first() {
            first.id
        } else {
            let party = |(account, known): (AccountId, &shared::log::org::Account)| Party {
                account,
                role: known.role,
                relation: relation(known.role, account == me),
            };
            let people: Vec<Party> =
                org.accounts().filter(|(_, it)| it.is_open()).map(party).collect();
            self.begin_document_for(step, Kind::Directory, &people)
        };
        self.introduce(step, id, me);
    }

    /// Writes this person's name into a directory, unless it is in one.
    fn introduce(&mut self, step: &mut Step<'_, '_>, id: DocumentId, me: AccountId) {
        let has_profile =
            self.directories().iter().any(|it| directory::profiles(&it.crdt).contains(&me));
        if !has_profile {
            let name = self.own_name();
            self.note_down(step, id, |tx| {
                directory::add_profile(tx, me)?;
                tx.write(&directory::profile(me).child("name"), &name)
            });
        }
    }

    /// A supervisor begins no directory, but is in the firm's: whoever gives them a copy chooses
    /// them by their name, and the employee is told it.
    pub(super) fn introduce_supervisor(&mut self, step: &mut Step<'_, '_>) {
        let Some((me, _)) = self.me().filter(|(_, it)| it.role == Role::Supervisor) else { return };
        let first = self.directories().first().copied();
        let may_write = |it: &&Document| {
            it.log.as_ref().is_some_and(|log| log.access(me) >= Some(Access::Writer))
        };
        if let Some(id) = first.filter(may_write).map(|it| it.id) {
            self.introduce(step, id, me);
        }
    }

    /// Lets colleagues who joined meanwhile into directories of this person's.
    pub(super) fn let_in_colleagues(&mut self, step: &mut Step<'_, '_>) {
        let Some(org) = &self.org else { return };
        let mine: Vec<_> =
            self.all_of(Kind::Directory).map(|it| it.id).filter(|id| self.manages(*id)).collect();
        if mine.is_empty() {
            return;
        }
        let colleagues: Vec<(AccountId, Role)> =
            org.accounts().map(|(account, known)| (account, known.role)).collect();
        for id in mine {
            for (account, role) in &colleagues {
                self.let_in_as(step, id, *account, relation(*role, false));
            }
        }
    }

    /// Adds a version of what employees are told.
    pub(super) fn publish_template(
        &mut self,
        step: &mut Step<'_, '_>,
        language: &str,
        texts: &[String],
        valid_from: &str,
    ) {
        self.open_directory(step);
        let Some(id) = self.directories().first().map(|it| it.id) else { return };
        let newest = self.templates().iter().map(|(_, it)| it.version).max();
        let version = newest.unwrap_or(directory::FIRST_VERSION).saturating_add(1);
        let template = directory::worded(language, texts, version);
        let (Some(template), Some(from)) = (template, Date::parse(valid_from)) else {
            return Self::lacking(step, id, &[Lack::Meaning]);
        };
        self.note_down(step, id, |tx| directory::publish(tx, &template, from));
    }

    /// Every version that the firm published, that of the first directory before another's.
    fn templates(&self) -> Vec<(Date, Template)> {
        self.directories().iter().flat_map(|it| directory::templates(&it.crdt)).collect()
    }

    /// The firm's newest wording that is valid by a day, if it has published one.
    pub(in crate::desk) fn template_published(&self, language: &str, on: Date) -> Option<Template> {
        let own = self
            .templates()
            .into_iter()
            .filter(|(from, template)| *from <= on && template.language == language);
        // Of two with one version, both begun at once, the first directory's.
        own.map(|(_, template)| template)
            .reduce(|best, next| if next.version > best.version { next } else { best })
    }

    /// What is read out on a day: the firm's wording, else the one that comes with the program.
    fn template_on(&self, language: &str, on: Date) -> Option<Template> {
        self.template_published(language, on).or_else(|| directory::first(language))
    }

    /// What a consultant or a supervisor is called, by their profile.
    pub(in crate::desk) fn profile_name(&self, account: AccountId) -> Option<String> {
        let name = directory::profile(account).child("name");
        let names = self.directories();
        names.iter().map(|it| text(&it.crdt, &name)).find(|name| !name.trim().is_empty())
    }

    pub(super) fn directory_view(&self, document: &Document, today: Date) -> DirectoryView {
        let directories = self.directories();
        let mut accounts: Vec<AccountId> =
            directories.iter().flat_map(|it| directory::profiles(&it.crdt)).collect();
        order::by(&mut accounts, Ord::cmp);
        accounts.dedup();
        let name = |account: AccountId| self.profile_name(account).unwrap_or_default();
        let row = |valid_from: Option<Date>, template: Template| TemplateRow {
            told: template.told(),
            is_current: self.template_on(&template.language, today).as_ref() == Some(&template),
            language: template.language,
            valid_from: valid_from.map(|from| from.to_string()).unwrap_or_default(),
            texts: template.texts,
        };
        let own = self.templates().into_iter().map(|(from, template)| row(Some(from), template));
        let first = ["ja", "en"].into_iter().filter_map(directory::first).map(|it| row(None, it));
        let mut templates: Vec<TemplateRow> = own.chain(first).collect();
        order::by_key(&mut templates, |it| core::cmp::Reverse(it.told.version));
        DirectoryView {
            document: document.id,
            profiles: accounts.into_iter().map(|account| (account, name(account))).collect(),
            templates,
        }
    }
}

/// What somebody is to the directory.
fn relation(role: Role, is_maker: bool) -> Relation {
    match (role, is_maker) {
        (_, true) => Relation::Lead,
        (Role::Supervisor, false) => Relation::Supervisor,
        (Role::Consultant | Role::Employee | Role::Admin, false) => Relation::Colleague,
    }
}
