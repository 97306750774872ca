//! 復旧・閲覧者・取り込めなかった変更の言葉.

use engine::view::Unopened;
use shared::log::document::Access;

use super::ending::{MembersWords, OpeningWords, PolicyWords, RecoveryWords, RegrantWords};

pub(super) const RECOVERY: RecoveryWords = RecoveryWords {
    title: "復旧用紙",
    lead: "端末をすべて失っても、この紙に印刷した24の言葉があれば、自分の記録に戻れます。管理者や当社が代わりに戻すことはできません。",
    none: "まだ作っていません。端末をすべて失うと、記録に戻れなくなります。",
    made: |date| format!("{date}に作りました。作り直すと、前の紙は使えなくなります。"),
    ended: "前の復旧用紙は、それを作った端末を失効したときに使えなくなりました。作り直して、前の紙は捨ててください。",
    passphrase: "この端末のパスフレーズ",
    passphrase_hint: "開いたままの端末で、ほかの人に作られないように確かめます。",
    make: "復旧用紙を作る",
    make_again: "作り直す（前の紙は使えなくなります）",
    sheet_title: "復旧用紙",
    warning: "この紙を持つ人は、この紙だけで、あなたの記録をすべて開けます。封筒に入れ、端末とは別の、鍵のかかる場所に保管してください。写真に撮ったり、送ったりしないでください。",
    whose: "お名前",
    when: "作成",
    address: "使う場所",
    square: "復旧用の四角いコード",
    steps_title: "使うとき",
    steps: [
        "新しい端末で、上の「使う場所」を開きます。",
        "「復旧用紙で戻る」を選び、番号の順に24の言葉をひらがなで入力します。",
        "「すべての書類が開けます」と出たら完了です。なくした端末は「端末」で失効してください。",
    ],
    keep: "紙をなくしたとき、人に見られたかもしれないときは、すぐに「端末」のページで作り直してください。前の紙はその時から使えません。",
    print: "印刷する",
    done: "しまいました。閉じる",
    way: "復旧用紙で戻る",
    way_text: "端末をすべて失ったとき。紙に印刷した24の言葉を使います。",
    way_submit: "自分の記録に戻る",
    words: "24の言葉",
    words_hint: "番号の順に、空白か改行で区切って入力します。ひらがな・カタカナのどちらでも読み取ります。四角いコードの文字（kit. で始まるもの）を貼り付けることもできます。",
    words_missing: "復旧用紙の24の言葉を入力してください。",
    words_so_far: |found, all| format!("{all}語のうち{found}語を読み取りました。"),
    words_count: |found, all| format!("{all}語が必要ですが、{found}語あります。"),
    words_right: "24の言葉がそろいました。",
    word_unknown: |n| {
        format!(
            "{n}番目の言葉は一覧にありません。紙の{n}番と見比べてください（濁点や小さい「っ・ゃ」にも注意）。"
        )
    },
    words_checksum: "言葉はどれも一覧にありますが、組み合わせが合いません。順番と、似た言葉の取り違えを確かめてください。",
};

pub(super) const OPENING: OpeningWords = OpeningWords {
    title: "書類が開けるか",
    linked: "この端末を追加しました",
    recovered: "復旧用紙で戻りました",
    all: |n| format!("すべての書類（{n}件）が、この端末で開けます。"),
    some: |opened, known| format!("{known}件のうち{opened}件が、この端末で開けます。"),
    reason: |reason, n| match reason {
        Unopened::Fetching => format!("{n}件は受け取っている途中です。このままお待ちください。"),
        Unopened::NoKey => format!(
            "{n}件は鍵を待っています。自分のほかの端末か、共有している人の端末が開くと届きます。"
        ),
        Unopened::SetAside => {
            format!("{n}件は、取り込めなかった変更があります。一覧はホームにあります。")
        }
        Unopened::Refused => format!(
            "{n}件は、サーバーとの間で確かめられない点があります。管理者に知らせてください。"
        ),
    },
    seen: "確かめました",
};

pub(super) const REGRANT: RegrantWords = RegrantWords {
    ask: "端末をすべて失った本人を確認する",
    title: |name| format!("{name}さんをもう一度迎える"),
    lead: "本人に目の前で会い、本人だと確かめたときだけ進めてください。あなたが管理している共有の書類を、新しいアカウントが読めるようになり、前のアカウントは以後を読めなくなります。",
    nobody: "先に新しい招待リンクを作り、本人の新しい端末で参加してもらってください。参加が済むと、ここで選べます。",
    successor: "本人の新しいアカウント",
    seen: "本人を対面で確認しました",
    go: "新しいアカウントに引き継ぐ",
    done_title: "引き継ぎました",
    done: |n| format!("{n}件の書類を、新しいアカウントで読めるようにしました。"),
    left: |n| {
        format!(
            "{n}件は、ほかの人が管理しているため引き継げませんでした。その人に、同じ確認を頼んでください。"
        )
    },
    after: "前のアカウントと端末は、管理者に頼んで削除してください。",
};

pub(super) const MEMBERS: MembersWords = MembersWords {
    title: |n| format!("この書類を読める人（{n}人）"),
    access: |access| match access {
        Access::Reader => "読むだけ",
        Access::Writer => "読み書き",
        Access::Manager => "読み書きと、人の出し入れ",
    },
    let_out: "外す",
    let_out_question: "以後の内容を読めなくなります。すでに読んだものは取り戻せません。",
    let_in_title: "人を加える",
    whom: "誰を",
    what: "何ができるか",
    since: "どこから",
    since_beginning: "これまでの経過も",
    since_now: "今の内容から",
    since_now_text: "今の内容だけを新しい書類に書き写し、その人にはそちらを渡します。消した文や書き直しの跡は渡りません。",
    consent: "相談者の同意を得ています",
    let_in: "加える",
    waiting: |n| format!("{n}件の変更を送っています。"),
    ends: "清書と廃棄",
    finalise: "清書する",
    finalise_text: "今の内容を新しい書類に書き写し、これまでの書きかけは30日後に廃棄します。読める人は変わりません。",
    finalise_question: "以後はこの書類の代わりに、清書した書類を使います。書き直しの跡は30日後に失われます。",
    shred: "廃棄する",
    shred_text: "この書類を、サーバーと、読める人全員の端末から消します。",
    shred_question: "廃棄した書類は、誰にも元に戻せません。",
};

pub(super) const POLICY: PolicyWords = PolicyWords {
    title: "端末のきまり",
    lead: "接続しないまま端末を開ける長さです。過ぎると、サーバーに一度確かめるまで記録は表示されません。紛失の知らせが届かない端末を、長く開いたままにしないためのものです。",
    legend: "接続なしで開ける時間",
    hours: |n| if n % 24 == 0 { format!("{}日", n / 24) } else { format!("{n}時間") },
    state: |n| format!("今のきまり：{n}時間"),
};
