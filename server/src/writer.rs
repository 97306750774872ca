//! The one thread that writes: collects what there is, commits once, then answers everybody.
//!
//! Invariant: nothing is answered or told before its COMMIT returned.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use shared::{
    refusal::{Reason, Refusal},
    sync::ServerMessage,
    time::UnixMillis,
};

use crate::{
    hub::Hub,
    line::Line,
    machine::Machine,
    metrics::Counters,
    service::{refusal_of_store, write},
    store::{Notices, Reader, Store, StoreError, Tx},
    writer::{
        job::Answer,
        tray::{Order, Tray},
    },
};

mod job;
mod tray;

pub use job::Job;

/// Whoever wrote in the last so many commits is expected to write again.
const LATELY: u64 = 8;

/// Hands work to the writer. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    tray: Arc<Tray>,
}

/// What the writer thread ends with.
pub type Ending = Result<(), StoreError>;

/// The subscriptions, as the writer and the connections share them.
pub type SharedHub = Arc<Mutex<Hub<Arc<Line>>>>;

impl Writer {
    /// Starts the thread. `ended` is called with the reason when it stops.
    pub fn start(
        store: Store,
        machine: Arc<dyn Machine>,
        hub: SharedHub,
        counters: Arc<Counters>,
        ended: impl FnOnce(Ending) + Send + 'static,
    ) -> std::io::Result<Self> {
        let tray = Arc::new(Tray::default());
        let open = Open(Arc::clone(&tray));
        let desk = Desk { store, machine, hub, counters, recent: Recent::default() };
        thread::Builder::new().name(String::from("writer")).spawn(move || {
            let ending = desk.run(&open.0);
            drop(open);
            ended(ending);
        })?;
        Ok(Self { tray })
    }

    /// Hands over a job; its answers come on its line, whatever becomes of it.
    pub fn submit(&self, job: Job) {
        self.tray.put(Order::Write(job));
    }

    /// Reads with the writer's own connection, for databases that have no second one.
    ///
    /// A look that there is no room for is dropped, and whatever it holds with it.
    pub fn look(&self, look: impl FnOnce(Reader<'_>) + Send + 'static) {
        self.tray.put(Order::Look(Box::new(look)));
    }

    /// Finishes what was handed over before, and closes the database.
    pub fn stop(&self) {
        self.tray.put(Order::Stop);
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

/// Closes the tray however the thread ends, so that nobody waits for a writer that is gone.
struct Open(Arc<Tray>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close();
    }
}

struct Desk {
    store: Store,
    machine: Arc<dyn Machine>,
    hub: SharedHub,
    counters: Arc<Counters>,
    recent: Recent,
}

/// Who wrote lately: line to number of the commit.
#[derive(Default)]
struct Recent {
    commit: u64,
    lines: BTreeMap<u64, u64>,
}

impl Recent {
    fn note(&mut self, group: &[Job]) {
        self.commit += 1;
        self.lines.extend(group.iter().map(|job| (job.line.id(), self.commit)));
        let oldest = self.commit.saturating_sub(LATELY);
        self.lines.retain(|_, commit| *commit > oldest);
    }
}

impl Desk {
    fn run(mut self, tray: &Tray) -> Ending {
        let mut is_last = false;
        while !is_last {
            let mut group = Vec::new();
            // A connection has one job here at a time: once all are in, nothing more can come.
            for order in tray.take(self.recent.lines.len()) {
                match order {
                    Order::Write(job) => group.push(job),
                    Order::Look(look) => look(self.store.reader()),
                    Order::Stop => is_last = true,
                }
            }
            self.commit(&mut group)?;
        }
        self.store.close()
    }

    /// One transaction for all; if one of them spoils it, one for each.
    fn commit(&mut self, group: &mut [Job]) -> Ending {
        if group.is_empty() {
            return Ok(());
        }
        self.recent.note(group);
        let now = self.machine.now();
        let fatal = match commit_all(&mut self.store, now, group) {
            Ok((replies, notices)) => {
                self.announce(group, replies, &notices);
                None
            }
            Err(StoreError::Damaged { what }) if group.len() > 1 => {
                tracing::warn!(what, "a group of writes failed; trying them one by one");
                self.commit_each(now, group)
            }
            Err(error) => fail(group, error),
        };
        fatal.map_or(Ok(()), Err)
    }

    fn commit_each(&mut self, now: UnixMillis, group: &mut [Job]) -> Option<StoreError> {
        let mut fatal = None;
        for job in group {
            if fatal.is_some() {
                job.refuse(Refusal::new(Reason::Failed));
                continue;
            }
            let alone = std::slice::from_mut(job);
            match commit_all(&mut self.store, now, alone) {
                Ok((replies, notices)) => self.announce(alone, replies, &notices),
                Err(error) => fatal = fail(alone, error),
            }
        }
        fatal
    }

    fn announce(&self, group: &mut [Job], replies: Vec<ServerMessage>, notices: &Notices) {
        self.counters.add_commit(notices.runs.iter().map(|run| run.count).sum());
        let mut answers: BTreeMap<u64, (&Arc<Line>, Answer)> = BTreeMap::new();
        let mut replies = replies.into_iter();
        for job in group.iter() {
            let (_, answer) =
                answers.entry(job.line.id()).or_insert_with(|| (&job.line, Answer::default()));
            answer.add(job, replies.by_ref().take(job.writes.len()));
        }
        for (line, answer) in answers.into_values() {
            answer.send(line);
        }
        for job in group {
            job.writes.clear();
        }
        if !notices.is_empty() {
            let hub = self.hub.lock().unwrap_or_else(PoisonError::into_inner);
            hub.publish(notices, |line, delivery| line.tell(delivery));
        }
    }
}

/// Tells everybody in the group that nothing happened. Gives back what the process cannot go on
/// after: a handle that failed once may claim success the next time.
fn fail(group: &mut [Job], error: StoreError) -> Option<StoreError> {
    tracing::error!(?error, jobs = group.len(), "a commit failed");
    let refusal = refusal_of_store(&error);
    for job in group {
        job.refuse(refusal);
    }
    match error {
        StoreError::Full | StoreError::Damaged { .. } => None,
        StoreError::Broken(_) | StoreError::TooNew { .. } => Some(error),
    }
}

fn commit_all(
    store: &mut Store,
    now: UnixMillis,
    group: &[Job],
) -> Result<(Vec<ServerMessage>, Notices), StoreError> {
    let mut tx = store.begin_tx()?;
    let replies = write_all(&mut tx, now, group)?;
    let notices = tx.commit()?;
    Ok((replies, notices))
}

fn write_all(
    tx: &mut Tx<'_>,
    now: UnixMillis,
    group: &[Job],
) -> Result<Vec<ServerMessage>, StoreError> {
    let mut replies = Vec::new();
    for job in group {
        for request in &job.writes {
            replies.push(write(tx, now, job.who, request)?);
        }
    }
    Ok(replies)
}

#[cfg(test)]
mod tests {
    use shared::{
        Blob,
        id::{DocumentId, Number},
        sync::Ack,
    };

    use super::*;
    use crate::service::{
        Parcel, Write,
        fixture::{Counting, Firm, Person},
    };

    const NOTE: DocumentId = DocumentId::new([0xD0; 16]);

    fn desk() -> (Desk, Person) {
        let mut firm = Firm::new();
        firm.document_appended(firm.sato.who(), &firm.sato.create(NOTE));
        let desk = Desk {
            store: firm.store,
            machine: Arc::new(Counting::default()),
            hub: SharedHub::default(),
            counters: Arc::default(),
            recent: Recent::default(),
        };
        (desk, firm.sato)
    }

    fn pushes(sato: &Person, count: u64) -> Vec<Write> {
        sato.chain(NOTE, count)
            .iter()
            .map(|it| Write::Push(vec![Parcel::parse(Blob(it.as_bytes().to_vec()))]))
            .collect()
    }

    fn answers(line: &Line) -> Vec<ServerMessage> {
        line.take().iter().map(|frame| ServerMessage::parse(frame).unwrap()).collect()
    }

    #[test]
    fn many_pushes_are_one_commit_and_one_message_for_each_connection() {
        let (mut desk, sato) = desk();
        let line = Arc::new(Line::new());
        let other = Arc::new(Line::new());
        let mut writes = pushes(&sato, 4);
        let late = writes.split_off(2);
        let job =
            |line: &Arc<Line>, writes: Vec<Write>| Job::new(Arc::clone(line), sato.who(), writes);
        let stranger = job(&other, pushes(&Person::new(9), 1));
        let mut group = vec![job(&line, writes), stranger, job(&line, late)];

        desk.commit(&mut group).unwrap();

        let told = answers(&line);
        let [ServerMessage::Acks { acks }] = &told[..] else { panic!("{told:?}") };
        let numbers: Vec<_> = acks.iter().map(|(_, ack)| *ack).collect();
        assert_eq!(numbers, [1, 2, 3, 4].map(|number| Ack::Stored(Number(number))));
        assert!(matches!(&answers(&other)[..], [ServerMessage::Acks { .. }]));
        assert!(line.is_settled() && other.is_settled());
        assert!(desk.counters.to_text().contains("mendan_commits_total 1\n"));
    }

    #[test]
    fn nobody_is_acked_when_the_disk_is_full() {
        let (mut desk, sato) = desk();
        let line = Arc::new(Line::new());
        let group = |writes: Vec<Write>| vec![Job::new(Arc::clone(&line), sato.who(), writes)];

        desk.store.limit_size(1);
        desk.commit(&mut group(pushes(&sato, 60))).unwrap();
        let told = answers(&line);
        desk.store.limit_size(i64::from(i32::MAX));
        desk.commit(&mut group(pushes(&sato, 60))).unwrap();
        let later = answers(&line);

        let [ServerMessage::Acks { acks }] = &told[..] else { panic!("{told:?}") };
        assert_eq!(acks.len(), 60);
        for (_, ack) in acks {
            let Ack::Refused(refusal) = ack else { panic!("{ack:?}") };
            assert_eq!(refusal.reason(), Reason::ServerFull);
        }
        let [ServerMessage::Acks { acks }] = &later[..] else { panic!("{later:?}") };
        assert_eq!(acks.last().unwrap().1, Ack::Stored(Number(60)));
    }

    #[test]
    fn a_broken_database_ends_the_writer() {
        let (mut desk, sato) = desk();
        let line = Arc::new(Line::new());
        desk.store.forbid_writing();

        let writes = pushes(&sato, 1);
        let ending = desk.commit(&mut [Job::new(Arc::clone(&line), sato.who(), writes)]);

        assert!(matches!(ending, Err(StoreError::Broken(_))));
        let told = answers(&line);
        let [ServerMessage::Acks { acks }] = &told[..] else { panic!("{told:?}") };
        assert!(matches!(acks[0].1, Ack::Refused(it) if it.reason() == Reason::Failed));
    }
}
