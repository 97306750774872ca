//! Edits on their way to the server, live or after a day offline, and back to a new device.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use engine::{
    Pace,
    casework::{
        field::{Field, Shape},
        note::FIELDS,
    },
    command::{Command, Splice},
    engine::Compaction,
};
use harness::{
    host::Host,
    station::{Failed, Station},
};
use shared::id::DocumentId;

use crate::{
    crew::Crew,
    figures::{Figures, mib},
    moment, server_program, ticks,
};

/// Edits on their way from one writer, not yet acknowledged.
const WINDOW: usize = 32;

/// How much of everything.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    writers: usize,
    documents: usize,
    edits: usize,
    bytes: usize,
}

impl Size {
    pub(crate) fn new(w: u32, d: u32, m: u32, s: u32) -> Result<Self, Failed> {
        let wide = |n: u32| usize::try_from(n).map_err(|error| Failed(error.to_string()));
        let size =
            Self { writers: wide(w)?, documents: wide(d)?, edits: wide(m)?, bytes: wide(s)? };
        let texts = texts().len();
        if size.edits * size.bytes / texts > 190_000 {
            return Err(Failed("a note does not hold so many edits of this size".to_owned()));
        }
        Ok(size)
    }

    fn total(self) -> usize {
        self.writers * self.edits
    }
}

/// The long texts of a note; edits go round them, so that none grows over its limit.
fn texts() -> Vec<Field> {
    let long = FIELDS.iter().filter(|spec| spec.shape == Shape::Long);
    long.map(|spec| Field::top(spec.id)).collect()
}

/// A writer at work.
struct Work {
    station: Station,
    document: DocumentId,
    fields: Vec<Field>,
    left: usize,
    bytes: usize,
    begun: VecDeque<Instant>,
    latencies: Vec<Duration>,
}

impl Work {
    fn new(mut station: Station, document: DocumentId, size: Size) -> Self {
        station.ask(Command::Open(document));
        let fields = texts();
        let (left, bytes) = (size.edits, size.bytes);
        Self {
            station,
            document,
            fields,
            left,
            bytes,
            begun: VecDeque::new(),
            latencies: Vec::with_capacity(left),
        }
    }

    /// Types `bytes` letters at the front of the next text.
    fn edit(&mut self) -> Result<(), Failed> {
        self.left -= 1;
        let field = self.fields.get(self.left % self.fields.len()).cloned();
        let field = field.ok_or_else(|| Failed("a note has texts".to_owned()))?;
        let letter = char::from(b'a' + u8::try_from(self.left % 26).unwrap_or(0));
        let splice = Splice { at: 0, delete: 0, insert: letter.to_string().repeat(self.bytes) };
        let revision = self.station.screen.type_over(self.document, &field, &splice);
        let revision = revision.ok_or_else(|| Failed("the note is not open".to_owned()))?;
        self.begun.push_back(moment());
        let document = self.document;
        self.station.ask(Command::EditText { document, field, revision, splice });
        Ok(())
    }

    /// Whatever is no longer unsent was acknowledged, oldest first.
    fn count_acks(&mut self) {
        let unsent = usize::try_from(self.station.unsent()).unwrap_or(usize::MAX);
        while self.begun.len() > unsent {
            if let Some(begun) = self.begun.pop_front() {
                self.latencies.push(ticks(begun));
            }
        }
    }

    async fn live(&mut self) -> Result<(), Failed> {
        while self.left > 0 || !self.begun.is_empty() {
            while self.left > 0 && self.begun.len() < WINDOW {
                self.edit()?;
            }
            self.station.turn().await?;
            self.count_acks();
        }
        Ok(())
    }

    async fn upload(&mut self) -> Result<(), Failed> {
        self.station.online();
        self.begun.iter_mut().for_each(|begun| *begun = moment());
        while !self.begun.is_empty() {
            self.station.turn().await?;
            self.count_acks();
        }
        Ok(())
    }
}

async fn begin(size: Size, pace: Pace) -> Result<(tempfile::TempDir, Host, Crew), Failed> {
    let folder = tempfile::tempdir().map_err(|error| Failed(error.to_string()))?;
    let program = server_program()?;
    let host = Host::start(&program, folder.path()).map_err(|error| Failed(error.to_string()))?;
    let crew = Box::pin(Crew::gather(&host, size.writers, size.documents, pace)).await?;
    Ok((folder, host, crew))
}

fn split(crew: Crew, size: Size) -> Result<(Vec<Work>, Station, Vec<DocumentId>), Failed> {
    let of: Vec<Option<DocumentId>> =
        (0..size.writers).map(|writer| crew.document_of(writer)).collect();
    let Crew { writers, documents, reader } = crew;
    let works = writers.into_iter().zip(of).map(|(station, document)| {
        let document = document.ok_or_else(|| Failed("no document".to_owned()))?;
        Ok(Work::new(station, document, size))
    });
    Ok((works.collect::<Result<_, _>>()?, reader, documents))
}

/// Live edits, each its own envelope.
pub(crate) async fn append(size: Size) -> Result<String, Failed> {
    let (_folder, host, crew) = Box::pin(begin(size, Pace::Each)).await?;
    let (works, reader, documents) = split(crew, size)?;
    measure(&host, size, works, reader, &documents, true).await
}

/// The same edits, made offline and uploaded at once.
pub(crate) async fn backlog(size: Size) -> Result<String, Failed> {
    let (_folder, host, crew) = Box::pin(begin(size, Pace::Coalesce { wait_ms: 0 })).await?;
    let (mut works, reader, documents) = split(crew, size)?;
    for work in &mut works {
        work.station.offline();
        while work.left > 0 {
            work.edit()?;
        }
    }
    measure(&host, size, works, reader, &documents, false).await
}

fn title(name: &str, size: Size) -> String {
    let Size { writers, documents, edits, bytes } = size;
    format!("{name}: {writers} writers, {documents} documents, {edits} edits each, {bytes} bytes")
}

async fn measure(
    host: &Host,
    size: Size,
    mut works: Vec<Work>,
    mut reader: Station,
    documents: &[DocumentId],
    is_live: bool,
) -> Result<String, Failed> {
    let account = || host.account().map_err(|error| Failed(error.to_string()));
    let disk = || host.disk_bytes().map_err(|error| Failed(error.to_string()));
    let (before, disk_before, begun) = (account()?, disk()?, moment());
    let writing =
        futures_util::future::try_join_all(works.iter_mut().map(|work| async move {
            if is_live { work.live().await } else { work.upload().await }
        }));
    let expected = size.total() * size.bytes;
    let reading = async {
        // What arrived is read out now and then, as a person opens a note: not at every change.
        while read_bytes(&reader, documents) < expected {
            reader.turn_until_quiet().await?;
            for document in documents {
                reader.ask(Command::Close(*document));
                reader.screen.forget(*document);
                reader.ask(Command::Open(*document));
                reader.ask(Command::Close(*document));
            }
        }
        Ok::<(), Failed>(())
    };
    futures_util::try_join!(writing, reading)?;
    let wall = ticks(begun);
    let figures = Figures {
        edits: float(size.total()),
        wall,
        before,
        after: account()?,
        latencies: works.into_iter().flat_map(|work| work.latencies).collect(),
        payload_bytes: float(expected),
        disk_bytes: float(usize::try_from(disk()? - disk_before).unwrap_or(0)),
    };
    Ok(figures.report(&title(if is_live { "append" } else { "backlog" }, size)))
}

fn read_bytes(reader: &Station, documents: &[DocumentId]) -> usize {
    let fields = texts();
    let length = |document: &DocumentId| -> usize {
        fields.iter().map(|field| reader.screen.text(*document, field).len()).sum()
    };
    documents.iter().map(length).sum()
}

/// What a new device had to fetch.
struct Fetched {
    linked: Duration,
    whole: Duration,
    bytes: usize,
    server_cpu_s: f64,
}

impl Fetched {
    fn say(&self, edits: usize) -> String {
        let Self { linked, whole, bytes, server_cpu_s } = self;
        format!(
            "  linked after {:.2} s, everything readable after {:.2} s\n  {} received, {:.0} \
             edits/s, server CPU {server_cpu_s:.2} s\n",
            linked.as_secs_f64(),
            whole.as_secs_f64(),
            mib(float(*bytes)),
            float(edits) / whole.as_secs_f64(),
        )
    }
}

/// A new device of a person fetches everything.
async fn fetch(
    host: &Host,
    old: &mut Station,
    documents: &[DocumentId],
    expected: usize,
) -> Result<(Station, Fetched), Failed> {
    let code = old.device_code().await?;
    let account = || host.account().map_err(|error| Failed(error.to_string()));
    let (before, begun) = (account()?, moment());
    let mut device = Station::new("new device", &host.origin, Pace::Coalesce { wait_ms: 0 });
    let arriving = async {
        device.arrive(&code, "").await?;
        let arrived = ticks(begun);
        while read_bytes(&device, documents) < expected {
            device.turn_until_quiet().await?;
            for document in documents {
                device.screen.forget(*document);
                device.ask(Command::Open(*document));
                device.ask(Command::Close(*document));
            }
        }
        Ok::<Duration, Failed>(arrived)
    };
    let linked = tokio::select! {
        arrived = arriving => arrived?,
        failed = serve(old) => return Err(failed),
    };
    let whole = ticks(begun);
    let server_cpu_s = account()?.cpu_s - before.cpu_s;
    let bytes = usize::try_from(device.received_bytes()).unwrap_or(0);
    Ok((device, Fetched { linked, whole, bytes, server_cpu_s }))
}

/// The old device hands over the keys while the new one waits for them.
async fn serve(old: &mut Station) -> Failed {
    loop {
        if let Err(failed) = old.turn().await {
            return failed;
        }
    }
}

/// A new device fetches everything.
pub(crate) async fn catch_up(edits: u32, bytes: u32) -> Result<String, Failed> {
    let size = Size::new(1, 1, edits, bytes)?;
    let (_folder, host, crew) = Box::pin(begin(size, Pace::Coalesce { wait_ms: 0 })).await?;
    let (mut works, _reader, documents) = split(crew, size)?;
    let Some(work) = works.first_mut() else { return Err(Failed("no writer".to_owned())) };
    work.station.offline();
    while work.left > 0 {
        work.edit()?;
    }
    work.upload().await?;
    let expected = size.total() * size.bytes;
    let (_, fetched) = fetch(&host, &mut work.station, &documents, expected).await?;
    Ok(format!("catchup: {edits} edits of {bytes} bytes\n{}", fetched.say(size.total())))
}

/// How long it is waited for a snapshot and for somebody who vouches for it.
const SNAPSHOT: Duration = Duration::from_secs(3);

/// A new device fetches a document that was typed live, each edit in an envelope of its own; then
/// another one does the same when there is a snapshot.
pub(crate) async fn snapshot(edits: u32, bytes: u32) -> Result<String, Failed> {
    let size = Size::new(1, 1, edits, bytes)?;
    let (_folder, host, crew) = Box::pin(begin(size, Pace::Each)).await?;
    let (mut works, _reader, documents) = split(crew, size)?;
    let Some(work) = works.first_mut() else { return Err(Failed("no writer".to_owned())) };
    work.live().await?;
    let expected = size.total() * size.bytes;
    let (mut second, without) = fetch(&host, &mut work.station, &documents, expected).await?;
    work.station.compact(Compaction { after_envelopes: 1, quiet_ms: 200 });
    work.left = 1;
    work.live().await?;
    let waiting =
        async { futures_util::future::join(serve(&mut work.station), serve(&mut second)).await };
    drop(tokio::time::timeout(SNAPSHOT, waiting).await);
    let (_, with) = fetch(&host, &mut work.station, &documents, expected + size.bytes).await?;
    Ok(format!(
        "catchup: {edits} live edits of {bytes} bytes\nwithout a snapshot\n{}with a snapshot\n{}",
        without.say(size.total()),
        with.say(size.total() + 1),
    ))
}

fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
