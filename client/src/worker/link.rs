//! The connection to the server: when to try, by which way, and when to give it up.
//!
//! A WebSocket is the usual way. Where something between here and the server breaks WebSockets, the
//! same messages go by `POST /v1/sync`. This file decides from what happens and the time alone;
//! `link/run.rs` carries it out.
//!
//! **Invariant:** `Down` is reported once for each loss, and once when no way opens to begin with; no
//! message of a connection that was given up is passed on.

pub mod backoff;
pub mod news;
pub mod post;
pub mod route;
pub mod run;
pub mod socket;

use engine::effect::LinkWish;
use shared::sync::ServerMessage;

use self::{
    backoff::{NETWORK_BACK_MS_MAX, full_jitter_ms, within_ms},
    route::{Route, Way},
};

/// A connection that is not open by then never will be.
const OPENING_MS_MAX: u64 = 10_000;
/// How often an open socket is asked for a sign of life.
const PING_MS: u64 = 25_000;
/// A socket silent for so long is dead, whatever the browser says.
const SILENT_MS_MAX: u64 = 45_000;
/// How soon a socket must answer after the network changed under it.
const PROBE_MS_MAX: u64 = 10_000;
/// How often the server is asked for news where it cannot tell them by itself.
const POLL_MS: u64 = 5_000;
/// How long messages go by POST before a WebSocket is tried again: ten minutes.
const POST_MS_MAX: u64 = 10 * 60 * 1000;

/// After so many failures every way was tried, and the engine is told that there is none.
const WAYS_TRIED: u32 = 3;

/// Milliseconds by a clock that only goes forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uptime(pub u64);

impl Uptime {
    fn after_ms(self, wait_ms: u64) -> Self {
        Self(self.0.saturating_add(wait_ms))
    }
}

/// The moment, and something to make it differ from everybody else's.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// When.
    pub now: Uptime,
    /// Uniformly distributed.
    pub random: u64,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The engine has or has no use for a connection.
    Wish(LinkWish),
    /// The browser says that the device is on a network again.
    NetworkBack,
    /// The connection is open.
    Opened,
    /// The connection is closed, could not be opened, or carried rubbish.
    Closed,
    /// A message came, or bytes left.
    Alive,
    /// The server let this device in.
    LoggedIn,
    /// The server ends the connection and names a wait.
    Farewell {
        /// Milliseconds.
        wait_ms: u64,
    },
    /// The time asked for has come.
    Due,
}

impl Sign {
    /// What a message means for the connection itself.
    pub fn of(message: &ServerMessage) -> Self {
        match message {
            ServerMessage::Ready { .. } => Self::LoggedIn,
            ServerMessage::Bye { wait_ms } => Self::Farewell { wait_ms: *wait_ms },
            ServerMessage::Challenge { .. }
            | ServerMessage::Index { .. }
            | ServerMessage::LogBatch { .. }
            | ServerMessage::Batch { .. }
            | ServerMessage::Wraps { .. }
            | ServerMessage::Acks { .. }
            | ServerMessage::Appended { .. }
            | ServerMessage::HeadMoved { .. }
            | ServerMessage::Event(_)
            | ServerMessage::Refused { .. }
            | ServerMessage::Pong => Self::Alive,
        }
    }
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Open a connection this way.
    Open(Way),
    /// Forget the connection. Nothing that it still brings counts.
    Abandon,
    /// Tell the engine that there is a connection.
    ReportUp,
    /// Tell the engine that there is none.
    ReportDown,
    /// Ask for a sign of life, or for news.
    Nudge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not wanted.
    Idle,
    /// Wanted, and to be tried again.
    Waiting {
        until: Uptime,
    },
    Opening {
        until: Uptime,
    },
    Open {
        since: Uptime,
        nudge_at: Uptime,
        dead_at: Uptime,
    },
}

/// One connection after the other.
#[derive(Debug)]
pub struct Line {
    state: State,
    route: Route,
    /// Tries in a row that did not end in a login.
    failures: u32,
    /// What the server asked for in its farewell.
    wait_ms: u64,
    /// Whether the engine knows that there is no connection.
    is_down_known: bool,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            state: State::Idle,
            route: Route::default(),
            failures: 0,
            wait_ms: 0,
            is_down_known: false,
        }
    }
}

impl Line {
    /// Takes note of what happened and says what to do, in order.
    #[must_use]
    pub fn take(&mut self, at: Moment, sign: Sign) -> Vec<Act> {
        match sign {
            Sign::Wish(LinkWish::Up) => self.wish_up(at),
            Sign::Wish(LinkWish::Down) => self.wish_down(),
            Sign::NetworkBack => self.network_back(at),
            Sign::Opened => self.opened(at),
            Sign::Closed => self.lost(at),
            Sign::Alive => self.alive(at),
            Sign::LoggedIn => {
                self.failures = 0;
                self.alive(at)
            }
            Sign::Farewell { wait_ms } => {
                self.wait_ms = wait_ms;
                self.alive(at)
            }
            Sign::Due => self.due(at),
        }
    }

    /// When to come back with [`Sign::Due`], if nothing happens before.
    pub fn due_at(&self) -> Option<Uptime> {
        match self.state {
            State::Idle => None,
            State::Waiting { until } | State::Opening { until } => Some(until),
            State::Open { nudge_at, dead_at, .. } => Some(nudge_at.min(dead_at)),
        }
    }

    fn wish_up(&mut self, at: Moment) -> Vec<Act> {
        match self.state {
            State::Idle => {
                self.is_down_known = false;
                self.open(at)
            }
            State::Waiting { .. } | State::Opening { .. } | State::Open { .. } => vec![],
        }
    }

    fn wish_down(&mut self) -> Vec<Act> {
        self.failures = 0;
        match core::mem::replace(&mut self.state, State::Idle) {
            State::Idle | State::Waiting { .. } => vec![],
            State::Opening { .. } => vec![Act::Abandon],
            State::Open { .. } => vec![Act::Abandon, Act::ReportDown],
        }
    }

    fn network_back(&mut self, at: Moment) -> Vec<Act> {
        match &mut self.state {
            State::Idle | State::Opening { .. } => vec![],
            State::Waiting { until } => {
                // Not all at once when an access point comes back.
                let soon = at.now.after_ms(within_ms(NETWORK_BACK_MS_MAX, at.random));
                *until = soon.min(*until);
                self.failures = 0;
                vec![]
            }
            State::Open { dead_at, .. } => {
                // It may be another network, on which the old connection leads nowhere.
                *dead_at = at.now.after_ms(PROBE_MS_MAX).min(*dead_at);
                vec![Act::Nudge]
            }
        }
    }

    fn open(&mut self, at: Moment) -> Vec<Act> {
        self.state = State::Opening { until: at.now.after_ms(OPENING_MS_MAX) };
        self.wait_ms = 0;
        vec![Act::Open(self.route.choose())]
    }

    fn opened(&mut self, at: Moment) -> Vec<Act> {
        let State::Opening { .. } = self.state else { return vec![] };
        self.state = State::Open {
            since: at.now,
            nudge_at: at.now.after_ms(self.nudge_ms()),
            dead_at: at.now.after_ms(SILENT_MS_MAX),
        };
        self.is_down_known = false;
        vec![Act::ReportUp]
    }

    fn alive(&mut self, at: Moment) -> Vec<Act> {
        if let State::Open { dead_at, .. } = &mut self.state {
            *dead_at = at.now.after_ms(SILENT_MS_MAX);
            self.route.worked();
        }
        vec![]
    }

    /// The connection ended, whoever ended it.
    fn lost(&mut self, at: Moment) -> Vec<Act> {
        let was_open = match self.state {
            State::Idle | State::Waiting { .. } => return vec![],
            State::Opening { .. } => false,
            State::Open { .. } => true,
        };
        self.route.ended();
        let jitter_ms = full_jitter_ms(self.failures, at.random);
        self.failures = self.failures.saturating_add(1);
        let until = at.now.after_ms(self.wait_ms.saturating_add(jitter_ms));
        self.state = State::Waiting { until };
        if !was_open && (self.is_down_known || self.failures < WAYS_TRIED) {
            return vec![Act::Abandon];
        }
        self.is_down_known = true;
        vec![Act::Abandon, Act::ReportDown]
    }

    fn due(&mut self, at: Moment) -> Vec<Act> {
        match self.state {
            State::Waiting { until } if at.now >= until => self.open(at),
            State::Opening { until } if at.now >= until => self.lost(at),
            State::Open { dead_at, .. } if at.now >= dead_at => self.lost(at),
            State::Open { since, nudge_at, dead_at } if at.now >= nudge_at => {
                if self.route.way() == Way::Post && at.now >= since.after_ms(POST_MS_MAX) {
                    return self.back_to_socket(at);
                }
                let nudge_at = at.now.after_ms(self.nudge_ms());
                self.state = State::Open { since, nudge_at, dead_at };
                vec![Act::Nudge]
            }
            State::Idle | State::Waiting { .. } | State::Opening { .. } | State::Open { .. } => {
                vec![]
            }
        }
    }

    fn back_to_socket(&mut self, at: Moment) -> Vec<Act> {
        self.route.try_socket();
        self.is_down_known = true;
        let mut acts = vec![Act::Abandon, Act::ReportDown];
        acts.extend(self.open(at));
        acts
    }

    fn nudge_ms(&self) -> u64 {
        match self.route.way() {
            Way::Socket => PING_MS,
            Way::Post => POLL_MS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Story {
        line: Line,
        now: u64,
    }

    impl Story {
        fn begin() -> Self {
            Self { line: Line::default(), now: 0 }
        }

        fn take(&mut self, sign: Sign) -> Vec<Act> {
            self.line.take(Moment { now: Uptime(self.now), random: u64::MAX }, sign)
        }

        /// Lets the time pass until the line wants something done.
        fn wait(&mut self) -> Vec<Act> {
            self.now = self.line.due_at().unwrap().0;
            self.take(Sign::Due)
        }

        fn wait_until(&mut self, wanted: Act) {
            for _ in 0..1_000 {
                if self.wait().contains(&wanted) {
                    return;
                }
            }
            panic!("{wanted:?} never came: {:?}", self.line);
        }

        fn up(&mut self) {
            self.take(Sign::Wish(LinkWish::Up));
            self.take(Sign::Opened);
            self.take(Sign::LoggedIn);
        }
    }

    #[test]
    fn a_silent_socket_is_pinged_and_then_given_up() {
        let mut story = Story::begin();
        assert_eq!(story.take(Sign::Wish(LinkWish::Up)), [Act::Open(Way::Socket)]);
        assert_eq!(story.take(Sign::Opened), [Act::ReportUp]);

        assert_eq!(story.wait(), [Act::Nudge]);
        assert_eq!(story.now, PING_MS);
        assert_eq!(story.wait(), [Act::Abandon, Act::ReportDown]);
        assert_eq!(story.now, SILENT_MS_MAX);
        assert_eq!(story.wait(), [Act::Open(Way::Socket)]);
    }

    #[test]
    fn a_socket_that_answers_lives_on() {
        let mut story = Story::begin();
        story.up();

        for _ in 0..100 {
            assert_eq!(story.wait(), [Act::Nudge]);
            story.take(Sign::Alive);
        }
    }

    #[test]
    fn a_socket_that_does_not_open_in_time_has_failed() {
        let mut story = Story::begin();
        story.take(Sign::Wish(LinkWish::Up));

        assert_eq!(story.wait(), [Act::Abandon]);
        assert_eq!(story.now, OPENING_MS_MAX);
    }

    #[test]
    fn that_there_is_no_connection_is_said_once_and_only_after_every_way_was_tried() {
        let mut story = Story::begin();
        story.take(Sign::Wish(LinkWish::Up));

        let said: Vec<bool> = (0..6)
            .map(|_| {
                let is_said = story.take(Sign::Closed).contains(&Act::ReportDown);
                story.wait();
                is_said
            })
            .collect();

        assert_eq!(said, [false, false, true, false, false, false]);
    }

    #[test]
    fn two_failed_sockets_lead_to_post_and_ten_minutes_later_back() {
        let mut story = Story::begin();
        story.take(Sign::Wish(LinkWish::Up));
        story.take(Sign::Closed);
        assert_eq!(story.wait(), [Act::Open(Way::Socket)]);
        story.take(Sign::Closed);
        assert_eq!(story.wait(), [Act::Open(Way::Post)]);
        story.take(Sign::Opened);
        story.take(Sign::LoggedIn);
        let since = story.now;

        let mut polls = 0;
        loop {
            let acts = story.wait();
            if acts != [Act::Nudge] {
                assert_eq!(acts, [Act::Abandon, Act::ReportDown, Act::Open(Way::Socket)]);
                break;
            }
            polls += 1;
            story.take(Sign::Alive);
        }
        assert_eq!(story.now - since, POST_MS_MAX);
        assert_eq!(polls, POST_MS_MAX / POLL_MS - 1);

        // Still broken: one more try was enough to know.
        story.take(Sign::Closed);
        assert_eq!(story.wait(), [Act::Open(Way::Post)]);
    }

    #[test]
    fn waits_grow_to_half_a_minute_until_a_login_holds() {
        let mut story = Story::begin();
        story.take(Sign::Wish(LinkWish::Up));
        let wait = |story: &mut Story| {
            let since = story.now;
            story.take(Sign::Closed);
            story.wait();
            story.now - since
        };

        let waits: Vec<u64> = (0..8).map(|_| wait(&mut story)).collect();
        assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);

        story.take(Sign::Opened);
        story.take(Sign::LoggedIn);
        assert_eq!(wait(&mut story), 1_000);
    }

    #[test]
    fn a_farewell_names_the_shortest_wait() {
        let mut story = Story::begin();
        story.up();
        story.take(Sign::Farewell { wait_ms: 60_000 });
        story.take(Sign::Closed);

        story.wait();

        assert_eq!(story.now, 61_000);
    }

    #[test]
    fn the_network_coming_back_shortens_the_wait() {
        let mut story = Story::begin();
        story.take(Sign::Wish(LinkWish::Up));
        for _ in 0..8 {
            story.take(Sign::Closed);
            story.wait();
        }
        story.take(Sign::Closed);
        let since = story.now;

        story.take(Sign::NetworkBack);
        story.wait();

        assert_eq!(story.now - since, NETWORK_BACK_MS_MAX);
    }

    #[test]
    fn an_open_socket_must_answer_soon_after_the_network_changed() {
        let mut story = Story::begin();
        story.up();

        assert_eq!(story.take(Sign::NetworkBack), [Act::Nudge]);
        story.wait_until(Act::ReportDown);

        assert_eq!(story.now, PROBE_MS_MAX);
    }

    #[test]
    fn what_a_connection_says_after_it_was_given_up_changes_nothing() {
        let mut story = Story::begin();
        story.up();
        assert_eq!(story.take(Sign::Wish(LinkWish::Down)), [Act::Abandon, Act::ReportDown]);

        for sign in [Sign::Opened, Sign::Closed, Sign::Alive, Sign::Due, Sign::NetworkBack] {
            assert_eq!(story.take(sign), []);
        }
        assert_eq!(story.line.due_at(), None);
    }
}
