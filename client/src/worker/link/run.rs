//! Carries out what the line decides, with the browser's sockets, requests and timers.

use engine::{
    effect::LinkWish,
    input::{Input, Link},
};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt as _;
use shared::sync::{ClientMessage, ServerMessage};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;

use super::{
    Act, Line, Moment, Sign,
    post::{Answer, Post},
    route::Way,
    socket::Socket,
};
use crate::worker::{
    clock::uptime,
    driver::{Errand, Wire},
    entropy::jitter,
    scope,
    timer::Timer,
};

/// How often a busy socket is looked after.
const PUMP_MS: u64 = 100;

/// What a connection says of itself.
#[derive(Debug)]
pub(super) enum Report {
    Opened,
    Closed,
    Frame(Vec<u8>),
    Answer(Answer),
    /// No answer; the server wants to be left alone for so long.
    Refused {
        wait_ms: u64,
    },
}

#[derive(Debug)]
enum Order {
    Wish(LinkWish),
    Send(ClientMessage),
    /// From the connection of this number.
    Report(u64, Report),
    NetworkBack,
    Due,
    End,
}

/// The driver's end of the link. The connection ends with it.
pub(in crate::worker) struct LinkHandle {
    orders: UnboundedSender<Order>,
}

impl LinkHandle {
    /// Starts the link; what comes in is sent as errands.
    pub(in crate::worker) fn start(errands: UnboundedSender<Errand>) -> Self {
        let (orders, arriving) = unbounded();
        spawn_local(Runner::new(orders.clone(), errands).run(arriving));
        Self { orders }
    }

    fn order(&self, order: Order) {
        // The link outlives its handle.
        drop(self.orders.unbounded_send(order));
    }
}

impl Wire for LinkHandle {
    fn send(&mut self, message: ClientMessage) {
        self.order(Order::Send(message));
    }

    fn wish(&mut self, wish: LinkWish) {
        self.order(Order::Wish(wish));
    }
}

impl Drop for LinkHandle {
    fn drop(&mut self) {
        self.order(Order::End);
    }
}

enum Connection {
    Socket(Socket),
    Post(Post),
}

struct Runner {
    line: Line,
    connection: Option<Connection>,
    /// Grows with each connection, so that an abandoned one is not heard.
    number: u64,
    is_logged_in: bool,
    timer: Timer,
    orders: UnboundedSender<Order>,
    errands: UnboundedSender<Errand>,
    on_online: JsValue,
}

impl Runner {
    fn new(orders: UnboundedSender<Order>, errands: UnboundedSender<Errand>) -> Self {
        let due = orders.clone();
        let timer = Timer::new(move || drop(due.unbounded_send(Order::Due)));
        let back = orders.clone();
        let on_online = Closure::<dyn FnMut()>::new(move || {
            drop(back.unbounded_send(Order::NetworkBack));
        })
        .into_js_value();
        Self {
            line: Line::default(),
            connection: None,
            number: 0,
            is_logged_in: false,
            timer,
            orders,
            errands,
            on_online,
        }
    }

    async fn run(mut self, mut arriving: UnboundedReceiver<Order>) {
        let scope = scope();
        if let Some(scope) = &scope {
            scope.set_ononline(Some(self.on_online.unchecked_ref()));
        }
        while let Some(order) = arriving.next().await {
            match order {
                Order::Wish(wish) => self.sign(Sign::Wish(wish)),
                Order::NetworkBack => self.sign(Sign::NetworkBack),
                Order::Send(message) => self.send(message),
                Order::Report(number, report) if number == self.number => self.hear(report),
                Order::Report(..) => {}
                Order::Due => {
                    self.pump();
                    self.sign(Sign::Due);
                }
                Order::End => break,
            }
            self.set_timer();
        }
        if let Some(scope) = &scope {
            scope.set_ononline(None);
        }
    }

    fn send(&mut self, message: ClientMessage) {
        match &mut self.connection {
            Some(Connection::Socket(socket)) => socket.send(message.to_bytes()),
            Some(Connection::Post(post)) => post.send(message),
            // The engine says it again when there is a connection.
            None => {}
        }
    }

    fn hear(&mut self, report: Report) {
        match (report, &mut self.connection) {
            // It was abandoned, or answers in another connection's way.
            (_, None) | (Report::Answer(_), Some(Connection::Socket(_))) => {}
            (Report::Opened, Some(_)) => self.sign(Sign::Opened),
            (Report::Closed, Some(_)) => self.sign(Sign::Closed),
            (Report::Refused { wait_ms }, Some(_)) => {
                self.sign(Sign::Farewell { wait_ms });
                self.sign(Sign::Closed);
            }
            (Report::Frame(bytes), Some(_)) => match ServerMessage::parse(&bytes) {
                Some(message) => self.deliver(message),
                None => self.sign(Sign::Closed),
            },
            (Report::Answer(answer), Some(Connection::Post(post))) => {
                let messages = post.answered(answer);
                self.sign(Sign::Alive);
                for message in messages {
                    self.deliver(message);
                }
            }
        }
    }

    fn deliver(&mut self, message: ServerMessage) {
        let sign = Sign::of(&message);
        self.is_logged_in |= sign == Sign::LoggedIn;
        if message != ServerMessage::Pong {
            self.errand(Input::Received(message));
        }
        self.sign(sign);
    }

    fn sign(&mut self, sign: Sign) {
        let moment = Moment { now: uptime(), random: jitter() };
        for act in self.line.take(moment, sign) {
            match act {
                Act::Open(way) => self.open(way),
                Act::Abandon => self.connection = None,
                Act::ReportUp => {
                    let origin = scope().map(|scope| scope.location().origin()).unwrap_or_default();
                    self.errand(Input::Link(Link::Up { origin }));
                }
                Act::ReportDown => self.errand(Input::Link(Link::Down)),
                Act::Nudge => self.nudge(),
            }
        }
    }

    fn open(&mut self, way: Way) {
        self.number = self.number.saturating_add(1);
        self.is_logged_in = false;
        let (orders, number) = (self.orders.clone(), self.number);
        let report = move |report| drop(orders.unbounded_send(Order::Report(number, report)));
        self.connection = match way {
            Way::Post => Some(Connection::Post(Post::open(report))),
            Way::Socket => {
                let tell = report.clone();
                let opened = address().and_then(|address| Socket::open(&address, report));
                if opened.is_none() {
                    tell(Report::Closed);
                }
                opened.map(Connection::Socket)
            }
        };
    }

    fn nudge(&mut self) {
        match &mut self.connection {
            Some(Connection::Socket(socket)) if self.is_logged_in => {
                socket.send(ClientMessage::Ping.to_bytes());
            }
            Some(Connection::Post(post)) => post.nudge(),
            Some(Connection::Socket(_)) | None => {}
        }
    }

    fn pump(&mut self) {
        if let Some(Connection::Socket(socket)) = &mut self.connection
            && socket.pump()
        {
            self.sign(Sign::Alive);
        }
    }

    fn set_timer(&mut self) {
        let is_busy =
            matches!(&self.connection, Some(Connection::Socket(socket)) if socket.is_busy());
        let now = uptime();
        let due_ms = self.line.due_at().map(|at| at.0.saturating_sub(now.0));
        match (due_ms, is_busy) {
            (Some(due_ms), true) => self.timer.set_ms(due_ms.min(PUMP_MS)),
            (None, true) => self.timer.set_ms(PUMP_MS),
            (Some(due_ms), false) => self.timer.set_ms(due_ms),
            (None, false) => self.timer.clear(),
        }
    }

    fn errand(&self, input: Input) {
        // With the driver gone, the handle's end is on its way.
        drop(self.errands.unbounded_send(Errand::Input(Box::new(input))));
    }
}

/// The socket's address at the server that the app came from.
fn address() -> Option<String> {
    let location = scope()?.location();
    let scheme = if location.protocol() == "http:" { "ws" } else { "wss" };
    Some(format!("{scheme}://{}/v1/socket", location.host()))
}
