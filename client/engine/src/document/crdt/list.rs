//! Long lists, written without looking for each item from the start.

use automerge::{ObjType, ReadDoc as _, ScalarValue, transaction::Transactable as _};

use super::{EditError, Found, Writer, find, item_id};
use crate::casework::field::Field;

impl Writer<'_, '_> {
    /// Adds an item at the end of a list with plain values, without looking for it again.
    pub fn add_values(
        &mut self,
        list: &Field,
        id: &str,
        values: Vec<(&str, ScalarValue)>,
    ) -> Result<(), EditError> {
        let item = self.insert_item(list, id, None)?;
        for (key, value) in values {
            self.tx.put(&item, key, value).map_err(|_| EditError::Internal)?;
        }
        Ok(())
    }

    /// Removes items of one list, by their ids.
    pub fn remove_items(&mut self, list: &Field, ids: &[String]) -> Result<(), EditError> {
        let Some(Found::Object(object, ObjType::List)) = find(self.tx, list) else {
            return Err(EditError::NoSuchField);
        };
        for at in (0..self.tx.length(&object)).rev() {
            let item = self.tx.get(&object, at).ok().flatten();
            let id = item.and_then(|(_, item)| item_id(self.tx, &item));
            if id.is_some_and(|id| ids.contains(&id)) {
                self.tx.delete(&object, at).map_err(|_| EditError::Internal)?;
            }
        }
        Ok(())
    }
}
