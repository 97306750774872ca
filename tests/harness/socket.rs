//! A logged-in connection to a real server that says exactly what it is told to, lies included.

use futures_util::{SinkExt as _, StreamExt as _};
use shared::{
    id::DeviceId,
    sign::{Domain, SigningKey},
    sync::{ClientMessage, Identity, ServerMessage, login_message},
    version::PROTOCOL,
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

/// The connection.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Logs in with a device's key.
    pub async fn log_in(origin: &str, device: DeviceId, key: &SigningKey) -> Self {
        let url = format!("{}/v1/socket", origin.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("an address");
        request.headers_mut().insert("origin", origin.parse().expect("an origin"));
        let (socket, _) = connect_async(request).await.expect("a server");
        let mut socket = Self(socket);
        let identity = Identity::Device(device);
        let nonce = [7; 32];
        let hello = ClientMessage::Hello { version: PROTOCOL, identity, nonce };
        let ServerMessage::Challenge { nonce: theirs } = socket.ask(&hello).await else {
            unreachable!("a server that does not challenge")
        };
        let signed = login_message(&identity, &nonce, &theirs, origin);
        let signature = key.sign(Domain::Login, &signed);
        let ready = socket.ask(&ClientMessage::Auth { signature, org: None }).await;
        assert!(matches!(ready, ServerMessage::Ready { .. }), "{ready:?}");
        socket
    }

    /// Asks, and waits for the answer.
    pub async fn ask(&mut self, message: &ClientMessage) -> ServerMessage {
        self.0.send(Message::Binary(message.to_bytes().into())).await.expect("a connection");
        loop {
            let frame = self.0.next().await.expect("an answer").expect("a frame");
            let Message::Binary(bytes) = frame else { continue };
            let message = ServerMessage::parse(&bytes).expect("a message");
            // News comes unasked.
            if !matches!(message, ServerMessage::Event(_)) {
                return message;
            }
        }
    }
}
