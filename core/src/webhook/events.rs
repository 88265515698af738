//! What can be subscribed to, and what is to be read when it happens (API notes §7.2).

use serde::Serialize;

use crate::json::nearest;

/// A kind of thing that events are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EventSource {
    /// What stands before the point: `goods-out-note`.
    pub resource_type: &'static str,
    /// What stands behind it.
    pub happenings: &'static [&'static str],
    /// What is to be read when something happens to one, unless `exceptions` has another answer.
    pub read: Option<EventRead>,
    /// Happenings that are about something else of it.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub exceptions: &'static [(&'static str, EventRead)],
    /// What is to be known of it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
}

/// What is to be read for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EventRead {
    /// The resource's name in the catalog.
    pub resource: &'static str,
    /// The path that the ids stand behind, as a fetch takes it.
    pub path: &'static str,
    /// A resource that changed with it, whose id stands in what was read, at this member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<(&'static str, &'static str)>,
}

const ORDER: EventRead = EventRead { resource: "order", path: "order-service/order", then: None };
const PRODUCT: EventRead = EventRead { resource: "product", path: "product-service/product", then: None };
const AVAILABILITY: EventRead = EventRead {
    resource: "product-availability",
    path: "warehouse-service/product-availability",
    then: None,
};
const GOODS_OUT: EventRead = EventRead {
    resource: "goods-out-note",
    path: "warehouse-service/order/*/goods-note/goods-out",
    then: Some(("order", "orderId")),
};
const GOODS_IN: EventRead = EventRead {
    resource: "goods-in-note",
    path: "warehouse-service/order/*/goods-note/goods-in",
    then: Some(("order", "orderId")),
};
const DROP_SHIP: EventRead = EventRead {
    resource: "drop-ship-note",
    path: "warehouse-service/order/*/goods-note/drop-ship",
    then: Some(("order", "orderId")),
};

/// The list that was readable; the official one goes on (API notes §7.2).
pub const EVENT_SOURCES: [EventSource; 7] = [
    EventSource {
        resource_type: "drop-ship-note",
        happenings: &["created", "destroyed", "modified.shipped"],
        read: Some(DROP_SHIP),
        exceptions: &[],
        note: "",
    },
    EventSource {
        resource_type: "goods-in-note",
        happenings: &["created"],
        read: Some(GOODS_IN),
        exceptions: &[],
        note: "",
    },
    EventSource {
        resource_type: "goods-out-note",
        happenings: &[
            "created",
            "destroyed",
            "modified",
            "modified.printed",
            "modified.picked",
            "modified.packed",
            "modified.shipped",
            "modified.un-printed",
            "modified.un-picked",
            "modified.un-packed",
        ],
        read: Some(GOODS_OUT),
        exceptions: &[],
        note: "",
    },
    EventSource {
        resource_type: "order",
        happenings: &["modified", "modified.order-status", "modified.fully-shipped"],
        read: Some(ORDER),
        exceptions: &[],
        note: "order.modified is raised when an order is created, too; order.created is refused.",
    },
    EventSource {
        resource_type: "product",
        happenings: &["created", "modified", "destroyed", "modified.on-hand-modified"],
        read: Some(PRODUCT),
        exceptions: &[("modified.on-hand-modified", AVAILABILITY)],
        note: "",
    },
    EventSource {
        resource_type: "quarantine-release",
        happenings: &["created"],
        read: None,
        exceptions: &[],
        note: "Nothing can be read by its id; pull product availability.",
    },
    EventSource {
        resource_type: "sales-order",
        happenings: &["created"],
        read: Some(ORDER),
        exceptions: &[],
        note: "Raised only for orders that are created through the sales order's own POST.",
    },
];

/// What the lifecycle of an event can be.
pub(super) const LIFECYCLES: [&str; 3] = ["created", "modified", "destroyed"];

/// What is known of a name that is to be subscribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subscribable {
    Known,
    /// The list does not have it, but the list goes on: perhaps.
    Unlisted {
        meant: Option<String>,
    },
    /// Brightpearl refuses it; what to subscribe to instead.
    Refused {
        instead: &'static str,
    },
    /// It is not written as an event is.
    Malformed {
        meant: Option<String>,
    },
}

/// Whether that is an event of the list.
pub(crate) fn is_known_event(name: &str) -> bool {
    name.contains('.') && subscribable(name) == Subscribable::Known
}

/// What is known of a name: a resource type, or one with what happens to it.
pub(super) fn subscribable(name: &str) -> Subscribable {
    let (resource_type, happening) = match name.split_once('.') {
        Some((resource_type, happening)) => (resource_type, Some(happening)),
        None => (name, None),
    };
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let lifecycle = happening.map(|happening| happening.split('.').next().unwrap_or(happening));
    if !name.split('.').all(is_word) || lifecycle.is_some_and(|word| !LIFECYCLES.contains(&word)) {
        return Subscribable::Malformed { meant: meant(name) };
    }
    if resource_type == "contact" {
        return Subscribable::Refused { instead: "a pull of contacts, which finds what was changed" };
    }
    if name == "order.created" {
        return Subscribable::Refused {
            instead: "order.modified, which is raised when an order is created, too",
        };
    }
    let source = EVENT_SOURCES.iter().find(|source| source.resource_type == resource_type);
    let is_known =
        source.is_some_and(|source| happening.is_none_or(|happening| source.happenings.contains(&happening)));
    if is_known { Subscribable::Known } else { Subscribable::Unlisted { meant: meant(name) } }
}

/// The listed name that this one most likely is a slip of.
fn meant(name: &str) -> Option<String> {
    let names: Vec<String> = EVENT_SOURCES.iter().flat_map(names_of).collect();
    nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

fn names_of(source: &EventSource) -> Vec<String> {
    let happenings =
        source.happenings.iter().map(|happening| format!("{}.{happening}", source.resource_type));
    std::iter::once(source.resource_type.to_owned()).chain(happenings).collect()
}

/// What is to be read when this happened to that; `None` when nothing can be, or nothing is known of it.
pub(super) fn read_for(resource_type: &str, happening: &str) -> Option<EventRead> {
    let source = source_of(resource_type)?;
    let exception = source.exceptions.iter().find(|(name, _)| *name == happening);
    exception.map(|(_, read)| *read).or(source.read)
}

pub(super) fn source_of(resource_type: &str) -> Option<&'static EventSource> {
    EVENT_SOURCES.iter().find(|source| source.resource_type == resource_type)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn what_is_to_be_read_is_in_the_catalogue() {
        for source in EVENT_SOURCES {
            let exceptions = source.exceptions.iter().map(|(_, read)| *read);
            for read in source.read.into_iter().chain(exceptions) {
                let resource = catalog::resource(read.resource).unwrap();
                let below = read.path.replace('*', "{");
                let start = below.split('{').next().unwrap_or_default();
                assert!(
                    resource.endpoints.iter().any(|endpoint| endpoint.path.starts_with(start)),
                    "{}",
                    read.path
                );
                assert!(read.then.is_none_or(|(name, _)| catalog::resource(name).is_some()));
            }
        }
    }

    #[test]
    fn names_are_known_unlisted_refused_or_malformed() {
        for name in ["order", "order.modified.order-status", "product.modified.on-hand-modified"] {
            assert_eq!(subscribable(name), Subscribable::Known, "{name}");
        }
        let unlisted = |meant: Option<&str>| Subscribable::Unlisted { meant: meant.map(str::to_owned) };
        assert_eq!(subscribable("oder.modified"), unlisted(Some("order.modified")));
        assert_eq!(subscribable("stock-transfer.created"), unlisted(None));
        assert_eq!(subscribable("product.modified.price"), unlisted(None));
        for name in ["contact", "contact.modified", "order.created"] {
            assert!(matches!(subscribable(name), Subscribable::Refused { .. }), "{name}");
        }
        for name in ["", ".", "order.", "widget.exploded"] {
            assert_eq!(subscribable(name), Subscribable::Malformed { meant: None }, "{name}");
        }
        for name in ["order.modifed", "Order.modified"] {
            let meant = Some("order.modified".to_owned());
            assert_eq!(subscribable(name), Subscribable::Malformed { meant }, "{name}");
        }
    }
}
