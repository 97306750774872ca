//! A small driver for Chromium's DevTools protocol: calls, events, and one setting for every target.
//!
//! The browser holds each new page, worker and service worker until this end has prepared it, so
//! that no request, log line or message of any of them is missed.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{SinkExt as _, StreamExt as _, join};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::tape::Tape;

/// No call to the browser takes longer unless something is wrong.
const CALL_LIMIT: Duration = Duration::from_mins(1);
/// What is said of a call that was given up then.
pub(crate) const NO_ANSWER: &str = "no answer";

/// A page, worker or service worker, as the browser names the line to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line(String);

/// What a target is.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) line: Line,
    pub(crate) id: String,
    pub(crate) kind: String,
}

/// What every target is set to, the ones to come included.
#[derive(Clone, Copy, Debug, Default)]
struct Setting {
    is_offline: bool,
}

type Answer = Result<Value, String>;

#[derive(Debug)]
struct Inner {
    outgoing: mpsc::UnboundedSender<Message>,
    waiting: Mutex<BTreeMap<u64, oneshot::Sender<Answer>>>,
    next: AtomicU64,
    targets: Mutex<BTreeMap<Line, Target>>,
    setting: Mutex<Setting>,
    complaints: Mutex<Vec<String>>,
    tape: Tape,
}

/// The connection to one browser.
#[derive(Clone, Debug)]
pub(crate) struct Cdp(Arc<Inner>);

impl Cdp {
    /// Connects to the browser's own endpoint.
    pub(crate) async fn connect(endpoint: &str, tape: Tape) -> Self {
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let (stream, _) = connect_async_with_config(endpoint, Some(config), false).await.unwrap();
        let (outgoing, wishes) = mpsc::unbounded_channel();
        let cdp = Self(Arc::new(Inner {
            outgoing,
            waiting: Mutex::default(),
            next: AtomicU64::new(1),
            targets: Mutex::default(),
            setting: Mutex::default(),
            complaints: Mutex::default(),
            tape,
        }));
        tokio::spawn(carry(cdp.clone(), stream, wishes));
        cdp.call(None, "Target.setAutoAttach", attach_to_all()).await.unwrap();
        cdp
    }

    /// Asks the browser, or one target of it.
    pub(crate) async fn call(&self, line: Option<&Line>, method: &str, params: Value) -> Answer {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let (answered, answer) = oneshot::channel();
        self.0.waiting.lock().unwrap().insert(id, answered);
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(Line(name)) = line {
            message["sessionId"] = json!(name);
        }
        if self.0.outgoing.send(Message::text(message.to_string())).is_err() {
            return Err(format!("{method}: the browser is gone"));
        }
        match timeout(CALL_LIMIT, answer).await {
            Ok(Ok(answer)) => answer.map_err(|error| format!("{method}: {error}")),
            Ok(Err(_)) => Err(format!("{method}: the browser is gone")),
            Err(_) => Err(format!("{method}: {NO_ANSWER}")),
        }
    }

    /// Every target of a kind: `page`, `worker`, `service_worker`.
    pub(crate) fn targets(&self, kind: &str) -> Vec<Target> {
        let targets = self.0.targets.lock().unwrap();
        targets.values().filter(|target| target.kind == kind).cloned().collect()
    }

    /// Cuts every target from the network, or lets it back, and those that are yet to come.
    pub(crate) async fn set_offline(&self, is_offline: bool) {
        self.0.setting.lock().unwrap().is_offline = is_offline;
        let targets: Vec<_> = self.0.targets.lock().unwrap().values().cloned().collect();
        for target in targets {
            self.apply_setting(&target.line).await;
        }
    }

    /// What went wrong inside the browser: exceptions, `console.error`, policy violations.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.0.complaints.lock().unwrap().clone()
    }

    async fn apply_setting(&self, line: &Line) {
        let Setting { is_offline } = *self.0.setting.lock().unwrap();
        let params = json!({
            "offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        // A target may end at any time.
        self.call(Some(line), "Network.emulateNetworkConditions", params).await.unwrap_or_default();
    }

    /// Gets a new target ready, then lets it run.
    async fn prepare(&self, target: Target) {
        let line = &target.line;
        // All at once: a waiting worker answers some of these only when it runs.
        let plain = |method| async move {
            self.call(Some(line), method, json!({})).await.unwrap_or_default();
        };
        join!(
            plain("Network.enable"),
            plain("Runtime.enable"),
            plain("Log.enable"),
            self.apply_setting(line),
            async {
                let params = attach_to_all();
                self.call(Some(line), "Target.setAutoAttach", params).await.unwrap_or_default();
            },
            plain("Runtime.runIfWaitingForDebugger"),
        );
        self.0.targets.lock().unwrap().insert(target.line.clone(), target);
    }

    /// Keeps what a finished request brought.
    async fn keep_response(self, line: Line, request: String) {
        let params = json!({ "requestId": request });
        if let Ok(body) = self.call(Some(&line), "Network.getResponseBody", params).await {
            self.0.tape.keep_text_or_base64(&body, "body", "base64Encoded");
        }
    }

    fn hear(&self, message: &Value) {
        if let Some(id) = message["id"].as_u64() {
            let Some(answered) = self.0.waiting.lock().unwrap().remove(&id) else { return };
            let error = message.get("error").map(ToString::to_string);
            let answer = error.map_or_else(|| Ok(message["result"].clone()), Err);
            // Whoever asked may have given up.
            answered.send(answer).unwrap_or_default();
            return;
        }
        let params = &message["params"];
        let line = || Line(text(&message["sessionId"]));
        match message["method"].as_str().unwrap_or_default() {
            "Target.attachedToTarget" => {
                let info = &params["targetInfo"];
                let target = Target {
                    line: Line(text(&params["sessionId"])),
                    id: text(&info["targetId"]),
                    kind: text(&info["type"]),
                };
                let cdp = self.clone();
                tokio::spawn(async move { cdp.prepare(target).await });
            }
            "Target.detachedFromTarget" => {
                self.0.targets.lock().unwrap().remove(&Line(text(&params["sessionId"])));
            }
            "Network.loadingFinished" if self.0.tape.is_on() => {
                tokio::spawn(self.clone().keep_response(line(), text(&params["requestId"])));
            }
            "Runtime.exceptionThrown" => self.complain(&params["exceptionDetails"]),
            "Runtime.consoleAPICalled" if params["type"] == "error" => {
                self.complain(&params["args"]);
            }
            "Log.entryAdded" if is_complaint(&params["entry"]) => self.complain(&params["entry"]),
            method => self.0.tape.keep_event(method, params),
        }
    }

    fn complain(&self, about: &Value) {
        self.0.complaints.lock().unwrap().push(about.to_string());
    }
}

/// Whether a line of the browser's log is about the app, not about the network being cut.
fn is_complaint(entry: &Value) -> bool {
    let is_cut = text(&entry["text"]).contains("net::ERR_INTERNET_DISCONNECTED");
    entry["level"] == "error" && !is_cut
}

fn attach_to_all() -> Value {
    json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true })
}

fn text(value: &Value) -> String {
    String::from(value.as_str().unwrap_or_default())
}

/// Carries messages both ways until the browser is gone.
async fn carry(
    cdp: Cdp,
    mut stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    mut wishes: mpsc::UnboundedReceiver<Message>,
) {
    loop {
        tokio::select! {
            Some(wish) = wishes.recv() => {
                if stream.send(wish).await.is_err() {
                    break;
                }
            }
            heard = stream.next() => match heard {
                Some(Ok(Message::Text(text))) => {
                    if let Ok(message) = serde_json::from_str(&text) {
                        cdp.hear(&message);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            },
        }
    }
    // Dropping the senders tells everybody who still waits.
    cdp.0.waiting.lock().unwrap().clear();
}
