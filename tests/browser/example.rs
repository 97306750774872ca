//! The two example interviews, field by field, as a consultant fills them in.

/// One thing done to a field of a note.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Text, as a finished conversion or a paste puts it in.
    Text(&'static str, &'static str),
    /// Text by kana-kanji conversion: each step replaces the one before.
    Composed(&'static str, &'static [&'static str]),
    /// One chip, by its code.
    Code(&'static str, &'static str),
    /// A yes.
    Flag(&'static str),
    /// A time in the interview.
    Time(&'static str, &'static str),
    /// A date, or a date and time, as the DOM writes it.
    When(&'static str, &'static str),
    /// A new item of a list, with its fields.
    Item(&'static str, &'static [Step]),
}

use Step::{Code, Composed, Flag, Item, Text, Time, When};

impl Step {
    /// Everything typed in this step.
    pub(crate) fn typed(&self) -> Vec<&'static str> {
        match self {
            Text(_, text) => vec![text],
            Composed(_, steps) => steps.last().copied().into_iter().collect(),
            Item(_, steps) => steps.iter().flat_map(Self::typed).collect(),
            Code(..) | Flag(_) | Time(..) | When(..) => Vec::new(),
        }
    }
}

/// 例1: a first interview after a career training.
pub(crate) const FIRST: &[Step] = &[
    When("held_at", "2026-05-19T13:31"),
    When("ended_at", "2026-05-19T14:41"),
    Text("purpose", "係長の打診にどう答えるかを、今日決めるのではなく、迷いの中身を整理する"),
    Code("stage", "rapport"),
    Code("stage", "problem"),
    Code("stage", "goal"),
    Code("referral_path", "training"),
    Text(
        "referral_text",
        "会社指定の研修後面談。本人も「ちょうど聞いてほしかった」。連絡は yuma.saeki@minato-seiko.example か 090-5555-0107 / 0107 へ",
    ),
    Item(
        "marks",
        &[
            Time("at_s", "00:07"),
            Code("kind", "notable"),
            Text("text", "係長になった先輩が笑わなくなった"),
        ],
    ),
    Item(
        "marks",
        &[
            Time("at_s", "00:33"),
            Code("kind", "insight"),
            Text("text", "教えるのは好き、評価するのが嫌"),
        ],
    ),
    Item("scribbles", &[Composed("text", &["え", "えさき", "えさきゆうまのかいわきろく"])]),
    Composed("presenting_issue", &["か", "かかりちょう", "係長の打診", "係長の打診を受けるか迷う"]),
    Text("presenting_issue", "。断ると評価が下がりそう、受けると現場から離れそう。"),
    Item(
        "quotes",
        &[Time("at_s", "00:07"), Text("text", "先輩、係長になってから笑わなくなったんです")],
    ),
    Item("quotes", &[Time("at_s", "00:19"), Text("text", "断ったら、もう声がかからないですよね")]),
    Item(
        "quotes",
        &[
            Time("at_s", "00:33"),
            Text("text", "教えるのは好きなんです。点数をつけるのが、たぶん嫌で"),
        ],
    ),
    Text(
        "observation",
        "前半は腕を組む。ライフラインを描き始めてから体が前に出る。評価の話で声が小さくなる。",
    ),
    Text("context_work", "課長は世代交代を急ぐ。係長の職務は書面がない。"),
    Composed("context_work", &["よしだ", "吉田", "𠮷田課長は𠮷野家で待つ"]),
    Text("context_work", "。髙橋﨑子さんの隣の席。"),
    Text("context_home", "子ども3歳と0歳。妻は復職準備中(両立の話題)。家族👨‍👩‍👧‍👦の夕食が支え"),
    Text("context_health", "特になし。"),
    Text("issue_by_client", "自分には管理の適性がない。"),
    Text(
        "issue_by_consultant",
        "「係長=評価をする人・現場を離れる人」という見方が先輩一人の例からできており、役割の中身を確かめないまま受ける/断るの二択になっている。(仕事理解の不足・思い込み)",
    ),
    Item("evidence", &[Code("source", "quote"), Text("text", "発言00:07・00:33")]),
    Item("evidence", &[Code("source", "fact"), Text("text", "職務の書面がない事実")]),
    Text("resources", "技術への信頼、後輩二人、課長と話せる関係、妻の理解。"),
    Item(
        "goals",
        &[
            Code("term", "short"),
            Text("text", "次回までに係長の仕事の中身を一次情報で知る"),
            Flag("agreed"),
        ],
    ),
    Item(
        "goals",
        &[
            Code("term", "middle"),
            Text("text", "「技術を教える」を軸にした三年後の姿を自分の言葉で書く"),
            Flag("agreed"),
        ],
    ),
    Item("interventions", &[Code("kind", "listening"), Text("text", "傾聴")]),
    Item("interventions", &[Code("kind", "tool"), Text("text", "ライフライン、WCM")]),
    Text("response", "「二択じゃなくて、条件を出してもいいのか」と笑う。"),
    Item(
        "homework",
        &[Text("text", "係長二人に話を聞く(質問三つを一緒に作成)"), When("by", "2026-07-15")],
    ),
    Code("outcome_start", "3"),
    Code("outcome_end", "6"),
    Code("risk_level", "none"),
    Code("topic_main", "promotion"),
    Code("topics_other", "career_plan"),
    Code("topics_other", "balance"),
    Item(
        "organisation_codes",
        &[Code("code", "information"), Code("direction", "issue"), Code("strength", "2")],
    ),
    Text(
        "self_review",
        "先輩の話で自分の経験を重ねかけた。SVで「二択を急がせない問い」を扱いたい。CANARY-7f3a-interview-note-plaintext",
    ),
    Text("summary_talked", "今日は、係長の打診への迷いを一緒に整理しました。"),
    Text(
        "summary_insight",
        "あなたの満足が高い時期には、いつも『教える・助かったと言われる』があることに、ご自身で気づかれました。",
    ),
    Item("summary_decided", &[Text("text", "係長お二人に三つの質問を聞く")]),
    Item("summary_decided", &[Text("text", "返事の期限を課長に確かめる")]),
    Item("summary_homework", &[Text("text", "強みの欄を書き直す")]),
];

/// 例2: a second interview about harassment.
pub(crate) const SECOND: &[Step] = &[
    When("held_at", "2026-09-08T10:00"),
    Text("purpose", "職場のことを話して、これからどうするかを自分で選べるようになる"),
    Code("referral_path", "self"),
    Text("referral_text", "連絡先 hiyori.odagiri@hidamari-no-oka.example"),
    Item("scribbles", &[Composed("text", &["お", "おだぎり", "おだぎりひよりのそうだんめも"])]),
    Composed("presenting_issue", &["ゆにっと", "ユニット", "ユニット主任の言い方がきつくて"]),
    Text("presenting_issue", "、夜勤の前の日に眠れない。"),
    Item(
        "quotes",
        &[
            Time("at_s", "00:05"),
            Text("text", "記録の字が汚いって、利用者さんの前で三回"),
            Flag("sensitive"),
        ],
    ),
    Item(
        "quotes",
        &[Time("at_s", "00:14"), Text("text", "辞めるかどうかしか考えられなくなってて")],
    ),
    Item(
        "quotes",
        &[
            Time("at_s", "00:31"),
            Text("text", "誰かに言ったら、私だってすぐ分かります。夜勤4人なので"),
        ],
    ),
    Text(
        "observation",
        "来室時は笑顔、主任の話で手を握る。涙一度。「死にたいとかではないです、消えたい日はありました、先月」→ 計画・手段なし。",
    ),
    Text("context_health", "眠れた夜は😴、眠れない夜は😭"),
    Text("issue_by_client", "自分が仕事が遅いから。"),
    Text(
        "issue_by_consultant",
        "人前での繰り返しの叱責という行為の問題を、本人の能力の問題として引き受けている。",
    ),
    Item(
        "evidence",
        &[
            Code("source", "job_card"),
            Text("text", "ジョブ・カード価値観「食事の介助で表情が変わるのがうれしい」"),
        ],
    ),
    Item("goals", &[Code("term", "short"), Text("text", "眠れない夜の過ごし方と連絡先を決める")]),
    Item(
        "interventions",
        &[Code("kind", "information"), Text("text", "法人の相談窓口・外部の労働相談")],
    ),
    Code("risk_level", "watch"),
    When("risk_recheck_on", "2026-09-15"),
    Code("topic_main", "relations"),
    Code("topics_other", "health"),
    Text("self_review", "主任への怒りを感じた。SV不可のため、一般化した学びとしても話題にしない。"),
    Text("summary_talked", "眠れない夜の過ごし方と、連絡できる先を一緒に決めました。"),
];

/// What the first employee is to read, and nothing else.
pub(crate) const FIRST_SUMMARY: [&str; 5] = [
    "今日は、係長の打診への迷いを一緒に整理しました。",
    "いつも『教える・助かったと言われる』があることに、ご自身で気づかれました。",
    "係長お二人に三つの質問を聞く",
    "返事の期限を課長に確かめる",
    "強みの欄を書き直す",
];
