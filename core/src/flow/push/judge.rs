//! Deciding what is to be done next with an entry, from all that is known. Nothing is changed here.

use std::collections::VecDeque;

use super::attached::{AttachedId, AttachedReads};
use super::doubt::Doubted;
use super::ending::Ending;
use super::entry::PushEntry;
use super::ledger::Ledger;
use super::lookup::{Hit, Lookups};
use super::referents::{Aim, Referent, Referents, listed};
use super::rivals::KeyBook;
use super::shipped::{self, NoteComparison};
use super::sought::Sought;
use super::terms::Terms;
use crate::mapping::{IfThere, Reference};
use crate::operation::{Existing, SingleRequest};
use crate::output::{Difference, State};

/// What is known of an entry's key.
#[derive(Debug)]
pub(super) enum Presence {
    /// It need not be looked for, or cannot be.
    Unasked,
    /// It must be looked up.
    Unsought(Sought),
    /// It could not be looked up, for this reason.
    Unknown(String),
    Absent,
    There(u64),
    Several(Vec<Hit>),
}

/// What is to be done next.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Nothing, until others have come further.
    Wait,
    /// These are to be looked up.
    LookUp(Vec<Sought>),
    /// It is to be looked for once more, after a pause.
    LookAgain,
    /// Its attempt in doubt was not applied: decide anew.
    ClearDoubt,
    /// What is there under this id is to be read.
    Read(u64),
    /// It is to be read once more, after a pause, since what was read does not show what was written.
    ReadAgain,
    /// What it has alone is to be read.
    ReadAttached(Vec<AttachedId>),
    /// What was read differs from the record in these places; what is to be done about them.
    Compared(Vec<Difference>, Box<Verdict>),
    /// What is there under this id is to be changed, by these writes one after the other.
    Change(u64, VecDeque<SingleRequest>),
    /// These references need something that is to be created first, each under its slot.
    Create(Vec<(Reference, String)>),
    /// It is to be created, or written without a look.
    Write,
    /// It is over.
    Settle(Box<Ending>),
    /// It is over, and an attempt may have been applied.
    LeaveInDoubt,
    /// It is over, since it cannot be found out whether it is there, for this reason.
    LeaveUnfound(String),
}

/// All that is known.
#[derive(Clone, Copy)]
pub(super) struct Judge<'p> {
    pub(super) terms: &'p Terms,
    pub(super) ledger: &'p Ledger,
    pub(super) rivals: &'p KeyBook,
    pub(super) lookups: &'p Lookups,
    pub(super) attached: &'p AttachedReads,
    pub(super) referents: Referents<'p>,
}

impl Judge<'_> {
    /// What the mapping alone decides of a record, or of what is created for one.
    pub(super) fn of_mapped(self, entry: &PushEntry) -> Option<Ending> {
        let mapped = entry.mapped();
        if let Some(reason) = &mapped.skipped {
            let may_matter = entry.is_record() && mapped.if_there != IfThere::Leave;
            if may_matter && self.terms.asks_for_keys() && !mapped.failures.is_empty() {
                // What cannot be told apart from others may be there under another key.
                return Some(Ending::failed(mapped.failures.clone()));
            }
            let is_sought = may_matter && entry.sought().is_some();
            return (!is_sought).then(|| Ending::because(State::Skipped, reason.clone()));
        }
        if !mapped.failures.is_empty() {
            return Some(Ending::failed(mapped.failures.clone()));
        }
        if entry.is_record() && self.terms.asks_for_keys() && entry.sought().is_none() {
            let reason = "the record has no value for its key, so it cannot be told apart from others";
            return Some(Ending::because(State::Rejected, reason));
        }
        None
    }

    /// What is known of an entry's key. What is created for others is looked for only when it is unclear whether it
    /// is there: whoever needed it looked for it before.
    pub(super) fn presence(self, entry: &PushEntry) -> Presence {
        let progress = entry.progress();
        if self.written_note(entry).is_some() {
            return Presence::Unasked;
        }
        let is_unclear =
            progress.doubt().is_some() || progress.refusal().is_some() || progress.was_looked_for_anew();
        let Some(sought) = entry.sought().filter(|_| entry.is_record() || is_unclear) else {
            return Presence::Unasked;
        };
        if let Some(reason) = self.lookups.obstacle(sought) {
            return Presence::Unknown(reason);
        }
        match self.lookups.hits(sought) {
            None => Presence::Unsought(sought.clone()),
            Some([]) => Presence::Absent,
            Some([Hit::Id(id)]) => Presence::There(*id),
            Some(hits) => Presence::Several(hits.to_vec()),
        }
    }

    /// What is to be done with an entry, given what is known of its key.
    pub(super) fn verdict(self, entry: &PushEntry, presence: Presence) -> Verdict {
        match presence {
            Presence::Unasked => self.of_unasked(entry),
            Presence::Unsought(sought) => {
                let mut wanted = self.referents.unsought(entry);
                wanted.push(sought);
                Verdict::LookUp(wanted)
            }
            Presence::Unknown(reason) => Verdict::LeaveUnfound(reason),
            Presence::Absent => self.of_absent(entry),
            Presence::There(id) => self.of_existing(entry, id),
            Presence::Several(hits) => {
                let reason =
                    format!("Brightpearl has {} records with this key: {}", hits.len(), listed(&hits));
                settle(Ending::because(State::Rejected, reason))
            }
        }
    }

    fn of_unasked(self, entry: &PushEntry) -> Verdict {
        if let Some(note) = self.written_note(entry) {
            return self.of_written_note(entry, note);
        }
        // What is created for others and cannot be found is nobody's until it is named: once more does no harm.
        let may_go_again = !entry.is_record() && entry.progress().may_go_again();
        if entry.progress().doubt().is_some() && !may_go_again {
            return Verdict::LeaveInDoubt;
        }
        let before = entry.key().filter(|_| entry.is_record()).and_then(|key| self.ledger.before(key));
        if let Some(done) = before {
            return settle(Ending::written_before(done.id));
        }
        self.of_new(entry)
    }

    fn of_absent(self, entry: &PushEntry) -> Verdict {
        if let Some(error) = entry.progress().refusal() {
            return settle(Ending::refused(error.clone()));
        }
        let Some(doubt) = entry.progress().doubt() else { return self.of_new(entry) };
        let looks = self.terms.looks_ms().len();
        if doubt.attempt != Doubted::Change && doubt.looks < looks {
            return Verdict::LookAgain;
        }
        let may_be_created = match doubt.attempt {
            Doubted::Creation => looks > 0 && entry.progress().may_go_again(),
            Doubted::Change => false,
            Doubted::Anothers => looks > 0,
        };
        if may_be_created { Verdict::ClearDoubt } else { Verdict::LeaveInDoubt }
    }

    fn of_existing(self, entry: &PushEntry, id: u64) -> Verdict {
        // A second attempt that was refused, since it is there, says that the first was applied.
        let was_applied = entry.progress().stands_in_its_own_way();
        // What another record of this key has left there is no sign that this one's attempt was applied.
        let is_anothers = entry.sought().is_some_and(|sought| self.rivals.told(sought).is_some());
        let is_unsure = entry.progress().doubt().is_some_and(|doubt| doubt.attempt == Doubted::Creation);
        let was_created = was_applied || (is_unsure && !is_anothers);
        let mapped = entry.mapped();
        // What this push has put there is as the record says; nothing was given back of it since.
        let is_own = was_created && mapped.skipped.is_none();
        if let Some(left_out) = mapped.left_out().filter(|_| !is_own) {
            return self.of_left_out(entry, id, left_out);
        }
        if !entry.is_record() && !was_created && entry.progress().refusal().is_none() {
            // Others have created meanwhile what is created for records.
            return settle(Ending { id: Some(id), ..Ending::of(State::Unchanged) });
        }
        if was_created || !entry.is_record() {
            return settle(Ending { id: Some(id), verified: true, ..Ending::of(State::Created) });
        }
        let there = |state, what: &str| settle(Ending { id: Some(id), ..Ending::because(state, what) });
        match (self.terms.existing(), self.terms.update()) {
            (Existing::Leave, _) => there(State::Unchanged, "it is there already, and is left as it is"),
            (Existing::Reject, _) => there(State::Rejected, "it is there already"),
            (Existing::Update, None) => self.of_incomparable(entry, id),
            (Existing::Update, Some(update)) => match entry.progress().there() {
                Some((id, json)) => self.of_read(entry, update, id, json),
                None => self.look_up_or(entry, Verdict::Read(id)),
            },
        }
    }

    /// It is to be created, or written without a look, as soon as there is what it refers to.
    fn of_new(self, entry: &PushEntry) -> Verdict {
        if let Some(reason) = &entry.mapped().skipped {
            return settle(Ending::because(State::Skipped, reason.clone()));
        }
        let then = self.of_uncreated(entry, |_| true).unwrap_or(Verdict::Write);
        let verdict = self.look_up_or(entry, then);
        if matches!(verdict, Verdict::Write) { self.of_pieces(entry) } else { verdict }
    }

    /// Of what an entry refers to, what is to be created first, or waited for; nothing where all of it is there.
    pub(super) fn of_uncreated(
        self,
        entry: &PushEntry,
        is_meant: impl Fn(&Reference) -> bool,
    ) -> Option<Verdict> {
        let mut is_waiting = false;
        let mut uncreated = Vec::new();
        for reference in entry.mapped().references.iter().filter(|reference| is_meant(reference)) {
            match self.referents.of(entry, reference) {
                Referent::Uncreated(slot) => uncreated.push((reference.clone(), slot)),
                Referent::Awaited => is_waiting = true,
                Referent::Found(_)
                | Referent::Ambiguous(_)
                | Referent::Missing
                | Referent::Unsought(_)
                | Referent::Failed(_)
                | Referent::InDoubt(_) => {}
            }
        }
        match (uncreated.is_empty(), is_waiting) {
            (false, _) => Some(Verdict::Create(uncreated)),
            (true, true) => Some(Verdict::Wait),
            (true, false) => None,
        }
    }

    /// A shipment of other products, or quantities, than its note has is another shipment.
    fn of_pieces(self, entry: &PushEntry) -> Verdict {
        let (Some(shipped), Some(note)) = (&entry.mapped().pieces, self.terms.note()) else {
            return Verdict::Write;
        };
        let Some((id, json)) = entry.progress().there() else {
            let path = self.referents.whole(entry, Aim::Writing).ok().map(|(path, _)| path);
            return path.and_then(|path| note.id_in(&path)).map_or(Verdict::Write, Verdict::Read);
        };
        match shipped::compared(note, json, shipped, self.lookups) {
            NoteComparison::Noted => Verdict::Write,
            NoteComparison::Unsought(products) => Verdict::LookUp(products),
            NoteComparison::Unknown(reason) => Verdict::LeaveUnfound(reason),
            NoteComparison::Differs { noted, shipped } => {
                let reason = format!(
                    "the goods-out note {id} has {noted}, and the shipment has {shipped}: the note is not shipped by it; \
                     expected a note of what was shipped"
                );
                settle(Ending::because(State::Rejected, reason))
            }
        }
    }

    /// Looks up what the entry refers to; does `then` once all of it is known.
    fn look_up_or(self, entry: &PushEntry, then: Verdict) -> Verdict {
        let wanted = self.referents.unsought(entry);
        if wanted.is_empty() { then } else { Verdict::LookUp(wanted) }
    }
}

pub(super) fn settle(ending: Ending) -> Verdict {
    Verdict::Settle(Box::new(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::push::entry::Role;
    use crate::flow::push::journal::Known;
    use crate::flow::push::lookup::Look;
    use crate::flow::push::referents::Creations;
    use crate::flow::push::rivals::Claim;
    use crate::operation::Push;

    const ORDERS: &str = r#"{"version": 1, "name": "orders", "target": "order-service/sales-order",
        "key": {"target": "/ref", "verify": {"search": "order-service/order-search", "column": "customerRef"}},
        "fields": [
            {"to": "/ref", "from": "number", "required": true}, {"to": "/customer/id", "value": 7},
            {"to": "/currency/code", "value": "USD"}, {"to": "/warehouseId", "value": 2},
            {"to": "/rows", "each": "lines", "fields": [
                {"to": "/productId", "value": 1007}, {"to": "/quantity", "value": "1"}, {"to": "/net", "value": "1.00"},
                {"to": "/tax", "value": "0.00"}, {"to": "/taxCode", "value": "T20"}]}]}"#;

    /// A push of orders, and what it knows.
    struct OrderPush {
        terms: Terms,
        ledger: Ledger,
        rivals: KeyBook,
        lookups: Lookups,
        attached: AttachedReads,
        creations: Creations,
    }

    impl OrderPush {
        fn new(existing: Existing) -> Self {
            let push = Push { existing, looks_ms: vec![1, 2], ..Push::writing(ORDERS).unwrap() };
            Self {
                terms: Terms::of(&push).unwrap(),
                ledger: Ledger::new(None, None),
                rivals: KeyBook::default(),
                lookups: Lookups::default(),
                attached: AttachedReads::default(),
                creations: Creations::default(),
            }
        }

        fn entry(&self, known: Option<Known>) -> PushEntry {
            let mapped = self.terms.mapping().map(br#"{"number": "A-1", "lines": []}"#);
            let sought = self.terms.sought(&mapped);
            PushEntry::new(Role::Record(0), "name".to_owned(), mapped, sought, known)
        }

        fn not_found(&mut self, entry: &PushEntry) {
            self.lookups.finished(&Look::One(entry.sought().unwrap().clone()));
        }

        fn found(&mut self, entry: &PushEntry) {
            self.lookups.learn(entry.sought().unwrap(), 7, true);
        }

        fn verdict(&self, entry: &PushEntry) -> Verdict {
            let referents = Referents { lookups: &self.lookups, creations: &self.creations };
            let judge = Judge {
                terms: &self.terms,
                ledger: &self.ledger,
                rivals: &self.rivals,
                lookups: &self.lookups,
                attached: &self.attached,
                referents,
            };
            judge.verdict(entry, judge.presence(entry))
        }

        /// How it ends, by the verdict.
        fn ending(&self, entry: &PushEntry) -> Option<State> {
            if let Verdict::Settle(ending) = self.verdict(entry) { Some(ending.state) } else { None }
        }
    }

    #[test]
    fn a_record_is_written_once_it_is_known_not_to_be_there() {
        let mut case = OrderPush::new(Existing::Leave);
        let entry = case.entry(None);
        assert!(matches!(case.verdict(&entry), Verdict::LookUp(sought) if sought[0].value() == "A-1"));
        case.not_found(&entry);
        assert!(matches!(case.verdict(&entry), Verdict::Write));
    }

    #[test]
    fn what_is_there_is_dealt_with_as_was_asked() {
        for (existing, state) in [
            (Existing::Leave, Some(State::Unchanged)),
            (Existing::Reject, Some(State::Rejected)),
            (Existing::Update, None),
        ] {
            let mut case = OrderPush::new(existing);
            let entry = case.entry(None);
            case.found(&entry);
            assert_eq!(case.ending(&entry), state, "{existing:?}");
            assert_eq!(matches!(case.verdict(&entry), Verdict::Read(7)), state.is_none());
        }
    }

    #[test]
    fn a_creation_in_doubt_is_looked_for_as_often_as_was_asked_before_it_is_sent_again() {
        let mut case = OrderPush::new(Existing::Leave);
        let mut entry = case.entry(Some(Known::InDoubt { is_update: false }));
        case.not_found(&entry);
        for _ in 0..2 {
            assert!(matches!(case.verdict(&entry), Verdict::LookAgain));
            entry.progress_mut().look().unwrap();
            entry.progress_mut().take_look(true).unwrap();
        }
        assert!(matches!(case.verdict(&entry), Verdict::ClearDoubt));
    }

    #[test]
    fn a_change_in_doubt_of_what_is_gone_stays_in_doubt() {
        let mut case = OrderPush::new(Existing::Update);
        let entry = case.entry(Some(Known::InDoubt { is_update: true }));
        case.not_found(&entry);
        assert!(matches!(case.verdict(&entry), Verdict::LeaveInDoubt));
    }

    #[test]
    fn what_is_found_after_a_creation_in_doubt_was_created_by_it_unless_another_record_left_it_there() {
        let mut case = OrderPush::new(Existing::Leave);
        let entry = case.entry(Some(Known::InDoubt { is_update: false }));
        case.found(&entry);
        assert_eq!(case.ending(&entry), Some(State::Created));
        case.rivals.enter(Claim::of(0, 0, &entry).into_iter().collect());
        case.rivals.tell(entry.sought().unwrap(), &Ending::of(State::Created), true);
        assert_eq!(case.ending(&entry), Some(State::Unchanged));
    }
}
