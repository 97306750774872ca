//! What was said last, as it was written: values of every type are told apart by one comparison.

use super::{Encode, to_vec};

/// What was said last; at first nothing. It may be confidential, so it cannot be printed.
#[derive(Default)]
pub struct Said(Vec<u8>);

impl Said {
    /// Whether this is anything new to say. It is what was said last from then on.
    pub fn is_new(&mut self, value: &dyn Encode) -> bool {
        let said = to_vec(value);
        let is_new = self.0 != said;
        self.0 = said;
        is_new
    }
}

/// Whether two values are written in the same way. Of one type, they are the same value then.
pub fn is_same(one: &dyn Encode, other: &dyn Encode) -> bool {
    to_vec(one) == to_vec(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_from_before_is_new() {
        let mut said = Said::default();

        let told = [Some("a"), Some("a"), Some("b"), None, None, Some("b")];

        let new = told.map(|value| said.is_new(&value));
        assert_eq!(new, [true, false, true, true, false, true]);
    }

    #[test]
    fn the_first_value_is_new_even_if_it_is_empty() {
        assert!(Said::default().is_new(&Vec::<u8>::new()));
        assert!(Said::default().is_new(&()));
    }

    #[test]
    fn values_are_the_same_if_every_part_of_them_is() {
        let value = (7_u32, vec![String::from("a"), String::new()]);

        assert!(is_same(&value, &value.clone()));
        assert!(!is_same(&value, &(7_u32, vec![String::from("a")])));
        assert!(!is_same(&value, &(8_u32, value.1.clone())));
    }
}
