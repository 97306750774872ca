//! This device as a file.

use shared::Blob;

use super::Desk;
use crate::{
    effect::{Effect, Record},
    export::ExportFile,
    journal::Step,
    keyring::vault::Vault,
    view::View,
};

impl Desk {
    /// Shows the store as a file: everything but the vault was read, and comes with it.
    pub(crate) fn export(&self, step: &mut Step<'_, '_>, vault: &Vault, records: Vec<Record>) {
        let file = ExportFile::seal(vault, self.sealer.key(), records, step.cx);
        step.effects.push(Effect::Show(View::Export(Blob(file.to_bytes()))));
    }
}
