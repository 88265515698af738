//! Which order something belongs to that was found by its key: others may have used the same key.

use serde::Deserialize;

use super::ending::Ending;
use super::entry::PushEntry;
use super::judge::{Judge, Verdict, settle};
use super::lookup::Hit;
use super::referents::{Aim, Referent, listed};
use super::sought::{Group, Sought};
use crate::catalog::{ParentSearch, payment_search};
use crate::output::State;

/// Which order something belongs to.
pub(super) enum Parent {
    Order(u64),
    /// It does not say.
    Untold,
    /// It must be looked up.
    Unsought(Sought),
    /// It could not be found out, for this reason.
    Unknown(String),
}

/// Where the body of a payment has its order.
const ORDER: &str = "/orderId";

/// The order that a body of a payment is of.
#[derive(Deserialize)]
struct Paid {
    #[serde(rename = "orderId")]
    order: u64,
}

impl Judge<'_> {
    /// Which order a credit or a payment belongs to; `what` says which of them it is.
    pub(super) fn parent_of(self, search: &ParentSearch, what: &str, id: u64) -> Parent {
        let unknown =
            |why: &str| Parent::Unknown(format!("which order {what} {id} belongs to is not known: {why}"));
        let sought = parent_sought(search, id);
        if self.lookups.is_nameless(&sought) {
            return Parent::Untold;
        }
        if let Some(reason) = self.lookups.obstacle(&sought) {
            return unknown(&reason);
        }
        match self.lookups.hits(&sought) {
            None => Parent::Unsought(sought),
            Some([Hit::Id(0)]) => Parent::Untold,
            Some([]) => unknown("the search finds it by its key, and not by its id"),
            Some([Hit::Id(order)]) => Parent::Order(*order),
            Some(hits) => unknown(&format!("the search says {}", listed(hits))),
        }
    }

    /// What is there cannot be compared with the record. Of a payment, at least the order must be the record's own:
    /// orders may share a reference, such as that of a transaction.
    pub(super) fn of_incomparable(self, entry: &PushEntry, id: u64) -> Verdict {
        let there = |state, what: &str| settle(Ending { id: Some(id), ..Ending::because(state, what) });
        let unchanged =
            || there(State::Unchanged, "it is there already; records of this kind cannot be compared");
        let searched = entry.sought().and_then(|sought| payment_search(&sought.group.search));
        let Some(search) = searched else { return unchanged() };
        let mut wanted = self.referents.unsought(entry);
        let parent = self.parent_of(search, "payment", id);
        if let Parent::Unsought(sought) = &parent {
            wanted.push(sought.clone());
        }
        if !wanted.is_empty() {
            return Verdict::LookUp(wanted);
        }
        let body = match self.referents.whole(entry, Aim::Comparing) {
            Ok((_, body)) => body,
            Err(reason) => return settle(Ending::without_body(reason)),
        };
        match (parent, serde_json::from_str::<Paid>(&body)) {
            (Parent::Unknown(reason), _) => Verdict::LeaveUnfound(reason),
            (Parent::Order(found), Ok(Paid { order })) if found != order => {
                let reason = format!(
                    "the payment of this key that is there is of order {found}, and this one is of order {order}; expected \
                     keys that no two orders share"
                );
                there(State::Rejected, &reason)
            }
            (Parent::Order(found), _) if self.is_of_new_order(entry) => {
                let reason = format!(
                    "the payment of this key that is there is of order {found}, and this one is of an order that is not there \
                     yet; expected keys that no two orders share"
                );
                there(State::Rejected, &reason)
            }
            (Parent::Order(_) | Parent::Untold | Parent::Unsought(_), _) => unchanged(),
        }
    }

    /// Whether the order that a payment is of would have to be created.
    fn is_of_new_order(self, entry: &PushEntry) -> bool {
        let mut references = entry.mapped().references.iter();
        references.any(|reference| {
            &*reference.pointer == ORDER
                && matches!(self.referents.of(entry, reference), Referent::Uncreated(_) | Referent::Awaited)
        })
    }
}

/// Which order something belongs to, as it is looked up.
pub(super) fn parent_sought(search: &ParentSearch, id: u64) -> Sought {
    let group = Group {
        search: search.search.into(),
        column: search.id.into(),
        by: Vec::new(),
        take: Some(search.parent.into()),
    };
    Sought::new(group, &id.to_string())
}
