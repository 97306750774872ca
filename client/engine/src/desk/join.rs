//! Logging in, founding the firm, using an invitation, receiving one's seeds.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::{
    id::{AccountId, EntryHash, FirmId},
    log::{
        Author, Entry, EntryError, Head, LogId, Place,
        org::{AccountAdd, DeviceAdd, Enrols, Genesis, OrgBody, OrgLog},
    },
    refusal::Reason,
    secret::Secret,
    sign::{Domain, SigningKey},
    sync::{ClientMessage, Identity, login_message},
    time::UnixMillis,
    version::PROTOCOL,
};
use zeroize::Zeroizing;

use super::{Ask, Desk, Login, receive::LOGIN_AGAIN_MS};
use crate::{
    command::Newcomer,
    cx::Cx,
    effect::{Effect, LinkWish, RecordKey},
    journal::{After, Step},
    keyring::{AccountSeeds, Keyring, Membership, Seed},
    record::Name,
    view::{Arrival, Notice, View},
    words,
};

const BOOTSTRAP: &str = "bootstrap.";
const JOIN: &str = "join.";
const DEVICE: &str = "device.";
const KIT: &str = "kit.";

/// What a link's fragment says.
pub(crate) enum Invitation {
    /// Make the firm.
    Bootstrap(Seed),
    /// Join it, or link a device: the firm's Genesis and the private key of the grant.
    Grant { genesis: EntryHash, grant: Seed },
    /// Come back to one's account: what is on a recovery kit.
    Kit(Seed),
}

impl Invitation {
    /// From a fragment or code, with or without what stands before it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.rsplit_once('#').map_or(text, |(_, fragment)| fragment);
        if let Some(secret) = text.strip_prefix(BOOTSTRAP) {
            let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(secret).ok()?);
            return Secret::from_slice(&bytes).map(|secret| Self::Bootstrap(Seed::new(secret)));
        }
        if let Some(secret) = text.strip_prefix(KIT) {
            let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(secret).ok()?);
            return Secret::from_slice(&bytes).map(|secret| Self::Kit(Seed::new(secret)));
        }
        if let Ok(secret) = words::parse(text) {
            return Some(Self::Kit(Seed::new(secret)));
        }
        let code = text.strip_prefix(JOIN).or_else(|| text.strip_prefix(DEVICE))?;
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(code).ok()?);
        let (genesis, grant) = bytes.split_first_chunk::<32>()?;
        let grant = Seed::new(Secret::from_slice(grant)?);
        Some(Self::Grant { genesis: EntryHash::new(*genesis), grant })
    }

    /// What the square code on a recovery kit says.
    pub(crate) fn kit_code(secret: &Seed) -> String {
        format!("{KIT}{}", URL_SAFE_NO_PAD.encode(secret.secret().expose()))
    }

    /// The fragment of an invitation for a person or a device.
    pub(crate) fn fragment(genesis: EntryHash, grant: &Seed, is_device: bool) -> String {
        let mut bytes = Zeroizing::new(genesis.as_bytes().to_vec());
        bytes.extend_from_slice(grant.secret().expose());
        let prefix = if is_device { DEVICE } else { JOIN };
        format!("{prefix}{}", URL_SAFE_NO_PAD.encode(&*bytes))
    }
}

impl Keyring {
    /// A keyring for a newcomer, before the server was asked anything.
    pub(crate) fn make(newcomer: &Newcomer, invitation: Invitation, cx: &mut Cx<'_>) -> Self {
        let account = AccountId::new(cx.random());
        let is_recovery = matches!(invitation, Invitation::Kit(_));
        let (membership, root) = match invitation {
            Invitation::Bootstrap(bootstrap) => {
                let root = Seed::make(cx);
                let kept = root.duplicate();
                let firm = FirmId::new(cx.random());
                let at = cx.now;
                (Membership::Founding { bootstrap, root, firm, account, at }, Some(kept))
            }
            Invitation::Grant { genesis, grant } => {
                (Membership::Invited { grant, genesis, account }, None)
            }
            Invitation::Kit(kit) => (Membership::Recovering { kit }, None),
        };
        Self {
            device_sign: Seed::make(cx),
            device_kem: Seed::make(cx),
            account: (!is_recovery).then(|| AccountSeeds::make(cx)),
            membership,
            name: newcomer.name.trim().to_owned(),
            device_name: newcomer.device_name.trim().to_owned(),
            root,
            former: None,
            next: None,
            kit: None,
            made_at: Some(cx.now),
        }
    }
}

impl Desk {
    /// The connection is open: say who we are.
    pub(crate) fn link_up(&mut self, step: &mut Step<'_, '_>, origin: String) {
        self.origin = Some(origin);
        self.log_in(step);
    }

    /// The connection is gone.
    pub(crate) fn link_down(&mut self, step: &mut Step<'_, '_>) {
        let was_joining = !matches!(self.keyring.membership, Membership::Member { .. });
        if was_joining && self.origin.is_none() {
            Self::notice(step, Notice::NeedsNetwork);
        }
        self.origin = None;
        self.healing = None;
        self.login_again_at = None;
        self.card_minded = None;
        self.login = Login::Out;
        self.duties.index_heard = false;
        self.distrust = false;
        for document in self.documents.values_mut() {
            document.disconnected();
        }
        for wish in &mut self.org_wishes {
            wish.is_sent = false;
        }
    }

    pub(super) fn log_in(&mut self, step: &mut Step<'_, '_>) {
        if self.origin.is_none() {
            return;
        }
        let nonce = step.cx.random();
        self.login = Login::Asked { nonce };
        let identity = self.identity();
        Self::send(step, ClientMessage::Hello { version: PROTOCOL, identity, nonce });
    }

    fn identity(&self) -> Identity {
        let membership = &self.keyring.membership;
        let device = Identity::Device(self.keys.id);
        match membership {
            _ if self.doubt.is_some() => device,
            Membership::Founding { .. } => Identity::Bootstrap,
            Membership::Invited { .. }
            | Membership::Member { .. }
            | Membership::Recovering { .. } => {
                membership.enrolment_key().map_or(device, |key| Identity::Grant(key.verify_key()))
            }
        }
    }

    pub(super) fn challenged(&mut self, step: &mut Step<'_, '_>, server_nonce: &[u8; 32]) {
        let (Login::Asked { nonce }, Some(origin)) = (self.login, self.origin.as_ref()) else {
            return;
        };
        let message = login_message(&self.identity(), &nonce, server_nonce, origin);
        let membership = &self.keyring.membership;
        let key = match membership {
            _ if self.doubt.is_some() => None,
            Membership::Founding { bootstrap, .. } => Some(SigningKey::derive(bootstrap.secret())),
            Membership::Invited { .. }
            | Membership::Member { .. }
            | Membership::Recovering { .. } => membership.enrolment_key(),
        };
        let key = key.as_ref().unwrap_or(&self.keys.device);
        let signature = key.sign(Domain::Login, &message);
        self.login = Login::Answered;
        // To be told what it needs, should it have been revoked by somebody it has not heard of.
        let org = self.me().is_some().then(|| self.org_length());
        Self::send(step, ClientMessage::Auth { signature, org });
    }

    /// The login held: go on with joining, or with synchronising.
    pub(super) fn logged_in(&mut self, step: &mut Step<'_, '_>) {
        self.login = Login::In;
        match &self.keyring.membership {
            Membership::Founding { .. } if self.doubt.is_some() => self.founded(step),
            Membership::Founding { .. } => self.found(step),
            Membership::Invited { .. } | Membership::Recovering { .. } => self.pull_org(step),
            Membership::Member { .. } => {
                self.let_in(step);
                // First to be told of what comes, then to ask for what there is: what happens
                // between the login's answer and the subscription is in neither.
                self.subscribe(step);
                self.ask_org_again(step);
                let after = self.progress.wraps;
                Self::send(step, ClientMessage::PullWraps { after });
                self.seal_due(step);
                let documents: Vec<_> = self.documents.keys().copied().collect();
                for document in documents {
                    self.append_next(step, document);
                }
                self.consider_snapshots(step);
                self.org_grew(step);
                self.hand_over_seeds(step);
                self.send_org_wish(step);
            }
        }
    }

    /// The server let this device in: it may be opened for a while without it.
    fn let_in(&mut self, step: &mut Step<'_, '_>) {
        self.ask = Ask::Nothing;
        self.told_revoked_at = None;
        self.progress.is_closed = None;
        self.progress.asked_at = Some(step.now());
        self.progress.latest = Some(step.now());
        self.save_progress(step);
    }

    fn found(&mut self, step: &mut Step<'_, '_>) {
        if let Some(entry) = self.genesis_entry() {
            let entry = entry.as_bytes().to_vec().into();
            Self::send(step, ClientMessage::Append { entry, wraps: vec![] });
        }
    }

    /// The same bytes at every try: the time is kept, and Ed25519 has no randomness.
    fn genesis_entry(&self) -> Option<Entry> {
        let Membership::Founding { root, firm, account, at, .. } = &self.keyring.membership else {
            return None;
        };
        let root = SigningKey::derive(root.secret());
        let body = OrgBody::Genesis(Genesis {
            suite: PROTOCOL,
            escrow: false,
            root: root.verify_key(),
            admin: self.keyring.account.as_ref()?.public(*account),
            device: self.keyring.device_keys(&self.keys, *firm, *account),
        });
        let (head, author) = (Head::EMPTY, Author::Root);
        let place = Place { log: LogId::Org(*firm), head, at: *at, author, org: None };
        Some(body.sign(place, &root))
    }

    fn founded(&mut self, step: &mut Step<'_, '_>) {
        let Some(entry) = self.genesis_entry() else { return };
        let Ok(org) = OrgLog::begin(&entry) else { return };
        let Membership::Founding { firm, account, .. } = &self.keyring.membership else { return };
        let (firm, account) = (*firm, *account);
        self.save_bytes(step, Name::Org(0), entry.as_bytes());
        self.become_member(step, firm, org.genesis(), account);
        self.org = Some(org);
        self.begin_catalogue(step);
    }

    /// The org log is here whole: join by the grant or kit, unless we did already.
    pub(super) fn join(&mut self, step: &mut Step<'_, '_>) {
        let Some(key) = self.keyring.membership.enrolment_key() else { return };
        let Some(org) = &self.org else { return };
        if let Some(device) = org.device(self.keys.id) {
            let account = device.account;
            return self.joined(step, account);
        }
        let account = match &self.keyring.membership {
            Membership::Invited { account, .. } => *account,
            Membership::Founding { .. }
            | Membership::Member { .. }
            | Membership::Recovering { .. } => return self.recover(step, &key),
        };
        let Some((index, grant)) = org.grant_of_key(&key.verify_key()) else {
            return self.give_up(step, Notice::WrongLink);
        };
        if grant.used >= grant.body.uses {
            return self.give_up(step, Notice::LinkSpent);
        }
        // Whoever made it has left, or the device on which it was made was lost.
        if !org.stands(grant.device) {
            return self.give_up(step, Notice::LinkExpired);
        }
        if let Some(doubt) = self.doubt.take() {
            return self.give_up(step, doubt);
        }
        let at = self.joins_at(step).min(grant.body.expires_at);
        let Some(body) = self.enrolment(grant.body.enrols, account, org.firm()) else { return };
        self.send_enrolment(step, &body, index, at, &key);
    }

    /// Comes back by a recovery kit. That the log names the kit, with a signature of the kit's own
    /// over this Genesis, shows that the log is the right one.
    fn recover(&mut self, step: &mut Step<'_, '_>, key: &SigningKey) {
        let Some(org) = &self.org else { return };
        let Some((owner, kit)) = org.kit_of_key(&key.verify_key()) else {
            return self.give_up(step, Notice::WrongKit);
        };
        let index = kit.index;
        let account = org.account(owner);
        if account.is_none_or(|it| it.kit().is_none_or(|valid| valid.index != index)) {
            return self.give_up(step, Notice::KitReplaced);
        }
        if account.is_none_or(|account| !account.is_open()) {
            return self.give_up(step, Notice::AccountClosed);
        }
        let Some(body) = self.enrolment(Enrols::Device(owner), owner, org.firm()) else { return };
        let at = self.joins_at(step);
        self.send_enrolment(step, &body, index, at, key);
    }

    /// The time that the entry says: the same at every try, so that for one place in the log there is
    /// one entry.
    fn joins_at(&self, step: &Step<'_, '_>) -> UnixMillis {
        self.keyring.made_at.unwrap_or(step.now())
    }

    fn send_enrolment(
        &self,
        step: &mut Step<'_, '_>,
        body: &OrgBody,
        index: u64,
        at: UnixMillis,
        key: &SigningKey,
    ) {
        let Some(org) = &self.org else { return };
        let (log, head) = (LogId::Org(org.firm()), org.head());
        let place = Place { log, head, at, author: Author::Grant(index), org: None };
        let entry = body.sign(place, key).as_bytes().to_vec().into();
        Self::send(step, ClientMessage::Append { entry, wraps: vec![] });
    }

    fn enrolment(&self, enrols: Enrols, account: AccountId, firm: FirmId) -> Option<OrgBody> {
        Some(match enrols {
            Enrols::Account(role) => OrgBody::AccountAdd(AccountAdd {
                role,
                account: self.keyring.account.as_ref()?.public(account),
                device: self.keyring.device_keys(&self.keys, firm, account),
            }),
            Enrols::Device(owner) => OrgBody::DeviceAdd(DeviceAdd {
                account: owner,
                device: self.keyring.device_keys(&self.keys, firm, owner),
            }),
        })
    }

    fn joined(&mut self, step: &mut Step<'_, '_>, account: AccountId) {
        let Some(org) = &self.org else { return };
        let (firm, genesis) = (org.firm(), org.genesis());
        let own = self.keyring.account.as_ref().map(|seeds| seeds.public(account));
        let is_new_account = own.as_ref() == org.account(account).map(|account| &account.keys);
        if !is_new_account {
            self.keyring.account = None;
            self.keys = self.keyring.keys();
            let is_recovery = matches!(self.keyring.membership, Membership::Recovering { .. });
            let arrival = if is_recovery { Arrival::Recovered } else { Arrival::Linked };
            self.progress.arrival = Some(arrival);
        }
        self.become_member(step, firm, genesis, account);
        if is_new_account {
            self.begin_catalogue(step);
        }
    }

    fn become_member(
        &mut self,
        step: &mut Step<'_, '_>,
        firm: FirmId,
        genesis: EntryHash,
        account: AccountId,
    ) {
        let member = Membership::Member { firm, genesis, account };
        let before = std::mem::replace(&mut self.keyring.membership, member);
        if let Membership::Recovering { kit } = before {
            // Opens the seeds when they come.
            self.keyring.kit = Some(kit);
        }
        self.progress.asked_at = Some(step.now());
        self.save_keyring(step);
        self.save_progress(step);
        self.login = Login::Out;
        self.doubt = None;
        step.after(After::LogIn);
    }

    /// Joining cannot succeed: the device is as empty as before.
    pub(super) fn give_up(&mut self, step: &mut Step<'_, '_>, notice: Notice) {
        step.delete_raw(RecordKey::VAULT);
        step.delete(&self.sealer, Name::Keyring);
        step.delete(&self.sealer, Name::Progress);
        for index in 0..self.org_length() {
            step.delete(&self.sealer, Name::Org(index));
        }
        self.org = None;
        step.effects.push(Effect::Link(LinkWish::Down));
        step.effects.push(Effect::Show(View::Notice(notice)));
        self.shown.gave_up = true;
    }

    /// The link is of no use any more. If that is because we used it and the answer got lost, the
    /// log has this device, and the login as this device tells.
    fn ask_as_device(&mut self, step: &mut Step<'_, '_>, doubt: Notice) -> bool {
        self.doubt = Some(doubt);
        self.log_in(step);
        true
    }

    /// A refusal while joining; `true` if it was one that ends it.
    pub(super) fn refused_joining(&mut self, step: &mut Step<'_, '_>, reason: Reason) -> bool {
        if matches!(self.keyring.membership, Membership::Member { .. }) {
            return false;
        }
        let notice = match (reason, self.doubt.take()) {
            (Reason::UnknownDevice, Some(doubt)) => doubt,
            (Reason::GrantExpired, None) => return self.ask_as_device(step, Notice::LinkExpired),
            (Reason::GrantSpent | Reason::FirmExists, None) => {
                return self.ask_as_device(step, Notice::LinkSpent);
            }
            // It knew the link before: it was restored, and whoever gave the link brings it back.
            (Reason::UnknownGrant, None) if self.org.is_some() => {
                self.login = Login::Out;
                self.login_again_at = Some(step.now().plus_ms(LOGIN_AGAIN_MS));
                return true;
            }
            (Reason::UnknownGrant, None) if self.is_recovering() => Notice::WrongKit,
            (Reason::UnknownGrant, None) => Notice::UnknownLink,
            (Reason::WrongBootstrap | Reason::NoFirm, None) => Notice::WrongLink,
            // The same answer once more, while we ask as the device.
            (Reason::GrantExpired | Reason::GrantSpent | Reason::FirmExists, Some(doubt)) => {
                self.doubt = Some(doubt);
                return true;
            }
            (_, doubt) => {
                self.doubt = doubt;
                return false;
            }
        };
        self.give_up(step, notice);
        true
    }

    fn is_recovering(&self) -> bool {
        matches!(self.keyring.membership, Membership::Recovering { .. })
    }

    pub(super) fn org_length(&self) -> u64 {
        self.org.as_ref().map_or(0, |org| org.head().length)
    }

    pub(super) fn pull_org(&mut self, step: &mut Step<'_, '_>) {
        let from = self.org_length();
        Self::send(step, ClientMessage::PullLog { document: None, from });
    }

    /// Entries of the org log arrived.
    pub(super) fn receive_org(
        &mut self,
        step: &mut Step<'_, '_>,
        from: u64,
        entries: &[shared::Blob],
        more: bool,
    ) {
        let before = self.org_length();
        for (at, bytes) in entries.iter().enumerate() {
            let index = from.saturating_add(u64::try_from(at).unwrap_or(u64::MAX));
            if self.distrust {
                continue;
            }
            let taken = if index >= self.org_length() {
                self.take_org_entry(&bytes.0)
            } else if self.is_ours(None, index, &bytes.0) {
                continue;
            } else {
                Err(EntryError::Misplaced)
            };
            match taken {
                Ok(()) => {
                    self.save_bytes(step, Name::Org(index), &bytes.0);
                    self.look_for_twin(step, index, bytes);
                }
                Err(EntryError::UnknownKind { .. }) => {
                    self.distrust = true;
                    Self::notice(step, Notice::UpdateNeeded);
                }
                Err(error) => {
                    self.distrust = true;
                    return self.org_lies(step, index, &bytes.0, error);
                }
            }
        }
        if more && !self.distrust && self.org_length() > before {
            return self.pull_org(step);
        }
        if self.keyring.membership.enrolment_key().is_some() {
            return self.join(step);
        }
        self.org_is_whole(step, from, entries.is_empty());
        if self.org_length() > before {
            self.org_grew(step);
            self.hand_over_seeds(step);
            self.ask_for_waiting_logs(step);
            self.retry_waiting(step);
        }
        // Also when nothing came: what moved the head may have arrived before we were told of it.
        self.send_org_wish(step);
    }

    fn org_lies(&mut self, step: &mut Step<'_, '_>, index: u64, bytes: &[u8], error: EntryError) {
        // A newcomer whose link pins another Genesis is at the wrong firm, or at a lying server.
        if self.keyring.membership.enrolment_key().is_some() {
            let is_recovering = self.is_recovering();
            let notice = if is_recovering { Notice::WrongKit } else { Notice::WrongLink };
            self.give_up(step, notice);
        } else {
            self.bad_entry(step, None, index, bytes, error);
        }
    }

    pub(super) fn take_org_entry(&mut self, bytes: &[u8]) -> Result<(), EntryError> {
        let entry = Entry::parse(bytes)?;
        if let Some(org) = &mut self.org {
            return org.append(&entry);
        }
        let org = OrgLog::begin(&entry)?;
        let pinned = match &self.keyring.membership {
            Membership::Invited { genesis, .. } | Membership::Member { genesis, .. } => *genesis,
            // What a kit pins is found further on in the log.
            Membership::Founding { .. } | Membership::Recovering { .. } => org.genesis(),
        };
        if org.genesis() != pinned {
            return Err(EntryError::Unauthentic);
        }
        self.org = Some(org);
        Ok(())
    }

    /// The org log accepted our entry: it is applied from our own bytes.
    pub(super) fn org_appended(&mut self, step: &mut Step<'_, '_>, head: Head) {
        match &self.keyring.membership {
            Membership::Founding { .. } => self.founded(step),
            Membership::Invited { .. } | Membership::Recovering { .. } => self.pull_org(step),
            Membership::Member { .. } => self.org_wish_appended(step, head),
        }
    }
}

/// Until when a new invitation can be used.
pub(super) fn expiry(now: UnixMillis, is_device: bool) -> UnixMillis {
    const PERSON_MS: u64 = 14 * 24 * 60 * 60 * 1000;
    const DEVICE_MS: u64 = 15 * 60 * 1000;
    now.plus_ms(if is_device { DEVICE_MS } else { PERSON_MS })
}
