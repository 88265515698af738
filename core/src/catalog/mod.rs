//! What the API has, as constant tables: every resource of the reference's navigation (API notes §8.7), one
//! file or folder per service. A resource that is not listed still works; the engine then assumes the
//! careful defaults of [`Reading::UNLISTED`].
//!
//! Every entry names the section of the API notes (`docs/brightpearl-api.md`) that it was taken from, and
//! everything that the notes mark as unsure is not `verified` here. What is not known is said to be so, or left
//! out.

mod accounting_service;
pub(crate) mod build;
mod concealed;
mod contact_service;
mod describe;
pub mod field;
mod integration_service;
mod named_read;
mod named_request;
mod names;
mod note;
pub mod operation;
mod order_service;
mod parent;
mod personal;
mod pricing;
mod product_service;
mod reads;
mod record_schemas;
mod resource;
mod rows_within;
mod schema;
mod search;
mod template;
mod unfinished;
mod unknown;
mod update;
mod utilities;
mod warehouse_service;
mod written;

pub(crate) use concealed::concealed;
pub(crate) use contact_service::POSTAL_ADDRESS_BODY;
pub use describe::{
    Description, FieldDescription, OperationDescription, PlaceholderDescription, SearchDescription, describe,
};
pub(crate) use named_read::unknown_resource;
pub use named_read::{read_path, search_path};
pub use named_request::{misspelt_path, request_path};
pub use names::{readable, readable_path, search_for, search_named};
pub use note::{EventFlag, Evidence, ShippedNote, SkuSearch, shipped_note};
pub use operation::{Empty, Endpoint, EndpointOperation, Prefix};
pub(crate) use order_service::ORDER_ROW_BODY;
pub(crate) use parent::payment_search;
pub use parent::{PARENT_SEARCH, ParentSearch};
pub use personal::is_personal;
pub use reads::{EVERY_ACCOUNT, ServiceRead, service_reads};
pub use record_schemas::record_schemas;
pub use resource::{Detail, Resource, Section};
pub use rows_within::{RowsWithin, rows_within};
pub(crate) use schema::DIALECT as SCHEMA_DIALECT;
pub use schema::json_schema;
pub(crate) use search::check_value;
pub use search::{FilterType, SearchColumn, SearchResource};
pub(crate) use template::fill;
pub use template::{Argument, Placeholder, PlaceholderKind};
pub use unknown::UnknownMembers;
pub use update::{Manner, RowUpdate, StatusUpdate, Update, update};
pub use written::{Written, written};

use crate::http::Method;
use operation::Answer;

const SERVICES: [&[Resource]; 8] = [
    utilities::RESOURCES,
    accounting_service::RESOURCES,
    contact_service::RESOURCES,
    integration_service::RESOURCES,
    order_service::RESOURCES,
    pricing::RESOURCES,
    product_service::RESOURCES,
    warehouse_service::RESOURCES,
];

/// The edition of the API notes that the catalogue follows.
pub const EDITION: &str = "third edition, 2026-11";

/// Every resource, section by section.
///
/// ```
/// use brightpearl_core::catalog::{Section, catalog};
///
/// let contacts = catalog().filter(|resource| resource.section == Section::Contact);
/// assert!(contacts.into_iter().any(|resource| resource.name == "postal-address"));
/// ```
pub fn catalog() -> impl Iterator<Item = &'static Resource> {
    SERVICES.into_iter().flatten()
}

/// Every search.
pub fn searches() -> impl Iterator<Item = &'static SearchResource> {
    catalog().flat_map(|resource| resource.searches)
}

/// The search at that path, if it is listed.
pub fn search(path: &str) -> Option<&'static SearchResource> {
    let path = path.trim_matches('/');
    searches().find(|search| search.path == path)
}

/// The resource of that short name, or the one that the path belongs to: a concrete one such as
/// `order-service/order/7/row/3`, a template such as `order-service/order/{ORDER-ID}/row`, or a search.
pub fn resource(name_or_path: &str) -> Option<&'static Resource> {
    let path = name_or_path.trim_matches('/');
    catalog().find(|resource| {
        resource.name == path
            || resource.searches.iter().any(|search| search.path == path)
            || resource.endpoints.iter().any(|endpoint| endpoint.arguments(path).is_some())
    })
}

/// What a verb does at a path.
#[derive(Clone, Debug)]
pub struct Match<'p> {
    /// The resource.
    pub resource: &'static Resource,
    /// The path's template.
    pub endpoint: &'static Endpoint,
    /// What the verb does there.
    pub operation: &'static EndpointOperation,
    /// What stands in the template's placeholders, in order.
    pub arguments: Vec<Argument<'p>>,
}

/// What a verb does at a path below the account, such as `order-service/order/7/row`.
///
/// ```
/// use brightpearl_core::{Method, catalog};
///
/// let found = catalog::find("order-service/order/7/row/3", Method::Delete).unwrap();
/// assert_eq!(found.resource.name, "order-row");
/// assert_eq!(found.arguments[0].name, "ORDER-ID");
/// assert_eq!(found.arguments[1].text, "3");
/// ```
pub fn find(path: &str, method: Method) -> Option<Match<'_>> {
    catalog().find_map(|resource| {
        resource.operations().find_map(|(endpoint, operation)| {
            let arguments = (operation.method == method).then(|| endpoint.arguments(path)).flatten()?;
            Some(Match { resource, endpoint, operation, arguments })
        })
    })
}

/// What stands before a path, such as `pricing/customer/7/product-price/1007`; nearly always the public API's
/// prefix.
pub fn prefix(path: &str) -> Prefix {
    let mut endpoints = catalog().flat_map(|resource| resource.endpoints);
    endpoints
        .find(|endpoint| endpoint.prefix != Prefix::PublicApi && endpoint.arguments(path).is_some())
        .map_or(Prefix::PublicApi, |endpoint| endpoint.prefix)
}

/// What is to be known for reading a resource by ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Most ids in one GET (API notes §1.3).
    pub id_limit: u32,
    /// Whether `OPTIONS` tells which ids exist, in legal chunks (§1.4).
    pub options: bool,
    /// The member that holds a record's id when the answer is an array; empty when none does.
    pub id_member: &'static str,
    /// Whether the answer is an object whose members are called by the ids of its records.
    pub is_keyed: bool,
    /// Whether the ids in the answer are those that were asked for, so that one which is not there is missing.
    /// Notes that are asked for by the ids of their orders have ids of their own.
    pub names_asked: bool,
    /// What is answered when none of the ids exist.
    pub empty: Empty,
    /// In which form records are answered.
    pub answer: Answer,
}

impl Reading {
    /// What is assumed of a resource that is not listed: the smallest documented limit, and nothing else.
    pub const UNLISTED: Reading = Reading {
        id_limit: 200,
        options: false,
        id_member: "id",
        is_keyed: false,
        names_asked: true,
        empty: Empty::Unknown,
        answer: Answer::Unknown,
    };
}

/// How a resource is read by ids, which go behind the path or where `{ids}` stands.
pub fn reading(path: &str) -> Reading {
    let path = path.trim_matches('/');
    let with_ids = if path.contains(IDS) { path.to_owned() } else { format!("{path}/{IDS}") };
    let Some(found) = find(&with_ids, Method::Get).or_else(|| find(path, Method::Get)) else {
        return Reading { names_asked: with_ids.ends_with(IDS), ..Reading::UNLISTED };
    };
    Reading {
        id_limit: found.endpoint.id_limit.unwrap_or(Reading::UNLISTED.id_limit),
        // The plan's ids are read from the end of its URIs.
        options: with_ids.ends_with(IDS) && find(&with_ids, Method::Options).is_some(),
        id_member: found.operation.id_member,
        is_keyed: found.operation.answer == Answer::Map,
        names_asked: names_asked(&found),
        empty: found.operation.empty,
        answer: found.operation.answer,
    }
}

const IDS: &str = "{ids}";

fn names_asked(found: &Match<'_>) -> bool {
    let Some(place) = found.arguments.iter().position(|argument| argument.text == IDS) else { return true };
    let asked = found.arguments[place].name;
    if found.operation.answer == Answer::Map {
        return found.operation.keyed_by == asked;
    }
    match asked {
        "ID" | "ID-SET" => place + 1 == found.arguments.len(),
        name => {
            name.trim_end_matches("-SET").replace('-', "").eq_ignore_ascii_case(found.operation.id_member)
        }
    }
}
