//! The three example interviews, word for word: A-0107, C-0009, B-0042.

use engine::casework::field::Value;

use super::{
    canvas::{Canvas, Mark},
    note::{Note, Row, code, codes, lines, organisation},
    topic::OrganisationMark,
};

/// Of whom the examples tell, and of which of their interviews.
pub const EXAMPLES: [(&str, usize); 3] = [("A-0107", 0), ("C-0009", 1), ("B-0042", 1)];

/// What the employee added to the summary of the first example.
pub const ADDITION: &str = "②は来週中";
/// What the consultant wrote into the JOB card once both agreed.
pub const COMMENT: &str = "教えることに手応えを感じておられます。役割の中身を確かめたうえで、技術と育成を両立する働き方を検討中です。";
/// What was added to the signed note of the first example, and when.
pub const AMENDMENT: (&str, &str) = ("2026-05-20T09:10", "等級資料の正式名称を追加");
/// The purpose both agreed on in the first example.
pub const PURPOSE_A: &str =
    "係長の打診にどう答えるかを、今日決めるのではなく、迷いの中身を整理する";
/// And in the second.
pub const PURPOSE_C: &str = "職場のことを話して、これからどうするかを自分で選べるようになる";
/// The words that the employee of the second example approved.
pub const APPROVED: &str = "利用者の前で職員が繰り返し叱責される場面があると聞いています。個人や部署の特定につながる調査はお控えいただき、申し送りや指導の場の持ち方を法人全体で確認していただくようお願いします。(相談者の同意に基づきお伝えしています)";
/// What was said to those who could help, in the third.
pub const MIN_TEXT: &str =
    "本日、ご本人の安全が心配な状態です。今いる場所は〇〇、すぐに付き添いが必要です";

/// The note of an example.
pub(super) fn note(number: &str, which: usize) -> Option<Note> {
    match (number, which) {
        ("A-0107", 0) => Some(first()),
        ("C-0009", 1) => Some(second()),
        ("B-0042", 1) => Some(third()),
        _ => None,
    }
}

/// When an example's interview began and ended.
pub(super) fn times(number: &str, which: usize) -> Option<(&'static str, &'static str)> {
    match (number, which) {
        ("A-0107", 0) => Some(("2026-05-19T13:31", "2026-05-19T14:41")),
        ("C-0009", 1) => Some(("2026-09-08T10:00", "2026-09-08T10:56")),
        ("B-0042", 1) => Some(("2026-02-17T18:20", "2026-02-17T19:05")),
        _ => None,
    }
}

/// What an example says of the organisation, and what it was about beside the main topic.
pub(super) fn about(
    number: &str,
    which: usize,
) -> Option<(Vec<OrganisationMark>, Vec<&'static str>)> {
    let mark = |code, direction, strength| OrganisationMark { code, direction, strength };
    match (number, which) {
        ("A-0107", 0) => Some((
            vec![mark("systems", "issue", 2), mark("development", "strength", 1)],
            vec!["career_plan", "balance"],
        )),
        ("C-0009", 1) => {
            Some((vec![mark("support", "issue", 3), mark("fairness", "issue", 2)], vec!["health"]))
        }
        ("B-0042", 1) => Some((vec![], vec![])),
        _ => None,
    }
}

fn quote(minute: i64, text: &str) -> Row {
    Row::of("text", text).value("at_s", Value::Number(minute * 60))
}

fn mark(minute: i64, kind: &str, text: &str) -> Row {
    quote(minute, text).value("kind", code(kind))
}

fn evidence(source: &str, text: &str) -> Row {
    Row::of("text", text).value("source", code(source))
}

fn goal(term: &str, text: &str) -> Row {
    Row::of("text", text).value("term", code(term)).value("agreed", Value::Flag(true))
}

fn did(kind: &str, text: &str) -> Row {
    Row::of("text", text).value("kind", code(kind))
}

fn owned(texts: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    texts.iter().map(|(field, text)| (*field, (*text).to_owned())).collect()
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn first() -> Note {
    let (marks, others) = about("A-0107", 0).unwrap_or_default();
    let mut note = Note {
        top: Row {
            texts: first_texts(),
            values: vec![
                ("stage", codes(&["rapport", "problem", "goal"])),
                ("referral_path", code("training")),
                ("outcome_start", Value::Number(3)),
                ("outcome_end", Value::Number(6)),
                ("risk_level", code("none")),
                ("topic_main", code("promotion")),
                ("topics_other", codes(&others)),
            ],
        },
        lists: vec![
            (
                "marks",
                vec![
                    mark(7, "notable", "係長になった先輩が笑わなくなった"),
                    mark(19, "feeling", "声が小さくなる"),
                    mark(33, "insight", "教えるのは好き、評価するのが嫌"),
                    mark(52, "promise", ""),
                ],
            ),
            (
                "quotes",
                vec![
                    quote(7, "先輩、係長になってから笑わなくなったんです"),
                    quote(19, "断ったら、もう声がかからないですよね"),
                    quote(33, "教えるのは好きなんです。点数をつけるのが、たぶん嫌で"),
                ],
            ),
            (
                "homework",
                lines(&strings(&[
                    "係長二人に話を聞く(質問三つを一緒に作成)",
                    "課長に返答期限を確認",
                    "様式1-1「強み等」を書き直す",
                ])),
            ),
            ("organisation_codes", organisation(&marks)),
            (
                "summary_decided",
                lines(&strings(&[
                    "①係長お二人に三つの質問を聞く",
                    "②返事の期限を課長に確かめる",
                    "③強みの欄を書き直す",
                ])),
            ),
        ],
    };
    note.lists.extend(first_work());
    note
}

/// What was found, wanted and done in the first interview.
fn first_work() -> Vec<(&'static str, Vec<Row>)> {
    vec![
        (
            "evidence",
            vec![
                evidence("quote", "発言00:07・00:33"),
                evidence("canvas", "2021年と2023年の山はいずれも「人の役に立つ・教える」"),
                evidence("fact", "職務の書面がない事実"),
            ],
        ),
        (
            "goals",
            vec![
                goal("short", "次回までに係長の仕事の中身を一次情報で知る"),
                goal("middle", "「技術を教える」を軸にした三年後の姿を自分の言葉で書く"),
            ],
        ),
        (
            "interventions",
            vec![
                did("listening", "傾聴"),
                did("tool", "ライフライン"),
                did("tool", "WCM"),
                did(
                    "information",
                    "社内の専任技術職の等級があるかは人事制度の公開資料で確認できる",
                ),
            ],
        ),
    ]
}

fn first_texts() -> Vec<(&'static str, String)> {
    owned(&[
        ("purpose", PURPOSE_A),
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
            "「係長=評価をする人・現場を離れる人」という見方が先輩一人の例からできており、役割の中身を確かめないまま受ける/断るの二択になっている。(仕事理解の不足・思い込み) 加えて、育てることへの意欲が自分の強みとして十分に言葉になっていない。(自己理解)",
        ),
        ("resources", "技術への信頼、後輩二人、課長と話せる関係、妻の理解。"),
        ("response", "「二択じゃなくて、条件を出してもいいのか」と笑う。"),
        ("outcome_text", "見通しの明るさ"),
        (
            "self_review",
            "先輩の話で自分の経験を重ねかけた。SVで「二択を急がせない問い」を扱いたい(C4都度→次回たずねる)。",
        ),
        (
            "summary_talked",
            "今日は、係長の打診への迷いを一緒に整理しました。次は7月中旬に、聞いてきたことを並べてから考えましょう。",
        ),
        (
            "summary_insight",
            "あなたの満足が高い時期には、いつも『教える・助かったと言われる』があることに、ご自身で気づかれました。",
        ),
    ])
}

fn second() -> Note {
    let (marks, others) = about("C-0009", 1).unwrap_or_default();
    Note {
        top: Row {
            texts: second_texts(),
            values: vec![
                ("stage", codes(&["problem"])),
                ("referral_path", code("self")),
                ("risk_level", code("watch")),
                ("topic_main", code("relations")),
                ("topics_other", codes(&others)),
            ],
        },
        lists: vec![
            (
                "quotes",
                vec![
                    quote(5, "記録の字が汚いって、利用者さんの前で三回"),
                    quote(14, "辞めるかどうかしか考えられなくなってて"),
                    quote(31, "誰かに言ったら、私だってすぐ分かります。夜勤4人なので"),
                ],
            ),
            (
                "evidence",
                vec![
                    evidence("quote", "発言00:05・00:14"),
                    evidence(
                        "job_card",
                        "ジョブ・カード価値観「食事の介助で表情が変わるのがうれしい」",
                    ),
                    evidence("canvas", "初回のライフライン(入職後に上昇→今年4月以降に下降)"),
                ],
            ),
            (
                "goals",
                vec![
                    goal("short", "眠れない夜の過ごし方と連絡先を決める"),
                    goal("short", "窓口の種類を知り、使うかは本人が決める"),
                    goal("middle", "夜勤の組合せ以外の選択肢を比べる"),
                ],
            ),
            (
                "interventions",
                vec![
                    did("listening", "傾聴"),
                    did(
                        "information",
                        "法人の相談窓口・外部の労働相談・2026年10月からのカスハラ/改正指針、相談を理由とする不利益取扱いの禁止",
                    ),
                    did("tool", "安全計画の作成"),
                    did("referral", "受診は「考えてみる」→ リファー案内のみ"),
                ],
            ),
            ("organisation_codes", organisation(&marks)),
        ],
    }
}

fn second_texts() -> Vec<(&'static str, String)> {
    owned(&[
        ("purpose", PURPOSE_C),
        (
            "presenting_issue",
            "「ユニット主任の言い方がきつくて、夜勤の前の日に眠れない」[要配慮: 健康]",
        ),
        (
            "observation",
            "来室時は笑顔、主任の話で手を握る。涙一度。希死念慮を直接たずね「死にたいとかではないです、消えたい日はありました、先月」→ 計画・手段なし、家族と同居、友人に話せている.",
        ),
        ("issue_by_client", "自分が仕事が遅いから。"),
        (
            "issue_by_consultant",
            "人前での繰り返しの叱責という行為の問題(パワハラの「精神的な攻撃」に当たり得る)を、本人の能力の問題として引き受けている。眠れない状態が続いており、退職の二択を急がせない安全の確保が先。職業上は、利用者との関わりに強い手応えがあり、適性の問題ではない。",
        ),
        ("self_review", "主任への怒りを感じた。SV不可のため、一般化した学びとしても話題にしない。"),
        (
            "summary_talked",
            "眠れない夜の過ごし方と、連絡できる先を一緒に決めました。会社に伝えるかどうかは、あなたが決めてよいことです。",
        ),
        (
            "summary_insight",
            "決めた文面は、あなたが確認したものだけを、あなたが選んだ宛先に渡します。",
        ),
    ])
}

fn third() -> Note {
    Note {
        top: Row {
            texts: owned(&[
                ("purpose", "体の調子と仕事のことを分けて、今の続け方を考える"),
                ("presenting_issue", "面談の終わり近く、本人が今夜の具体的な手段に言及。"),
                ("observation", "直接たずね、その場で同意を求めたが「誰にも言わないで」。"),
                (
                    "response",
                    "同席を続け、本人に「伝える」と説明のうえ緊急連絡先(姉)と119へ。キャリアの内容は伝えない。",
                ),
            ]),
            values: vec![
                ("stage", codes(&["problem"])),
                ("referral_path", code("continued")),
                ("risk_level", code("urgent")),
                ("topic_main", code("health")),
            ],
        },
        lists: vec![("quotes", vec![quote(38, "誰にも言わないで")])],
    }
}

/// The canvases of the first example.
pub(super) fn canvas(number: &str, which: usize, kind: &str) -> Option<Canvas> {
    let mark = |x, y, group, text: &str| Mark { x, y, group, text: text.to_owned() };
    let marks = match (number, which, kind) {
        ("A-0107", 0, "lifeline") => vec![
            mark(2015, 10, "work", "入社"),
            mark(2016, -40, "work", "夜間呼出しが続く"),
            mark(2018, 45, "work", "資格・初めて一人で復旧"),
            mark(2019, 20, "work", "異動"),
            mark(2021, 70, "work", "治具が全社表彰"),
            mark(2023, 55, "work", "後輩二人の指導"),
            mark(2025, -15, "work", "管理業務が増える"),
            mark(2026, -5, "work", "係長の打診"),
        ],
        ("A-0107", 0, "will_can_must") => vec![
            mark(0, 0, "will", "現場の技術を極める"),
            mark(0, 0, "will", "後輩が育つのを見る"),
            mark(0, 0, "can", "異音診断"),
            mark(0, 0, "can", "治具設計"),
            mark(0, 0, "can", "教える"),
            mark(0, 0, "must", "係長候補"),
            mark(0, 0, "must", "課の標準化"),
            mark(0, 0, "must", "法定点検"),
            mark(0, 0, "will_can", "技術を教える"),
            mark(0, 0, "will_must", "標準化を教材にする"),
            mark(0, 0, "can_must", "法定点検の手順書"),
        ],
        ("A-0107", 0, "scale") => vec![mark(3, 6, "", "見通しの明るさ")],
        ("C-0009", 0, "lifeline") => vec![
            mark(2025, 20, "work", "入職"),
            mark(2025, 60, "work", "食事の介助を任される"),
            mark(2026, -30, "work", "4月以降"),
        ],
        _ => return None,
    };
    let remark = if kind == "lifeline" && number == "A-0107" {
        "上がるときは、いつも誰かが『助かった』と言っている"
    } else {
        ""
    };
    let kind = match kind {
        "lifeline" => "lifeline",
        "will_can_must" => "will_can_must",
        _ => "scale",
    };
    Some(Canvas { kind, marks, remark: remark.to_owned() })
}
