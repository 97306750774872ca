//! 面談室の言葉.

use engine::{casework::consent::Matter, view::RoomNotice};

pub(super) fn notice(notice: &RoomNotice) -> String {
    match notice {
        RoomNotice::NotDecided => {
            String::from("この内容は、この方法では記録できません。選び直してください。")
        }
        RoomNotice::Undecided(matters) => {
            let matters: Vec<&str> = matters.iter().map(|it| matter(*it)).collect();
            format!("面談を始める前に、次の項目の確認が必要です：{}", matters.join("、"))
        }
        RoomNotice::SecrecyRefused => String::from(
            "守秘義務の説明に同意されていないため、面談は始められません。別の担当者をご案内ください。",
        ),
        RoomNotice::NoStep => String::from("今の段階では、その操作はできません。"),
        RoomNotice::MinimalRecord => String::from(
            "相談者は最小限の記録を希望しています。この欄には書き込めません。書いてある内容はそのまま残ります。",
        ),
        RoomNotice::WeakPin { chars_min } => {
            format!("暗証番号は{chars_min}文字以上にしてください。")
        }
        RoomNotice::WrongPin { tries: 0 } => String::from(
            "暗証番号が違います。回数を超えたため、パスフレーズで開いてください。書いた内容は残っています。",
        ),
        RoomNotice::WrongPin { tries } => {
            format!("暗証番号が違います。あと{tries}回試せます。")
        }
        RoomNotice::BeyondContract { interviews_max } => format!(
            "企業との契約では、一人あたりの面談は{interviews_max}回までです。行う前に担当責任者と確かめてください。"
        ),
        RoomNotice::NotDrawn => {
            String::from("この内容は、このシートには書けません。範囲と長さを確かめてください。")
        }
    }
}

fn matter(matter: Matter) -> &'static str {
    match matter {
        Matter::Secrecy => "守秘義務と例外",
        Matter::Purpose => "今日の目的",
        Matter::Consultant => "担当者の紹介",
        Matter::Supervision => "スーパービジョンでの利用",
        Matter::Continuation => "継続",
        Matter::Record => "記録の作成と保管",
        Matter::Counting => "全体傾向への集計",
        Matter::Telling => "会社への伝達",
        Matter::HandOver => "担当交代時の引継ぎ",
        Matter::Emergency => "緊急連絡先",
        Matter::Contact => "連絡手段",
    }
}
