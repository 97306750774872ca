//! What a company's list of its employees calls its columns.

use engine::casework::{
    plan::SEGMENTS,
    roster::import::{DAYS, TEXTS},
};

use super::say::both;

/// What lists call columns and segments, in either language, and what they are called here.
pub fn known() -> Vec<(String, String)> {
    let mut known: Vec<(String, String)> = vec![];
    for column in TEXTS.into_iter().chain(DAYS).chain(["segment"]) {
        for words in both(&["roster.column.", column].concat()) {
            let theirs = words.split('/').map(|it| (it.to_owned(), column.to_owned()));
            known.extend(theirs);
        }
    }
    for segment in SEGMENTS {
        let names = both(&["segment=", segment].concat());
        known.extend(names.map(|it| (it.to_owned(), String::from(*segment))));
    }
    known
}

/// Whether a column is one of days, whose cells a workbook holds as numbers.
pub fn is_day(heading: &str) -> bool {
    let known = known();
    let ours = known.iter().find(|(theirs, _)| theirs == heading.trim());
    DAYS.contains(&ours.map_or(heading.trim(), |(_, ours)| ours.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::casework::roster::import;

    #[test]
    fn a_list_is_understood_as_companies_head_it() {
        let list = "社員番号,氏名,フリガナ,部署,メールアドレス,電話番号,区分,入社年月日,生年月日\n\
                    7,森 光,もり ひかる,製造,m@example.jp,03,中堅,2015/4/1,1990-01-02";

        let read = import::read(list.as_bytes(), &known(), &[]);

        assert!(read.complaints.is_empty());
        let person = read.people.first().unwrap();
        assert_eq!(person.texts, ["森 光", "もり ひかる", "製造", "m@example.jp", "03"]);
        assert_eq!(person.segment, "middle");
        assert!(person.days.iter().take(2).all(Option::is_some));
        assert!(is_day("入社年月日") && is_day(" Hired on ") && !is_day("氏名"));
    }
}
