//! Logins of those who come without a WebSocket: half-done ones, and tokens. In memory only.

use std::{collections::BTreeMap, net::IpAddr};

use shared::{
    hash,
    refusal::{Reason, Refusal},
    time::UnixMillis,
};

use crate::service::{Connection, Who};

/// How long a token is good.
const TOKEN_LIFE_MS: u64 = 60 * 60 * 1000;
/// How long a challenge waits for its answer.
const CHALLENGE_LIFE_MS: u64 = 30 * 1000;
/// Challenges that may wait at a time.
const CHALLENGES_MAX: usize = 10_000;
/// Tokens at a time.
const TOKENS_MAX: usize = 100_000;
/// Wrong logins from one address in an hour.
const WRONG_MAX: u32 = 100;
const WRONG_WINDOW_MS: u64 = 60 * 60 * 1000;

/// What a caller shows again. Kept as its hash, so that looking it up tells nothing by its timing.
pub(crate) type Token = [u8; 32];

/// Half-done logins and tokens.
#[derive(Debug, Default)]
pub(crate) struct Logins {
    challenged: BTreeMap<Token, (UnixMillis, Connection)>,
    tokens: BTreeMap<Token, (UnixMillis, Who)>,
    wrong: BTreeMap<IpAddr, (UnixMillis, u32)>,
}

impl Logins {
    /// Keeps a connection that waits for its `Auth`.
    pub(crate) fn keep(
        &mut self,
        now: UnixMillis,
        token: &Token,
        connection: Connection,
    ) -> Result<(), Refusal> {
        if self.challenged.len() >= CHALLENGES_MAX {
            self.challenged.retain(|_, (end, _)| now <= *end);
        }
        if self.challenged.len() >= CHALLENGES_MAX {
            return Err(Refusal::wait(Reason::Busy, CHALLENGE_LIFE_MS));
        }
        let end = now.plus_ms(CHALLENGE_LIFE_MS);
        self.challenged.insert(hash::sha256(&[token]), (end, connection));
        Ok(())
    }

    /// The connection that waits, once.
    pub(crate) fn resume(&mut self, now: UnixMillis, token: &Token) -> Option<Connection> {
        let (end, connection) = self.challenged.remove(&hash::sha256(&[token]))?;
        (now <= end).then_some(connection)
    }

    /// Lets whoever shows `token` be `who` for a while.
    pub(crate) fn admit(&mut self, now: UnixMillis, token: &Token, who: Who) {
        if self.tokens.len() >= TOKENS_MAX {
            self.tokens.retain(|_, (end, _)| now <= *end);
        }
        if self.tokens.len() >= TOKENS_MAX {
            // Somebody has to log in again.
            self.tokens.pop_first();
        }
        self.tokens.insert(hash::sha256(&[token]), (now.plus_ms(TOKEN_LIFE_MS), who));
    }

    /// Who shows `token`.
    pub(crate) fn who(&self, now: UnixMillis, token: &Token) -> Option<Who> {
        let (end, who) = self.tokens.get(&hash::sha256(&[token]))?;
        (now <= *end).then_some(*who)
    }

    /// Whether an address may try to log in.
    pub(crate) fn may_try(&self, now: UnixMillis, address: IpAddr) -> Result<(), Refusal> {
        match self.wrong.get(&address) {
            Some((end, count)) if now <= *end && *count >= WRONG_MAX => {
                let wait_ms = end.0.saturating_sub(now.0);
                Err(Refusal::wait(Reason::TooManyRequests, wait_ms))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Counts a login that did not hold.
    pub(crate) fn count_wrong(&mut self, now: UnixMillis, address: IpAddr) {
        self.wrong.retain(|_, (end, _)| now <= *end);
        let (_, count) = self.wrong.entry(address).or_insert((now.plus_ms(WRONG_WINDOW_MS), 0));
        *count = count.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_000_000);
    const TOKEN: Token = [7; 32];

    #[test]
    fn a_token_is_good_for_an_hour_and_no_longer() {
        let mut logins = Logins::default();
        logins.admit(NOW, &TOKEN, Who::Bootstrap);

        assert_eq!(logins.who(NOW.plus_ms(TOKEN_LIFE_MS), &TOKEN), Some(Who::Bootstrap));
        assert_eq!(logins.who(NOW.plus_ms(TOKEN_LIFE_MS + 1), &TOKEN), None);
        assert_eq!(logins.who(NOW, &[8; 32]), None);
    }

    #[test]
    fn a_challenge_is_answered_once_and_in_time() {
        let mut logins = Logins::default();
        logins.keep(NOW, &TOKEN, Connection::new()).unwrap();
        logins.keep(NOW, &[8; 32], Connection::new()).unwrap();

        assert!(logins.resume(NOW.plus_ms(CHALLENGE_LIFE_MS), &TOKEN).is_some());
        assert!(logins.resume(NOW, &TOKEN).is_none());
        assert!(logins.resume(NOW.plus_ms(CHALLENGE_LIFE_MS + 1), &[8; 32]).is_none());
    }

    #[test]
    fn who_guesses_too_often_waits() {
        let mut logins = Logins::default();
        let guesser = IpAddr::V4(Ipv4Addr::LOCALHOST);
        for _ in 0..WRONG_MAX {
            assert_eq!(logins.may_try(NOW, guesser), Ok(()));
            logins.count_wrong(NOW, guesser);
        }

        let refusal = logins.may_try(NOW, guesser).unwrap_err();

        assert_eq!(refusal.reason(), Reason::TooManyRequests);
        assert_eq!(logins.may_try(NOW.plus_ms(WRONG_WINDOW_MS + 1), guesser), Ok(()));
    }
}
