//! Where orders wait for the writer. Wakes it as seldom as it can.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{store::Reader, writer::Job};

/// Operations in one commit.
const GROUP_WEIGHT_MAX: usize = 512;
/// Orders waiting for the writer; past it the server says that it is busy.
const ORDERS_MAX: usize = 4_096;
/// How long the writer waits for those who wrote lately.
const GATHER: Duration = Duration::from_millis(5);

pub(super) enum Order {
    Write(Job),
    Look(Box<dyn FnOnce(Reader<'_>) + Send>),
    Stop,
}

/// Shared by the writer and everybody who has something for it.
#[derive(Default)]
pub(super) struct Tray {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    orders: VecDeque<Order>,
    jobs: usize,
    weight: usize,
    phase: Phase,
}

/// What the writer does, and so when it must be woken.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// It commits, and will look by itself.
    #[default]
    Busy,
    /// It waits for anything.
    Idle,
    /// It waits for so many jobs, or anything that is no job.
    Gathering(usize),
    /// It is gone.
    Closed,
}

impl Tray {
    /// Leaves an order for the writer. One that finds no room is dropped.
    pub(super) fn put(&self, order: Order) {
        let mut state = self.state();
        if state.phase == Phase::Closed || state.orders.len() >= ORDERS_MAX {
            drop(state);
            // Not under the lock: a job that is dropped answers its line.
            drop(order);
            return;
        }
        if let Order::Write(job) = &order {
            state.jobs += 1;
            state.weight += job.weight();
        }
        state.orders.push_back(order);
        let must_wake = match state.phase {
            Phase::Idle => true,
            Phase::Gathering(jobs) => state.is_gathered(jobs),
            Phase::Busy | Phase::Closed => false,
        };
        drop(state);
        if must_wake {
            self.wake.notify_one();
        }
    }

    /// What there is for one commit, in order. Waits for something, and then a little for the
    /// number of jobs that may be expected.
    pub(super) fn take(&self, expected: usize) -> Vec<Order> {
        let mut state = self.state();
        state.phase = Phase::Idle;
        let mut state = self
            .wake
            .wait_while(state, |state| state.orders.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        state.phase = Phase::Gathering(expected);
        let (mut state, _) = self
            .wake
            .wait_timeout_while(state, GATHER, |state| !state.is_gathered(expected))
            .unwrap_or_else(PoisonError::into_inner);
        state.phase = Phase::Busy;
        state.take_group()
    }

    /// Drops what waits, and everything that comes.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.phase = Phase::Closed;
        let orders = std::mem::take(&mut state.orders);
        drop(state);
        drop(orders);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_gathered(&self, jobs: usize) -> bool {
        let has_other = self.orders.len() > self.jobs;
        self.jobs >= jobs || self.weight >= GROUP_WEIGHT_MAX || has_other
    }

    fn take_group(&mut self) -> Vec<Order> {
        let mut group = Vec::with_capacity(self.orders.len());
        let mut weight = 0;
        while weight < GROUP_WEIGHT_MAX
            && let Some(order) = self.orders.pop_front()
        {
            if let Order::Write(job) = &order {
                weight += job.weight();
                self.jobs = self.jobs.saturating_sub(1);
            }
            group.push(order);
        }
        self.weight = self.weight.saturating_sub(weight);
        group
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        line::Line,
        service::{Who, Write},
    };

    fn job() -> Order {
        Order::Write(Job::new(Arc::default(), Who::Bootstrap, vec![Write::PutWraps(Vec::new())]))
    }

    #[test]
    fn a_commit_has_so_many_operations_and_the_rest_comes_next() {
        let tray = Tray::default();
        for _ in 0..GROUP_WEIGHT_MAX + 3 {
            tray.put(job());
        }

        assert_eq!(tray.take(1).len(), GROUP_WEIGHT_MAX);
        assert_eq!(tray.take(1).len(), 3);
    }

    #[test]
    fn what_is_no_job_is_not_kept_waiting_for_others() {
        let tray = Tray::default();
        tray.put(job());
        tray.put(Order::Stop);

        assert_eq!(tray.take(usize::MAX).len(), 2);
    }

    #[test]
    fn a_full_tray_and_a_closed_one_answer_at_once() {
        let tray = Tray::default();
        let submit = || {
            let line = Arc::new(Line::new());
            let writes = vec![Write::PutWraps(Vec::new())];
            tray.put(Order::Write(Job::new(Arc::clone(&line), Who::Bootstrap, writes)));
            line
        };

        let waiting: Vec<_> = (0..ORDERS_MAX).map(|_| submit()).collect();
        let too_many = submit();
        assert!(!waiting.iter().any(|line| line.is_settled()));
        assert!(too_many.is_settled());
        tray.close();
        assert!(waiting.iter().all(|line| line.is_settled()));
        assert!(submit().is_settled());
    }
}
