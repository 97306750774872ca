//! Two fictional interviews, in full.

use engine::casework::field::Value;

use crate::code;

/// Somebody who was interviewed.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) texts: &'static [(&'static str, &'static str)],
    pub(crate) lists: &'static [(&'static str, &'static [&'static str])],
    held_at: &'static str,
    stages: &'static [&'static str],
    referral: &'static str,
    outcome: (i64, i64),
    risk: &'static str,
    topic: &'static str,
}

/// What is chosen rather than written.
pub(crate) fn values(person: &Person) -> Vec<(&'static str, Value)> {
    let stages = person.stages.iter().map(|stage| (*stage).to_owned()).collect();
    let (start, end) = person.outcome;
    vec![
        ("held_at", Value::When(person.held_at.to_owned())),
        ("stage", Value::Codes(stages)),
        ("referral_path", code(person.referral)),
        ("outcome_start", Value::Number(start)),
        ("outcome_end", Value::Number(end)),
        ("risk_level", code(person.risk)),
        ("topic_main", code(person.topic)),
    ]
}

/// The people, the one whose phone gets a link first.
pub(crate) const EMPLOYEES: &[Person] = &[
    Person {
        name: "佐伯 悠真",
        held_at: "2026-05-19T13:31",
        stages: &["rapport", "problem", "goal"],
        referral: "training",
        outcome: (3, 6),
        risk: "none",
        topic: "promotion",
        texts: &[
            ("purpose", "係長の打診にどう答えるかを、今日決めるのではなく、迷いの中身を整理する"),
            ("referral_text", "会社指定の研修後面談。本人も「ちょうど聞いてほしかった」。"),
            (
                "presenting_issue",
                "係長の打診を受けるか迷う。断ると評価が下がりそう、受けると現場から離れそう。",
            ),
            (
                "observation",
                "前半は腕を組む。ライフラインを描き始めてから体が前に出る。評価の話で声が小さくなる。",
            ),
            ("context_work", "課長は世代交代を急ぐ。係長の職務は書面がない。"),
            ("context_home", "子ども3歳と0歳。妻は復職準備中(両立の話題)。"),
            ("context_health", "特になし。"),
            ("issue_by_client", "自分には管理の適性がない。"),
            (
                "issue_by_consultant",
                "「係長=評価をする人・現場を離れる人」という見方が先輩一人の例からできており、役割の中身を\
                 確かめないまま受ける/断るの二択になっている。(仕事理解の不足・思い込み)加えて、育てることへの\
                 意欲が自分の強みとして十分に言葉になっていない。(自己理解)",
            ),
            ("resources", "技術への信頼、後輩二人、課長と話せる関係、妻の理解。"),
            ("response", "「二択じゃなくて、条件を出してもいいのか」と笑う。"),
            ("outcome_text", "見通しの明るさ"),
            (
                "self_review",
                "先輩の話で自分の経験を重ねかけた。SVで「二択を急がせない問い」を扱いたい。",
            ),
            (
                "summary_talked",
                "今日は、係長の打診への迷いを一緒に整理しました。次は7月中旬に、聞いてきたことを並べてから\
                 考えましょう。",
            ),
            (
                "summary_insight",
                "あなたの満足が高い時期には、いつも「教える・助かったと言われる」があることに、ご自身で\
                 気づかれました。",
            ),
        ],
        lists: &[
            (
                "quotes",
                &[
                    "先輩、係長になってから笑わなくなったんです",
                    "断ったら、もう声がかからないですよね",
                    "教えるのは好きなんです。点数をつけるのが、たぶん嫌で",
                ],
            ),
            (
                "goals",
                &[
                    "次回までに係長の仕事の中身を一次情報で知る",
                    "「技術を教える」を軸にした三年後の姿を自分の言葉で書く",
                ],
            ),
            (
                "summary_decided",
                &[
                    "係長お二人に三つの質問を聞く",
                    "返事の期限を課長に確かめる",
                    "強みの欄を書き直す",
                ],
            ),
        ],
    },
    Person {
        name: "小田切 ひより",
        held_at: "2026-09-08T10:00",
        stages: &["problem"],
        referral: "self",
        outcome: (2, 4),
        risk: "watch",
        topic: "relations",
        texts: &[
            ("purpose", "職場のことを話して、これからどうするかを自分で選べるようになる"),
            ("presenting_issue", "「ユニット主任の言い方がきつくて、夜勤の前の日に眠れない」"),
            ("observation", "来室時は笑顔、主任の話で手を握る。涙一度。"),
            ("context_health", "夜勤の前の日に眠れない。"),
            ("issue_by_client", "自分が仕事が遅いから。"),
            (
                "issue_by_consultant",
                "人前での繰り返しの叱責という行為の問題を、本人の能力の問題として引き受けている。退職の二択を\
                 急がせない安全の確保が先。",
            ),
            (
                "summary_talked",
                "眠れない夜の過ごし方と、連絡できる先を一緒に決めました。会社に伝えるかどうかは、あなたが\
                 決めてよいことです。",
            ),
            (
                "summary_insight",
                "決めた文面は、あなたが確認したものだけを、あなたが選んだ宛先に渡します。",
            ),
        ],
        lists: &[(
            "quotes",
            &["記録の字が汚いって、利用者さんの前で三回", "辞めるかどうかしか考えられなくなってて"],
        )],
    },
];
