//! The loop around the engine: one input at a time, and its effects in order.
//!
//! **Invariant:** the driver decides nothing about content. It waits for nothing either: writes are
//! handed to the keeper and reported back as inputs, so the engine learns what is durable from the
//! store alone.

use core::{fmt, ops::ControlFlow};

use engine::{
    command::Command,
    cx::{Cx, Entropy},
    effect::{Effect, Effects, LinkWish},
    input::Input,
    view::View,
};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender};
use futures_util::StreamExt as _;
use shared::{sync::ClientMessage, time::UnixMillis};

use super::store::Job;

/// The device's clock and the one alarm set on it.
pub trait Clock {
    /// The time by the device.
    fn now(&self) -> UnixMillis;
    /// Lets a `Tick` come at this time; a later wish replaces an earlier one.
    fn wake_at(&mut self, at: UnixMillis);
}

/// The connection to the server.
pub trait Wire {
    /// Sends, or drops without harm when there is no connection.
    fn send(&mut self, message: ClientMessage);
    /// Whether a connection is of use.
    fn wish(&mut self, wish: LinkWish);
}

/// The page.
pub trait Screen {
    /// Shows.
    fn show(&mut self, view: &View);
    /// Says that nothing is on its way to the local store.
    fn settled(&mut self);
}

/// One thing for the driver to deal with.
#[derive(Debug)]
pub enum Errand {
    /// For the engine.
    Input(Box<Input>),
    /// The page wants to know when nothing is on its way to the local store.
    Settle,
    /// Another tab asks to write here: finish, lock, end.
    Release,
    /// Another tab writes here already: end at once.
    Lost,
    /// The local store cannot be read.
    Unreadable,
}

/// Why the driver ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Asked to; everything that could be made durable is, and the engine is locked.
    Released,
    /// Another tab took over.
    Lost,
    /// The local store cannot be read.
    Unreadable,
}

/// How far a release has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Release {
    NotAsked,
    /// The person's last edits are on their way to the local store.
    Settling,
    /// The engine was locked; what that wrote is on its way.
    Locking,
}

/// What the driver drives with.
pub struct Hands<C, W, S> {
    /// The device's clock.
    pub clock: C,
    /// The connection.
    pub wire: W,
    /// The page.
    pub screen: S,
    /// The device's randomness.
    pub entropy: Box<dyn Entropy>,
    /// The way to the local store.
    pub jobs: UnboundedSender<Job>,
}

impl<C, W, S> fmt::Debug for Hands<C, W, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hands(..)")
    }
}

/// The engine at work.
pub struct Driver<M, C, W, S> {
    machine: M,
    hands: Hands<C, W, S>,
    /// Batches that the store has not reported on.
    unsettled: usize,
    is_asked_to_settle: bool,
    release: Release,
}

impl<M, C, W, S> fmt::Debug for Driver<M, C, W, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Driver({} unsettled, {:?})", self.unsettled, self.release)
    }
}

impl<M, C, W, S> Driver<M, C, W, S>
where
    M: FnMut(&mut Cx<'_>, Input) -> Effects,
    C: Clock,
    W: Wire,
    S: Screen,
{
    /// A driver of `machine`, which is the engine's `handle`.
    pub fn new(machine: M, hands: Hands<C, W, S>) -> Self {
        let release = Release::NotAsked;
        Self { machine, hands, unsettled: 0, is_asked_to_settle: false, release }
    }

    /// Runs errands in order of arrival until one of them ends it.
    pub async fn run(mut self, errands: &mut UnboundedReceiver<Errand>) -> End {
        while let Some(errand) = errands.next().await {
            if let ControlFlow::Break(end) = self.take(errand) {
                return end;
            }
        }
        End::Lost
    }

    /// Runs one errand.
    fn take(&mut self, errand: Errand) -> ControlFlow<End> {
        match errand {
            // What the person does after the tab was given away belongs to the other tab.
            Errand::Input(input)
                if matches!(*input, Input::Command(_)) && self.release != Release::NotAsked => {}
            Errand::Input(input) => self.step(*input),
            Errand::Settle => self.is_asked_to_settle = true,
            Errand::Release => {
                if self.release == Release::NotAsked {
                    self.release = Release::Settling;
                }
            }
            Errand::Lost => return ControlFlow::Break(End::Lost),
            Errand::Unreadable => return ControlFlow::Break(End::Unreadable),
        }
        self.settle()
    }

    /// Moves on what waits for the local store.
    fn settle(&mut self) -> ControlFlow<End> {
        if self.unsettled > 0 {
            return ControlFlow::Continue(());
        }
        if core::mem::take(&mut self.is_asked_to_settle) {
            self.hands.screen.settled();
        }
        match self.release {
            Release::NotAsked => ControlFlow::Continue(()),
            Release::Settling => {
                self.release = Release::Locking;
                self.step(Input::Command(Command::Lock));
                self.settle()
            }
            Release::Locking => ControlFlow::Break(End::Released),
        }
    }

    fn step(&mut self, input: Input) {
        let fault = matches!(&input, Input::PersistFailed(..));
        if fault || matches!(&input, Input::Persisted(_)) {
            self.unsettled = self.unsettled.saturating_sub(1);
        }
        let mut cx = Cx { now: self.hands.clock.now(), entropy: self.hands.entropy.as_mut() };
        let Effects(effects) = (self.machine)(&mut cx, input);
        if fault {
            // Before the effects: what they ask for was decided in knowledge of the failure.
            self.ask(Job::FaultHeard);
        }
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Persist(batch) => {
                self.unsettled = self.unsettled.saturating_add(1);
                self.ask(Job::Write(batch));
            }
            Effect::Load => self.ask(Job::Load),
            Effect::Erase => self.ask(Job::Erase),
            Effect::Send(message) => self.hands.wire.send(message),
            Effect::Show(view) => self.hands.screen.show(&view),
            Effect::WakeAt(at) => self.hands.clock.wake_at(at),
            Effect::Link(wish) => self.hands.wire.wish(wish),
        }
    }

    fn ask(&self, job: Job) {
        // The keeper lives as long as the driver: both are parts of one task.
        drop(self.hands.jobs.unbounded_send(job));
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::{keep, memory::MemoryStore};
    use super::*;
    use core::cell::RefCell;
    use engine::{
        effect::{Batch, BatchId, RecordKey},
        input::StoreFault,
        view::{Notice, View},
    };
    use futures_channel::mpsc::unbounded;
    use futures_executor::block_on;
    use futures_util::future;
    use shared::Blob;
    use std::rc::Rc;

    type Diary = Rc<RefCell<Vec<String>>>;

    struct Paper(Diary);

    impl Paper {
        fn note(&self, line: impl Into<String>) {
            self.0.borrow_mut().push(line.into());
        }
    }

    impl Clock for Paper {
        fn now(&self) -> UnixMillis {
            UnixMillis(1)
        }
        fn wake_at(&mut self, at: UnixMillis) {
            self.note(format!("wake {}", at.0));
        }
    }

    impl Wire for Paper {
        fn send(&mut self, message: ClientMessage) {
            self.note(format!("send {message:?}"));
        }
        fn wish(&mut self, wish: LinkWish) {
            self.note(format!("link {wish:?}"));
        }
    }

    impl Screen for Paper {
        fn show(&mut self, view: &View) {
            self.note(format!("show {view:?}"));
        }
        fn settled(&mut self) {
            self.note("settled");
        }
    }

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn batch(number: u64) -> Batch {
        Batch {
            id: BatchId(number),
            puts: vec![(RecordKey([1; 32]), Blob(vec![]))],
            deletes: vec![],
        }
    }

    /// Writes at each tick, sends and shows what is durable, writes once more when it is locked.
    fn toy(diary: &Diary) -> impl FnMut(&mut Cx<'_>, Input) -> Effects + use<> {
        let diary = Rc::clone(diary);
        let mut last = 0;
        move |_, input| {
            diary.borrow_mut().push(format!("input {input:?}"));
            let mut write = || {
                last += 1;
                Effect::Persist(batch(last))
            };
            Effects(match input {
                Input::Tick => vec![write(), Effect::WakeAt(UnixMillis(9))],
                Input::Persisted(_) => vec![
                    Effect::Send(ClientMessage::Ping),
                    Effect::Show(View::Notice(Notice::NeedsNetwork)),
                ],
                Input::PersistFailed(_, StoreFault::Full) => vec![write()],
                Input::Command(Command::Lock) => vec![write(), Effect::Link(LinkWish::Down)],
                Input::Started { .. }
                | Input::Command(_)
                | Input::PersistFailed(..)
                | Input::Loaded(_)
                | Input::Erased
                | Input::EraseFailed(_)
                | Input::Received(_)
                | Input::Link(_) => vec![],
            })
        }
    }

    fn story(store: &MemoryStore, errands: Vec<Errand>) -> (End, Vec<String>) {
        let diary = Diary::default();
        let paper = || Paper(Rc::clone(&diary));
        let (jobs, waiting) = unbounded();
        let (errand, mut arriving) = unbounded();
        for one in errands {
            errand.unbounded_send(one).unwrap();
        }
        let hands = Hands {
            clock: paper(),
            wire: paper(),
            screen: paper(),
            entropy: Box::new(Zeros),
            jobs,
        };
        let driver = Driver::new(toy(&diary), hands);
        let keeper = keep(store, waiting, errand);
        let (end, ()) = block_on(future::join(driver.run(&mut arriving), keeper));
        let lines = diary.borrow().clone();
        (end, lines)
    }

    #[test]
    fn effects_are_carried_out_in_order_and_what_is_sent_was_durable_before() {
        let (end, diary) = story(
            &MemoryStore::default(),
            vec![Errand::Input(Box::new(Input::Tick)), Errand::Release],
        );

        assert_eq!(end, End::Released);
        assert_eq!(
            diary,
            [
                "input Tick",
                "wake 9",
                "input Persisted(BatchId(1))",
                "send Ping",
                "show Notice(NeedsNetwork)",
                "input Command(Lock)",
                "link Down",
                "input Persisted(BatchId(2))",
                "send Ping",
                "show Notice(NeedsNetwork)",
            ]
        );
    }

    #[test]
    fn after_a_release_the_persons_wishes_are_for_the_other_tab() {
        let (end, diary) = story(
            &MemoryStore::default(),
            vec![
                Errand::Input(Box::new(Input::Tick)),
                Errand::Release,
                Errand::Input(Box::new(Input::Command(Command::MakeDeviceCode))),
                Errand::Release,
            ],
        );

        assert_eq!(end, End::Released);
        assert!(!diary.contains(&"input Command(MakeDeviceCode)".to_owned()), "{diary:?}");
    }

    #[test]
    fn a_tab_that_was_taken_over_does_nothing_more() {
        let (end, diary) = story(
            &MemoryStore::default(),
            vec![Errand::Lost, Errand::Input(Box::new(Input::Tick))],
        );

        assert_eq!(end, End::Lost);
        assert!(diary.is_empty(), "{diary:?}");
    }

    #[test]
    fn the_page_hears_that_all_is_settled_only_after_the_store_has_answered() {
        let (_, diary) = story(
            &MemoryStore::default(),
            vec![Errand::Input(Box::new(Input::Tick)), Errand::Settle, Errand::Release],
        );

        let settled = diary.iter().position(|line| line == "settled").unwrap();
        let durable = diary.iter().position(|line| line == "input Persisted(BatchId(1))").unwrap();
        assert!(durable < settled, "{diary:?}");
    }

    #[test]
    fn a_batch_written_in_knowledge_of_a_failure_is_taken() {
        let store = MemoryStore::default();
        store.fail_after(1, StoreFault::Full);

        let (end, diary) =
            story(&store, vec![Errand::Input(Box::new(Input::Tick)), Errand::Release]);

        assert_eq!(end, End::Released);
        assert!(diary.contains(&"input PersistFailed(BatchId(1), Full)".to_owned()), "{diary:?}");
        assert!(diary.contains(&"input Persisted(BatchId(2))".to_owned()), "{diary:?}");
    }
}
