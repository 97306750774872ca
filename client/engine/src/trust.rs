//! What speaks against the server: alarms with what was signed, kept until they are cured or known.

use shared::{
    Blob, Decode, Encode, id::hex, limit::ENVELOPE_BYTES_MAX, map::Map, time::UnixMillis,
};

use crate::view::{AlarmKind, AlarmRow, Matter};

/// Alarms kept. What comes beyond says nothing new about a server that caused so many.
const ALARMS_MAX: usize = 32;
/// Pieces of evidence of one alarm.
const EVIDENCE_MAX: usize = 2;

/// How far an alarm is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Stage {
    /// The server was asked and has not answered yet; nobody is told.
    #[n(0)]
    Suspected,
    /// Shown.
    #[n(1)]
    Raised,
    /// The person knows.
    #[n(2)]
    Seen,
}

/// An alarm as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Alarm {
    /// What it is about.
    #[n(0)]
    pub matter: Matter,
    /// When it was noticed.
    #[n(1)]
    pub at: UnixMillis,
    /// How far it is.
    #[n(2)]
    pub stage: Stage,
    /// Envelopes and entries, as signed.
    #[n(3)]
    pub evidence: Vec<Blob>,
}

/// What became of an accusation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Raised {
    /// It is a new alarm, or one that has grown.
    Changed(u64),
    /// It was known.
    Known,
}

/// All alarms of a device.
#[derive(Default)]
pub(crate) struct Alarms {
    rows: Map<u64, Alarm>,
}

impl Alarms {
    pub(crate) fn restore(&mut self, number: u64, alarm: Alarm) {
        self.rows.insert(number, alarm);
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Alarm> {
        self.rows.get(&number)
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut Alarm> {
        self.rows.get_mut(&number)
    }

    pub(crate) fn remove(&mut self, number: u64) {
        self.rows.remove(&number);
    }

    /// The alarms that `is_meant` picks.
    pub(crate) fn find(&self, is_meant: impl Fn(&Alarm) -> bool) -> Vec<u64> {
        self.rows.iter().filter(|(_, alarm)| is_meant(alarm)).map(|(at, _)| *at).collect()
    }

    pub(crate) fn any(&self, is_meant: impl Fn(&Alarm) -> bool) -> bool {
        self.rows.values().any(is_meant)
    }

    /// Takes in what speaks against the server; the same matter is never two alarms.
    pub(crate) fn accuse(&mut self, mut alarm: Alarm) -> Raised {
        alarm.evidence.truncate(EVIDENCE_MAX);
        for bytes in &mut alarm.evidence {
            bytes.0.truncate(ENVELOPE_BYTES_MAX);
        }
        let known = self.rows.iter_mut().find(|(_, known)| is_same(known, &alarm));
        if let Some((number, known)) = known {
            let is_more =
                alarm.matter.index > known.matter.index && known.matter.kind == AlarmKind::Withheld;
            let is_surer = known.stage == Stage::Suspected && alarm.stage == Stage::Raised;
            if is_more {
                (known.matter, known.evidence) = (alarm.matter, alarm.evidence);
            }
            if is_surer {
                known.stage = Stage::Raised;
            }
            return if is_more || is_surer { Raised::Changed(*number) } else { Raised::Known };
        }
        if self.rows.len() >= ALARMS_MAX {
            return Raised::Known;
        }
        let number = self.rows.keys().last().map_or(1, |last| last.saturating_add(1));
        self.rows.insert(number, alarm);
        Raised::Changed(number)
    }

    /// What is shown.
    pub(crate) fn shown(&self) -> Vec<AlarmRow> {
        let told = self.rows.iter().filter(|(_, alarm)| alarm.stage != Stage::Suspected);
        told.map(|(number, alarm)| AlarmRow {
            number: *number,
            matter: alarm.matter.clone(),
            at: alarm.at,
            is_seen: alarm.stage == Stage::Seen,
        })
        .collect()
    }
}

/// Whether an accusation is about what is known. A server that keeps back more, or that shows
/// less every time, is one alarm and not many.
fn is_same(known: &Alarm, new: &Alarm) -> bool {
    let (a, b) = (&known.matter, &new.matter);
    let is_about = a.kind == b.kind && a.document == b.document && a.device == b.device;
    let is_known = match a.kind {
        AlarmKind::Withheld | AlarmKind::Twice => true,
        AlarmKind::RolledBack => known.stage != Stage::Seen,
        AlarmKind::Equivocation | AlarmKind::Forked | AlarmKind::Tampered | AlarmKind::Restored => {
            false
        }
    };
    is_about && (is_known || (a.index == b.index && a.hashes == b.hashes))
}

impl Alarm {
    /// Everything there is of it, to be handed to somebody who can verify it.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::from("mendan evidence 1\n");
        let mut line = |name: &str, value: &str| {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(value);
            text.push('\n');
        };
        line("kind", name_of(self.matter.kind));
        if let Some(document) = self.matter.document {
            line("document", &document.to_hex());
        }
        if let Some(device) = self.matter.device {
            line("device", &device.to_hex());
        }
        line("index", &self.matter.index.to_string());
        line("noticed", &self.at.0.to_string());
        for hash in &self.matter.hashes {
            line("hash", &hex(&hash.0));
        }
        for bytes in &self.evidence {
            line("bytes", &hex(&bytes.0));
        }
        text
    }
}

fn name_of(kind: AlarmKind) -> &'static str {
    match kind {
        AlarmKind::Withheld => "withheld",
        AlarmKind::RolledBack => "rolled back",
        AlarmKind::Equivocation => "equivocation",
        AlarmKind::Forked => "forked",
        AlarmKind::Tampered => "tampered",
        AlarmKind::Restored => "restored",
        AlarmKind::Twice => "twice",
    }
}

#[cfg(test)]
mod tests {
    use shared::id::DocumentId;

    use super::*;

    fn alarm(kind: AlarmKind, index: u64) -> Alarm {
        let document = Some(DocumentId::new([1; 16]));
        let matter = Matter { kind, document, device: None, index, hashes: vec![] };
        Alarm { matter, at: UnixMillis(7), stage: Stage::Raised, evidence: vec![Blob(vec![9])] }
    }

    #[test]
    fn the_same_matter_is_never_two_alarms() {
        for kind in [AlarmKind::Tampered, AlarmKind::Withheld, AlarmKind::RolledBack] {
            let mut alarms = Alarms::default();

            assert_eq!(alarms.accuse(alarm(kind, 3)), Raised::Changed(1));
            assert_eq!(alarms.accuse(alarm(kind, 3)), Raised::Known);
        }
    }

    #[test]
    fn a_server_that_keeps_back_more_is_one_alarm_that_grows() {
        let mut alarms = Alarms::default();
        alarms.accuse(alarm(AlarmKind::Withheld, 3));

        assert_eq!(alarms.accuse(alarm(AlarmKind::Withheld, 5)), Raised::Changed(1));
        assert_eq!(alarms.shown()[0].matter.index, 5);
    }

    #[test]
    fn what_was_suspected_is_shown_only_when_it_is_sure() {
        let mut alarms = Alarms::default();
        alarms.accuse(Alarm { stage: Stage::Suspected, ..alarm(AlarmKind::Withheld, 3) });
        assert_eq!(alarms.shown(), []);

        assert_eq!(alarms.accuse(alarm(AlarmKind::Withheld, 3)), Raised::Changed(1));
        assert_eq!(alarms.shown().len(), 1);
    }

    #[test]
    fn a_second_rollback_is_told_once_the_first_is_known() {
        let mut alarms = Alarms::default();
        alarms.accuse(alarm(AlarmKind::RolledBack, 3));
        assert_eq!(alarms.accuse(alarm(AlarmKind::RolledBack, 2)), Raised::Known);

        alarms.get_mut(1).unwrap().stage = Stage::Seen;

        assert_eq!(alarms.accuse(alarm(AlarmKind::RolledBack, 2)), Raised::Changed(2));
    }

    #[test]
    fn alarms_and_their_evidence_are_bounded() {
        let mut alarms = Alarms::default();
        let large = Blob(vec![0; ENVELOPE_BYTES_MAX + 1]);
        for index in 0..100 {
            let evidence = vec![large.clone(), large.clone(), large.clone()];
            alarms.accuse(Alarm { evidence, ..alarm(AlarmKind::Tampered, index) });
        }

        assert_eq!(alarms.shown().len(), ALARMS_MAX);
        let evidence = &alarms.get(1).unwrap().evidence;
        assert_eq!(evidence.len(), EVIDENCE_MAX);
        assert_eq!(evidence[0].0.len(), ENVELOPE_BYTES_MAX);
    }

    #[test]
    fn evidence_is_told_as_text() {
        let text = alarm(AlarmKind::Withheld, 3).to_text();

        assert!(text.contains("kind: withheld\n"), "{text}");
        assert!(text.contains("document: 01010101010101010101010101010101\n"), "{text}");
        assert!(text.contains("bytes: 09\n"), "{text}");
    }
}
