//! News where the server cannot tell them by itself: asked for in pairs of questions, and told to
//! the engine in the words it would have heard on a WebSocket.

use shared::sync::{ClientMessage, Event, Identity, ServerMessage};

/// What was heard, and whether an answer is about news.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Holders of an invitation have no news to hear.
    is_device: bool,
    /// Length of the org log, as far as the server said.
    org_length: u64,
    /// Newest wrap, as far as the server said.
    wraps: u64,
    /// Whether the body under way asks for news and nothing else.
    is_asking: bool,
}

impl News {
    /// The questions: what changed in documents, in the org log, and among the wraps.
    pub(super) fn ask(&mut self) -> Vec<ClientMessage> {
        if !self.is_device {
            return vec![];
        }
        self.is_asking = true;
        vec![
            ClientMessage::Subscribe,
            ClientMessage::PullLog { document: None, from: self.org_length },
            ClientMessage::PullWraps { after: self.wraps },
        ]
    }

    /// Takes note of what is sent.
    pub(super) fn say(&mut self, messages: &[ClientMessage]) {
        for message in messages {
            if let ClientMessage::Hello { identity, .. } = message {
                self.is_device = matches!(identity, Identity::Device(_));
            }
        }
    }

    /// Takes note of an answer, and returns what the engine should hear of it.
    pub(super) fn hear(&mut self, messages: Vec<ServerMessage>) -> Vec<ServerMessage> {
        let is_news = core::mem::take(&mut self.is_asking);
        messages
            .into_iter()
            .filter_map(|message| {
                let event = self.note(&message);
                if is_news && !matches!(message, ServerMessage::Index { .. }) {
                    return event.map(ServerMessage::Event);
                }
                Some(message)
            })
            .collect()
    }

    /// What a message says of the org log and the wraps, if it is more than was known.
    fn note(&mut self, message: &ServerMessage) -> Option<Event> {
        match message {
            ServerMessage::Ready { org_length, wraps, .. } => {
                self.org_length = self.org_length.max(*org_length);
                self.wraps = self.wraps.max(*wraps);
                None
            }
            ServerMessage::LogBatch { document: None, from, entries, .. } => {
                let length = from.saturating_add(u64::try_from(entries.len()).unwrap_or(0));
                let is_more = length > self.org_length;
                self.org_length = self.org_length.max(length);
                is_more.then_some(Event::Org(length))
            }
            ServerMessage::Wraps { last, .. } => {
                let is_more = *last > self.wraps;
                self.wraps = self.wraps.max(*last);
                is_more.then_some(Event::Wraps(*last))
            }
            ServerMessage::Challenge { .. }
            | ServerMessage::Index { .. }
            | ServerMessage::LogBatch { document: Some(_), .. }
            | ServerMessage::Batch { .. }
            | ServerMessage::Acks { .. }
            | ServerMessage::Appended { .. }
            | ServerMessage::HeadMoved { .. }
            | ServerMessage::Event(_)
            | ServerMessage::Refused { .. }
            | ServerMessage::Pong
            | ServerMessage::Bye { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{Blob, id::DeviceId};

    fn device() -> News {
        let identity = Identity::Device(DeviceId::new([1; 16]));
        let mut news = News::default();
        news.say(&[ClientMessage::Hello { version: 1, identity, nonce: [0; 32] }]);
        news
    }

    fn org(from: u64, entries: usize) -> ServerMessage {
        let entries = vec![Blob::default(); entries];
        ServerMessage::LogBatch { document: None, from, entries, more: false }
    }

    fn index() -> ServerMessage {
        ServerMessage::Index { documents: vec![], more: false }
    }

    fn wraps(last: u64) -> ServerMessage {
        ServerMessage::Wraps { last, wraps: vec![], more: false }
    }

    #[test]
    fn news_are_told_as_on_a_socket_and_old_news_not_at_all() {
        let mut news = device();
        news.hear(vec![org(0, 3)]);

        assert!(news.ask().contains(&ClientMessage::PullLog { document: None, from: 3 }));
        assert_eq!(news.hear(vec![index(), org(3, 0), wraps(0)]), [index()]);

        news.ask();
        assert_eq!(
            news.hear(vec![index(), org(3, 2), wraps(7)]),
            [index(), ServerMessage::Event(Event::Org(5)), ServerMessage::Event(Event::Wraps(7))]
        );
        assert!(news.ask().contains(&ClientMessage::PullWraps { after: 7 }));
    }

    #[test]
    fn what_the_engine_asked_for_itself_reaches_it_unchanged() {
        let mut news = device();

        assert_eq!(news.hear(vec![org(0, 3), wraps(2)]), [org(0, 3), wraps(2)]);
    }

    #[test]
    fn the_holder_of_an_invitation_is_spared() {
        assert_eq!(News::default().ask(), []);
    }
}
