//! Published and frozen vectors, natively. `tests/browser/proof.rs` runs the same in a browser.

use std::{collections::BTreeSet, fs};

use proof::{CHECKS, frozen::FILES};

use crate::vector::{files, folder};

fn run(name: &str) {
    let check = CHECKS.iter().find(|check| check.name == name).unwrap();
    assert!((check.run)() > 0, "nothing was tried");
}

macro_rules! checks {
    ($($name:ident,)*) => {
        $(#[test]
        fn $name() {
            run(stringify!($name));
        })*

        #[test]
        fn every_check_is_run() {
            let known: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
            assert_eq!(known, [$(stringify!($name)),*]);
        }
    };
}

checks! {
    envelopes_cipher,
    records_cipher,
    signatures,
    no_key_of_small_order_signs_anything,
    key_agreement,
    key_derivation,
    record_names,
    post_quantum_decapsulation,
    post_quantum_keys,
    hpke_derives_the_keys_of_the_rfc,
    hpke_opens_and_exports_what_the_rfc_prints,
    hpke_seals_what_the_rfc_prints,
    hpke_refuses_a_sender_whose_key_agrees_on_zero,
    x_wing_agrees_with_its_draft,
    our_key_is_the_one_that_hpke_derives_from_the_seed,
    the_program_still_makes_the_frozen_vectors,
    frozen_envelopes_verify,
    frozen_entries_parse_and_the_genesis_begins_a_firm,
    frozen_removals_parse_and_their_chain_opens,
    a_frozen_kit_is_read_from_its_words_and_adds_a_device,
    frozen_logins_verify,
    frozen_messages_parse_and_are_written_the_same_way,
    frozen_sealed_envelopes_and_wraps_open,
    a_frozen_store_opens_with_its_passphrase,
    frozen_seeds_and_chunks_open,
    frozen_words_for_snapshots_and_parts_of_them_are_read,
    frozen_records_of_a_device_at_odds_are_read,
    a_frozen_file_of_a_device_opens_with_its_passphrase,
    a_frozen_possession_verifies,
    frozen_first_changes_begin_a_document_and_grown_fields_join_it,
    what_was_signed_inside_documents_still_holds,
    every_purpose_of_a_signature_is_frozen,
}

#[test]
fn every_kind_and_every_grown_field_is_frozen() {
    let left = crate::vector::unfrozen();

    assert!(left.is_empty(), "add a file:\n{}", serde_json::to_string_pretty(&left).unwrap());
}

#[test]
fn every_vector_file_has_its_check() {
    let made: BTreeSet<_> = files().into_iter().map(|(name, _)| String::from(name)).collect();
    let known: BTreeSet<_> = FILES.iter().map(|(name, _)| String::from(*name)).collect();
    let entries = fs::read_dir(folder()).unwrap();
    let found = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();

    assert_eq!(known, found);
    assert_eq!(made, found);
}
