//! What must hold in a browser as it does natively: published and frozen vectors, and the figures
//! that say how much slower a browser is. The same functions, compiled twice.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a check that meets something unexpected should stop"
)]

#[path = "../../wire/cast.rs"]
mod cast;
pub mod figure;
pub mod frozen;
#[path = "../../wire/kept.rs"]
mod kept;
mod published;
#[path = "../../wire/said.rs"]
mod said;
#[expect(dead_code, reason = "the wire tests use all of it")]
#[path = "../../wire/sample.rs"]
mod sample;
#[expect(dead_code, reason = "the generator asks where vectors lie")]
#[path = "../../wire/vector.rs"]
mod vector;
#[cfg(target_family = "wasm")]
mod wasm;
mod wycheproof;

/// A check that counts what it has tried.
pub struct Check {
    /// What it is of.
    pub name: &'static str,
    /// Tries it; what does not hold ends the program.
    pub run: fn() -> usize,
}

macro_rules! checks {
    ($($module:ident::$name:ident,)*) => {
        &[$(Check { name: stringify!($name), run: $module::$name }),*]
    };
}

/// Every check.
pub const CHECKS: &[Check] = checks![
    wycheproof::envelopes_cipher,
    wycheproof::records_cipher,
    wycheproof::signatures,
    wycheproof::no_key_of_small_order_signs_anything,
    wycheproof::key_agreement,
    wycheproof::key_derivation,
    wycheproof::record_names,
    wycheproof::post_quantum_decapsulation,
    wycheproof::post_quantum_keys,
    published::hpke_derives_the_keys_of_the_rfc,
    published::hpke_opens_and_exports_what_the_rfc_prints,
    published::hpke_seals_what_the_rfc_prints,
    published::hpke_refuses_a_sender_whose_key_agrees_on_zero,
    published::x_wing_agrees_with_its_draft,
    published::our_key_is_the_one_that_hpke_derives_from_the_seed,
    frozen::the_program_still_makes_the_frozen_vectors,
    frozen::frozen_envelopes_verify,
    frozen::frozen_entries_parse_and_the_genesis_begins_a_firm,
    frozen::frozen_removals_parse_and_their_chain_opens,
    frozen::a_frozen_kit_is_read_from_its_words_and_adds_a_device,
    frozen::frozen_logins_verify,
    frozen::frozen_messages_parse_and_are_written_the_same_way,
    frozen::frozen_sealed_envelopes_and_wraps_open,
    frozen::a_frozen_store_opens_with_its_passphrase,
    frozen::frozen_seeds_and_chunks_open,
    frozen::frozen_words_for_snapshots_and_parts_of_them_are_read,
    frozen::frozen_records_of_a_device_at_odds_are_read,
    frozen::a_frozen_file_of_a_device_opens_with_its_passphrase,
    frozen::a_frozen_possession_verifies,
    frozen::frozen_first_changes_begin_a_document_and_grown_fields_join_it,
    frozen::what_was_signed_inside_documents_still_holds,
    frozen::every_purpose_of_a_signature_is_frozen,
];
