//! Which words a language must have, page by page.

use engine::view::{AlarmKind, Notice, Rule};
use shared::log::org::Role;

pub use super::ending::{MembersWords, OpeningWords, PolicyWords, RecoveryWords, RegrantWords};

/// A word.
pub type Word = &'static str;
/// A sentence with a number in it.
pub type Counted = fn(u32) -> String;
/// A sentence with a name, a date or the like in it.
pub type Filled = fn(&str) -> String;

/// Everything a language says.
#[derive(Debug)]
pub struct Words {
    /// Around all pages.
    pub frame: FrameWords,
    /// The sync badge.
    pub badge: BadgeWords,
    /// Bars above the page.
    pub bar: BarWords,
    /// A server that lies.
    pub alarm: AlarmWords,
    /// What keeps the app from starting.
    pub trouble: TroubleWords,
    /// The first page of an empty device, and its forms.
    pub gate: GateWords,
    /// The lock page.
    pub lock: LockWords,
    /// Long steps.
    pub work: WorkWords,
    /// The first page.
    pub home: HomeWords,
    /// A case.
    pub case: CaseWords,
    /// The interview note.
    pub note: NoteWords,
    /// Handing over a summary.
    pub offer: OfferWords,
    /// What the employee reads.
    pub summary: SummaryWords,
    /// People and invitations.
    pub people: PeopleWords,
    /// One's own devices.
    pub devices: DevicesWords,
    /// An invitation just made.
    pub invitation: InvitationWords,
    /// The recovery kit.
    pub recovery: RecoveryWords,
    /// Whether everything opens.
    pub opening: OpeningWords,
    /// Letting somebody in again.
    pub regrant: RegrantWords,
    /// Who reads a document.
    pub members: MembersWords,
    /// What a firm asks of its devices.
    pub policy: PolicyWords,
    /// What nobody else sees.
    pub unseen: UnseenWords,
    /// What a person does.
    pub role: fn(Role) -> Word,
    /// A message of the engine.
    pub notice: fn(&Notice) -> String,
    /// Fields of the note.
    pub fields: &'static [FieldWords],
    /// Codes of the note, by field.
    pub codes: &'static [(Word, &'static [(Word, Word)])],
}

/// Somebody to turn to.
#[derive(Debug)]
pub struct Window {
    /// What it is, as a code.
    pub kind: Word,
    /// What it is called.
    pub name: Word,
    /// How to reach it.
    pub phone: Word,
    /// When, and for what.
    pub note: Word,
}

/// A field's words.
#[derive(Clone, Copy, Debug)]
pub struct FieldWords {
    /// Its path without item ids.
    pub path: Word,
    /// Its name on the screen.
    pub label: Word,
    /// What to write there; may be empty.
    pub hint: Word,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name {
            $(#[doc = "As its name says."] pub $field: $type),*
        }
    };
}

words!(
    /// Around all pages.
    FrameWords {
        name: Word,
        skip: Word,
        loading: Word,
        navigation: Word,
        home: Word,
        people: Word,
        devices: Word,
        unseen: Word,
        lock: Word,
        other_language: Word,
        switch_language: Word,
        close: Word,
        cancel: Word,
        back: Word,
        copy: Word,
        copied: Word,
        show: Word,
        hide: Word,
        not_found: Word,
        to_home: Word,
    }
);

words!(
    /// The sync badge.
    BadgeWords {
        label: Word,
        saving: Word,
        not_saved: Word,
        kept: Counted,
        sending: Counted,
        sent: Word,
        offline: Word,
        connecting: Word,
    }
);

words!(
    /// Bars above the page.
    BarWords {
        restarted: Word,
        drafts: Counted,
        open_draft: Word,
        storage_full: Word,
        storage_broken: Word,
        update_ready: Word,
        update_apply: Word,
        not_kept: Word,
        keep: Word,
        install: Word,
        install_do: Word,
        install_ios: [Word; 3],
        link_unused: Word,
    }
);

words!(
    /// A server that lies.
    AlarmWords {
        sentence: fn(AlarmKind) -> Word,
        details: Word,
        acknowledge: Word,
        declare: Word,
        declare_question: Word,
        noticed: Word,
        document: Word,
        org: Word,
        device: Word,
        index: Word,
        hash: Word,
        copy: Word,
    }
);

words!(
    /// What keeps the app from starting.
    TroubleWords {
        tab_title: Word,
        tab_text: Word,
        take_over: Word,
        locks_title: Word,
        locks_text: Word,
        store_title: Word,
        store_text: Word,
        reload: Word,
    }
);

words!(
    /// The first page of an empty device, and its forms.
    GateWords {
        title: Word,
        lead: Word,
        firm: Word,
        firm_text: Word,
        join: Word,
        join_text: Word,
        device: Word,
        device_text: Word,
        firm_submit: Word,
        join_submit: Word,
        device_submit: Word,
        link: Word,
        code: Word,
        link_hint: Word,
        code_hint: Word,
        link_taken: Word,
        link_change: Word,
        link_missing: Word,
        name: Word,
        name_hint: Word,
        name_missing: Word,
        device_name: Word,
        device_name_hint: Word,
        device_names: [Word; 3],
        passphrase: Word,
        passphrase_hint: Word,
        repeat: Word,
        repeat_wrong: Word,
        suggest: Word,
        suggest_hint: Word,
        too_short: Counted,
        guessable: Word,
        fair: Word,
        good: Word,
        no_recovery: Word,
        ios_first: Word,
    }
);

words!(
    /// The lock page.
    LockWords {
        title: Word,
        offline: Word,
        passphrase: Word,
        submit: Word,
        busy: Word,
        hint: Word,
    }
);

words!(
    /// Long steps.
    WorkWords {
        asking_server: Word,
        asking_server_text: Word,
        awaiting_keys: Word,
        awaiting_keys_text: Word,
        loading: Word,
        loading_text: Word,
        asking_again: Word,
        asking_again_text: Word,
        revoked: Word,
        revoked_text: Word,
        erasing_text: Word,
    }
);

words!(
    /// The first page.
    HomeWords {
        greeting: Filled,
        cases: Word,
        no_cases: Word,
        no_cases_text: Word,
        interview: Counted,
        added_on: Filled,
        offered_on: Filled,
        not_offered: Word,
        open_note: Word,
        add_interview: Word,
        no_interviews: Word,
        see_case: Word,
        invited: Word,
        quarantined: Counted,
        quarantined_from: fn(&str, &str, u32) -> String,
        quarantined_for: fn(Rule) -> &'static str,
        somebody: Word,
        employee_title: Word,
        employee_lead: Word,
        readers_title: Word,
        readers: [Word; 3],
        summaries: Word,
        no_summaries: Word,
        no_summaries_text: Word,
        with_consultant: Filled,
        read: Word,
    }
);

words!(
    /// A case.
    CaseWords {
        title: Filled,
        lead: Word,
        shared: Word,
        shared_lead: Word,
        nothing_shared: Word,
    }
);

words!(
    /// The interview note.
    NoteWords {
        title: Filled,
        private: Word,
        sections: Word,
        section_names: [Word; 11],
        filled: Word,
        empty: Word,
        unsaved: Word,
        kept: Word,
        sent: Word,
        sensitive: Word,
        sensitive_text: Word,
        add: Filled,
        remove: Word,
        removed: Word,
        restore: Word,
        no_items: Word,
        item: Counted,
        clear: Word,
        yes: Word,
        unset: Word,
        time_hint: Word,
        time_wrong: Word,
        leftover: Word,
        leftover_text: Word,
        keys_hint: Word,
        low_end: Word,
        high_end: Word,
    }
);

words!(
    /// Handing over a summary.
    OfferWords {
        reader: Word,
        preview: Word,
        preview_title: Word,
        submit: Word,
        again: Word,
        confirm_title: Filled,
        confirm_text: Word,
        confirm: Word,
        never: Word,
        offered: Filled,
        waiting: Filled,
        stale: Word,
        current: Word,
        empty: Word,
    }
);

words!(
    /// What the employee reads.
    SummaryWords {
        title: Counted,
        offered_on: Filled,
        talked: Word,
        insight: Word,
        decided: Word,
        homework: Word,
        links: Word,
        from: Filled,
        only_you: Word,
    }
);

words!(
    /// People and invitations.
    PeopleWords {
        title: Word,
        lead: Word,
        invite: Word,
        invite_employee: Word,
        invite_lead: Word,
        name: Word,
        name_hint: Word,
        name_missing: Word,
        role: Word,
        submit: Word,
        nobody: Word,
        nobody_text: Word,
        number: Counted,
        me: Word,
        waiting_until: Filled,
        expired: Word,
        joined: Word,
        devices: Counted,
        devices_column: Word,
        state_column: Word,
        open_case: Word,
        has_case: Word,
        frozen: Word,
        removed: Word,
        freeze: Word,
        thaw: Word,
        remove: Word,
        remove_question: Word,
        revoke: Counted,
        revoke_question: Word,
    }
);

words!(
    /// One's own devices.
    DevicesWords {
        title: Word,
        lead: Word,
        this: Word,
        unnamed: Word,
        add: Word,
        add_lead: Word,
        make_code: Word,
        revoke: Word,
        revoke_question: Word,
        sure: Word,
        not_sure: Word,
    }
);

words!(
    /// An invitation just made.
    InvitationWords {
        person_title: Filled,
        device_title: Word,
        person_text: Word,
        device_text: Word,
        link: Word,
        code: Word,
        copy_link: Word,
        copy_code: Word,
        square: Word,
        expires: Filled,
        secret: Word,
        done: Word,
    }
);

words!(
    /// What nobody else sees.
    UnseenWords {
        title: Word,
        lead: Word,
        hidden_title: Word,
        hidden: [Word; 5],
        seen_title: Word,
        seen: [Word; 5],
        why_title: Word,
        why: [Word; 3],
    }
);
