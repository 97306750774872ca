//! A secret as 24 Japanese words: BIP-39's coding and its Japanese word list, in hiragana.
//!
//! What is typed may come from any keyboard: katakana, half-width kana, marks of voicing composed
//! or apart, numbers and stops between the words.

use sha2::{Digest as _, Sha256};
use shared::secret::Secret;
use thiserror::Error;
use zeroize::Zeroizing;

/// How many words make a secret.
pub const WORDS: usize = 24;
const WORD_BITS: usize = 11;
const LIST: usize = 1 << WORD_BITS;

const SOURCE: &[u8] = include_bytes!("words.txt");
/// The list, a byte a kana counted from U+3040; a word's first has the top bit set.
const PACKED: [u8; kana(SOURCE)] = pack(SOURCE);

/// What is wrong with what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WordsError {
    /// A word is not in the list.
    #[error("word {position} is not in the list")]
    Unknown {
        /// Which, from 1.
        position: usize,
    },
    /// There are fewer or more than [`WORDS`].
    #[error("{found} words were typed")]
    Count {
        /// How many there are.
        found: usize,
    },
    /// Every word is in the list, but together they cannot be a secret: one is wrong, or the
    /// order is.
    #[error("the words do not belong together")]
    Checksum,
}

/// The words of a secret.
pub fn of(secret: &Secret<32>) -> Vec<String> {
    let bytes = with_checksum(secret.expose());
    let word = |at: usize| {
        let index = (at * WORD_BITS..(at + 1) * WORD_BITS)
            .fold(0, |index, bit| index << 1 | usize::from(is_set(&bytes, bit)));
        spell(index)
    };
    (0..WORDS).map(word).collect()
}

/// The secret that was typed.
pub fn parse(text: &str) -> Result<Secret<32>, WordsError> {
    let typed: Vec<Zeroizing<Vec<u8>>> = split(text);
    let mut bytes = Zeroizing::new([0_u8; 33]);
    for (at, word) in typed.iter().enumerate() {
        let index = find(word).ok_or(WordsError::Unknown { position: at + 1 })?;
        for bit in 0..WORD_BITS {
            let place = at * WORD_BITS + bit;
            if let Some(byte) = bytes.get_mut(place / 8)
                && index >> (WORD_BITS - 1 - bit) & 1 == 1
            {
                *byte |= 0x80 >> (place % 8);
            }
        }
    }
    if typed.len() != WORDS {
        return Err(WordsError::Count { found: typed.len() });
    }
    let secret = bytes.first_chunk::<32>().ok_or(WordsError::Checksum)?;
    if *with_checksum(secret) != *bytes {
        return Err(WordsError::Checksum);
    }
    Ok(Secret::new(Box::new(*secret)))
}

fn with_checksum(secret: &[u8; 32]) -> Zeroizing<[u8; 33]> {
    let mut bytes = Zeroizing::new([0; 33]);
    let (head, checksum) = bytes.split_at_mut(32);
    head.copy_from_slice(secret);
    checksum.copy_from_slice(Sha256::digest(secret).split_at(1).0);
    bytes
}

fn is_set(bytes: &[u8; 33], bit: usize) -> bool {
    bytes.get(bit / 8).is_some_and(|byte| byte & 0x80 >> (bit % 8) != 0)
}

fn list() -> impl Iterator<Item = &'static [u8]> {
    PACKED.chunk_by(|_, next| next & 0x80 == 0)
}

fn spell(index: usize) -> String {
    let kana = list().nth(index).unwrap_or_default();
    kana.iter().filter_map(|byte| char::from_u32(0x3040 + u32::from(byte & 0x7F))).collect()
}

fn find(word: &[u8]) -> Option<usize> {
    list().position(|known| {
        known.len() == word.len() && known.iter().zip(word).all(|(a, b)| a & 0x7F == *b)
    })
}

/// The words of a text, a byte a kana; what is not kana has the byte 0, which no word has.
fn split(text: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let is_between =
        |c: char| c.is_whitespace() || c.is_numeric() || "、。，．,.・･:：()（）".contains(c);
    text.split(is_between).map(fold).filter(|word| !word.is_empty()).collect()
}

fn fold(word: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::with_capacity(word.len()));
    for c in word.chars() {
        let mark = match c {
            '\u{3099}' | '\u{309B}' | '\u{FF9E}' => 1,
            '\u{309A}' | '\u{309C}' | '\u{FF9F}' => 2,
            _ => 0,
        };
        match bytes.last_mut() {
            // A voiced kana follows its plain one, and the half-voiced follows that.
            Some(last) if mark > 0 && *last > 0 => *last = last.saturating_add(mark),
            Some(_) | None => bytes.push(narrow(c)),
        }
    }
    bytes
}

/// A kana's distance from U+3040, whichever way it was written; 0 if it is none.
fn narrow(c: char) -> u8 {
    /// U+FF66 to U+FF9D, in order.
    const HALF_WIDTH: &str = "をぁぃぅぇぉゃゅょっーあいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわん";
    let c = match u32::from(c) {
        at @ 0xFF66..=0xFF9D => usize::try_from(at - 0xFF66)
            .ok()
            .and_then(|at| HALF_WIDTH.chars().nth(at))
            .map_or(0, u32::from),
        katakana @ 0x30A1..=0x30F3 => katakana - 0x60,
        other => other,
    };
    if (0x3041..=0x3093).contains(&c) { u8::try_from(c - 0x3040).unwrap_or(0) } else { 0 }
}

/// Kana in a list of hiragana and line feeds: three bytes each, as UTF-8 has them.
#[expect(clippy::indexing_slicing, reason = "checked by the compiler, which runs this")]
const fn kana(source: &[u8]) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < source.len() {
        if source[at] == b'\n' {
            at += 1;
        } else {
            at += 3;
            count += 1;
        }
    }
    count
}

#[expect(clippy::indexing_slicing, reason = "checked by the compiler, which runs this")]
const fn pack<const N: usize>(source: &[u8]) -> [u8; N] {
    let mut packed = [0; N];
    let (mut at, mut to, mut words, mut is_first) = (0, 0, 0, true);
    while at < source.len() {
        if source[at] == b'\n' {
            (at, words, is_first) = (at + 1, words + 1, true);
            continue;
        }
        // U+3040 is E3 81 80; each step of the second byte is 64 further.
        assert!(source[at] == 0xE3 && source[at + 1] >= 0x81 && source[at + 1] <= 0x82);
        packed[to] = (source[at + 1] - 0x81) * 64 + (source[at + 2] - 0x80);
        if is_first {
            packed[to] |= 0x80;
        }
        (at, to, is_first) = (at + 3, to + 1, false);
    }
    assert!(words == LIST);
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Secret<32> {
        Secret::new(Box::new([byte; 32]))
    }

    #[track_caller]
    fn check(typed: &str, secret_byte: u8) {
        assert_eq!(parse(typed).unwrap().expose(), secret(secret_byte).expose());
    }

    /// As another program writes them: 0x80 32 times, and 0x00 to 0x1f.
    const OF_80: &str = "そとづら あまど おおう あこがれる いくぶん けいけん あたえる いよく そとづら あまど おおう あこがれる いくぶん けいけん あたえる いよく そとづら あまど おおう あこがれる いくぶん けいけん あたえる うめる";
    const OF_ROW: &str = "あいこくしん いくぶん そなた いくぶん こぜん あぶら おおう おきる いたみ さんすう けたば えんちょう あこがれる たきび ごうせい そんざい うつくしい ねったいぎょ あんこ きつね にっこう いびき ぜんあく めずらしい";

    #[test]
    fn words_are_those_of_the_published_standard() {
        assert_eq!(of(&secret(0x80)).join(" "), OF_80);
        let mut row = [0; 32];
        (0_u8..).zip(&mut row).for_each(|(number, byte)| *byte = number);
        assert_eq!(of(&Secret::new(Box::new(row))).join(" "), OF_ROW);
        assert_eq!(parse(OF_ROW).unwrap().expose(), &row);
    }

    #[test]
    fn any_secret_is_read_back_from_its_words() {
        for byte in 0..=255 {
            check(&of(&secret(byte)).join(" "), byte);
        }
    }

    #[test]
    fn every_keyboard_will_do() {
        check(&OF_80.replace(' ', "\u{3000}"), 0x80);
        check(&OF_80.replace(' ', "、\n"), 0x80);
        check(&OF_80.replace("づ", "つ\u{3099}").replace("ど", "と゛"), 0x80);
        check(&OF_80.replace("けいけん", "ケイケン").replace("そとづら", "ｿﾄﾂﾞﾗ"), 0x80);
        let mut number = 0;
        let numbered = OF_80.split(' ').map(|word| {
            number += 1;
            format!("{number}. {word}")
        });
        check(&numbered.collect::<Vec<_>>().join("\n"), 0x80);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let unknown = OF_80.replacen("おおう", "おおお", 1);
        assert_eq!(parse(&unknown).err(), Some(WordsError::Unknown { position: 3 }));
        let kanji = OF_80.replacen("おおう", "覆う", 1);
        assert_eq!(parse(&kanji).err(), Some(WordsError::Unknown { position: 3 }));
        let short = OF_80.trim_end_matches(" うめる");
        assert_eq!(parse(short).err(), Some(WordsError::Count { found: 23 }));
        let long = format!("{OF_80} うめる");
        assert_eq!(parse(&long).err(), Some(WordsError::Count { found: 25 }));
        let other = OF_80.replacen("おおう", "いよく", 1);
        assert_eq!(parse(&other).err(), Some(WordsError::Checksum));
        assert_eq!(parse("").err(), Some(WordsError::Count { found: 0 }));
        let marks = format!("か{}", "゛".repeat(300));
        assert_eq!(parse(&marks).err(), Some(WordsError::Unknown { position: 1 }));
    }
}
