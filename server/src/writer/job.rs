use std::sync::Arc;

use bytes::Bytes;
use shared::{
    refusal::{Reason, Refusal},
    sync::ServerMessage,
};

use crate::{
    line::Line,
    service::{Who, Write},
};

/// How long a device should wait that found the server busy.
const BUSY_WAIT_MS: u64 = 1_000;

/// What a connection wants from the database, in order.
///
/// Invariant: whatever becomes of it, its line gets an answer to each of its writes; a job that is
/// dropped unanswered asks to come back.
#[derive(Debug)]
pub struct Job {
    pub(super) line: Arc<Line>,
    pub(super) who: Who,
    pub(super) writes: Vec<Write>,
}

/// Replies for one line.
#[derive(Debug, Default)]
pub(super) struct Answer {
    messages: Vec<ServerMessage>,
    weight: usize,
}

impl Job {
    /// Takes over `writes` of `who`, to be answered on `line`.
    pub fn new(line: Arc<Line>, who: Who, writes: Vec<Write>) -> Self {
        let job = Self { line, who, writes };
        job.line.begin(job.weight());
        job
    }

    /// Operations it counts for.
    pub(super) fn weight(&self) -> usize {
        self.writes.iter().map(Write::weight).sum()
    }

    /// Answers all of it with the same refusal.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        if !self.writes.is_empty() {
            let mut answer = Answer::default();
            answer.add(self, self.writes.iter().map(|request| request.refused(refusal)));
            self.writes.clear();
            answer.send(&self.line);
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // Overloaded, or stopping, or failed and about to be started again.
        self.refuse(Refusal::wait(Reason::Busy, BUSY_WAIT_MS));
    }
}

impl Answer {
    /// Adds the replies to `job`; neighbouring acks become one message.
    pub(super) fn add(&mut self, job: &Job, replies: impl Iterator<Item = ServerMessage>) {
        self.weight += job.weight();
        for reply in replies {
            match (self.messages.last_mut(), reply) {
                (Some(ServerMessage::Acks { acks }), ServerMessage::Acks { acks: more }) => {
                    acks.extend(more);
                }
                (_, reply) => self.messages.push(reply),
            }
        }
    }

    pub(super) fn send(&self, line: &Line) {
        let frames = self.messages.iter().map(|message| Bytes::from(message.to_bytes()));
        line.answer(frames, self.weight);
    }
}
