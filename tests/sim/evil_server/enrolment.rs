//! K11: guessing and reusing what lets somebody in.

use engine::view::Notice;
use harness::{captive::Captive, world::ORIGIN};
use server::{
    service::{self, Connection},
    store::Store,
};
use shared::{
    log::org::Role,
    refusal::Reason,
    secret::Secret,
    sign::{Domain, SigningKey, VerifyKey},
    sync::{ClientMessage, Identity, ServerMessage, login_message},
    time::UnixMillis,
};

use super::{VARIANTS, dice, own_key, random, stage::Stage};

/// The private key in a link.
fn key_of(link: &str) -> SigningKey {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let (_, code) = link.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(code).unwrap();
    SigningKey::derive(&Secret::from_slice(&bytes[32..]).unwrap())
}

/// One attempt to log in as the holder of a grant.
fn attempt(
    store: &mut Store,
    dice: &mut harness::seed::Dice,
    now: UnixMillis,
    claimed: VerifyKey,
    key: &SigningKey,
) -> Result<(), Reason> {
    let mut connection = Connection::new();
    let identity = Identity::Grant(claimed);
    let nonce = random(dice);
    let mut cx = service::Cx { now, entropy: dice, origin: ORIGIN, bootstrap: None };
    let hello = ClientMessage::Hello { version: 1, identity, nonce };
    let answer = connection.handle(store, &mut cx, hello).replies.pop();
    let Some(ServerMessage::Challenge { nonce: theirs }) = answer else { unreachable!() };
    let message = login_message(&identity, &nonce, &theirs, ORIGIN);
    let signature = key.sign(Domain::Login, &message);
    let answer = connection.handle(store, &mut cx, ClientMessage::Auth { signature, org: None });
    match answer.replies.into_iter().next() {
        Some(ServerMessage::Ready { .. }) => Ok(()),
        Some(ServerMessage::Refused { refusal, .. }) => Err(refusal.reason()),
        other => unreachable!("{other:?}"),
    }
}

/// K11. Somebody guesses codes, uses the public half of a real one, comes too late, or two devices
/// race on one code. Detected: a code is a 256-bit key that signs the server's nonce; what is
/// guessed is unknown, what is signed by another key is refused, what is old has expired; of two
/// who race one joins, and the other is told that the link is spent. (Addresses that try often
/// wait: `tests/http`.) The control: the real holder logs in.
#[test]
fn k11_codes_cannot_be_guessed_or_used_twice() {
    let mut stage = Stage::set(111);
    let admin = stage.admin;
    let link = stage.world.invite(admin, Role::Employee, "相談者");
    let real = key_of(&link);
    let mut store = stage.world.back_up();
    let now = stage.world.now();
    for variant in 0..VARIANTS {
        let mut dice = dice(111, variant);
        let guess = own_key(&mut dice);
        let late = now.plus_ms(14 * 24 * 60 * 60 * 1000 + 1 + dice.below(1_000_000_000));
        let tried = attempt(&mut store, &mut dice, now, guess.verify_key(), &guess);
        assert_eq!(tried, Err(Reason::UnknownGrant), "variant {variant}");
        let tried = attempt(&mut store, &mut dice, now, real.verify_key(), &guess);
        assert_eq!(tried, Err(Reason::WrongSignature), "variant {variant}");
        let tried = attempt(&mut store, &mut dice, late, real.verify_key(), &real);
        assert_eq!(tried, Err(Reason::GrantExpired), "variant {variant}");
    }
    assert_eq!(attempt(&mut store, &mut dice(111, 0), now, real.verify_key(), &real), Ok(()));
    for variant in 0..100 {
        let mut store = stage.world.back_up();
        let mut racers = [variant, variant + 1_000].map(|seed| Captive::blank(now, seed));
        for racer in &mut racers {
            racer.arrive(&link, "相談者");
        }
        // Both have logged in and read the log before either is answered; one is first.
        for racer in &mut racers {
            racer.meet(&mut store);
        }
        let [first, second] = &mut racers;
        assert!(first.screen.is_open(), "variant {variant}: {:?}", first.screen.notices);
        assert_eq!(second.notices(), [Notice::LinkSpent], "variant {variant}");
        assert!(second.disk.is_empty());
    }
}
