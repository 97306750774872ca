//! The restore drill: a server process, a database on disk, its backup, and twenty devices that
//! are ahead of it.

use std::{
    path::Path,
    process::{Command as Program, Output},
};

use engine::{
    Pace,
    casework::field::Field,
    command::{Command, Splice},
    view::{AlarmKind, LinkView},
};
use harness::{
    host::{Host, find_program},
    station::{Failed, Station},
};
use server::store::ReadStore;
use shared::{
    Blob,
    id::{DocumentId, Number},
    log::{document::Access, org::Role},
};

const DEVICES: usize = 20;
const PACE: Pace = Pace::Coalesce { wait_ms: 10 };

/// Runs the server program to its end.
fn run(program: &Path, arguments: &[&str], data: &Path) -> Output {
    let mut command = Program::new(program);
    command.args(arguments).arg("--data").arg(data).output().unwrap()
}

/// Every envelope of a document, in no order that a restore keeps.
fn envelopes(database: &Path, document: DocumentId) -> Vec<Vec<u8>> {
    let store = ReadStore::open(database).unwrap();
    let mut found: Vec<Blob> = vec![];
    loop {
        let after = Number(u64::try_from(found.len()).unwrap());
        let piece = store.reader().envelopes(document, after).unwrap();
        found.extend(piece.items);
        if !piece.more {
            break;
        }
    }
    let mut found: Vec<Vec<u8>> = found.into_iter().map(|it| it.0).collect();
    found.sort();
    found
}

/// Comes by, and stays until everything was given and taken.
async fn come_by(station: &mut Station) -> Result<(), Failed> {
    station.online();
    let is_whole = |it: &Station| {
        it.unsent() == 0 && it.screen.sync.is_some_and(|sync| sync.link == LinkView::Online)
    };
    station.until("everything was offered", is_whole).await?;
    station.turn_until_quiet().await
}

async fn write(station: &mut Station, note: DocumentId, text: &str) -> Result<(), Failed> {
    come_by(station).await?;
    let field = Field::top("presenting_issue");
    let splice = Splice { at: 0, delete: 0, insert: text.to_owned() };
    let revision = station.screen.type_over(note, &field, &splice).unwrap();
    station.ask(Command::EditText { document: note, field, revision, splice });
    station.until("the edit is sent", |it| it.unsent() > 0).await?;
    station.until_sent().await?;
    // Nobody is left idle for so long that the server hangs up.
    station.offline();
    Ok(())
}

async fn open(station: &mut Station, note: DocumentId) -> Result<(), Failed> {
    come_by(station).await?;
    station.ask(Command::Open(note));
    station.until("the note is open", |it| it.screen.notes.contains_key(&note)).await?;
    station.offline();
    Ok(())
}

/// A consultant and a colleague with twenty devices between them, all of which have the note open.
async fn crew(host: &Host) -> Result<(Station, Vec<Station>, DocumentId), Failed> {
    let mut admin = Station::new("管理パソコン", &host.origin, PACE).with_disk();
    admin.arrive(host.bootstrap.as_deref().unwrap(), "管理 花子").await?;
    let mut devices = vec![];
    for name in ["佐藤 恵", "鈴木 一郎"] {
        let link = admin.invite(Role::Consultant, name).await?;
        let mut device = Station::new(name, &host.origin, PACE).with_disk();
        device.arrive(&link, name).await?;
        devices.push(device);
    }
    let colleague = admin.joined("鈴木 一郎").await?;
    let link = devices[0].invite(Role::Employee, "佐伯 悠真").await?;
    Station::new("スマートフォン", &host.origin, PACE)
        .with_disk()
        .arrive(&link, "佐伯 悠真")
        .await?;
    let employee = devices[0].joined("佐伯 悠真").await?;
    let tablet = &mut devices[0];
    tablet.ask(Command::OpenCase(employee));
    let case = tablet.screen.home.cases[0].case;
    tablet.ask(Command::AddInterview(case));
    let note = tablet.screen.went_to.unwrap();
    tablet.ask(Command::LetIn { document: note, account: colleague, access: Access::Writer });
    tablet.until_sent().await?;
    admin.offline();
    for device in &mut devices {
        open(device, note).await?;
    }
    while devices.len() < DEVICES {
        let by = usize::from(devices.len() % 2 == 1);
        come_by(&mut devices[by]).await?;
        let code = devices[by].device_code().await?;
        let mut device =
            Station::new(&format!("端末 {}", devices.len()), &host.origin, PACE).with_disk();
        let arriving = device.arrive(&code, "");
        // Whoever made the code hands over the person's keys meanwhile.
        let giving = async { while devices[by].turn().await.is_ok() {} };
        tokio::select! {
            arrived = arriving => arrived?,
            () = giving => {}
        }
        devices[by].offline();
        open(&mut device, note).await?;
        devices.push(device);
    }
    Ok((admin, devices, note))
}

#[tokio::test]
async fn twenty_devices_ahead_of_the_backup_bring_everything_back() {
    let Some(program) = find_program() else {
        println!("skipped: no target/debug/mendan (cargo build -p server builds it)");
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let (data, copy) = (home.path().join("data"), home.path().join("copy.sqlite"));
    let database = data.join("mendan.sqlite");
    let host = Host::start(&program, &data).unwrap();
    let (mut admin, mut devices, note) = crew(&host).await.unwrap();
    let to = copy.to_str().unwrap();
    assert!(run(&program, &["backup", "--to", to], &data).status.success());
    for (turn, device) in devices.iter_mut().enumerate() {
        write(device, note, &format!("{turn} 台目。")).await.unwrap();
    }
    let before = envelopes(&database, note);
    assert_eq!(before.len(), envelopes(&copy, note).len() + DEVICES);

    let refused = run(&program, &["restore", "--from", to], &data);
    assert!(!refused.status.success(), "not under a running server");
    let mut all: Vec<&mut Station> = [&mut admin].into_iter().chain(&mut devices).collect();
    for station in &mut all {
        station.offline();
    }
    drop(host);
    let restored = run(&program, &["restore", "--from", to], &data);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    assert_eq!(envelopes(&database, note).len(), before.len() - DEVICES);
    let host = Host::start_again(&program, &data).unwrap();
    for station in &mut all {
        station.move_to(&host.origin);
        come_by(station).await.unwrap();
        station.offline();
    }

    assert_eq!(envelopes(&database, note), before, "every envelope is back, byte for byte");
    for station in &mut all {
        come_by(station).await.unwrap();
        let kinds: Vec<_> = station.screen.alarms.iter().map(|row| row.matter.kind).collect();
        assert_eq!(kinds, [AlarmKind::Restored]);
        station.offline();
    }
    come_by(all[0]).await.unwrap();
    all[0].ask(Command::DeclareRestore);
    for station in all {
        come_by(station).await.unwrap();
        assert_eq!(station.screen.alarms, []);
    }
}
