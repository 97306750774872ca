//! What every local store must do, as a story that any of them can be put through.

use engine::{
    effect::{Batch, BatchId, Record, RecordKey},
    input::StoreFault,
};
use shared::Blob;

use super::LocalStore;

/// Why a store does not keep the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// It failed where it had no reason to.
    Fault(StoreFault),
    /// It does not do what this sentence says.
    Broken(&'static str),
}

impl From<StoreFault> for Breach {
    fn from(fault: StoreFault) -> Self {
        Self::Fault(fault)
    }
}

/// Puts an empty store through its paces.
pub async fn store_contract(store: &impl LocalStore) -> Result<(), Breach> {
    hold(store.vault().await?.is_none(), "an empty store has no vault")?;
    hold(store.load_all().await?.is_empty(), "an empty store has no records")?;
    hold(store.apply(&[]).await.is_ok(), "nothing can be written")?;

    let (low, middle, high) = (key(1), key(0x7f), key(0xff));
    store
        .apply(&[
            batch(1, &[(high, 1), (low, 2)], &[]),
            batch(2, &[(middle, 3), (low, 4)], &[high]),
            batch(3, &[(high, 5)], &[middle]),
        ])
        .await?;
    let expected = [record(low, 4), record(high, 5)];
    hold(store.load_all().await? == expected, "batches are applied in order, records read by key")?;

    store.apply(&[batch(4, &[(RecordKey::VAULT, 6)], &[])]).await?;
    hold(store.vault().await? == Some(value(6)), "the vault is read back")?;
    hold(store.load_all().await? == expected, "the vault is not among the records")?;

    store.apply(&[batch(5, &[], &[low, key(9)])]).await?;
    hold(
        store.load_all().await? == [record(high, 5)],
        "a record can be removed, and one that is not there",
    )?;

    let large = Blob(vec![0xAB; 1024 * 1024]);
    let put = Batch { id: BatchId(6), puts: vec![(low, large.clone())], deletes: vec![] };
    store.apply(&[put]).await?;
    let read = store.load_all().await?;
    hold(read.first() == Some(&(low, large)), "a large record is read back whole")?;

    let empty = Batch { id: BatchId(7), puts: vec![(low, Blob::default())], deletes: vec![] };
    store.apply(&[empty]).await?;
    let read = store.load_all().await?;
    hold(read.first() == Some(&(low, Blob::default())), "an empty record is a record")?;
    many(store).await?;
    store.apply(&[batch(9, &[(RecordKey::VAULT, 6)], &[])]).await?;
    store.erase().await?;
    hold(store.vault().await?.is_none(), "an erased store has no vault")?;
    hold(store.load_all().await?.is_empty(), "an erased store has no records")?;
    store.apply(&[batch(10, &[(low, 1)], &[])]).await?;
    hold(store.load_all().await? == [record(low, 1)], "an erased store can be used again")
}

/// More records than any store reads in one go.
async fn many(store: &impl LocalStore) -> Result<(), Breach> {
    let keys: Vec<RecordKey> = (0..3_000_u32).map(numbered).collect();
    let puts = keys.iter().map(|key| (*key, value(7))).collect();
    store.apply(&[Batch { id: BatchId(8), puts, deletes: vec![] }]).await?;
    let read = store.load_all().await?;
    let found: Vec<RecordKey> =
        read.iter().map(|(key, _)| *key).filter(|key| keys.contains(key)).collect();
    hold(found == keys, "many records are read back once each, ordered by key")
}

fn hold(holds: bool, sentence: &'static str) -> Result<(), Breach> {
    if holds { Ok(()) } else { Err(Breach::Broken(sentence)) }
}

fn batch(id: u64, puts: &[(RecordKey, u8)], deletes: &[RecordKey]) -> Batch {
    let puts = puts.iter().map(|(key, byte)| record(*key, *byte)).collect();
    Batch { id: BatchId(id), puts, deletes: deletes.to_vec() }
}

fn record(key: RecordKey, byte: u8) -> Record {
    (key, value(byte))
}

fn value(byte: u8) -> Blob {
    Blob(vec![byte; 3])
}

fn key(first: u8) -> RecordKey {
    let mut bytes = [0x55; 32];
    bytes[0] = first;
    RecordKey(bytes)
}

fn numbered(number: u32) -> RecordKey {
    let mut bytes = [0x33; 32];
    if let Some(end) = bytes.last_chunk_mut::<4>() {
        *end = number.to_be_bytes();
    }
    RecordKey(bytes)
}
