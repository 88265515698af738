//! What was created for a record alone, such as the address of a contact: no search finds it, so that it is known by its id in
//! the record. Once the record is there, it is read, held against what would be created now, and changed with the record.

use std::collections::{BTreeMap, VecDeque};

use serde_json::value::RawValue;

use super::PushJob;
use super::change::change;
use super::compare::{at_place, differences};
use super::ending::Ending;
use super::entry::PushEntry;
use super::judge::{Judge, Verdict, settle};
use super::referents::{Referent, planned, shows_planned};
use super::sought::Sought;
use super::terms::shape_of;
use crate::catalog::{self, Manner, Update};
use crate::error::{Error, Kind};
use crate::http::Method;
use crate::json::{Node, ObjectText, Part, Record, id_of, quoted, text_of};
use crate::mapping::{Mapped, Mapping, OnMissing, Reference};
use crate::operation::SingleRequest;
use crate::output::{Difference, Resources};

/// Something that is read by its id: the path, without the id, and the id.
pub(super) type AttachedId = (&'static str, u64);

/// What was read of what entries have alone, by the entries' names.
#[derive(Debug, Default)]
pub(super) struct AttachedReads(BTreeMap<String, BTreeMap<AttachedId, AttachedRead>>);

#[derive(Debug)]
enum AttachedRead {
    Asked,
    Json(String),
    /// It could not be read, for this reason.
    Failed(Error),
}

impl AttachedReads {
    /// Lets what an entry has be read once more.
    pub(super) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn of(&self, name: &str, id: AttachedId) -> Option<&AttachedRead> {
        self.0.get(name)?.get(&id)
    }

    /// What is asked for at a path.
    fn asked(&mut self, path: &str) -> impl Iterator<Item = (u64, &mut AttachedRead)> {
        let reads = self.0.values_mut().flat_map(BTreeMap::iter_mut);
        reads.filter_map(move |((of, id), read)| {
            (*of == path && matches!(read, AttachedRead::Asked)).then_some((*id, read))
        })
    }
}

/// How what a record has alone differs from what would be created for it.
#[derive(Debug, Default)]
pub(super) struct Attached {
    /// By the place in the record.
    pub(super) differences: Vec<Difference>,
    /// What removes these differences.
    pub(super) writes: VecDeque<SingleRequest>,
    /// What is not compared, in words.
    pub(super) uncompared: Vec<String>,
    /// Why nothing is changed: it is another record's, too.
    pub(super) shared: Option<String>,
    unread: Vec<AttachedId>,
    unsought: Vec<Sought>,
}

/// A record, or something that one has alone, as it was read.
struct Owner<'r> {
    /// Its place in the record.
    place: String,
    mapped: &'r Mapped,
    update: &'r Update,
    id: u64,
    json: &'r str,
}

impl Judge<'_> {
    /// How what a record has alone, which was read, differs from what would be created for it.
    ///
    /// # Errors
    /// What is to be done first, or how it ends, where it cannot be compared.
    pub(super) fn of_attached(
        self,
        entry: &PushEntry,
        update: &Update,
        (id, json): (u64, &str),
    ) -> Result<Attached, Box<Verdict>> {
        let mut attached = Attached::default();
        let record = Owner { place: String::new(), mapped: entry.mapped(), update, id, json };
        self.attach(entry, &record, &mut attached)?;
        if !attached.unsought.is_empty() {
            return Err(Box::new(Verdict::LookUp(attached.unsought)));
        }
        if !attached.unread.is_empty() {
            return Err(Box::new(Verdict::ReadAttached(attached.unread)));
        }
        Ok(attached)
    }

    fn attach(
        self,
        entry: &PushEntry,
        owner: &Owner<'_>,
        attached: &mut Attached,
    ) -> Result<(), Box<Verdict>> {
        for reference in owner.mapped.references.iter().filter(|reference| reference.search.is_empty()) {
            let OnMissing::Create(mapping) = &reference.on_missing else { continue };
            let is_record = owner.place.is_empty();
            let is_to_be_created =
                || matches!(self.referents.of(entry, reference), Referent::Uncreated(_) | Referent::Awaited);
            // What this run has created since the record had none is as it should be.
            if is_record && !is_to_be_created() {
                continue;
            }
            let place = format!("{}{}", owner.place, reference.pointer);
            let update = catalog::update(mapping.target().unwrap_or_default());
            let read_place =
                owner.update.read_place(&reference.pointer).filter(|place| !place.contains("/*"));
            let (Some(update), Some(read_place)) = (update, read_place) else {
                let name = mapping.name();
                attached.uncompared.push(format!("what {name:?} would create for {place} is not compared"));
                continue;
            };
            let record = Part::json(owner.json.as_bytes()).ok();
            let id = record.and_then(|record| id_of(&at_place(&record, read_place)?.read()));
            let Some(id) = id else {
                let changeable = is_record && owner.update.can_change(&reference.pointer);
                attached.differences.extend(nothing_there(place, mapping, changeable));
                continue;
            };
            match self.attached.of(entry.name(), (update.read, id)) {
                None => attached.unread.push((update.read, id)),
                Some(AttachedRead::Asked) => return Err(Box::new(Verdict::Wait)),
                Some(AttachedRead::Failed(error)) => {
                    let reason =
                        format!("it is there, and its {place}, which is {id}, could not be read: {error}");
                    return Err(Box::new(Verdict::LeaveUnfound(reason)));
                }
                Some(AttachedRead::Json(json)) => {
                    let mapped = made_of(reference, mapping);
                    let one = Owner { place, mapped: &mapped, update, id, json };
                    self.compare_attached(entry, mapping, &one, owner.id, attached)?;
                }
            }
        }
        Ok(())
    }

    /// Compares one, and what that has alone.
    fn compare_attached(
        self,
        entry: &PushEntry,
        mapping: &Mapping,
        one: &Owner<'_>,
        owner: u64,
        attached: &mut Attached,
    ) -> Result<(), Box<Verdict>> {
        if one.mapped.skipped.is_some() {
            return Ok(());
        }
        if !one.mapped.failures.is_empty() {
            return Err(Box::new(settle(Ending::failed(one.mapped.failures.clone()))));
        }
        let searched = one.mapped.references.iter().filter(|reference| !reference.search.is_empty());
        let unsought = self.referents.unsought_of(entry, searched.clone());
        if !unsought.is_empty() {
            attached.unsought.extend(unsought);
            return Ok(());
        }
        let mut body = self
            .referents
            .made(entry, one.mapped)
            .map_err(|reason| Box::new(settle(Ending::without_body(reason))))?;
        let shape = mapping.target().and_then(|target| shape_of(target, Method::Post));
        let mut found = differences(one.update, shape, &body, one.json);
        // What would have to be created first is told.
        for difference in &mut found {
            difference.changeable &= !searched.clone().any(|reference| shows_planned(reference, difference));
        }
        if !found.is_empty() {
            if let Some(whose) = another_owner(one, owner) {
                let (place, id) = (&one.place, one.id);
                attached.shared.get_or_insert_with(|| {
                    format!(
                        "its {place} is {id}, which belongs to {whose} and differs from the record, so that nothing was \
                         changed; expected one of its own, or change it in Brightpearl"
                    )
                });
            }
            let emptied = emptied(one, mapping, &body);
            if !emptied.is_empty() {
                let said = Record::parse(&body).0;
                let said = said.iter().filter_map(|(name, part)| Some((name, part.raw()?)));
                let text = said.fold(ObjectText::new(), |text, (name, json)| text.raw(name, json));
                let text = emptied.iter().fold(text, |text, (name, _)| text.text(name, ""));
                body = text.finish();
                found.extend(emptied.into_iter().map(|(_, difference)| difference));
            }
            attached.writes.append(&mut change(one.update, one.id, &body, one.json, &found));
        }
        let at = |difference: Difference| Difference {
            pointer: format!("{}{}", one.place, difference.pointer),
            ..difference
        };
        attached.differences.extend(found.into_iter().map(at));
        self.attach(entry, one, attached)
    }
}

/// What would be created for a reference.
fn made_of(reference: &Reference, mapping: &Mapping) -> Mapped {
    mapping.map_as(reference.record.as_deref().unwrap_or("{}").as_bytes(), &reference.value)
}

/// The difference where something would be created and nothing is there.
fn nothing_there(pointer: String, mapping: &Mapping, changeable: bool) -> Option<Difference> {
    let after = RawValue::from_string(quoted(&planned(mapping.name()))).ok()?;
    Some(Difference { pointer, before: None, after, changeable })
}

/// The id of whose it is, where that is another one.
fn another_owner(one: &Owner<'_>, owner: u64) -> Option<u64> {
    let Manner::Replace { owner: place, .. } = one.update.manner else { return None };
    let record = Part::json(one.json.as_bytes()).ok()?;
    id_of(&at_place(&record, place)?.read()).filter(|id| *id != owner)
}

/// The texts that Brightpearl has, and the mapping makes, and the record has nothing for: of something that differs they are
/// what is left of another one, such as the town of an earlier address.
fn emptied(one: &Owner<'_>, mapping: &Mapping, body: &str) -> Vec<(&'static str, Difference)> {
    let Manner::Replace { texts, .. } = one.update.manner else { return Vec::new() };
    let (body, there) = (Record::parse(body), Record::parse(one.json));
    let is_left = |name: &&&'static str| {
        let is_any = |node: &Node<'_>| text_of(node).is_some_and(|text| !text.trim().is_empty());
        body.node(name).is_none()
            && mapping.writes(&format!("/{name}"))
            && there.node(name).as_ref().is_some_and(is_any)
    };
    let difference = |name: &&'static str| {
        let json = |text: &str| RawValue::from_string(text.to_owned()).ok();
        let pointer = format!("/{name}");
        let before = there.raw(name).and_then(json);
        Some((*name, Difference { pointer, before, after: json("\"\"")?, changeable: true }))
    };
    texts.iter().filter(is_left).filter_map(difference).collect()
}

/// Whether a difference is one of what a record has alone.
pub(super) fn is_attached(mapped: &Mapped, difference: &Difference) -> bool {
    let alone = mapped.references.iter().filter(|reference| reference.search.is_empty());
    alone.into_iter().any(|reference| {
        difference.pointer.strip_prefix(&*reference.pointer).is_some_and(|rest| rest.starts_with('/'))
    })
}

impl PushJob {
    /// Reads what entries have alone: all of a path together.
    pub(super) fn read_attached(&mut self, wanted: Vec<(usize, AttachedId)>) {
        let mut paths: BTreeMap<&'static str, Vec<u64>> = BTreeMap::new();
        for (index, (path, id)) in wanted {
            let name = self.window.entry(index).name().to_owned();
            self.attached.0.entry(name).or_default().insert((path, id), AttachedRead::Asked);
            paths.entry(path).or_default().push(id);
        }
        for (path, mut ids) in paths {
            ids.sort_unstable();
            ids.dedup();
            if let Err(error) = self.crew.read_attached(path, ids) {
                self.cannot_read_attached(path, &error);
            }
        }
    }

    /// Takes what was read of what entries have alone.
    pub(super) fn take_attached(&mut self, path: &str, resources: &Resources) {
        let json =
            |place: usize| resources.json(place).map(|json| String::from_utf8_lossy(json).into_owned());
        for (id, read) in self.attached.asked(path) {
            let place = resources.items.iter().position(|item| item.id == Some(id));
            let refusal = resources.refused.iter().find(|refusal| refusal.id == id);
            if let Some(json) = place.and_then(json) {
                *read = AttachedRead::Json(json);
            } else if let Some(refusal) = refusal {
                *read = AttachedRead::Failed(refusal.error.clone());
            }
        }
    }

    /// What was not read is not there.
    pub(super) fn end_attached(&mut self, path: &str) {
        let error = Error::new(Kind::NotFound, "Brightpearl does not have it, and should");
        self.cannot_read_attached(path, &error);
    }

    pub(super) fn cannot_read_attached(&mut self, path: &str, error: &Error) {
        self.attached.asked(path).for_each(|(_, read)| *read = AttachedRead::Failed(error.clone()));
    }
}
