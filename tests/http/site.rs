//! The router in process, with a clock and randomness of the test's own.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use server::{
    app::{App, Place},
    http::router,
    machine::Machine,
    store::Store,
};
use shared::{
    Blob,
    hash::sha256,
    log::Entry,
    refusal::Reason,
    sign::{Domain, SigningKey},
    sync::{Ack, ClientMessage, Identity, ServerMessage, Wrap, login_message},
    time::UnixMillis,
    version::PROTOCOL,
};
use tower::ServiceExt as _;

use crate::cast::{ADMIN, CONSULTANT, EMPLOYEE, Firm, Paper, Person, ROOT, START, key};

pub(crate) const ORIGIN: &str = "https://mendan.example";
/// The number of the bootstrap link's key.
pub(crate) const BOOTSTRAP: u8 = 0xB0;
const CLIENT_NONCE: [u8; 32] = [0xA1; 32];

/// A clock that stands still and numbers that repeat from run to run.
#[derive(Debug)]
pub(crate) struct Clockwork {
    now: AtomicU64,
    drawn: AtomicU64,
}

impl Machine for Clockwork {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.now.load(Ordering::SeqCst))
    }

    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let drawn = self.drawn.fetch_add(1, Ordering::SeqCst);
            let noise = sha256(&[&drawn.to_be_bytes()]);
            piece.copy_from_slice(&noise[..piece.len()]);
        }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn messages(&self) -> Vec<ServerMessage> {
        ServerMessage::parse_body(&self.body).unwrap_or_else(|| panic!("no messages: {self:?}"))
    }

    /// The one message in it.
    pub(crate) fn message(&self) -> ServerMessage {
        let messages = self.messages();
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.into_iter().next().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Why the one request was refused, as message or as acknowledgement.
    #[track_caller]
    pub(crate) fn reason(&self) -> Reason {
        let message = self.message();
        if let ServerMessage::Refused { refusal, .. } = message {
            return refusal.reason();
        }
        let ServerMessage::Acks { acks } = message else { panic!("not refused: {message:?}") };
        let [(_, Ack::Refused(refusal))] = acks.as_slice() else { panic!("not refused: {acks:?}") };
        refusal.reason()
    }
}

/// A server without sockets.
#[derive(Clone)]
pub(crate) struct Site {
    router: Router,
    clock: Arc<Clockwork>,
}

impl Site {
    /// A server that has no firm yet.
    pub(crate) fn empty() -> Self {
        let clock = Arc::new(Clockwork { now: AtomicU64::new(START.0), drawn: AtomicU64::new(0) });
        let store = Store::in_memory(&mut &*clock).unwrap();
        let place = Place {
            origin: String::from(ORIGIN),
            other_origins: Vec::new(),
            is_tls: true,
            database: None,
            bootstrap: Some(key(BOOTSTRAP).verify_key()),
        };
        let machine: Arc<dyn Machine> = Arc::<Clockwork>::clone(&clock);
        let app = App::start(store, machine, place).unwrap();
        Self { router: router(app), clock }
    }

    /// A server with a firm of one person of each role, and one document that the employee reads.
    pub(crate) async fn staffed() -> (Self, Firm, Paper) {
        let (site, firm) = (Self::empty(), Firm::staffed());
        for (index, entry) in firm.entries.iter().enumerate() {
            let token = match index {
                0 => site.log_in(Identity::Bootstrap, &key(BOOTSTRAP)).await,
                odd if odd % 2 == 1 => site.log_in_as(ADMIN).await,
                even => {
                    let person = [CONSULTANT, crate::cast::SUPERVISOR, EMPLOYEE][even / 2 - 1];
                    let key = key(person.0 + 2);
                    site.log_in(Identity::Grant(key.verify_key()), &key).await
                }
            };
            site.append(&token, entry).await;
        }
        let paper = Paper::new(&firm);
        let token = site.log_in_as(CONSULTANT).await;
        site.append(&token, &paper.entries[0]).await;
        (site, firm, paper)
    }

    /// Lets time pass.
    pub(crate) fn wait_ms(&self, ms: u64) {
        self.clock.now.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn ask(&self, method: Method, path: &str) -> Reply {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "x");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Posts bytes with extra headers.
    pub(crate) async fn post(&self, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        let mut request = Request::builder().method(Method::POST).uri("/v1/sync");
        request = request.header(header::ORIGIN, ORIGIN);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Says something as whoever has the token; without one, as nobody.
    pub(crate) async fn say(&self, token: &str, message: ClientMessage) -> Reply {
        let bearer = format!("Bearer {token}");
        let shown = [(header::AUTHORIZATION.as_str(), bearer.as_str())];
        let headers = if token.is_empty() { &[] } else { shown.as_slice() };
        self.post(headers, ClientMessage::to_body(&[message])).await
    }

    /// The challenge's nonce and the word to show with the answer.
    pub(crate) async fn say_hello(&self, identity: Identity) -> ([u8; 32], String) {
        let hello = ClientMessage::Hello { version: PROTOCOL, identity, nonce: CLIENT_NONCE };
        let reply = self.say("", hello).await;
        let ServerMessage::Challenge { nonce } = reply.message() else { panic!("{reply:?}") };
        (nonce, String::from(reply.header("mendan-login")))
    }

    /// Answers a challenge.
    pub(crate) async fn answer(
        &self,
        identity: Identity,
        (nonce, login): &([u8; 32], String),
        origin: &str,
        key: &SigningKey,
    ) -> Reply {
        let message = login_message(&identity, &CLIENT_NONCE, nonce, origin);
        let signature = key.sign(Domain::Login, &message);
        let body = ClientMessage::to_body(&[ClientMessage::Auth { signature, org: None }]);
        self.post(&[("mendan-login", login)], body).await
    }

    /// The answer to a whole login.
    pub(crate) async fn try_log_in(&self, identity: Identity, key: &SigningKey) -> Reply {
        let challenge = self.say_hello(identity).await;
        self.answer(identity, &challenge, ORIGIN, key).await
    }

    /// The token of a login that must hold.
    pub(crate) async fn log_in(&self, identity: Identity, key: &SigningKey) -> String {
        let reply = self.try_log_in(identity, key).await;
        let ServerMessage::Ready { token: Some(Blob(token)), .. } = reply.message() else {
            panic!("{reply:?}");
        };
        BASE64_URL_SAFE_NO_PAD.encode(token)
    }

    pub(crate) async fn log_in_as(&self, person: Person) -> String {
        self.log_in(Identity::Device(person.device()), &person.device_key()).await
    }

    /// Appends an entry that must be taken.
    pub(crate) async fn append(&self, token: &str, entry: &Entry) {
        let reply = self.try_append(token, entry, Vec::new()).await;
        assert!(matches!(reply.message(), ServerMessage::Appended { .. }), "{reply:?}");
    }

    pub(crate) async fn try_append(&self, token: &str, entry: &Entry, wraps: Vec<Wrap>) -> Reply {
        let entry = Blob(entry.as_bytes().to_vec());
        self.say(token, ClientMessage::Append { entry, wraps }).await
    }

    pub(crate) async fn push(&self, token: &str, envelope: Vec<u8>) -> Reply {
        self.say(token, ClientMessage::Push { envelopes: vec![Blob(envelope)] }).await
    }
}

/// The key of the firm's root, for those who would begin a second firm.
pub(crate) fn root_key() -> SigningKey {
    key(ROOT)
}
