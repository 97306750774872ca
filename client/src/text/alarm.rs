//! What is said of a server that lies, in both languages.

use engine::view::AlarmKind;

use super::words::AlarmWords;

pub(super) const JA: AlarmWords = AlarmWords {
    sentence: |kind| match kind {
        AlarmKind::Withheld => {
            "サーバーが、ほかの端末で書かれた記録の一部をこの端末に渡していません。管理者に知らせてください。"
        }
        AlarmKind::RolledBack => {
            "サーバーの内容が前より古くなっているため、この端末にあるものを送り直しています。"
        }
        AlarmKind::Equivocation => {
            "一つの端末の同じ番号の記録が二通りあります。管理者に知らせてください。"
        }
        AlarmKind::Forked => {
            "利用者や権限の台帳に、食い違う二つの続きがあります。管理者に知らせてください。"
        }
        AlarmKind::Tampered => {
            "サーバーから届いたものの一部が署名と合わないため、取り込みませんでした。管理者に知らせてください。"
        }
        AlarmKind::Restored => {
            "サーバーが以前の控えから戻されましたが、管理者がまだそのことを認めていません。"
        }
        AlarmKind::Twice => {
            "この端末の写しがほかで使われているため、ここでの記入を止めました。あるものは読めますので、別の端末をつないで続け、この端末は外してください。"
        }
    },
    details: "詳しく",
    acknowledge: "確認しました",
    declare: "控えから戻したことを認める",
    declare_question: "控えから戻したのは、当社のサーバー担当で間違いありませんか？",
    noticed: "気づいた時刻",
    document: "記録",
    org: "利用者の台帳",
    device: "端末",
    index: "番号",
    hash: "指紋",
    copy: "証拠を写し取る",
};

pub(super) const EN: AlarmWords = AlarmWords {
    sentence: |kind| match kind {
        AlarmKind::Withheld => {
            "The server keeps something from this device that was written on another. Please tell your admin."
        }
        AlarmKind::RolledBack => {
            "The server has gone back to an older state; what is on this device is being sent again."
        }
        AlarmKind::Equivocation => {
            "Two different records stand in the same place of one device. Please tell your admin."
        }
        AlarmKind::Forked => {
            "A list of people or rights goes on in two ways that contradict each other. Please tell your admin."
        }
        AlarmKind::Tampered => {
            "Something from the server does not match its signature and was not taken. Please tell your admin."
        }
        AlarmKind::Restored => {
            "The server was put back to an earlier backup, and no admin has confirmed that yet."
        }
        AlarmKind::Twice => {
            "A copy of this device is in use elsewhere, so nothing more is written here. What is here can be read: link another device to go on, and remove this one."
        }
    },
    details: "Details",
    acknowledge: "I know",
    declare: "Confirm the restore",
    declare_question: "Was it your own operator who restored the server?",
    noticed: "Noticed",
    document: "Record",
    org: "List of people",
    device: "Device",
    index: "Number",
    hash: "Fingerprint",
    copy: "Copy the evidence",
};
