//! The server's end of a connection: frames on their way out, bounded, from any thread.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use shared::{
    id::DocumentId,
    sync::{DocumentState, Event, ServerMessage},
};
use tokio::sync::Notify;

use crate::hub::{Delivery, News};

/// Bytes of unasked batches that may wait for a slow connection. Past it they are dropped and the
/// device is told to pull.
const WAITING_BYTES_MAX: usize = 1024 * 1024;
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Where a connection's answers and news go.
///
/// Invariant: while a document is in `missed`, no batch of it goes out, so that what a device gets
/// is dense until it is told to pull.
#[derive(Debug)]
pub struct Line {
    id: u64,
    waiting: Mutex<Waiting>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    frames: Vec<Bytes>,
    bytes: usize,
    missed: BTreeMap<DocumentId, DocumentState>,
    under_way: usize,
    is_ended: bool,
}

impl Line {
    /// A line on which nothing waits.
    pub fn new() -> Self {
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            waiting: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// Distinguishes lines of one process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Counts operations that were handed to the writer.
    pub fn begin(&self, weight: usize) {
        self.waiting().under_way += weight;
    }

    /// Answers, in order, for operations of this weight together.
    pub fn answer(&self, frames: impl IntoIterator<Item = Bytes>, weight: usize) {
        let mut waiting = self.waiting();
        waiting.under_way = waiting.under_way.saturating_sub(weight);
        for frame in frames {
            waiting.bytes += frame.len();
            waiting.frames.push(frame);
        }
        drop(waiting);
        self.wake.notify_one();
    }

    /// Something the device did not ask for; dropped when too much waits already.
    pub fn tell(&self, delivery: &Delivery<'_>) {
        let mut waiting = self.waiting();
        if let Some(state) = delivery.instead() {
            let is_full = waiting.bytes + delivery.frame().len() > WAITING_BYTES_MAX;
            if is_full || waiting.missed.contains_key(&state.document) {
                waiting.missed.insert(state.document, state);
                return;
            }
        }
        let frame = delivery.frame().clone();
        waiting.is_ended |= matches!(delivery.news(), News::End(_));
        waiting.bytes += frame.len();
        waiting.frames.push(frame);
        drop(waiting);
        self.wake.notify_one();
    }

    /// Everything that waits, oldest first.
    pub fn take(&self) -> Vec<Bytes> {
        let mut waiting = self.waiting();
        let mut frames = std::mem::take(&mut waiting.frames);
        waiting.bytes = 0;
        let missed = std::mem::take(&mut waiting.missed);
        drop(waiting);
        frames.extend(
            missed
                .into_values()
                .map(|state| Bytes::from(ServerMessage::Event(Event::Document(state)).to_bytes())),
        );
        frames
    }

    /// Whether the connection may be read from, or must first take in its answers.
    ///
    /// What arrives while the writer is at work is read all together afterwards: that is one wake
    /// and one job for a device that sends edit after edit.
    pub fn has_room(&self) -> bool {
        let waiting = self.waiting();
        waiting.under_way == 0 && waiting.bytes < WAITING_BYTES_MAX
    }

    /// Whether what waits is the last thing to be said.
    pub fn is_ended(&self) -> bool {
        self.waiting().is_ended
    }

    /// Whether the writer owes no answer.
    pub fn is_settled(&self) -> bool {
        self.waiting().under_way == 0
    }

    /// Returns once something may wait.
    pub async fn ready(&self) {
        self.wake.notified().await;
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Every change above leaves the fields consistent, even if a thread died in between.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::new()
    }
}
