//! Finding in a text what it must not say, however it was typed.
//!
//! Letters are compared after folding width, kana and the variants of kanji in names, because
//! 髙橋, 高橋 and ﾀｶﾊｼ point to the same person.

use shared::order;

/// Shortest run of letters that counts as copied from a note.
pub const QUOTE_CHARS_MIN: usize = 12;

/// A text as it is compared: no spaces, one width, one kana, one form of each kanji.
#[derive(Clone, PartialEq, Eq)]
pub struct Folded(Vec<char>);

impl Folded {
    /// Folds a text.
    pub fn new(text: &str) -> Self {
        let mut folded: Vec<char> = Vec::with_capacity(text.len() / 3);
        for letter in text.chars() {
            if let Some(voiced) = folded.last().and_then(|last| voiced(*last, letter)) {
                folded.pop();
                folded.push(voiced);
            } else if !is_gap(letter) {
                folded.push(fold(letter));
            }
        }
        Self(folded)
    }

    /// Whether there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many letters.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Where `part` begins, each time.
    pub fn places(&self, part: &Self) -> Vec<usize> {
        if part.is_empty() {
            return vec![];
        }
        let windows = self.0.windows(part.len()).enumerate();
        windows.filter(|(_, window)| *window == part.0).map(|(at, _)| at).collect()
    }

    /// Whether it shares a run of at least [`QUOTE_CHARS_MIN`] letters with `note`.
    pub fn quotes(&self, note: &Self) -> bool {
        let mut runs: Vec<&[char]> = note.0.windows(QUOTE_CHARS_MIN).collect();
        order::by(&mut runs, Ord::cmp);
        self.0.windows(QUOTE_CHARS_MIN).any(|run| runs.binary_search(&run).is_ok())
    }

    fn from(&self, at: usize) -> &[char] {
        self.0.get(at..).unwrap_or_default()
    }
}

/// How sure it is that a name is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hit {
    /// The letters are also a common word, and stand alone: somebody has to look.
    Doubtful,
    /// The name.
    Certain,
}

/// A person's name, with the forms in which it could be written.
pub struct Name {
    full: Folded,
    parts: Vec<Folded>,
}

impl Name {
    /// From a name or its reading, the parts separated by spaces or `・`: 佐伯 悠真.
    pub fn new(name: &str) -> Self {
        let parts = name.split(is_gap).map(Folded::new).filter(|part| !part.is_empty());
        Self { full: Folded::new(name), parts: parts.collect() }
    }

    /// Whether a text names this person.
    pub fn hit(&self, text: &Folded) -> Option<Hit> {
        if self.parts.len() > 1 && !text.places(&self.full).is_empty() {
            return Some(Hit::Certain);
        }
        self.parts.iter().filter_map(|part| part_hit(text, part)).max()
    }
}

/// Names that are also words, so that the letters alone say nothing. One letter always is.
const COMMON: &[&str] = &[
    "あい",
    "かえで",
    "さくら",
    "ひかり",
    "ひなた",
    "のぞみ",
    "みらい",
    "希望",
    "未来",
    "小林",
    "大木",
    "大空",
    "青木",
    "春日",
    "平和",
];
/// What follows a name where a person is meant.
const TITLES: &[&str] = &[
    "さん",
    "氏",
    "様",
    "さま",
    "君",
    "くん",
    "ちゃん",
    "殿",
    "先生",
    "主任",
    "係長",
    "課長",
    "部長",
    "次長",
    "室長",
    "所長",
    "店長",
    "施設長",
    "班長",
    "リーダー",
    "社員",
    "職員",
];

fn part_hit(text: &Folded, part: &Folded) -> Option<Hit> {
    let is_word = part.len() == 1 || COMMON.iter().any(|word| Folded::new(word) == *part);
    let hit = |at: usize| {
        let after = text.from(at + part.len());
        let is_titled = TITLES.iter().any(|title| after.starts_with(&Folded::new(title).0));
        let before = at.checked_sub(1).and_then(|before| text.0.get(before));
        if is_titled || !is_word {
            Some(Hit::Certain)
        } else if before.copied().is_some_and(is_kanji)
            || after.first().copied().is_some_and(is_kanji)
        {
            // 森林, 日光: part of a longer word.
            None
        } else {
            Some(Hit::Doubtful)
        }
    };
    text.places(part).into_iter().filter_map(hit).max()
}

fn is_kanji(letter: char) -> bool {
    matches!(letter, '\u{3005}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_gap(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '・' | '･' | '\u{200B}'..='\u{200D}' | '\u{FEFF}')
}

/// Kanji that stand for the same one in names.
const VARIANTS: &[(char, char)] = &[
    ('髙', '高'),
    ('﨑', '崎'),
    ('𠮷', '吉'),
    ('邉', '辺'),
    ('邊', '辺'),
    ('齋', '斎'),
    ('齊', '斉'),
    ('濵', '浜'),
    ('濱', '浜'),
    ('澤', '沢'),
    ('嶋', '島'),
    ('德', '徳'),
    ('眞', '真'),
    ('廣', '広'),
    ('國', '国'),
    ('櫻', '桜'),
    ('惠', '恵'),
    ('瀨', '瀬'),
    ('曻', '昇'),
    ('隆', '隆'),
];

/// Half-width kana in the order of their code points, from `ｦ` on.
const WIDE: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

fn fold(letter: char) -> char {
    let number = u32::from(letter);
    let folded = match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(number - 0xFEE0),
        '\u{FF66}'..='\u{FF9F}' => {
            usize::try_from(number - 0xFF66).ok().and_then(|at| WIDE.chars().nth(at))
        }
        '\u{3041}'..='\u{3096}' => char::from_u32(number + 0x60),
        _ => VARIANTS.iter().find(|(variant, _)| *variant == letter).map(|(_, plain)| *plain),
    };
    folded.unwrap_or(letter).to_ascii_lowercase()
}

/// A kana and the mark typed after it, as one letter.
fn voiced(kana: char, mark: char) -> Option<char> {
    let steps = match mark {
        '゛' | 'ﾞ' | '\u{3099}' => 1,
        '゜' | 'ﾟ' | '\u{309A}' => 2,
        _ => return None,
    };
    match (kana, steps) {
        ('ウ', 1) => Some('ヴ'),
        (
            'カ' | 'キ' | 'ク' | 'ケ' | 'コ' | 'サ' | 'シ' | 'ス' | 'セ' | 'ソ' | 'タ' | 'チ'
            | 'ツ' | 'テ' | 'ト',
            1,
        )
        | ('ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ', _) => char::from_u32(u32::from(kana) + steps),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, expected: Option<Hit>) {
        assert_eq!(Name::new(name).hit(&Folded::new(text)), expected, "{name} in {text}");
    }

    #[test]
    fn a_name_is_found_however_it_was_typed() {
        for text in ["高橋さん", "髙橋課", "髙 橋 美 咲", "先日、髙橋から"] {
            check("髙橋 美咲", text, Some(Hit::Certain));
        }
        check("𠮷田 翔", "吉田", Some(Hit::Certain));
        check("山﨑 学", "山崎", Some(Hit::Certain));
        check("渡邉 恵", "渡辺", Some(Hit::Certain));
        check("グエン・ティ・ホア", "ｸﾞｴﾝ ﾃｨ ﾎｱ", Some(Hit::Certain));
        check("グエン・ティ・ホア", "ぐえんさん", Some(Hit::Certain));
        check("SMITH Anna", "ｓｍｉｔｈ", Some(Hit::Certain));
        check("佐伯 悠真", "佐藤", None);
        check("佐伯 悠真", "", None);
        check("", "佐藤", None);
    }

    #[test]
    fn a_name_that_is_a_word_counts_where_a_person_is_meant() {
        check("森 光", "森林の保全と日光の手入れ", None);
        check("森 光", "森さんによれば", Some(Hit::Certain));
        check("森 光", "光くん", Some(Hit::Certain));
        check("森 光", "森光", Some(Hit::Certain));
        check("森 光", "森 光", Some(Hit::Certain));
        check("森 光", "森の中", Some(Hit::Doubtful));
        check("青木 さくら", "さくらの季節", Some(Hit::Doubtful));
        check("青木 さくら", "さくら主任", Some(Hit::Certain));
    }

    #[test]
    fn a_single_name_is_a_name() {
        check("スハルト", "スハルトの意見", Some(Hit::Certain));
    }

    #[test]
    fn eleven_letters_are_no_quote_and_twelve_are() {
        let note = Folded::new("「断ったら、もう声がかからないですよね」と小さな声で話す。");

        assert!(!Folded::new("意見：もう声がかからないです。").quotes(&note));
        assert!(Folded::new("意見：もう声がかからないですよ。").quotes(&note));
        assert!(Folded::new("もう 声がかから\nないですよね").quotes(&note));
        assert!(Folded::new("ﾓｳ声ｶﾞｶｶﾗﾅｲﾃﾞｽﾖﾈ").quotes(&Folded::new("もう声がかからないですよね")));
        assert!(!Folded::new("").quotes(&note));
    }
}
