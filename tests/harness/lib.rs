//! What the tests of several kinds share.
#![expect(clippy::expect_used, reason = "a world that cannot be built is a failed test")]

pub mod canary;
pub mod captive;
pub mod evil;
pub mod firm;
pub mod forge;
pub mod host;
pub mod insider;
pub mod mutate;
pub mod replica;
#[path = "../sample/lib.rs"]
pub mod sample;
pub mod screen;
pub mod seed;
pub mod sim;
pub mod socket;
pub mod station;
pub mod world;

use shared::secret::Secret;

/// A key derivation for simulations, where Argon2's half second would be all there is.
pub fn quick_stretch(passphrase: &[u8], salt: &[u8; 32]) -> Option<Secret<32>> {
    let digest = shared::hash::sha256(&[b"harness", passphrase, salt]);
    Some(Secret::new(Box::new(digest)))
}

/// URL-safe base64 without padding, as links carry it.
pub fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
