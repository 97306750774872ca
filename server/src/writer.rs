//! The one thread that writes: collects what there is, commits once, then answers everybody.
//!
//! Invariant: nothing is answered or told before its COMMIT returned.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use bytes::Bytes;
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
    service::{Who, Write, refusal_of_store, write},
    store::{Notices, Reader, Store, StoreError, Tx},
};

/// Operations in one commit.
const GROUP_WEIGHT_MAX: usize = 512;
/// Jobs waiting for the writer; past it the server says that it is busy.
const JOBS_MAX: usize = 4_096;
/// How long a device should wait that found the server busy.
const BUSY_WAIT_MS: u64 = 1_000;

/// What a connection wants from the database, in order.
///
/// Invariant: whatever becomes of it, its line gets an answer to each of its writes; a job that is
/// dropped unanswered asks to come back.
#[derive(Debug)]
pub struct Job {
    line: Arc<Line>,
    who: Who,
    writes: Vec<Write>,
}

type Look = Box<dyn FnOnce(Reader<'_>) + Send>;

enum Order {
    Write(Job),
    Look(Look),
    Stop,
}

/// Hands work to the writer. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    orders: SyncSender<Order>,
}

/// What the writer thread ends with.
pub type Ending = Result<(), StoreError>;

/// The subscriptions, as the writer and the connections share them.
pub type SharedHub = Arc<Mutex<Hub<Arc<Line>>>>;

impl Job {
    /// Takes over `writes` of `who`, to be answered on `line`.
    pub fn new(line: Arc<Line>, who: Who, writes: Vec<Write>) -> Self {
        line.begin(weight(&writes));
        Self { line, who, writes }
    }

    fn refuse(&mut self, refusal: Refusal) {
        let writes = std::mem::take(&mut self.writes);
        if !writes.is_empty() {
            let mut messages = Vec::new();
            for request in &writes {
                add_reply(&mut messages, request.refused(refusal));
            }
            self.line.answer(frames(&messages), weight(&writes));
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // Overloaded, or stopping, or failed and about to be started again.
        self.refuse(Refusal::wait(Reason::Busy, BUSY_WAIT_MS));
    }
}

impl Writer {
    /// Starts the thread. `ended` is called with the reason when it stops.
    pub fn start(
        store: Store,
        machine: Arc<dyn Machine>,
        hub: SharedHub,
        counters: Arc<Counters>,
        ended: impl FnOnce(Ending) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (orders, incoming) = sync_channel(JOBS_MAX);
        let desk = Desk { store, machine, hub, counters };
        thread::Builder::new()
            .name(String::from("writer"))
            .spawn(move || ended(desk.run(&incoming)))?;
        Ok(Self { orders })
    }

    /// Hands over a job; its answers come on its line, whatever becomes of it.
    pub fn submit(&self, job: Job) {
        // Refused jobs come back inside the error, and are answered when they are dropped.
        drop(self.orders.try_send(Order::Write(job)));
    }

    /// Reads with the writer's own connection, for databases that have no second one.
    pub fn look(&self, look: impl FnOnce(Reader<'_>) + Send + 'static) {
        // Who waits for what `look` sends learns from the closed channel that it was dropped.
        drop(self.orders.try_send(Order::Look(Box::new(look))));
    }

    /// Finishes what was handed over before, and closes the database.
    pub fn stop(&self) {
        drop(self.orders.send(Order::Stop));
    }
}

struct Desk {
    store: Store,
    machine: Arc<dyn Machine>,
    hub: SharedHub,
    counters: Arc<Counters>,
}

impl Desk {
    fn run(mut self, incoming: &Receiver<Order>) -> Ending {
        let mut group = Vec::new();
        while let Ok(order) = incoming.recv() {
            let mut load = 0;
            let mut next = Some(order);
            let mut is_last = false;
            while let Some(order) = next {
                match order {
                    Order::Write(job) => {
                        load += weight(&job.writes);
                        group.push(job);
                    }
                    Order::Look(look) => look(self.store.reader()),
                    Order::Stop => is_last = true,
                }
                next = if load < GROUP_WEIGHT_MAX { incoming.try_recv().ok() } else { None };
            }
            self.commit(&mut group)?;
            if is_last {
                break;
            }
        }
        self.store.close()
    }

    /// One transaction for all; if one of them spoils it, one for each.
    fn commit(&mut self, group: &mut Vec<Job>) -> Ending {
        if group.is_empty() {
            return Ok(());
        }
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
        group.clear();
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
        for (line, answer) in gather(group, replies) {
            line.answer(frames(&answer.messages), answer.weight);
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

#[derive(Default)]
struct Gathered {
    messages: Vec<ServerMessage>,
    weight: usize,
}

/// The replies of each line in order, neighbouring acks as one message.
fn gather(
    group: &[Job],
    replies: Vec<ServerMessage>,
) -> impl Iterator<Item = (&Arc<Line>, Gathered)> {
    let mut gathered: BTreeMap<u64, (&Arc<Line>, Gathered)> = BTreeMap::new();
    let mut replies = replies.into_iter();
    for job in group {
        let (_, answer) =
            gathered.entry(job.line.id()).or_insert_with(|| (&job.line, Gathered::default()));
        answer.weight += weight(&job.writes);
        for reply in replies.by_ref().take(job.writes.len()) {
            add_reply(&mut answer.messages, reply);
        }
    }
    gathered.into_values()
}

fn add_reply(messages: &mut Vec<ServerMessage>, reply: ServerMessage) {
    match (messages.last_mut(), reply) {
        (Some(ServerMessage::Acks { acks }), ServerMessage::Acks { acks: more }) => {
            acks.extend(more);
        }
        (_, reply) => messages.push(reply),
    }
}

fn frames(messages: &[ServerMessage]) -> impl Iterator<Item = Bytes> {
    messages.iter().map(|message| Bytes::from(message.to_bytes()))
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

fn weight(writes: &[Write]) -> usize {
    writes.iter().map(Write::weight).sum()
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
        Parcel,
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
        let ending = desk.commit(&mut vec![Job::new(Arc::clone(&line), sato.who(), writes)]);

        assert!(matches!(ending, Err(StoreError::Broken(_))));
        let told = answers(&line);
        let [ServerMessage::Acks { acks }] = &told[..] else { panic!("{told:?}") };
        assert!(matches!(acks[0].1, Ack::Refused(it) if it.reason() == Reason::Failed));
    }
}
