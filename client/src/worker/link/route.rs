//! Which way to try next: a WebSocket, or POST where something in between breaks WebSockets.

/// So many WebSockets may fail in a row before POST is tried.
const SOCKET_FAILURES_MAX: u32 = 2;

/// A way to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// One WebSocket, a message a frame.
    #[default]
    Socket,
    /// A request with some messages, an answer with some others.
    Post,
}

/// What is known about the ways.
#[derive(Debug, Default)]
pub struct Route {
    way: Way,
    /// Whether anything came back this way since it was taken.
    has_worked: bool,
    socket_failures: u32,
    post_failed_last: bool,
}

impl Route {
    /// The way taken last.
    pub fn way(&self) -> Way {
        self.way
    }

    /// Takes the way that promises most.
    pub fn choose(&mut self) -> Way {
        // With no network at all both fail; then they are tried in turn.
        let is_post = self.socket_failures >= SOCKET_FAILURES_MAX && !self.post_failed_last;
        self.way = if is_post { Way::Post } else { Way::Socket };
        self.has_worked = false;
        self.way
    }

    /// Something came back.
    pub fn worked(&mut self) {
        self.has_worked = true;
        match self.way {
            Way::Socket => self.socket_failures = 0,
            Way::Post => self.post_failed_last = false,
        }
    }

    /// The connection is over.
    pub fn ended(&mut self) {
        match self.way {
            Way::Socket => {
                if !self.has_worked {
                    self.socket_failures = self.socket_failures.saturating_add(1);
                }
                self.post_failed_last = false;
            }
            Way::Post => self.post_failed_last = !self.has_worked,
        }
    }

    /// Gives the WebSocket one more chance.
    pub fn try_socket(&mut self) {
        self.socket_failures = SOCKET_FAILURES_MAX.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_no_network_both_ways_are_tried_in_turn() {
        let mut route = Route::default();

        let tried: Vec<Way> = (0..6)
            .map(|_| {
                let way = route.choose();
                route.ended();
                way
            })
            .collect();

        let (socket, post) = (Way::Socket, Way::Post);
        assert_eq!(tried, [socket, socket, post, socket, post, socket]);
    }

    #[test]
    fn the_way_that_worked_last_is_taken_first() {
        let mut route = Route::default();
        for _ in 0..2 {
            route.choose();
            route.ended();
        }
        assert_eq!(route.choose(), Way::Post);
        route.worked();
        route.ended();
        assert_eq!(route.choose(), Way::Post);

        route.ended();
        assert_eq!(route.choose(), Way::Socket);
        route.worked();
        route.ended();
        assert_eq!(route.choose(), Way::Socket);
    }
}
