//! From a passphrase to a key.

use argon2::{Algorithm, Argon2, Params, Version};
use shared::secret::Secret;

/// Turns a passphrase and a salt into a key, slowly. `None` when memory does not suffice.
///
/// An argument of the engine, so that simulations need not wait; the app passes [`argon2id`].
pub type Stretch = fn(passphrase: &[u8], salt: &[u8; 32]) -> Option<Secret<32>>;

/// Argon2id with 64 MiB, three passes, one lane (RFC 9106 §4, second recommended option, with one
/// lane because a browser has one thread here). Compiled in: nobody can talk a device into less.
pub fn argon2id(passphrase: &[u8], salt: &[u8; 32]) -> Option<Secret<32>> {
    let params = Params::new(64 * 1024, 3, 1, Some(32)).ok()?;
    let mut key = Box::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, key.as_mut_slice())
        .ok()?;
    Some(Secret::new(key))
}
