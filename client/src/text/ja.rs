//! 日本語.

use engine::view::{CardNotice, Notice, Rule};
use shared::log::org::Role;

use super::{
    alarm,
    ja_ending::{MEMBERS, OPENING, POLICY, RECOVERY, REGRANT},
    ja_field::{CODES, FIELDS},
    say::both,
    words::{
        BadgeWords, BarWords, CaseWords, DevicesWords, FrameWords, GateWords, HomeWords,
        InvitationWords, LockWords, NoteWords, OfferWords, PeopleWords, SummaryWords, TroubleWords,
        UnseenWords, Words, WorkWords,
    },
};

/// 日本語の画面の言葉.
pub(super) const WORDS: Words = Words {
    frame: FRAME,
    badge: BADGE,
    bar: BAR,
    alarm: alarm::JA,
    trouble: TROUBLE,
    gate: GATE,
    lock: LOCK,
    work: WORK,
    home: HOME,
    case: CASE,
    note: NOTE,
    offer: OFFER,
    summary: SUMMARY,
    people: PEOPLE,
    devices: DEVICES,
    invitation: INVITATION,
    recovery: RECOVERY,
    opening: OPENING,
    regrant: REGRANT,
    members: MEMBERS,
    policy: POLICY,
    unseen: UNSEEN,
    role,
    notice,
    fields: FIELDS,
    codes: CODES,
};

const FRAME: FrameWords = FrameWords {
    name: "面談",
    skip: "本文へ移動",
    loading: "準備しています…",
    navigation: "メニュー",
    home: "ホーム",
    people: "利用者",
    devices: "端末",
    unseen: "見えないもの",
    lock: "ロック",
    other_language: "English",
    switch_language: "Switch to English",
    close: "閉じる",
    cancel: "やめる",
    back: "戻る",
    copy: "コピー",
    copied: "コピーしました",
    show: "表示",
    hide: "隠す",
    not_found: "このページは見つかりません。",
    to_home: "ホームへ",
};

const BADGE: BadgeWords = BadgeWords {
    label: "保存と送信の状態",
    saving: "保存中…",
    not_saved: "保存できていません",
    kept: |n| format!("この端末に保存（未送信 {n}件）"),
    sending: |n| format!("送信中 {n}件"),
    sent: "送信済み",
    offline: "圏外",
    connecting: "接続中",
};

const BAR: BarWords = BarWords {
    restarted: "アプリの内部が止まったため、立ち上げ直しました。保存済みの記録は失われていません。パスフレーズで開き直してください。",
    drafts: |n| format!("保存前だった入力が{n}か所あります。記録を開くと、元の場所に戻します。"),
    open_draft: "記録を開く",
    storage_full: "この端末の空き容量が足りず、保存できません。入力した内容はこの画面に残っています。閉じずに、写真など不要なものを削除してください。空きができると自動で保存します。",
    storage_broken: "この端末の保存領域が応答しません。入力した内容はこの画面に残っています。閉じずにお待ちください。自動でやり直しています。",
    update_ready: "新しい版の準備ができました。区切りのよいときに切り替えてください。",
    update_apply: "今すぐ切り替える",
    not_kept: "空き容量が減ると、ブラウザがこのアプリの記録を消すことがあります。",
    keep: "消さないように頼む",
    install: "ホーム画面に追加すると、圏外でもすぐに開けて、記録が消されにくくなります。",
    install_do: "追加する",
    install_ios: [
        "画面の共有ボタン（四角から上向きの矢印）を押します。",
        "「ホーム画面に追加」を選びます。",
        "これからは、ホーム画面の「面談」から開きます。",
    ],
    link_unused: "この端末はもう使い始めているため、開いたリンクは使いませんでした。リンクは、使い始める端末で開いてください。",
};

const TROUBLE: TroubleWords = TroubleWords {
    tab_title: "別のタブで開いています",
    tab_text: "記録が二重に書かれないように、面談は一つのタブだけで動きます。こちらで使うと、もう一方のタブは保存してから止まります。",
    take_over: "こちらで使う",
    locks_title: "このブラウザでは使えません",
    locks_text: "記録を安全に書くための仕組みがありません。ブラウザを新しくするか、別のブラウザで開いてください。",
    store_title: "保存領域を読めません",
    store_text: "この端末の記録を読み出せませんでした。読み込み直すと直ることがあります。記録を消さないために、何も始めずに止まっています。",
    reload: "読み込み直す",
};

const GATE: GateWords = GateWords {
    title: "面談をはじめる",
    lead: "記録はこの端末で暗号化され、関係する人だけが読めます。どのように始めますか。",
    firm: "事務所をはじめる",
    firm_text: "サーバーが表示した最初のリンクを使い、管理者になります。",
    join: "招待リンクで参加する",
    join_text: "担当者または管理者から受け取ったリンクを使います。",
    device: "自分の端末を追加する",
    device_text: "もう一台の端末で作ったコードを使います。",
    firm_submit: "事務所をはじめる",
    join_submit: "参加する",
    device_submit: "この端末を追加する",
    link: "リンク",
    code: "コード",
    link_hint: "受け取ったリンクを、そのまま貼り付けてください。",
    code_hint: "もう一台の「端末」のページで作ったコードを貼り付けてください。",
    link_taken: "リンクを読み取りました。",
    link_change: "別のリンクを使う",
    link_missing: "リンクまたはコードを貼り付けてください。",
    name: "お名前",
    name_hint: "相手の画面に表示されます。暗号化され、サーバーと管理者には見えません。",
    name_missing: "お名前を入力してください。",
    device_name: "この端末の呼び名",
    device_name_hint: "端末の一覧で見分けるためのものです。",
    device_names: ["タブレット", "スマートフォン", "パソコン"],
    passphrase: "パスフレーズ",
    passphrase_hint: "この端末を開くための合言葉です。12文字以上。ほかで使っているものは避けてください。",
    repeat: "パスフレーズ（もう一度）",
    repeat_wrong: "二つのパスフレーズが違います。",
    suggest: "候補を作る",
    suggest_hint: "六つの言葉を無作為に選びました。紙に書いて、端末とは別の場所にしまってください。",
    too_short: |n| format!("あと{n}文字必要です。"),
    guessable: "推測されやすい並びです。言葉を足してください。",
    fair: "使えます。もう少し長いと、より安全です。",
    good: "十分な長さです。",
    no_recovery: "パスフレーズを忘れると、この端末の記録は誰にも開けません。管理者にも再発行できません。始めたあと「端末」のページで復旧用紙を作り、しまっておいてください。",
    ios_first: "iPhone・iPadでは、先にホーム画面に追加し、そこから開いて始めてください。Safariとホーム画面のアプリは、記録の置き場所が別です。リンクはコピーしておき、あとで貼り付けます。",
};

const LOCK: LockWords = LockWords {
    title: "ロック中",
    offline: "圏外でも開けます",
    passphrase: "パスフレーズ",
    submit: "ひらく",
    busy: "確かめています…",
    hint: "2分間操作がないと、自動でロックします。",
};

const WORK: WorkWords = WorkWords {
    asking_server: "サーバーに確かめています",
    asking_server_text: "最初の一度だけ、接続が必要です。このままお待ちください。",
    awaiting_keys: "もう一台の端末を待っています",
    awaiting_keys_text: "もう一台の端末で面談を開き、接続した状態にしてください。鍵はその端末からだけ渡されます。",
    loading: "記録を開いています",
    loading_text: "この端末の記録を復号しています。",
    asking_again: "サーバーに確かめる必要があります",
    asking_again_text: "しばらく接続がなかったか、端末の時計が戻されています。一度接続すると、続きから使えます。記録はこの端末に残っています。",
    revoked: "この端末は失効しました",
    revoked_text: "端末の中の記録と鍵は消去されました。ほかの端末とサーバーにある記録は無事です。心当たりがなければ、管理者に知らせてください。",
    erasing_text: "端末の中の記録と鍵を消去しています。",
};

const HOME: HomeWords = HomeWords {
    greeting: |name| format!("{name}さん"),
    cases: "ケース",
    no_cases: "まだケースがありません",
    no_cases_text: "下の「相談者を招待」でリンクを作り、本人に渡してください。参加が済むと、ここでケースを始められます。",
    interview: |n| format!("第{n}回"),
    added_on: |date| format!("{date} 作成"),
    offered_on: |date| format!("{date} 共有まとめを渡しました"),
    not_offered: "共有まとめは未渡し",
    open_note: "面談記録をひらく",
    add_interview: "面談を追加",
    no_interviews: "面談はまだありません。「面談を追加」で記録を始めます。",
    see_case: "ケースをひらく",
    invited: "招待した人",
    quarantined: |n| {
        format!(
            "取り込めなかった変更が{n}件あります。ほかの記録はそのまま使えます。送り主の端末で、その記録を開いて確かめてください。"
        )
    },
    quarantined_from: |who, device, n| format!("{who}（端末 {device}）から{n}件"),
    quarantined_for: |rule| match rule {
        Rule::Unreadable => "読み取れない内容です。",
        Rule::TooLarge => "決められた大きさを超えています。",
        Rule::Foreign => "送り主以外が作った内容です。",
        Rule::Guarded => "送り主が書けない欄への変更です。",
        Rule::Unfounded => "もとになる内容とつながりません。",
        Rule::Deadly => "取り込むときに、アプリが二度止まりました。",
    },
    somebody: "名前を登録していない人",
    employee_title: "あなたの面談",
    employee_lead: "担当者との面談のまとめを、ここで読み返せます。評価や査定のためのものではありません。",
    readers_title: "読める人",
    readers: [
        "あなたと、あなたの担当者だけが読めます。",
        "会社は読めません。会社のログインもありません。",
        "サーバーと管理者も、暗号化されたまま預かるだけで読めません。",
    ],
    summaries: "共有まとめ",
    no_summaries: "まだ届いていません",
    no_summaries_text: "面談のあと、担当者がまとめを渡すと、ここに届きます。一度届いたものは、圏外でも読めます。",
    with_consultant: |name| format!("担当 {name}さん"),
    read: "読む",
};

const CASE: CaseWords = CaseWords {
    title: |name| format!("{name}さんとの面談"),
    lead: "この下の「共有まとめ」が、相談者が読める内容のすべてです。",
    shared: "共有まとめ",
    shared_lead: "相談者に渡したものだけが並びます。面談記録は含まれません。",
    nothing_shared: "まだ何も渡していません。面談記録の「共有まとめ」から渡せます。",
};

const NOTE: NoteWords = NoteWords {
    title: |name| format!("{name}さん"),
    private: "この記録は自分だけが読みます。相談者・会社・管理者には見えません。",
    sections: "記録の項目",
    section_names: [
        "面談の概要",
        "印・走り書き",
        "相談者の話",
        "背景",
        "見立て",
        "目標と働きかけ",
        "結果の評価",
        "リスク",
        "分類",
        "自己点検",
        "共有まとめ",
    ],
    filled: "記入あり",
    empty: "未記入",
    unsaved: "保存中…",
    kept: "この端末に保存",
    sent: "送信済み",
    sensitive: "要配慮",
    sensitive_text: "要配慮個人情報として扱います。必要なことだけを書いてください。",
    add: |what| format!("{what}を追加"),
    remove: "削除",
    removed: "項目を削除しました。",
    restore: "元に戻す",
    no_items: "まだありません。",
    item: |n| format!("{n}件目"),
    clear: "選択を外す",
    yes: "はい",
    unset: "未選択",
    time_hint: "開始からの時間（時:分）",
    time_wrong: "「00:07」のように、時:分で入力してください。",
    leftover: "元の場所に戻せなかった入力",
    leftover_text: "書いていた項目が見つかりませんでした。必要な部分をコピーしてください。",
    keys_hint: "Alt＋↑↓ で前後の項目へ移れます。",
    low_end: "見通しがない",
    high_end: "見通しが明るい",
};

const OFFER: OfferWords = OfferWords {
    reader: "ここに書いた文は、渡したあと相談者が読みます。「あなたは…」と相手に向けて書き、第三者の名前や診断の言葉は避けてください。渡すまでは自分だけに見えます。",
    preview: "見え方を確かめる",
    preview_title: "相談者にはこう見えます",
    submit: "相談者に渡す",
    again: "もう一度渡す",
    confirm_title: |name| format!("{name}さんに渡しますか"),
    confirm_text: "次の内容が、相談者の端末で読めるようになります。面談記録のほかの欄は渡りません。",
    confirm: "渡す",
    never: "まだ渡していません。",
    offered: |date| format!("{date} に渡しました。"),
    waiting: |date| {
        format!("{date} に、渡す用意をこの端末に保存しました。つながると相談者に届きます。")
    },
    stale: "そのあと下書きを直しています。相談者には、渡したときの内容が見えています。",
    current: "下書きと同じ内容です。",
    empty: "共有まとめがまだ空です。一つ以上の欄に書いてから渡してください。",
};

const SUMMARY: SummaryWords = SummaryWords {
    title: |n| format!("第{n}回のまとめ"),
    offered_on: |date| format!("{date} に受け取り"),
    talked: "今日話したこと",
    insight: "気づき",
    decided: "決めたこと",
    homework: "次回まで",
    links: "参考情報",
    from: |name| format!("{name}さんより"),
    only_you: "あなたと担当者だけが読めます",
};

const PEOPLE: PeopleWords = PeopleWords {
    title: "利用者",
    lead: "名前は招待した本人の端末にだけあります。ほかの人が招待した利用者は番号で表示されます。",
    invite: "招待する",
    invite_employee: "相談者を招待",
    invite_lead: "リンクを作り、本人に直接渡します。名前は自分の控えとして暗号化され、ほかの人には見えません。",
    name: "名前（自分の控え）",
    name_hint: "本人は参加するときに、自分で名前を入力します。",
    name_missing: "名前を入力してください。",
    role: "役割",
    submit: "招待リンクを作る",
    nobody: "まだ誰も招待していません",
    nobody_text: "招待リンクを作ると、ここに並びます。",
    number: |n| format!("利用者 {n}"),
    me: "自分",
    waiting_until: |date| format!("招待中（{date}まで）"),
    expired: "招待の期限切れ",
    joined: "参加済み",
    devices: |n| format!("端末 {n}台"),
    devices_column: "端末",
    state_column: "状態",
    open_case: "ケースを始める",
    has_case: "ケースあり",
    frozen: "一時停止中",
    removed: "削除済み",
    freeze: "一時停止",
    thaw: "再開する",
    remove: "削除",
    remove_question: "元に戻せません。この人は、以後の記録を読めなくなります。",
    revoke: |number| format!("端末{number}を失効"),
    revoke_question: "元に戻せません。その端末の中の記録は、次の接続で消去されます。",
};

const DEVICES: DevicesWords = DevicesWords {
    title: "自分の端末",
    lead: "ここにある端末だけが、あなたの記録を開けます。",
    this: "この端末",
    unnamed: "名前の同期待ち",
    add: "端末を追加",
    add_lead: "コードを作り、新しい端末の「自分の端末を追加する」に貼り付けます。鍵はこの端末から直接渡すので、そのあいだ両方を開いておいてください。",
    make_code: "追加用のコードを作る",
    revoke: "紛失した端末を失効",
    revoke_question: "元に戻せません。その端末の中の記録は、次の接続で消去されます。未送信の記録は失われます。",
    sure: "実行する",
    not_sure: "やめる",
};

const INVITATION: InvitationWords = InvitationWords {
    person_title: |name| format!("{name}さんへの招待リンク"),
    device_title: "端末を追加するコード",
    person_text: "このリンクを、本人だけに渡してください。目の前で渡すのが最も確実です。",
    device_text: "新しい端末で面談を開き、「自分の端末を追加する」に貼り付けてください。",
    link: "招待リンク",
    code: "コード",
    copy_link: "リンクをコピー",
    copy_code: "コードをコピー",
    square: "カメラで読み取る四角いコード",
    expires: |date| format!("{date}まで、一度だけ使えます。"),
    secret: "これは鍵と同じです。表示は今回だけで、閉じるともう一度出すことはできません。会社のメールなど、ほかの人が読める場所には貼らないでください。",
    done: "渡しました",
};

const UNSEEN: UnseenWords = UnseenWords {
    title: "見えないもの",
    lead: "面談の内容は、端末の中で暗号化してから外に出ます。鍵は端末にだけあり、サーバーにも管理者にもありません。",
    hidden_title: "サーバーと管理者に見えないもの",
    hidden: [
        "面談記録・共有まとめ・評価など、書いた内容のすべて",
        "名前、会社名、ケースの呼び名、端末の呼び名",
        "文書の種類と題名（記録なのか、まとめなのか）",
        "パスフレーズと鍵",
        "消した文や、書き直しの途中",
    ],
    seen_title: "サーバーに見えるもの",
    seen: [
        "番号だけの利用者と端末、その役割",
        "どの番号の利用者が、どの番号の文書に加わっているか",
        "送受信の時刻と回数",
        "暗号文の大きさ（段階に丸めたもの）",
        "接続元のIPアドレス",
    ],
    why_title: "そのため、できないこと",
    why: [
        "管理者がパスフレーズを再発行することはできません。",
        "管理者が記録を読んだり、代わりに開いたりすることはできません。",
        "会社から求められても、当社のサーバーから内容を取り出すことはできません。",
    ],
};

fn role(role: Role) -> &'static str {
    match role {
        Role::Admin => "管理者",
        Role::Consultant => "担当者",
        Role::Supervisor => "スーパーバイザー",
        Role::Employee => "相談者",
    }
}

fn card(notice: CardNotice) -> &'static str {
    match notice {
        CardNotice::ShownUntilPast => {
            "見せる期限が過ぎた日付です。今日以降の日付を選んでください。"
        }
        CardNotice::NothingShown => {
            "見せるシートが選ばれていないか、見せる相手がいないため、何も見せていません。"
        }
        CardNotice::CommentChanged => {
            "読んだあとにコメントの文が変わりました。今の文を読んでから、もう一度決めてください。"
        }
        CardNotice::CommentEmpty => "コメントが書かれていないため、署名していません。",
        CardNotice::VersionLost => "この版は、当時のままの形では読み出せません。",
    }
}

fn notice(notice: &Notice) -> String {
    match notice {
        Notice::WrongPassphrase => String::from(
            "パスフレーズが違います。大文字・小文字と、入力の切り替えを確かめてください。",
        ),
        Notice::WeakPassphrase { chars_min } => {
            format!("パスフレーズは{chars_min}文字以上にしてください。")
        }
        Notice::WrongLink => String::from(
            "リンクまたはコードが正しくありません。途中で切れていないか確かめ、もう一度貼り付けてください。",
        ),
        Notice::UnknownLink => String::from(
            "サーバーは、このリンクをまだ知りません。途中で切れていないか確かめてください。サーバーを元に戻した直後は、招待した人の端末がつながるまで使えません。数分おいて、もう一度お試しください。",
        ),
        Notice::NoExport => both("import.damaged")[0].to_owned(),
        Notice::LinkSpent => {
            String::from("このリンクは使用済みです。新しいリンクを作ってもらってください。")
        }
        Notice::LinkExpired => {
            String::from("このリンクは期限が切れています。新しいリンクを作ってもらってください。")
        }
        Notice::NeedsNetwork => String::from(
            "この操作には、一度だけ接続が必要です。つながる場所で、もう一度お試しください。",
        ),
        Notice::TooLong => String::from(
            "一つの欄に入る長さを超えたため、今の変更は保存されませんでした。別の欄に分けて書いてください。",
        ),
        Notice::StandsApart => String::from(
            "この記録には、サーバーに別の続きがあります。ここにある文章は読めますが、書き足してもほかの端末に届かないため、今の変更は保存されませんでした。新しい記録に書き写してください。",
        ),
        Notice::Refused { code } => format!(
            "サーバーが受け付けませんでした（{code}）。入力した内容はこの端末に残っています。続くときは、この番号を管理者に伝えてください。"
        ),
        Notice::Quarantined => String::from(
            "ほかの端末からの変更を取り込めず、別に置きました。ほかの記録はそのまま使えます。",
        ),
        Notice::UpdateNeeded => {
            String::from("この版より新しい形式の記録が届きました。アプリを新しくすると読めます。")
        }
        Notice::StoreDamaged { records } => format!(
            "この端末の記録のうち{records}件が読めません。送信済みの内容は、接続するとサーバーから取り直します。"
        ),
        Notice::AccountClosed => String::from(
            "このアカウントは現在使えません。記録はこの端末に残っています。管理者に確かめてください。",
        ),
        Notice::Shredded { edits, .. } => format!(
            "記録が消去されました。この端末だけにあった未送信の変更{edits}件も消去されました。"
        ),
        Notice::LeftBehind { edits, .. } => format!(
            "記録が確定されました。この端末の未送信の変更{edits}件は間に合わず、確定前の記録とともにこの端末に残っています。必要なら確定後の記録に書き写してください。"
        ),
        Notice::WrongKit => String::from(
            "この言葉に合う復旧用紙は、この場所にはありません。紙の「使う場所」と、開いている場所が同じか確かめてください。",
        ),
        Notice::Card(notice) => String::from(card(*notice)),
        Notice::KitReplaced => String::from(
            "この復旧用紙は使えなくなっています。あとで作り直した紙があれば、そちらを使ってください。なければ、担当者に会って引き継いでもらってください。",
        ),
        Notice::Room(notice) => super::ja_room::notice(notice),
        Notice::Report(told) => super::report::ja(told),
        Notice::MatterNotDone { why, what } => {
            super::not_done(super::Language::Japanese, why, what)
        }
        Notice::NoMemory => String::from(
            "メモリーが足りず、鍵を作れませんでした。ほかのアプリやタブを閉じて、もう一度お試しください。",
        ),
    }
}
