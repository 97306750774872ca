//! What a peer may ask of us. Each limit is tested at its value and one past it.

/// Largest envelope, header and signature included.
pub const ENVELOPE_BYTES_MAX: usize = 64 * 1024;
/// Largest log entry, signature included.
pub const ENTRY_BYTES_MAX: usize = 8 * 1024;
/// Largest client or server message.
pub const MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// Most envelopes in one push or one batch.
pub const BATCH_ENVELOPES_MAX: usize = 64;
/// Most accounts that may read one document.
pub const DOCUMENT_MEMBERS_MAX: usize = 64;
/// Most devices of one account.
pub const ACCOUNT_DEVICES_MAX: usize = 16;
/// Most wraps that may accompany one log entry.
pub const APPEND_WRAPS_MAX: usize = DOCUMENT_MEMBERS_MAX;
/// Largest wrap: an X-Wing encapsulation (1,120), a secret and its tag, with room for two seeds.
pub const WRAP_BYTES_MAX: usize = 1_536;
/// Largest change, as encoded.
pub const CHANGE_BYTES_MAX: usize = 48 * 1024;
/// Longest text in a document, in Unicode scalar values.
pub const TEXT_CHARS_MAX: usize = 200_000;
/// Most changes in one envelope.
pub const ENVELOPE_CHANGES_MAX: usize = 4_096;
/// Longest life of an enrolment grant: 90 days.
pub const GRANT_LIFE_MS_MAX: u64 = 90 * 24 * 60 * 60 * 1000;
/// Most uses of one enrolment grant.
pub const GRANT_USES_MAX: u32 = 1_000;
/// Fewest hours that a policy may let devices be opened without the server.
pub const OFFLINE_HOURS_MIN: u16 = 12;
/// Most hours that a policy may let devices be opened without the server.
pub const OFFLINE_HOURS_MAX: u16 = 7 * 24;
/// The same while nobody has said otherwise.
pub const OFFLINE_HOURS_DEFAULT: u16 = 72;
/// Most release keys a firm may name.
pub const RELEASE_KEYS_MAX: usize = 16;
/// Most devices whose envelopes one entry may end.
pub const ENTRY_CUTS_MAX: usize = 64;
/// Most envelopes of one snapshot: 15 MiB of changes.
pub const SNAPSHOT_PARTS_MAX: u32 = 256;
/// A document gets a snapshot when it has so many more envelopes than at the last one.
pub const SNAPSHOT_AFTER_ENVELOPES: u64 = 512;
/// How long nothing was written to it before.
pub const SNAPSHOT_QUIET_MS: u64 = 60 * 1000;
/// Starts of a device among which the actors of its changes are looked for.
pub const SNAPSHOT_STARTS_MAX: u64 = 20_000;
/// Most operations in one change, and in all changes of one envelope together.
pub const CHANGE_ROWS_MAX: u32 = 65_536;
/// Most changes that one change may directly depend on: each device that may write adds one.
pub const CHANGE_DEPENDENCIES_MAX: usize = DOCUMENT_MEMBERS_MAX * ACCOUNT_DEVICES_MAX;
/// Most other actors whose operations one change may speak of.
pub const CHANGE_ACTORS_MAX: usize = 1_024;
/// Longest key of a map in a document.
pub const KEY_BYTES_MAX: usize = 256;
/// What one device may add to a document, all its changes together.
pub const DOCUMENT_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Operations that one device may add to a document.
pub const DOCUMENT_ROWS_MAX: u64 = 512 * 1024;
/// Deepest object in a document; what lies at the root has depth 1.
pub const DOCUMENT_DEPTH_MAX: u8 = 32;
/// Most items that one device may ever add to one list.
pub const LIST_ITEMS_MAX: u32 = 10_000;
