//! `GET /v1/socket`: the protocol's messages, one a binary frame.

use std::{
    future::{Future as _, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use axum::{extract::State, response::Response};
use futures_util::{SinkExt as _, StreamExt as _};
use shared::{
    refusal::{Reason, Refusal},
    sync::{ClientMessage, ServerMessage},
};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{self, Message};

use crate::{
    app::App,
    carrier::Carrier,
    http::{
        extract::{Address, Origin},
        upgrade::{Socket, Upgrade, feed},
    },
    service::{Connection, IDLE_MS, refused},
};

const IDLE: Duration = Duration::from_millis(IDLE_MS);
/// From the upgrade to a login that held.
const LOGIN: Duration = Duration::from_secs(10);
/// For a device to take in what is sent to it.
const SEND: Duration = Duration::from_secs(30);
/// For saying good-bye.
const BYE: Duration = Duration::from_secs(2);
/// What devices wait before they come back to a server that stops; they add jitter.
const BYE_WAIT_MS: u64 = 1_000;
/// Frames taken from a socket in one turn.
const FRAMES_MAX: usize = 128;

/// Upgrades a request from an admissible origin.
pub(super) async fn upgrade(
    State(app): State<Arc<App>>,
    Origin(origin): Origin,
    Address(address): Address,
    upgrade: Upgrade,
) -> Response {
    let carrier = Carrier::new(Arc::clone(&app), origin, Connection::new()).at(address);
    upgrade.accept(move |socket| converse(app, carrier, socket))
}

/// Why a socket ends.
enum End {
    /// The device went away, was silent for too long, or broke the rules of WebSocket.
    Gone,
    /// The server asks it to come back later.
    Bye,
}

async fn converse(app: Arc<App>, mut carrier: Carrier, mut socket: Socket) {
    let counted = app.counters.socket();
    let end = take_turns(&app, &mut carrier, &mut socket).await;
    if let End::Bye = end {
        let bye = ServerMessage::Bye { wait_ms: BYE_WAIT_MS }.to_bytes();
        let said = timeout(BYE, socket.send(Message::Binary(bye.into()))).await;
        tracing::trace!(is_said = said.is_ok(), "good-bye");
    }
    drop(counted);
}

async fn take_turns(app: &App, carrier: &mut Carrier, socket: &mut Socket) -> End {
    let line = Arc::clone(carrier.line());
    let mut stopping = pin!(app.stopping());
    let mut heard = Instant::now();
    let mut alarm = pin!(sleep_until(heard + LOGIN));
    loop {
        tokio::select! {
            () = line.ready() => {
                let is_last = line.is_ended();
                if send_waiting(carrier, socket).await.is_none() || is_last {
                    return End::Gone;
                }
            }
            frame = socket.next(), if line.has_room() => {
                heard = Instant::now();
                let Some(messages) = take_frames(carrier, socket, frame).await else {
                    return End::Gone;
                };
                carrier.carry(messages).await;
            }
            () = &mut alarm => {
                let limit = if carrier.who().is_some() { heard + IDLE } else { heard };
                if limit <= Instant::now() {
                    return End::Gone;
                }
                alarm.as_mut().reset(limit);
            }
            () = &mut stopping => return End::Bye,
        }
    }
}

/// Sends what waits on the line. `None` if the device does not take it.
async fn send_waiting(carrier: &Carrier, socket: &mut Socket) -> Option<()> {
    let frames = carrier.line().take();
    let sending = async {
        for frame in frames {
            feed(socket, frame).await.ok()?;
        }
        socket.flush().await.ok()
    };
    timeout(SEND, sending).await.ok()?
}

/// The messages in `first` and in all frames that have arrived behind it. `None` when the socket
/// is at its end or carries what is no message.
async fn take_frames(
    carrier: &Carrier,
    socket: &mut Socket,
    first: Option<tungstenite::Result<Message>>,
) -> Option<Vec<ClientMessage>> {
    let mut messages = Vec::new();
    let mut next = Some(first);
    let mut taken = 0;
    while let Some(frame) = next {
        match frame?.ok()? {
            Message::Binary(bytes) => match ClientMessage::parse(&bytes) {
                Some(message) => messages.push(message),
                None => refuse(carrier, Reason::Malformed),
            },
            Message::Text(_) => refuse(carrier, Reason::Malformed),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            Message::Close(_) => return None,
        }
        taken += 1;
        next = if taken < FRAMES_MAX { arrived(socket).await } else { None };
    }
    Some(messages)
}

/// The next frame if it is here already.
async fn arrived(socket: &mut Socket) -> Option<Option<tungstenite::Result<Message>>> {
    let mut receiving = pin!(socket.next());
    poll_fn(|cx| {
        Poll::Ready(match receiving.as_mut().poll(cx) {
            Poll::Ready(frame) => Some(frame),
            Poll::Pending => None,
        })
    })
    .await
}

fn refuse(carrier: &Carrier, reason: Reason) {
    let message = refused(Refusal::new(reason));
    carrier.line().answer([message.to_bytes().into()], 0);
}
