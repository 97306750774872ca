//! 危険と、外へ伝えることの言葉. 相談窓口の札も、ここにある.

use super::words::{Window, Word};

/// 組ごとの言葉.
pub(super) const SETS: &[(Word, &[(Word, Word)])] = &[
    ("why", WHYS),
    ("ground", GROUNDS),
    ("category", CATEGORIES),
    ("judgement", JUDGEMENTS),
    ("told_consent", CONSENTS),
    ("recipient", RECIPIENTS),
    ("conflict", CONFLICTS),
    ("identity", IDENTITIES),
    ("answer", ANSWERS),
    ("means", MEANS),
    ("signer", SIGNERS),
    ("risk_kind", RISK_KINDS),
    ("contact_kind", CONTACT_KINDS),
    ("reply", REPLIES),
];

const WHYS: &[(Word, Word)] = &[
    ("not_now", "いまの状態ではできません。状態を確かめてください。"),
    ("not_permitted", "伝えられません。"),
    ("other_way", "これは文面ではなく、報告書や写しなど別の方法で扱います。"),
    ("unmet", "先に必要なことがあります。"),
    ("faulty", "この文面では伝えられません。"),
    ("other_words", "画面の文面と今の文面が違います。読み直してください。"),
];

const GROUNDS: &[(Word, Word)] = &[
    ("intention", "伝えるつもりを本人に話したこと、または話さない理由"),
    ("why_no_consent", "同意がない、または得られない理由"),
    ("lawyer", "命令を確認した弁護士と日付"),
    ("representative", "代表者が命令を確認した日付"),
    ("reporter_law", "公益通報者の保護を説明したこと"),
    ("written_consent", "公表についての書面の同意の所在"),
    ("windows_given", "窓口の一覧を渡したこと"),
];

const CATEGORIES: &[(Word, Word)] = &[
    ("danger", "生命・身体の危険"),
    ("hazard", "職場の安全上の危険"),
    ("order", "法令による義務・命令"),
    ("violation", "法令違反"),
    ("harassment", "ハラスメント"),
    ("benefit", "本人のためになること"),
    ("tendency", "全体の傾向"),
    ("inquiry", "個別の問い合わせ"),
    ("attendance_planned", "計画された面談の人数"),
    ("attendance_asked", "来たかどうかの問い合わせ"),
    ("supervision", "スーパービジョン"),
    ("handover", "引き継ぎ"),
    ("referral", "専門家への紹介"),
    ("own_shared", "本人と共有する書類"),
    ("own_note", "本人からの開示請求"),
    ("publication", "研究・広報"),
    ("unsure", "どれか分からない"),
];

const JUDGEMENTS: &[(Word, Word)] =
    &[("none", "なし"), ("watch", "経過観察"), ("concern", "相当の懸念"), ("urgent", "緊急")];

const CONSENTS: &[(Word, Word)] = &[
    ("given", "同意あり"),
    ("refused", "拒否"),
    ("unknown", "まだ確かめていない、または確かめられない"),
    ("withdrawn", "撤回"),
];

const RECIPIENTS: &[(Word, Word)] = &[
    ("management", "当社の経営者"),
    ("admin", "システム管理者"),
    ("vendor", "保守業者"),
    ("ambulance", "119"),
    ("police", "110"),
    ("family", "家族・緊急連絡先"),
    ("health", "産業医・産業保健"),
    ("safety_contact", "会社の安全の窓口"),
    ("window", "通報・相談の窓口"),
    ("personnel", "人事"),
    ("superior", "上司"),
    ("authority", "官公署"),
    ("lawyer", "弁護士"),
    ("professional", "紹介先の専門家"),
    ("supervisor", "スーパーバイザー"),
    ("successor", "後任の担当者"),
    ("employee", "本人"),
    ("public", "公表"),
    ("other", "そのほか"),
];

const CONFLICTS: &[(Word, Word)] = &[
    ("unchecked", "確かめていない"),
    ("ok", "当事者でも、その上司でもない"),
    ("is_subject", "当事者"),
    ("in_line", "当事者の上司、またはその窓口を兼ねる人"),
];

const IDENTITIES: &[(Word, Word)] =
    &[("named", "名前を示す"), ("role_only", "役割だけを示す"), ("anonymous", "匿名")];

const ANSWERS: &[(Word, Word)] = &[
    ("approved", "この文面でよい"),
    ("changes_asked", "直してほしい"),
    ("refused", "伝えてほしくない"),
    ("withdrawn", "同意を取り消す"),
];

const MEANS: &[(Word, Word)] = &[("spoken", "口頭"), ("written", "書面")];

const SIGNERS: &[(Word, Word)] =
    &[("consultant", "担当者"), ("lead", "担当責任者"), ("supervisor", "スーパーバイザー")];

const RISK_KINDS: &[(Word, Word)] = &[
    ("self_harm", "自傷・自殺"),
    ("harm_to_others", "他害"),
    ("life", "そのほかの生命・身体の危険（家庭内の暴力、事故、過重労働など）"),
    ("child_abuse", "児童虐待（通告の義務）"),
];

const CONTACT_KINDS: &[(Word, Word)] = &[
    ("emergency", "緊急"),
    ("line", "電話相談"),
    ("person", "身近な人"),
    ("outside", "会社の外の窓口"),
    ("company", "会社の窓口"),
];

const REPLIES: &[(Word, Word)] = &[("standard", "個別の内容はお答えできません。")];

/// 会社の登録がないときに示す札. 番号は公的機関の案内による.
pub(super) const WINDOWS: &[Window] = &[
    Window { kind: "emergency", name: "救急・消防", phone: "119", note: "24時間" },
    Window { kind: "emergency", name: "警察", phone: "110", note: "24時間" },
    Window {
        kind: "line",
        name: "よりそいホットライン",
        phone: "0120-279-338",
        note: "24時間・無料。外国語も",
    },
    Window {
        kind: "line",
        name: "#いのちSOS",
        phone: "0120-061-338",
        note: "無料。受付時間は窓口の案内で",
    },
    Window {
        kind: "line",
        name: "こころの健康相談統一ダイヤル",
        phone: "0570-064-556",
        note: "都道府県の窓口につながる。時間は地域による",
    },
    Window {
        kind: "line",
        name: "いのちの電話",
        phone: "0120-783-556",
        note: "無料。16時から21時",
    },
    Window {
        kind: "outside",
        name: "労働条件相談ほっとライン",
        phone: "0120-811-610",
        note: "無料。平日の夜間と土日祝日",
    },
];
