//! What a document consists of, as far as a change could break or bloat it.
//!
//! A change is admitted by what its author wrote before and by what it depends on, never by what
//! happens to be here besides; so every device decides alike, whatever it has not sent or not yet
//! received. That is why room is counted for each device: two people who fill one text at the same
//! time are both let in everywhere, and an author is told before writing what others would refuse.
//!
//! Invariant: every change in the document was admitted here first.

use std::collections::BTreeMap;

use automerge::ChangeHash;
use shared::{
    Decode, Encode, hash,
    id::DeviceId,
    limit::{
        DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, DOCUMENT_ROWS_MAX, LIST_ITEMS_MAX, TEXT_CHARS_MAX,
    },
    map::Map,
};

use super::{
    genesis::{Kind as DocumentKind, is_genesis, kind_of_genesis},
    growth::is_growth,
    guard::{Guard, Side, guard_of},
    inspect::{Action, Actor, Hash, InspectError, Inspected, Key, Limit, Row, RowId, Value},
};

/// An actor id, as a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
struct By(#[cbor(n(0), bytes)] Actor);

/// The operation that made an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(crate) struct Made {
    #[n(0)]
    by: By,
    #[n(1)]
    counter: u64,
}

impl Made {
    pub(crate) fn new(by: Actor, counter: u64) -> Self {
        Self { by: By(by), counter }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
enum Kind {
    #[n(0)]
    Map,
    #[n(1)]
    List,
    #[n(2)]
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct Object {
    #[n(0)]
    kind: Kind,
    #[n(1)]
    depth: u8,
}

const ROOT: Object = Object { kind: Kind::Map, depth: 0 };

/// How far an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct Tenure {
    #[n(0)]
    seq: u64,
    /// The counter of its last operation.
    #[n(1)]
    last: u64,
}

/// What a device has added to the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Spent {
    #[n(0)]
    pub(crate) bytes: u64,
    #[n(1)]
    pub(crate) rows: u64,
}

/// Actors, objects, and what each device used up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Census {
    #[n(0)]
    actors: Map<By, Tenure>,
    #[n(1)]
    objects: Map<Made, Object>,
    #[n(2)]
    spent: Map<DeviceId, Spent>,
    /// Elements that a device inserted into a text or list, deleted ones included.
    #[n(3)]
    filled: Map<(Made, DeviceId), u32>,
    // These two may grow with every edit, and in any order: no sorted vectors.
    /// Elements of each text and list: runs of counters, from the first to behind the last.
    #[n(4)]
    elements: Map<Made, BTreeMap<Made, u64>>,
    /// Values that were ever set in a map, each with a digest of the map and the key.
    #[n(5)]
    values: Map<By, BTreeMap<u64, u64>>,
    /// What the document is, by the first change that came; another first change is refused.
    #[n(6)]
    pub(crate) kind: Option<DocumentKind>,
    // The next two are kept only where a kind has guards.
    /// Where each object stands, items as `*`.
    #[n(7)]
    paths: Option<Map<Made, String>>,
    /// Whose each actor is.
    #[n(8)]
    authors: Option<Map<By, DeviceId>>,
}

impl Census {
    pub(crate) fn spent(&self, device: DeviceId) -> Spent {
        self.spent.get(&device).copied().unwrap_or_default()
    }

    pub(crate) fn filled(&self, object: Made, device: DeviceId) -> u32 {
        self.filled.get(&(object, device)).copied().unwrap_or(0)
    }

    /// Whose device made an object; `None` for what nobody made alone.
    pub(crate) fn author(&self, by: Actor) -> Option<DeviceId> {
        self.authors.as_ref()?.get(&By(by)).copied()
    }

    /// Takes over what was admitted on top of this.
    pub(crate) fn absorb(&mut self, newer: Self) {
        let Self { actors, objects, spent, filled, elements, values, kind, paths, authors } = newer;
        self.kind = self.kind.or(kind);
        if let Some(newer) = paths {
            self.paths.get_or_insert_default().extend(newer);
        }
        if let Some(newer) = authors {
            self.authors.get_or_insert_default().extend(newer);
        }
        self.actors.extend(actors);
        self.objects.extend(objects);
        self.spent.extend(spent);
        self.filled.extend(filled);
        for (object, runs) in elements {
            let known = self.elements.get_or_default(object);
            for (first, end) in runs {
                add_run(known, first, end);
            }
        }
        for (by, counters) in values {
            self.values.get_or_default(by).extend(counters);
        }
    }

    fn has_element(&self, object: Made, element: Made) -> Option<&()> {
        let (first, end) = self.elements.get(&object)?.range(..=element).next_back()?;
        (first.by == element.by && element.counter < *end).then_some(&())
    }
}

/// Adds elements behind those before them, where there are such.
fn add_run(runs: &mut BTreeMap<Made, u64>, first: Made, end: u64) {
    if let Some((before, last)) = runs.range_mut(..first).next_back()
        && before.by == first.by
        && *last == first.counter
    {
        *last = end;
    } else {
        runs.insert(first, end);
    }
}

/// Changes admitted and not yet applied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    pub(crate) census: Census,
    /// The last counter of each change.
    pub(crate) changes: Map<Hash, u64>,
}

impl Layer {
    /// Takes over what was admitted on top of this.
    pub(crate) fn absorb(&mut self, newer: Self) {
        self.census.absorb(newer.census);
        self.changes.extend(newer.changes);
    }
}

/// Admits changes on top of a document and of what was admitted before.
pub(crate) struct Draft<'c> {
    base: &'c Census,
    before: &'c Layer,
    /// On whose side the author writes; `None` for somebody nobody told us of.
    side: Option<Side>,
    pub(crate) new: Layer,
}

impl<'c> Draft<'c> {
    pub(crate) fn new(base: &'c Census, before: &'c Layer, side: Option<Side>) -> Self {
        Self { base, before, side, new: Layer::default() }
    }

    /// Whether a change may be applied; `known` says the last counter of one in the document.
    pub(crate) fn admit(
        &mut self,
        device: DeviceId,
        change: &Inspected,
        known: impl Fn(&Hash) -> Option<u64>,
    ) -> Result<(), InspectError> {
        let mut last = 0;
        for hash in change.dependencies() {
            let counter = self.counter(hash).or_else(|| known(hash));
            last = last.max(counter.ok_or(InspectError::Missing(*hash))?);
        }
        self.follow(change, last)?;
        self.spend(device, change)?;
        let is_nobodys = self.begin(change)? || is_growth(change);
        let guards = self.find(|it| it.kind.as_ref()).map_or(&[][..], DocumentKind::guards);
        if !is_nobodys && !guards.is_empty() {
            let authors = self.new.census.authors.get_or_insert_default();
            authors.insert(By(change.actor()), device);
        }
        let mut rows = change.rows();
        let mut memo = None;
        while let Some(row) = rows.next()? {
            let object = self.object(change, row.object, &mut memo)?;
            if !guards.is_empty() {
                let path = self.path(&row, object);
                let is_own = object.0.is_some_and(|made| {
                    made.by.0 == change.actor() && made.counter >= change.start()
                });
                // What stands in an object that this change makes is judged with the object.
                if !is_nobodys && !is_own && !may_write(guards, &path, &row, object.1, self.side) {
                    return Err(InspectError::Guarded);
                }
                if let Action::MakeMap | Action::MakeList | Action::MakeText = row.action {
                    let made = Made::new(change.actor(), row.counter);
                    self.new.census.paths.get_or_insert_default().insert(made, path);
                }
            }
            self.perform(device, change, &row, object)?;
        }
        Ok(())
    }

    /// The first change of a document says what it is, once.
    fn begin(&mut self, change: &Inspected) -> Result<bool, InspectError> {
        let Some(kind) = kind_of_genesis(ChangeHash(change.hash())) else { return Ok(false) };
        match self.find(|it| it.kind.as_ref()) {
            Some(known) if known != kind => Err(InspectError::Guarded),
            Some(_) | None => {
                self.new.census.kind = Some(kind);
                Ok(true)
            }
        }
    }

    /// Where an operation writes.
    fn path(&self, row: &Row<'_>, (made, object): (Option<Made>, Object)) -> String {
        let find = |census: &Census| census.paths.as_ref()?.get(&made?).cloned();
        let layers = [&self.new.census, &self.before.census, self.base];
        let parent = layers.into_iter().find_map(find).unwrap_or_default();
        match (row.key, object.kind) {
            (Key::Name(name), _) if made.is_none() => String::from(name),
            (Key::Name(name), _) => format!("{parent}/{name}"),
            (_, Kind::List) => format!("{parent}/*"),
            (_, Kind::Map | Kind::Text) => parent,
        }
    }

    /// The last counter of a change admitted here.
    pub(crate) fn counter(&self, hash: &Hash) -> Option<u64> {
        self.new.changes.get(hash).or_else(|| self.before.changes.get(hash)).copied()
    }

    /// The change is the actor's next one, numbered right behind all it depends on.
    fn follow(&mut self, change: &Inspected, last: u64) -> Result<(), InspectError> {
        let by = By(change.actor());
        let tenure = self.find(|it| it.actors.get(&by)).unwrap_or(Tenure { seq: 0, last: 0 });
        let follows = change.seq() == tenure.seq + 1
            && change.start() == last + 1
            && change.start() > tenure.last;
        if !follows {
            return Err(InspectError::Order);
        }
        // An actor that nobody wrote as would stay in the document without an operation.
        let mut others = change.actors().iter().skip(1);
        if !others.all(|other| self.find(|it| it.actors.get(&By(*other))).is_some()) {
            return Err(InspectError::Actor);
        }
        let last = change.start() + u64::from(change.row_count()) - 1;
        self.new.census.actors.insert(by, Tenure { seq: change.seq(), last });
        self.new.changes.insert(change.hash(), last);
        Ok(())
    }

    fn spend(&mut self, device: DeviceId, change: &Inspected) -> Result<(), InspectError> {
        // Anybody may carry it, so it is nobody's. A growth is nobody's either, but as there may be
        // any number of them, who brings one first pays for it.
        if is_genesis(ChangeHash(change.hash())) {
            return Ok(());
        }
        let mut spent = self.find(|it| it.spent.get(&device)).unwrap_or_default();
        spent.bytes += u64::try_from(change.bytes().len()).unwrap_or(u64::MAX);
        spent.rows += u64::from(change.row_count());
        if spent.bytes > DOCUMENT_BYTES_MAX {
            return Err(InspectError::TooLarge(Limit::DocumentBytes));
        }
        if spent.rows > DOCUMENT_ROWS_MAX {
            return Err(InspectError::TooLarge(Limit::DocumentRows));
        }
        self.new.census.spent.insert(device, spent);
        Ok(())
    }

    fn object(
        &self,
        change: &Inspected,
        named: Option<RowId>,
        memo: &mut Option<(RowId, (Option<Made>, Object))>,
    ) -> Result<(Option<Made>, Object), InspectError> {
        let Some(named) = named else { return Ok((None, ROOT)) };
        if let Some((last, found)) = memo
            && *last == named
        {
            return Ok(*found);
        }
        let made = self::named(change, named)?;
        let object = self.find(|it| it.objects.get(&made)).ok_or(InspectError::Dangling)?;
        Ok(memo.insert((named, (Some(made), object))).1)
    }

    fn perform(
        &mut self,
        device: DeviceId,
        change: &Inspected,
        row: &Row<'_>,
        (made, object): (Option<Made>, Object),
    ) -> Result<(), InspectError> {
        let is_named = matches!(row.key, Key::Name(_));
        if is_named != (object.kind == Kind::Map) {
            return Err(InspectError::Operation);
        }
        if object.kind == Kind::Text && !is_letter(row) {
            return Err(InspectError::Operation);
        }
        match (made, row.key) {
            (_, Key::Name(name)) => self.set(change, row, digest(made, name))?,
            (Some(made), Key::Element(element)) => {
                let element = named(change, element)?;
                self.find(|it| it.has_element(made, element)).ok_or(InspectError::Dangling)?;
            }
            (_, _) => {}
        }
        if let Some(made) = made
            && row.insert
        {
            self.fill(device, made, object.kind)?;
            let runs = self.new.census.elements.get_or_default(made);
            add_run(runs, Made::new(change.actor(), row.counter), row.counter + 1);
        }
        let kind = match row.action {
            Action::MakeMap => Kind::Map,
            Action::MakeList => Kind::List,
            Action::MakeText => Kind::Text,
            Action::Put | Action::Delete => return Ok(()),
        };
        if object.depth >= DOCUMENT_DEPTH_MAX {
            return Err(InspectError::TooLarge(Limit::Depth));
        }
        let made = Made::new(change.actor(), row.counter);
        self.new.census.objects.insert(made, Object { kind, depth: object.depth + 1 });
        Ok(())
    }

    /// A key of a map is set or deleted: what that replaces must have stood there.
    fn set(&mut self, change: &Inspected, row: &Row<'_>, place: u64) -> Result<(), InspectError> {
        for replaced in &row.predecessors {
            let Made { by, counter } = named(change, *replaced)?;
            let found = self.find(|it| it.values.get(&by)?.get(&counter));
            if found != Some(place) {
                return Err(InspectError::Dangling);
            }
        }
        if row.action != Action::Delete {
            let by = By(change.actor());
            self.new.census.values.get_or_default(by).insert(row.counter, place);
        }
        Ok(())
    }

    fn fill(&mut self, device: DeviceId, made: Made, kind: Kind) -> Result<(), InspectError> {
        let filled = self.find(|it| it.filled.get(&(made, device))).unwrap_or(0) + 1;
        let (most, limit) = match kind {
            Kind::Text => (u32::try_from(TEXT_CHARS_MAX).unwrap_or(u32::MAX), Limit::TextChars),
            Kind::List | Kind::Map => (LIST_ITEMS_MAX, Limit::ListItems),
        };
        if filled > most {
            return Err(InspectError::TooLarge(limit));
        }
        self.new.census.filled.insert((made, device), filled);
        Ok(())
    }

    /// The newest of what is known.
    fn find<T: Copy>(&self, get: impl Fn(&Census) -> Option<&T>) -> Option<T> {
        let layers = [&self.new.census, &self.before.census, self.base];
        layers.into_iter().find_map(get).copied()
    }
}

/// Whether somebody may do this to what stands at a path.
fn may_write(
    guards: &'static [&'static [Guard]],
    path: &str,
    row: &Row<'_>,
    object: Object,
    side: Option<Side>,
) -> bool {
    // What a document is, is said once by its first change.
    if matches!(path, "kind" | "schema") {
        return false;
    }
    let Some(guard) = guard_of(guards, path) else { return true };
    let is_item = row.insert && object.kind == Kind::List;
    side.is_some_and(|side| guard.by.contains(&side)) && (!guard.only_adds || is_item)
}

/// An operation, with its actor in full.
fn named(change: &Inspected, row: RowId) -> Result<Made, InspectError> {
    let by = change.actors().get(row.actor).ok_or(InspectError::Actor)?;
    Ok(Made::new(*by, row.counter))
}

/// A key of a map, in few bytes. Who finds two of the same digest gains a change that automerge
/// refuses or breaks on, which is what the in-flight marker is for.
fn digest(map: Option<Made>, key: &str) -> u64 {
    let Made { by, counter } = map.unwrap_or(Made::new([0; 16], 0));
    let digest = hash::sha256(&[&by.0, &counter.to_be_bytes(), key.as_bytes()]);
    u64::from_be_bytes(*digest.first_chunk().unwrap_or(&[0; 8]))
}

/// What may happen in a text: a letter comes or goes.
fn is_letter(row: &Row<'_>) -> bool {
    match (row.action, row.value) {
        (Action::Delete, _) => true,
        (Action::Put, Value::Text(text)) => row.insert && text.chars().count() == 1,
        _ => false,
    }
}
