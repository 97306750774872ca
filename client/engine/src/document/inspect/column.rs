//! Run-length columns, one cell at a time.
//!
//! A run may not claim more rows than there are, and runs must be those that automerge's encoder
//! writes: it makes changes again from a saved document, and one written any other way has another
//! hash then, which makes the whole document unreadable.

use super::{InspectError, read::Reader};

/// What a column may hold.
pub(super) trait Cell<'a>: Copy + PartialEq {
    fn read(reader: &mut Reader<'a>) -> Result<Self, InspectError>;
}

impl Cell<'_> for u64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self, InspectError> {
        reader.unsigned()
    }
}

impl Cell<'_> for i64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self, InspectError> {
        reader.signed()
    }
}

impl<'a> Cell<'a> for &'a str {
    fn read(reader: &mut Reader<'a>) -> Result<Self, InspectError> {
        std::str::from_utf8(reader.prefixed()?).map_err(|_| InspectError::Column)
    }
}

/// Where runs come from.
#[derive(Clone, Copy, PartialEq)]
enum Run<T> {
    /// Before the first.
    Start,
    Value(T),
    Null,
    Literal,
}

/// Repeated values, nulls and literals. An absent column is all nulls.
#[derive(Clone)]
pub(super) struct Runs<'a, T> {
    reader: Reader<'a>,
    run: Run<T>,
    left: u64,
    /// Rows that no run has claimed.
    unclaimed: u64,
    is_absent: bool,
    /// The value in the row before.
    last: Option<T>,
    has_value: bool,
}

impl<'a, T: Cell<'a>> Runs<'a, T> {
    pub(super) fn new(bytes: &'a [u8], rows: u32) -> Self {
        Self {
            reader: Reader::new(bytes),
            run: Run::Start,
            left: 0,
            unclaimed: rows.into(),
            is_absent: bytes.is_empty(),
            last: None,
            has_value: false,
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        self.is_absent
    }

    /// The next row's cell.
    pub(super) fn next(&mut self) -> Result<Option<T>, InspectError> {
        if self.is_absent {
            return Ok(None);
        }
        if self.left == 0 {
            self.begin_run()?;
        }
        self.left -= 1;
        match self.run {
            Run::Value(value) => Ok(Some(value)),
            Run::Start | Run::Null => Ok(None),
            Run::Literal => self.read().map(Some),
        }
    }

    /// The next row's cell, where there may be no null.
    pub(super) fn value(&mut self) -> Result<T, InspectError> {
        self.next()?.ok_or(InspectError::Column)
    }

    /// Every run was used up, and there was a reason to have the column.
    pub(super) fn finish(&self) -> Result<(), InspectError> {
        let is_used_up = self.left == 0 && self.reader.is_done();
        if is_used_up && (self.has_value || self.is_absent) {
            Ok(())
        } else {
            Err(InspectError::Column)
        }
    }

    /// A value that does not continue the one before.
    fn read(&mut self) -> Result<T, InspectError> {
        let value = T::read(&mut self.reader)?;
        if self.last == Some(value) {
            return Err(InspectError::Column);
        }
        self.last = Some(value);
        self.has_value = true;
        Ok(value)
    }

    fn begin_run(&mut self) -> Result<(), InspectError> {
        let count = self.reader.signed()?;
        let length = match count {
            0 if self.run != Run::Null => {
                self.run = Run::Null;
                self.last = None;
                self.reader.unsigned()?
            }
            2.. => {
                self.run = Run::Value(self.read()?);
                count.unsigned_abs()
            }
            ..0 if self.run != Run::Literal => {
                self.run = Run::Literal;
                count.unsigned_abs()
            }
            _ => return Err(InspectError::Column),
        };
        // A run of nothing could be repeated for ever.
        if length == 0 {
            return Err(InspectError::Column);
        }
        self.unclaimed = self.unclaimed.checked_sub(length).ok_or(InspectError::Column)?;
        self.left = length;
        Ok(())
    }
}

/// How many rows a column claims, at most `most`.
pub(super) fn rows(bytes: &[u8], most: u32) -> Result<u32, InspectError> {
    let mut runs: Runs<'_, u64> = Runs::new(bytes, most);
    let mut rows = 0_u64;
    while runs.left > 0 || !runs.reader.is_done() {
        if runs.left == 0 {
            runs.begin_run()?;
        }
        if matches!(runs.run, Run::Literal) {
            runs.next()?;
            rows += 1;
        } else {
            rows += std::mem::take(&mut runs.left);
        }
    }
    u32::try_from(rows).map_err(|_| InspectError::Column)
}

/// Numbers as steps from one to the next.
#[derive(Clone)]
pub(super) struct Steps<'a> {
    runs: Runs<'a, i64>,
    value: i64,
}

impl<'a> Steps<'a> {
    pub(super) fn new(bytes: &'a [u8], rows: u32) -> Self {
        Self { runs: Runs::new(bytes, rows), value: 0 }
    }

    pub(super) fn is_absent(&self) -> bool {
        self.runs.is_absent()
    }

    pub(super) fn next(&mut self) -> Result<Option<i64>, InspectError> {
        let Some(step) = self.runs.next()? else { return Ok(None) };
        self.value = self.value.checked_add(step).ok_or(InspectError::Column)?;
        Ok(Some(self.value))
    }

    pub(super) fn finish(&self) -> Result<(), InspectError> {
        self.runs.finish()
    }
}

/// Runs of no and yes in turn.
#[derive(Clone)]
pub(super) struct Flags<'a> {
    reader: Reader<'a>,
    is_set: bool,
    left: u64,
    unclaimed: u64,
    is_first: bool,
}

impl<'a> Flags<'a> {
    pub(super) fn new(bytes: &'a [u8], rows: u32) -> Self {
        let reader = Reader::new(bytes);
        Self { reader, is_set: true, left: 0, unclaimed: rows.into(), is_first: true }
    }

    pub(super) fn next(&mut self) -> Result<bool, InspectError> {
        while self.left == 0 {
            let length = self.reader.unsigned()?;
            // Only the first run, of no, may be empty.
            if length == 0 && !self.is_first {
                return Err(InspectError::Column);
            }
            self.is_first = false;
            self.unclaimed = self.unclaimed.checked_sub(length).ok_or(InspectError::Column)?;
            self.left = length;
            self.is_set = !self.is_set;
        }
        self.left -= 1;
        Ok(self.is_set)
    }

    pub(super) fn finish(&self) -> Result<(), InspectError> {
        if self.left == 0 && self.reader.is_done() { Ok(()) } else { Err(InspectError::Column) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2⁴⁰ as a signed LEB128 number.
    const HUGE: [u8; 6] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x20];

    #[test]
    fn a_run_may_claim_all_rows_and_not_one_more() {
        let claim = [5, 1];

        assert_eq!(rows(&claim, 5), Ok(5));
        assert_eq!(rows(&claim, 4), Err(InspectError::Column));
        let mut runs: Runs<'_, u64> = Runs::new(&claim, 5);
        assert!((0..5).all(|_| runs.value() == Ok(1)));
        assert_eq!(runs.finish(), Ok(()));
        assert_eq!(runs.next(), Err(InspectError::Truncated));
    }

    #[test]
    fn columns_that_claim_a_trillion_rows_in_a_few_bytes_are_refused_at_once() {
        let repeated = [HUGE.as_slice(), &[1]].concat();
        let nulls = [[0].as_slice(), &HUGE].concat();
        let most_literal = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F];

        for bomb in [repeated.as_slice(), &nulls, &most_literal] {
            assert_eq!(rows(bomb, u32::MAX), Err(InspectError::Column));
            assert_eq!(Runs::<'_, u64>::new(bomb, 9).next().err(), Some(InspectError::Column));
            assert_eq!(Steps::new(bomb, 9).next().err(), Some(InspectError::Column));
        }
        assert_eq!(Flags::new(&HUGE, 9).next().err(), Some(InspectError::Column));
    }

    #[test]
    fn runs_that_no_encoder_writes_are_refused() {
        let written: [&[u8]; 4] =
            [&[2, 9, 0x7E, 1, 2], &[0, 1, 2, 9], &[0x7F, 9, 2, 8], &[0x7F, 9]];
        let unwritten: [&[u8]; 7] = [
            // One value as a run, equal values as literals, a run cut in two.
            &[1, 9],
            &[0x7E, 9, 9],
            &[2, 9, 2, 9],
            &[2, 9, 0x7F, 9],
            &[0x7F, 9, 2, 9],
            &[0x7F, 9, 0x7F, 8],
            &[0, 1, 0, 1, 2, 9],
        ];

        for bytes in written {
            assert!(rows(bytes, 9).is_ok(), "{bytes:?}");
        }
        for bytes in unwritten {
            assert_eq!(rows(bytes, 9), Err(InspectError::Column), "{bytes:?}");
        }
        let mut nulls: Runs<'_, u64> = Runs::new(&[0, 1], 1);
        assert_eq!(nulls.next(), Ok(None));
        assert_eq!(nulls.finish(), Err(InspectError::Column));
    }

    #[test]
    fn empty_runs_are_refused() {
        assert_eq!(rows(&[0, 0], 9), Err(InspectError::Column));
        let mut flags = Flags::new(&[0, 1, 0, 1], 9);
        assert_eq!(flags.next(), Ok(true));
        assert_eq!(flags.next(), Err(InspectError::Column));
    }

    #[test]
    fn steps_that_leave_the_numbers_are_refused() {
        let mut steps =
            Steps::new(&[2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0], 2);

        assert_eq!(steps.next(), Ok(Some(i64::MAX)));
        assert_eq!(steps.next(), Err(InspectError::Column));
    }

    #[test]
    fn an_absent_column_is_all_nulls() {
        let mut runs: Runs<'_, u64> = Runs::new(&[], 3);

        assert_eq!(runs.next(), Ok(None));
        assert_eq!(runs.finish(), Ok(()));
    }
}
