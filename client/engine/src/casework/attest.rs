//! Words that stand for themselves: bytes, and the signature of the device that says them.

use shared::{
    Blob, Decode, Encode, cbor,
    id::DeviceId,
    sign::{Domain, Signature, SigningKey, VerifyKey},
};

/// Signed bytes, as documents hold them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Attested {
    /// What is said.
    #[n(0)]
    pub bytes: Blob,
    /// By which device.
    #[n(1)]
    pub by: DeviceId,
    /// Its signature.
    #[n(2)]
    pub signature: Signature,
}

impl Attested {
    /// Signs what is said, for one purpose.
    pub fn new(domain: Domain, word: &impl Encode, by: DeviceId, key: &SigningKey) -> Self {
        let bytes = cbor::to_vec(word);
        let signature = key.sign(domain, &bytes);
        Self { bytes: Blob(bytes), by, signature }
    }

    /// What is said, if the signature is of this key and for this purpose.
    pub fn word<T: Decode>(&self, domain: Domain, key: &VerifyKey) -> Option<T> {
        key.verify(domain, &self.bytes.0, &self.signature).ok()?;
        cbor::from_slice(&self.bytes.0)
    }
}

#[cfg(test)]
mod tests {
    use shared::secret::Secret;

    use super::*;

    #[test]
    fn a_word_counts_only_as_it_was_signed() {
        let key = |byte| SigningKey::derive(&Secret::new(Box::new([byte; 32])));
        let device = DeviceId::new([1; 16]);
        let attested = Attested::new(Domain::Report, &7_u32, device, &key(1));
        let read =
            |it: &Attested, domain, byte: u8| it.word::<u32>(domain, &key(byte).verify_key());

        assert_eq!(read(&attested, Domain::Report, 1), Some(7));
        assert_eq!(read(&attested, Domain::Report, 2), None);
        assert_eq!(read(&attested, Domain::Deletion, 1), None);
        let other = Attested { bytes: Blob(cbor::to_vec(&8_u32)), ..attested };
        assert_eq!(read(&other, Domain::Report, 1), None);
    }
}
