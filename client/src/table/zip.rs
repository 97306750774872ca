//! The parts of a ZIP archive, by its central directory (APPNOTE 4.3), still packed.

/// A part, as it lies in the archive.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Its path.
    pub name: &'a str,
    /// Whether it is packed by DEFLATE; else it lies there as it is.
    pub is_packed: bool,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Behind the last part: where the directory is.
const END: [u8; 4] = *b"PK\x05\x06";
/// A line of the directory.
const LINE: [u8; 4] = *b"PK\x01\x02";
/// In front of a part.
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// The end is this long, and a comment of two bytes' length may follow.
const END_BYTES: usize = 22;
const COMMENT_BYTES_MAX: usize = 65_535;
/// How a part is packed.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Whether it begins as an archive does.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(&LOCAL)
}

/// Every part; `None` for what is no archive, or one packed in a way nobody packs workbooks.
pub fn parts(bytes: &[u8]) -> Option<Vec<Part<'_>>> {
    let last = bytes.len().checked_sub(END_BYTES)?;
    let first = last.saturating_sub(COMMENT_BYTES_MAX);
    let end = (first..=last).rev().find(|at| take::<4>(bytes, *at) == Some(END))?;
    let count = short(bytes, end + 10)?;
    let is_inside = |at: &usize| *at < bytes.len();
    let mut at = long(bytes, end + 16).filter(is_inside)?;
    let mut parts = vec![];
    for _ in 0..count {
        if take::<4>(bytes, at)? != LINE {
            return None;
        }
        let (method, packed) = (short(bytes, at + 10)?, long(bytes, at + 20)?);
        let lengths = [at + 28, at + 30, at + 32].map(|at| short(bytes, at));
        let [Some(name), Some(extra), Some(comment)] = lengths else { return None };
        let [name, extra, comment] = [name, extra, comment].map(usize::from);
        let path = bytes.get(at + 46..)?.get(..name)?;
        let local = long(bytes, at + 42).filter(is_inside)?;
        if take::<4>(bytes, local)? != LOCAL || !matches!(method, STORED | DEFLATED) {
            return None;
        }
        // The lengths in front of the part may differ from those in the directory.
        let before = 30 + usize::from(short(bytes, local + 26)?);
        let begin = local + before + usize::from(short(bytes, local + 28)?);
        parts.push(Part {
            name: core::str::from_utf8(path).ok()?,
            is_packed: method == DEFLATED,
            bytes: bytes.get(begin..)?.get(..packed)?,
        });
        at += 46 + name + extra + comment;
    }
    Some(parts)
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    take(bytes, at).map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(take(bytes, at).map(u32::from_le_bytes)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive, made by the letter of its standard: nothing packed, a field that only the part has.
    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut bytes, mut lines) = (vec![], vec![]);
        let long = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
        let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
        for (name, content) in parts {
            let at = bytes.len();
            let size = [long(0), long(content.len()), long(content.len())].concat();
            let head = [[20, 0], [0, 0], [0, 0], [0, 0], [0, 0]].concat();
            bytes.extend(LOCAL);
            bytes.extend(&head);
            bytes.extend(&size);
            bytes.extend([short(name.len()), short(3)].concat());
            bytes.extend(name.bytes().chain(*b"xyz").chain(content.iter().copied()));
            lines.extend(LINE);
            lines.extend([20, 0]);
            lines.extend(&head);
            lines.extend(&size);
            lines.extend([short(name.len()), short(0), short(0)].concat());
            lines.extend([0; 8]);
            lines.extend(long(at));
            lines.extend(name.bytes());
        }
        let (at, count) = (bytes.len(), short(parts.len()));
        bytes.extend(&lines);
        bytes.extend(END);
        bytes.extend([[0, 0], [0, 0], count, count].concat());
        bytes.extend([long(lines.len()), long(at)].concat());
        bytes.extend([short(4).as_slice(), b"note"].concat());
        bytes
    }

    #[test]
    fn parts_are_found_by_the_directory_behind_them() {
        let bytes = archive(&[("xl/a.xml", b"<a/>"), ("b", b"")]);

        let parts = parts(&bytes).unwrap();

        let told: Vec<(&str, &[u8])> = parts.iter().map(|it| (it.name, it.bytes)).collect();
        assert_eq!(told, [("xl/a.xml", b"<a/>".as_slice()), ("b", b"")]);
        assert!(is_archive(&bytes) && parts.iter().all(|it| !it.is_packed));
    }

    #[test]
    fn an_archive_that_ends_early_is_none() {
        let bytes = archive(&[("a", b"abc")]);

        for end in 0..bytes.len() - 4 {
            assert_eq!(parts(bytes.get(..end).unwrap()), None, "{end}");
        }
    }
}
