//! A firm made for a benchmark: consultants who write, and one who reads everything.

use engine::{Pace, command::Command};
use harness::{
    host::Host,
    station::{Failed, Station},
};
use shared::{
    id::DocumentId,
    log::{document::Access, org::Role},
};

/// Writers, their documents, and the reader.
pub(crate) struct Crew {
    pub(crate) writers: Vec<Station>,
    /// Document `d` is written by every writer `w` with `w % documents == d % writers`.
    pub(crate) documents: Vec<DocumentId>,
    pub(crate) reader: Station,
}

impl Crew {
    /// Enrols everybody, makes the documents and lets the reader into each.
    pub(crate) async fn gather(
        host: &Host,
        writers: usize,
        documents: usize,
        pace: Pace,
    ) -> Result<Self, Failed> {
        let mut admin = Station::new("admin", &host.origin, pace);
        let bootstrap = host.bootstrap.clone().unwrap_or_default();
        admin.arrive(&bootstrap, "admin").await?;
        let mut reader = Station::new("reader", &host.origin, pace);
        let link = admin.invite(Role::Consultant, "reader").await?;
        reader.arrive(&link, "reader").await?;
        let mut crew = Self { writers: vec![], documents: vec![], reader };
        for number in 0..writers {
            let name = format!("writer {number}");
            let link = admin.invite(Role::Consultant, &name).await?;
            let mut writer = Station::new(&name, &host.origin, pace);
            writer.arrive(&link, &name).await?;
            crew.writers.push(writer);
        }
        let reader_account = admin.joined("reader").await?;
        for number in 0..documents {
            let owner = number % writers;
            let Some(writer) = crew.writers.get_mut(owner) else { continue };
            let document = make_note(writer, host, &format!("employee {number}")).await?;
            let grant = |account, access| Command::LetIn { document, account, access };
            writer.ask(grant(reader_account, Access::Reader));
            for other in (0..writers).filter(|w| w % documents == number && *w != owner) {
                let account = admin.joined(&format!("writer {other}")).await?;
                writer.ask(grant(account, Access::Writer));
            }
            writer.until_sent().await?;
            crew.documents.push(document);
        }
        for writer in &mut crew.writers {
            writer.turn_until_quiet().await?;
        }
        Ok(crew)
    }

    /// The document that a writer writes to.
    pub(crate) fn document_of(&self, writer: usize) -> Option<DocumentId> {
        self.documents.get(writer % self.documents.len()).copied()
    }
}

/// A consultant's note of an interview with a new employee.
async fn make_note(
    writer: &mut Station,
    host: &Host,
    employee: &str,
) -> Result<DocumentId, Failed> {
    let link = writer.invite(Role::Employee, employee).await?;
    let mut phone = Station::new(employee, &host.origin, Pace::Coalesce { wait_ms: 0 });
    phone.arrive(&link, employee).await?;
    phone.offline();
    let account = writer.joined(employee).await?;
    writer.ask(Command::OpenCase(account));
    let cases = &writer.screen.home.cases;
    let case = cases.iter().find(|case| case.employee_name == employee);
    let case = case.map(|case| case.case).ok_or_else(|| Failed("no case".to_owned()))?;
    writer.ask(Command::AddInterview(case));
    writer.screen.went_to.take().ok_or_else(|| Failed("no note".to_owned()))
}
