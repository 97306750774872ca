//! Plaintext that must never leave a device, and a search for it in whatever form it might have.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt as _,
    path::Path,
};

use aho_corasick::AhoCorasick;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS};

/// Forty pieces of the example interviews, of the names in them and of what people call themselves.
/// Each is long enough not to occur by chance.
pub const CANARIES: [&str; 40] = [
    "係長の打診を受けるか迷う",
    "断ると評価が下がりそう",
    "先輩、係長になってから笑わなくなったんです",
    "断ったら、もう声がかからないですよね",
    "教えるのは好きなんです。点数をつけるのが、たぶん嫌で",
    "前半は腕を組む。ライフラインを描き始めてから",
    "課長は世代交代を急ぐ",
    "妻は復職準備中",
    "自分には管理の適性がない",
    "役割の中身を確かめないまま",
    "技術への信頼、後輩二人",
    "技術を教える」を軸にした三年後の姿",
    "二択じゃなくて、条件を出してもいいのか",
    "係長二人に話を聞く",
    "先輩の話で自分の経験を重ねかけた",
    "ユニット主任の言い方がきつくて",
    "夜勤の前の日に眠れない",
    "記録の字が汚いって、利用者さんの前で三回",
    "辞めるかどうかしか考えられなくなってて",
    "誰かに言ったら、私だってすぐ分かります",
    "死にたいとかではないです、消えたい日はありました",
    "自分が仕事が遅いから",
    "人前での繰り返しの叱責",
    "食事の介助で表情が変わるのがうれしい",
    "眠れない夜の過ごし方と連絡先を決める",
    "主任への怒りを感じた",
    "えさきゆうまのかいわきろく",
    "おだぎりひよりのそうだんめも",
    "佐伯 悠真(さえき ゆうま)",
    "小田切 ひより(おだぎり ひより)",
    "yuma.saeki@minato-seiko.example",
    "hiyori.odagiri@hidamari-no-oka.example",
    "090-5555-0107 / 0107",
    "𠮷田課長は𠮷野家で待つ",
    "髙橋﨑子さんの隣の席",
    "眠れた夜は😴、眠れない夜は😭",
    "家族👨‍👩‍👧‍👦の夕食が支え",
    "担当キャリアコンサルタント髙梨",
    "さえきさんのスマートフォン",
    "CANARY-7f3a-interview-note-plaintext",
];

/// A form of a canary found where it must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where: a file, a process, a tape.
    pub medium: String,
    /// Which of [`CANARIES`].
    pub canary: &'static str,
    /// In which form.
    pub form: &'static str,
    /// How far into the medium, in bytes.
    pub at: u64,
}

/// Looks for every form of every canary in one pass.
#[derive(Debug)]
pub struct Scanner {
    automaton: AhoCorasick,
    needles: Vec<(&'static str, &'static str)>,
    needle_bytes_max: usize,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// A scanner for [`CANARIES`].
    pub fn new() -> Self {
        Self::of(&CANARIES)
    }

    /// A scanner for other texts.
    #[expect(clippy::expect_used, reason = "a few hundred short patterns always fit")]
    pub fn of(texts: &[&'static str]) -> Self {
        let all = || texts.iter().flat_map(|canary| forms(canary).into_iter());
        let needles = texts
            .iter()
            .flat_map(|canary| forms(canary).into_iter().map(move |(form, _)| (*canary, form)));
        let patterns: Vec<_> = all().map(|(_, bytes)| bytes).collect();
        let needle_bytes_max = patterns.iter().map(Vec::len).max().unwrap_or_default();
        let automaton = AhoCorasick::new(patterns).expect("short patterns");
        Self { automaton, needles: needles.collect(), needle_bytes_max }
    }

    /// Everything found in `bytes`.
    pub fn scan(&self, medium: &str, bytes: &[u8]) -> Vec<Hit> {
        self.scan_at(medium, 0, bytes)
    }

    /// Everything found in a file. A file that is not there holds nothing.
    pub fn scan_file(&self, path: &Path) -> io::Result<Vec<Hit>> {
        match fs::read(path) {
            Ok(bytes) => Ok(self.scan(&path.display().to_string(), &bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Everything found in the readable memory of a process.
    pub fn scan_process(&self, process: u32) -> io::Result<Vec<Hit>> {
        const PIECE_BYTES: usize = 4 << 20;
        let maps = fs::read_to_string(format!("/proc/{process}/maps"))?;
        let memory = File::open(format!("/proc/{process}/mem"))?;
        let medium = format!("memory of process {process}");
        let mut hits = Vec::new();
        let mut scanned = 0_usize;
        let mut piece = vec![0; PIECE_BYTES];
        for (start, end) in maps.lines().filter_map(readable_region) {
            let mut at = start;
            while at < end {
                let wanted = usize::try_from(end - at).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
                let Some(room) = piece.get_mut(..wanted) else { break };
                // Some pages can only be read by the kernel; nobody can have copied text there.
                let Ok(taken @ 1..) = memory.read_at(room, at) else { break };
                let read = room.get(..taken).unwrap_or_default();
                hits.extend(self.scan_at(&medium, at, read));
                scanned += taken;
                // The next piece overlaps this one so that nothing hides on the border.
                let step = if taken == PIECE_BYTES { taken - self.needle_bytes_max } else { taken };
                at += u64::try_from(step).unwrap_or(u64::MAX);
            }
        }
        assert!(scanned > 0, "no memory of process {process} could be read");
        hits.dedup();
        Ok(hits)
    }

    fn scan_at(&self, medium: &str, offset: u64, bytes: &[u8]) -> Vec<Hit> {
        let found = self.automaton.find_overlapping_iter(bytes);
        found
            .filter_map(|found| {
                let (canary, form) = *self.needles.get(found.pattern().as_usize())?;
                let at = offset + u64::try_from(found.start()).unwrap_or(u64::MAX);
                Some(Hit { medium: String::from(medium), canary, form, at })
            })
            .collect()
    }
}

/// Every form in which a text might lie somewhere, by name.
pub fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf8 = text.as_bytes();
    let utf16 = || text.encode_utf16();
    let mut forms = vec![
        ("UTF-8", utf8.to_vec()),
        ("UTF-16LE", utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16BE", utf16().flat_map(u16::to_be_bytes).collect()),
    ];
    forms.extend(legacy("Shift_JIS", SHIFT_JIS, text));
    forms.extend(legacy("EUC-JP", EUC_JP, text));
    for (form, before) in [("base64", 0), ("base64 after 1", 1), ("base64 after 2", 2)] {
        let inner = base64_inside(utf8, before);
        forms.push((form, inner.clone().into_bytes()));
        forms.push((form, inner.replace('+', "-").replace('/', "_").into_bytes()));
    }
    let each = |digits: fn(u8) -> String| utf8.iter().map(|byte| digits(*byte)).collect::<String>();
    let units = |digits: fn(u16) -> String| utf16().map(digits).collect::<String>();
    forms.extend(
        [
            ("hex", each(|byte| format!("{byte:02x}"))),
            ("HEX", each(|byte| format!("{byte:02X}"))),
            ("percent", percent(utf8, |byte| format!("%{byte:02X}"))),
            ("percent, lower", percent(utf8, |byte| format!("%{byte:02x}"))),
            ("JSON", json(text, |unit| format!("\\u{unit:04x}"))),
            ("JSON, upper", json(text, |unit| format!("\\u{unit:04X}"))),
            ("JSON, all", units(|unit| format!("\\u{unit:04x}"))),
        ]
        .map(|(form, text)| (form, text.into_bytes())),
    );
    let mut seen = Vec::new();
    forms.retain(|(_, bytes)| {
        let is_new = !seen.contains(bytes);
        seen.push(bytes.clone());
        is_new
    });
    forms
}

/// `None` where the encoding lacks a character.
fn legacy(
    form: &'static str,
    encoding: &'static Encoding,
    text: &str,
) -> Option<(&'static str, Vec<u8>)> {
    let (bytes, _, has_gaps) = encoding.encode(text);
    (!has_gaps).then(|| (form, bytes.into_owned()))
}

/// The base64 digits that depend on `bytes` alone when `before` other bytes precede them.
fn base64_inside(bytes: &[u8], before: usize) -> String {
    let padded = [vec![0; before], bytes.to_vec()].concat();
    let bits_before = before * 8;
    let first = bits_before.div_ceil(6);
    let last = padded.len() * 8 / 6;
    BASE64_STANDARD.encode(&padded).chars().take(last).skip(first).collect()
}

fn percent(bytes: &[u8], escape: fn(u8) -> String) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~!*'()".contains(&byte);
    bytes
        .iter()
        .map(|byte| if is_plain(*byte) { char::from(*byte).to_string() } else { escape(*byte) })
        .collect()
}

fn json(text: &str, escape: fn(u16) -> String) -> String {
    let mut units = [0; 2];
    text.chars()
        .map(|letter| {
            if letter.is_ascii() {
                return letter.to_string();
            }
            letter.encode_utf16(&mut units).iter().map(|unit| escape(*unit)).collect()
        })
        .collect()
}

fn readable_region(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let is_readable = words.next()?.starts_with('r');
    let is_the_kernels = line.ends_with("[vvar]") || line.ends_with("[vsyscall]");
    let region = (u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?);
    (is_readable && !is_the_kernels).then_some(region)
}

#[cfg(test)]
mod tests {
    use std::{hint::black_box, process};

    use super::*;

    #[test]
    fn every_form_of_every_canary_is_found_between_other_bytes() {
        let scanner = Scanner::new();
        for canary in CANARIES {
            for (form, bytes) in forms(canary) {
                let planted = [b"before \0\xff".as_slice(), &bytes, b"\0 after"].concat();
                let hits = scanner.scan("a tape", &planted);
                assert!(
                    hits.iter().any(|hit| hit.canary == canary && hit.form == form),
                    "{canary} as {form}: {hits:?}"
                );
            }
        }
    }

    #[test]
    fn base64_is_found_at_every_offset() {
        let scanner = Scanner::new();
        for canary in CANARIES {
            for before in 0..9 {
                let text = [vec![b'x'; before], canary.as_bytes().to_vec(), vec![b'y'; 5]].concat();
                let hits = scanner.scan("a tape", BASE64_STANDARD.encode(text).as_bytes());
                assert!(hits.iter().any(|hit| hit.canary == canary), "{canary} after {before}");
            }
        }
    }

    #[test]
    fn what_serde_writes_is_found() {
        let scanner = Scanner::new();
        for canary in CANARIES {
            let text = serde_json::to_string(canary).unwrap();
            assert!(!scanner.scan("a tape", text.as_bytes()).is_empty(), "{canary}");
        }
    }

    #[test]
    fn canaries_are_long_and_differ() {
        for (index, canary) in CANARIES.iter().enumerate() {
            assert!(canary.len() >= 18, "{canary}");
            assert!(!CANARIES[..index].iter().any(|other| other.contains(canary)), "{canary}");
        }
    }

    #[test]
    fn noise_holds_no_canary() {
        let mut state = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .take(1 << 20)
        .collect();

        assert_eq!(Scanner::new().scan("noise", &noise), []);
    }

    #[test]
    fn a_canary_in_the_memory_of_a_process_is_found() {
        let planted = black_box(CANARIES[0].encode_utf16().collect::<Vec<_>>());

        let hits = Scanner::new().scan_process(process::id()).unwrap();

        assert!(hits.iter().any(|hit| hit.form == "UTF-16LE"), "{}", hits.len());
        drop(black_box(planted));
    }

    #[test]
    fn a_missing_file_holds_nothing() {
        assert_eq!(Scanner::new().scan_file(Path::new("/nonexistent")).unwrap(), []);
    }
}
