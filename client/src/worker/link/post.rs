//! `POST /v1/sync`: one request at a time, some messages each way.
//!
//! The server keeps nothing between two posts, so the two halves of a login are tied together by a
//! header that it made, and everything after by the token in `Ready`.

use std::{collections::VecDeque, rc::Rc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use js_sys::{ArrayBuffer, Uint8Array};
use shared::{
    limit::{BATCH_ENVELOPES_MAX, MESSAGE_BYTES_MAX},
    sync::{ClientMessage, ServerMessage},
};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit,
    RequestMode, RequestRedirect, Response,
};

use super::{news::News, run::Report};
use crate::worker::scope;

/// Where messages are posted to.
const ADDRESS: &str = "/v1/sync";
/// Answers without a login: tells a server out of reach from one that refuses.
const PROBE_ADDRESS: &str = "/healthz";
/// Ties the two posts of a login together.
const LOGIN_HEADER: &str = "mendan-login";
/// Most messages in one body.
const BODY_MESSAGES_MAX: usize = BATCH_ENVELOPES_MAX;
/// What an array's head takes at most.
const ARRAY_HEAD_BYTES_MAX: usize = 9;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    messages: Vec<ServerMessage>,
    login: Option<String>,
}

/// Who this is, as far as the server has been told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Standing {
    #[default]
    Stranger,
    /// Challenged; the header to send back.
    Challenged(String),
    /// Logged in; the token to show.
    Known(String),
}

/// Messages on their way, and what to send with them.
#[derive(Debug, Default)]
struct Mailbag {
    waiting: VecDeque<ClientMessage>,
    standing: Standing,
    is_away: bool,
    news: News,
}

impl Mailbag {
    /// The next body, if none is on its way: as many messages as fit.
    fn take(&mut self) -> Option<Vec<u8>> {
        if self.is_away || self.waiting.is_empty() {
            return None;
        }
        let mut size = ARRAY_HEAD_BYTES_MAX;
        let mut count = 0;
        for message in self.waiting.iter().take(BODY_MESSAGES_MAX) {
            size = size.saturating_add(message.to_bytes().len());
            if count > 0 && size > MESSAGE_BYTES_MAX {
                break;
            }
            count += 1;
        }
        self.is_away = true;
        let messages: Vec<ClientMessage> = self.waiting.drain(..count).collect();
        self.news.say(&messages);
        Some(ClientMessage::to_body(&messages))
    }

    /// Takes note of an answer and returns its messages.
    fn answered(&mut self, Answer { messages, login }: Answer) -> Vec<ServerMessage> {
        self.is_away = false;
        if let Some(header) = login {
            self.standing = Standing::Challenged(header);
        }
        for message in &messages {
            if let ServerMessage::Ready { token: Some(token), .. } = message {
                self.standing = Standing::Known(URL_SAFE_NO_PAD.encode(token));
            }
        }
        self.news.hear(messages)
    }

    /// Asks for news, if nothing else is being said.
    fn nudge(&mut self) {
        let is_known = matches!(self.standing, Standing::Known(_));
        if is_known && !self.is_away && self.waiting.is_empty() {
            self.waiting.extend(self.news.ask());
        }
    }
}

/// A connection by posts. Its request is given up when it is dropped.
pub(super) struct Post {
    bag: Mailbag,
    stop: Option<AbortController>,
    report: Rc<dyn Fn(Report)>,
}

impl Post {
    /// Begins by asking whether the server can be reached at all.
    pub(super) fn open(report: impl Fn(Report) + 'static) -> Self {
        let stop = AbortController::new().ok();
        let post = Self { bag: Mailbag::default(), stop, report: Rc::new(report) };
        let report = Rc::clone(&post.report);
        let signal = post.signal();
        spawn_local(async move {
            let is_there = fetch(PROBE_ADDRESS, &request("GET", signal.as_ref())).await.is_some();
            report(if is_there { Report::Opened } else { Report::Closed });
        });
        post
    }

    /// Sends after everything that waits.
    pub(super) fn send(&mut self, message: ClientMessage) {
        if message != ClientMessage::Ping {
            self.bag.waiting.push_back(message);
            self.go();
        }
    }

    /// Takes note of an answer and returns its messages.
    pub(super) fn answered(&mut self, answer: Answer) -> Vec<ServerMessage> {
        let messages = self.bag.answered(answer);
        self.go();
        messages
    }

    /// Asks for news.
    pub(super) fn nudge(&mut self) {
        self.bag.nudge();
        self.go();
    }

    fn go(&mut self) {
        let Some(body) = self.bag.take() else { return };
        let (standing, signal) = (self.bag.standing.clone(), self.signal());
        let report = Rc::clone(&self.report);
        spawn_local(async move {
            report(match exchange(&body, &standing, signal.as_ref()).await {
                Ok(answer) => Report::Answer(answer),
                Err(Refusal { wait_ms }) => Report::Refused { wait_ms },
            });
        });
    }

    fn signal(&self) -> Option<AbortSignal> {
        self.stop.as_ref().map(AbortController::signal)
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        if let Some(stop) = &self.stop {
            stop.abort();
        }
    }
}

/// No answer, or none that helps; how long the server wants to be left alone.
struct Refusal {
    wait_ms: u64,
}

async fn exchange(
    body: &[u8],
    standing: &Standing,
    signal: Option<&AbortSignal>,
) -> Result<Answer, Refusal> {
    let unknown = Refusal { wait_ms: 0 };
    let request = request("POST", signal);
    let Ok(headers) = headers(standing) else { return Err(unknown) };
    request.set_headers(&headers);
    request.set_body(&Uint8Array::from(body));
    let Some(response) = fetch(ADDRESS, &request).await else { return Err(unknown) };
    if !response.ok() {
        let seconds = header(&response, "retry-after").and_then(|text| text.parse::<u64>().ok());
        return Err(Refusal { wait_ms: seconds.unwrap_or(0).saturating_mul(1_000) });
    }
    let login = header(&response, LOGIN_HEADER);
    read(&response).await.map(|messages| Answer { messages, login }).ok_or(unknown)
}

async fn read(response: &Response) -> Option<Vec<ServerMessage>> {
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    ServerMessage::parse_body(&Uint8Array::new(buffer.dyn_ref::<ArrayBuffer>()?).to_vec())
}

async fn fetch(address: &str, request: &RequestInit) -> Option<Response> {
    let promise = scope()?.fetch_with_str_and_init(address, request);
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

fn request(method: &str, signal: Option<&AbortSignal>) -> RequestInit {
    let request = RequestInit::new();
    request.set_method(method);
    request.set_mode(RequestMode::SameOrigin);
    request.set_credentials(RequestCredentials::Omit);
    request.set_cache(RequestCache::NoStore);
    request.set_redirect(RequestRedirect::Error);
    request.set_signal(signal);
    request
}

fn headers(standing: &Standing) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/cbor")?;
    match standing {
        Standing::Stranger => {}
        Standing::Challenged(login) => headers.set(LOGIN_HEADER, login)?,
        Standing::Known(token) => headers.set("authorization", &format!("Bearer {token}"))?,
    }
    Ok(headers)
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        Blob,
        id::{DeviceId, ServerEpoch},
        sync::{Identity, Limits},
        time::UnixMillis,
    };

    fn ready() -> ServerMessage {
        ServerMessage::Ready {
            server_epoch: ServerEpoch::new([0; 16]),
            now: UnixMillis(0),
            limits: Limits { message_bytes_max: 0, push_envelopes_max: 0, idle_ms: 0 },
            token: Some(Blob(vec![0xFF, 0xFE])),
            org_length: 0,
            wraps: 0,
        }
    }

    fn push(bytes: usize) -> ClientMessage {
        ClientMessage::Push { envelopes: vec![Blob(vec![7; bytes])] }
    }

    #[test]
    fn a_login_goes_from_stranger_to_known_by_header_and_token() {
        let mut bag = Mailbag::default();
        let challenge = ServerMessage::Challenge { nonce: [1; 32] };

        bag.answered(Answer { messages: vec![challenge], login: Some("abc".to_owned()) });
        assert_eq!(bag.standing, Standing::Challenged("abc".to_owned()));

        bag.answered(Answer { messages: vec![ready()], login: None });
        assert_eq!(bag.standing, Standing::Known("__4".to_owned()));
    }

    #[test]
    fn one_request_is_under_way_at_a_time_and_order_is_kept() {
        let mut bag = Mailbag::default();
        bag.waiting.extend([ClientMessage::Subscribe, push(1)]);

        let body = bag.take().unwrap();
        assert_eq!(ClientMessage::parse_body(&body).unwrap(), [ClientMessage::Subscribe, push(1)]);
        bag.waiting.push_back(push(2));
        assert_eq!(bag.take(), None);

        bag.answered(Answer { messages: vec![], login: None });
        assert_eq!(ClientMessage::parse_body(&bag.take().unwrap()).unwrap(), [push(2)]);
    }

    #[test]
    fn a_body_holds_as_many_messages_as_a_server_takes() {
        let mut bag = Mailbag::default();
        bag.waiting.extend([push(100 * 1024), push(100 * 1024), push(100 * 1024)]);

        let body = bag.take().unwrap();

        assert!(body.len() <= MESSAGE_BYTES_MAX);
        assert_eq!(ClientMessage::parse_body(&body).unwrap().len(), 2);
        assert_eq!(bag.waiting.len(), 1);
    }

    #[test]
    fn a_body_holds_no_more_messages_than_a_server_reads() {
        let mut bag = Mailbag::default();
        bag.waiting.extend((0..=BODY_MESSAGES_MAX).map(|_| push(1)));

        let messages = ClientMessage::parse_body(&bag.take().unwrap()).unwrap();

        assert_eq!(messages.len(), BODY_MESSAGES_MAX);
        assert_eq!(bag.waiting.len(), 1);
    }

    #[test]
    fn news_are_asked_for_only_by_who_is_known_and_has_nothing_else_to_say() {
        let mut bag = Mailbag::default();
        bag.nudge();
        assert_eq!(bag.take(), None);

        let (identity, nonce) = (Identity::Device(DeviceId::new([0; 16])), [0; 32]);
        bag.waiting.push_back(ClientMessage::Hello { version: 1, identity, nonce });
        bag.take();
        bag.answered(Answer { messages: vec![ready()], login: None });
        bag.nudge();
        bag.nudge();
        assert_eq!(ClientMessage::parse_body(&bag.take().unwrap()).unwrap().len(), 3);
        bag.nudge();
        assert!(bag.waiting.is_empty());
    }
}
