//! Versions of the card that the employee wanted to keep.
//!
//! A version names the heads of the document; the card is made anew from them as it was. A card that
//! was written down anew has lost the way it came about, and with it what its versions said.

use automerge::ChangeHash;
use shared::{hash::sha256, time::UnixMillis};

use super::{Card, card, exchange};
use crate::{
    casework::item::{add, all, millis, time},
    document::{
        chunk::heads_of,
        crdt::{Crdt, EditError, Writer},
    },
};

/// A version that the employee wanted to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// As they call it; empty for what stood there before an import.
    pub label: String,
    /// By their device's clock.
    pub at: UnixMillis,
    /// SHA-256 of the card as it was.
    pub hash: Vec<u8>,
    heads: Vec<Vec<u8>>,
}

fn hash_of(card: &Card) -> Vec<u8> {
    sha256(&[b"mendan/1/card", exchange::to_json(card).as_bytes()]).to_vec()
}

/// The card as it stands, to be kept under a label.
pub fn version(crdt: &Crdt, label: &str, at: UnixMillis) -> Version {
    let heads = heads_of(&crdt.heads()).into_iter().map(|head| head.0).collect();
    Version { label: String::from(label), at, hash: hash_of(&card(crdt)), heads }
}

/// Keeps a version.
pub fn keep(tx: &mut Writer<'_, '_>, id: &str, version: &Version) -> Result<(), EditError> {
    add(tx, "versions", id, &[], |tx, item| {
        tx.put(&item.child("label"), version.label.as_str())?;
        tx.put(&item.child("at"), millis(version.at))?;
        tx.put(&item.child("hash"), version.hash.clone())?;
        tx.put(&item.child("heads"), version.heads.concat())
    })
}

/// Every version that was kept.
pub fn versions(crdt: &Crdt) -> Vec<Version> {
    all(crdt, "versions", |_, item| {
        Some(Version {
            label: crdt.plain(&item.child("label"))?,
            at: time(crdt, &item.child("at"))?,
            hash: crdt.bytes(&item.child("hash"))?,
            heads: crdt.bytes(&item.child("heads"))?.chunks(32).map(<[u8]>::to_vec).collect(),
        })
    })
}

impl Version {
    /// The document as it was; `None` if it cannot be made anew as it was.
    pub fn as_it_was(&self, crdt: &Crdt) -> Option<Crdt> {
        let hashes =
            self.heads.iter().map(|head| Some(ChangeHash(head.as_slice().try_into().ok()?)));
        let earlier = crdt.at(&hashes.collect::<Option<Vec<_>>>()?)?;
        (hash_of(&card(&earlier)) == self.hash).then_some(earlier)
    }

    /// The card as it was; `None` if it cannot be made anew as it was.
    pub fn card(&self, crdt: &Crdt) -> Option<Card> {
        self.as_it_was(crdt).map(|earlier| card(&earlier))
    }
}
