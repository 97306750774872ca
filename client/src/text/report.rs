//! What is told about reports, copies, hand-overs and requests.

use engine::view::ReportNotice;

/// Code, Japanese, English.
const LACKING: &[(&str, &str, &str)] = &[
    ("report", "報告がまだ届いていません。", "The report has not arrived yet."),
    ("period", "期間を確かめてください。", "Look at the period."),
    ("group", "グループの名前を確かめてください。", "Look at the name of the group."),
    (
        "signed_note",
        "この期間の署名済みの記録に、相談分類がありません。",
        "No signed note of the period has a topic.",
    ),
    (
        "counted_here",
        "本人の端末が、この相談で数えることをまだ伝えていません(ほかの相談で数える人もいます)。",
        "The employee's own device has not said that they are counted in this case (some are in another).",
    ),
    ("peer_review", "ほかの担当者の確認が必要です。", "Another consultant has to read it first."),
    ("consent", "同意の記録がまだ届いていません。", "The consents have not arrived yet."),
    ("span", "置き換える範囲を選び直してください。", "Mark the spans to replace again."),
    (
        "redaction_checked",
        "個人が分かる言葉がないか、全文を読んで確かめてください。",
        "Read the whole text for what points to a person.",
    ),
    ("reason", "理由を書いてください。", "Write down why."),
    ("identified", "本人であることをまだ確かめていません。", "It was not seen yet who asks."),
    (
        "undecided",
        "開示するかどうかを決めていない項目があります。",
        "A part is not decided on yet.",
    ),
    ("justification", "開示しない理由を書いてください。", "Write down why it is not disclosed."),
    ("mask", "黒塗りの範囲を選び直してください。", "Mark what is masked again."),
    (
        "third_person",
        "第三者の名前が残っているようです。確かめてください。",
        "A third person seems to be named. Look again.",
    ),
    ("held", "保全中のため、消去できません。", "A legal hold keeps it from being erased."),
    (
        "names_person",
        "名簿や事例にある人の名前があります。",
        "Somebody of the roster or the case is named.",
    ),
    ("names_unit", "10人に満たない部署の名前があります。", "A unit of fewer than ten is named."),
    ("quotes", "記録の文がそのまま使われています。", "A note is quoted."),
    ("thin_statement", "3つ以上の事例が必要です。", "It has to rest on three cases or more."),
    ("too_few_people", "人数が足りません。", "There are too few people."),
    ("small_group", "人数の足りないグループがあります。", "A group has too few people."),
];

fn of(code: &str) -> (&'static str, &'static str) {
    let known = LACKING.iter().find(|(it, ..)| *it == code);
    known.map_or(OTHERWISE, |(_, japanese, english)| (japanese, english))
}

const OTHERWISE: (&str, &str) =
    ("確認の結果を見て直してください。", "Look at what the check found, and mend it.");

/// In Japanese.
pub(super) fn ja(told: &ReportNotice) -> String {
    match told {
        ReportNotice::NotAgreed(_) => {
            String::from("同意がないため行えません。試みたことを記録しました。")
        }
        ReportNotice::NotNow => String::from("今の状態では、または担当でないため、行えません。"),
        ReportNotice::Awaiting => String::from(
            "受け付けました。同意が取り消されていないことをサーバーで確かめてから実行します。",
        ),
        ReportNotice::Lacking(what) => format!("先に進めません。{}", of(what).0),
        ReportNotice::CountedAgain => {
            String::from("集計のもとが変わったため、集計し直しました。内容を確かめてください。")
        }
        ReportNotice::TermOver { documents } => {
            format!("保存期間が終わった記録{documents}件を消去しました。")
        }
    }
}

/// In English.
pub(super) fn en(told: &ReportNotice) -> String {
    match told {
        ReportNotice::NotAgreed(_) => {
            String::from("There is no consent to this. That it was tried has been noted.")
        }
        ReportNotice::NotNow => String::from("This cannot be done now, or not by you."),
        ReportNotice::Awaiting => String::from(
            "Noted. It happens as soon as the server confirms that no consent was taken back.",
        ),
        ReportNotice::Lacking(what) => format!("It does not go on. {}", of(what).1),
        ReportNotice::CountedAgain => {
            String::from("What was counted has changed, so it was counted again. Look at it.")
        }
        ReportNotice::TermOver { documents } => {
            format!("The time for keeping {documents} documents was over; they were destroyed.")
        }
    }
}
