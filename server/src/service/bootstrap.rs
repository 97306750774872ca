//! The one-time link with which the first admin makes the firm.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use shared::{
    secret::Secret,
    sign::{SigningKey, VerifyKey},
};

use crate::machine::{Entropy, make_bytes};

/// The link of one start of the server. Only its public half is kept.
#[derive(Debug)]
pub struct BootstrapLink {
    secret: Secret<32>,
}

impl BootstrapLink {
    /// A link nobody has seen.
    pub fn make(entropy: &mut dyn Entropy) -> Self {
        Self { secret: Secret::new(Box::new(make_bytes(entropy))) }
    }

    /// Verifies logins by the link's holder.
    pub fn verify_key(&self) -> VerifyKey {
        SigningKey::derive(&self.secret).verify_key()
    }

    /// The secret stands in the fragment, which browsers keep to themselves.
    pub fn url(&self, origin: &str) -> String {
        format!("{origin}/#bootstrap.{}", BASE64_URL_SAFE_NO_PAD.encode(self.secret.expose()))
    }
}
