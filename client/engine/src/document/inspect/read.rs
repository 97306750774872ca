//! Numbers and bytes, read strictly: one encoding for each value, nothing past the end.

use super::InspectError;

/// What is left to read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_done(self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn left(self) -> usize {
        self.rest.len()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], InspectError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(InspectError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], InspectError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(InspectError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// As many bytes as a length says that stands before them.
    pub(super) fn prefixed(&mut self) -> Result<&'a [u8], InspectError> {
        let length = self.length()?;
        self.take(length)
    }

    /// A number that can be a length or a count of something present.
    pub(super) fn length(&mut self) -> Result<usize, InspectError> {
        usize::try_from(self.unsigned()?).map_err(|_| InspectError::Truncated)
    }

    /// An unsigned LEB128 number in its shortest form.
    pub(super) fn unsigned(&mut self) -> Result<u64, InspectError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                let is_too_large = shift == 63 && byte > 1;
                let is_overlong = shift > 0 && byte == 0;
                return if is_too_large || is_overlong {
                    Err(InspectError::Overlong)
                } else {
                    Ok(number)
                };
            }
        }
        Err(InspectError::Overlong)
    }

    /// A signed LEB128 number in its shortest form.
    pub(super) fn signed(&mut self) -> Result<i64, InspectError> {
        let mut number = 0_i64;
        let mut before = 0_u8;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            number |= i64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                let repeats_sign =
                    (byte == 0 && before & 0x40 == 0) || (byte == 0x7F && before & 0x40 != 0);
                let is_too_large = shift == 63 && byte != 0 && byte != 0x7F;
                if is_too_large || (shift > 0 && repeats_sign) {
                    return Err(InspectError::Overlong);
                }
                if shift < 57 && byte & 0x40 != 0 {
                    number |= -1 << (shift + 7);
                }
                return Ok(number);
            }
            before = byte;
        }
        Err(InspectError::Overlong)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unsigned(bytes: &[u8]) -> Result<u64, InspectError> {
        Reader::new(bytes).unsigned()
    }

    fn signed(bytes: &[u8]) -> Result<i64, InspectError> {
        Reader::new(bytes).signed()
    }

    /// The shortest form, written the long way round.
    fn shortest(number: i128, is_signed: bool) -> Vec<u8> {
        let mut bytes = vec![];
        let mut rest = number;
        loop {
            let low = u8::try_from(rest & 0x7F).unwrap();
            rest >>= 7;
            let is_last = if is_signed {
                (rest == 0 && low & 0x40 == 0) || (rest == -1 && low & 0x40 != 0)
            } else {
                rest == 0
            };
            bytes.push(if is_last { low } else { low | 0x80 });
            if is_last {
                return bytes;
            }
        }
    }

    #[test]
    fn a_number_has_one_encoding() {
        assert_eq!(unsigned(&[0]), Ok(0));
        assert_eq!(unsigned(&[0x80, 0]), Err(InspectError::Overlong));
        assert_eq!(unsigned(&[0xFF, 0]), Err(InspectError::Overlong));
        assert_eq!(signed(&[0x7F]), Ok(-1));
        assert_eq!(signed(&[0xFF, 0x7F]), Err(InspectError::Overlong));
        assert_eq!(signed(&[0x80, 0]), Err(InspectError::Overlong));
        assert_eq!(unsigned(&[0x80]), Err(InspectError::Truncated));
        assert_eq!(unsigned(&[]), Err(InspectError::Truncated));
    }

    #[test]
    fn the_largest_number_is_read_and_one_more_is_not() {
        let mut most = [0xFF; 10];
        most[9] = 1;
        assert_eq!(unsigned(&most), Ok(u64::MAX));
        most[9] = 2;
        assert_eq!(unsigned(&most), Err(InspectError::Overlong));
        assert_eq!(unsigned(&[0x80; 11]), Err(InspectError::Overlong));
        assert_eq!(signed(&[0x80; 11]), Err(InspectError::Overlong));
        let mut least = [0x80; 10];
        least[9] = 0x7F;
        assert_eq!(signed(&least), Ok(i64::MIN));
        least[9] = 0x7E;
        assert_eq!(signed(&least), Err(InspectError::Overlong));
    }

    proptest! {
        #[test]
        fn every_number_is_read_from_its_shortest_form(number: u64, other: i64) {
            prop_assert_eq!(unsigned(&shortest(number.into(), false)), Ok(number));
            prop_assert_eq!(signed(&shortest(other.into(), true)), Ok(other));
        }
    }
}
