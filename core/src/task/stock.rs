//! Stock: what there is, putting it right, and reserving it.

use super::arguments::{Arguments, refusal, wrong};
use super::entry::{Becomes, Collection, Form, One, Procedure, TaskEntry, What, given};
use crate::catalog::build::{closed, field, id, list};
use crate::catalog::field::{Field, Shape};
use crate::error::{Fault, Result};
use crate::http::Method;
use crate::id_set::IdSet;
use crate::json::text_of;
use crate::operation::Fetch;

pub(super) const ENTRIES: &[TaskEntry] = &[
    TaskEntry {
        name: "read-product-availability",
        summary: "Reads how much of products is in stock, on hand and allocated, and where.",
        requests: "A GET for every 200 products; more where one of them spoils a set.",
        writes: false,
        takes: &[Form::own(closed(&[
            PRODUCT_IDS,
            list(
                "includeOptional",
                &Shape::Choice(&["breakDownByLocation", "allocatedOrders", "allocatedTransfers", "onOrder"]),
            )
            .note("What else to read."),
        ]))],
        gives: &[
            given("availability", What::Record).note("By product id, as Brightpearl answers."),
            given("missing", What::IdSet).note("Products that are not stock-tracked, or do not exist."),
            given("refused", What::Records)
                .note("Products that Brightpearl refuses to answer for: id, message, errors."),
        ],
        procedure: Procedure::Fetch(availability),
    },
    TaskEntry {
        name: "correct-stock",
        summary: "Adds stock to a warehouse or takes it away, with a reason.",
        requests: "One POST.",
        writes: true,
        takes: &[Form::own(closed(&[id("warehouseId", "warehouse").mandatory()]))
            .with_body(Method::Post, "warehouse-service/warehouse/{warehouseId}/stock-correction")],
        gives: &[given("goodsNoteIds", What::Ids)],
        procedure: Procedure::One(One {
            method: Method::Post,
            path: "warehouse-service/warehouse/{warehouseId}/stock-correction",
            if_match: None,
            answer: Becomes::Ids("goodsNoteIds"),
        }),
    },
    TaskEntry {
        name: "reserve-stock",
        summary: "Reserves stock of one warehouse for a sales order, as much as there is.",
        requests: "One POST.",
        writes: true,
        takes: &[Form::own(closed(&[
            id("orderId", "sales-order").mandatory(),
            id("warehouseId", "warehouse").mandatory(),
        ]))
        .with_body(Method::Post, "warehouse-service/order/{orderId}/reservation/warehouse/{warehouseId}")],
        gives: &[],
        procedure: Procedure::One(One {
            method: Method::Post,
            path: "warehouse-service/order/{orderId}/reservation/warehouse/{warehouseId}",
            if_match: None,
            answer: Becomes::Nothing,
        }),
    },
    TaskEntry {
        name: "cancel-reservation",
        summary: "Gives back the stock that is reserved for a sales order.",
        requests: "One DELETE.",
        writes: true,
        takes: &[Form::own(closed(&[id("orderId", "sales-order").mandatory()]))],
        gives: &[],
        procedure: Procedure::One(One {
            method: Method::Delete,
            path: "warehouse-service/order/{orderId}/reservation",
            if_match: None,
            answer: Becomes::Nothing,
        }),
    },
];

/// Any number of products.
pub(super) const PRODUCT_IDS: Field = field("productIds", Shape::Code)
    .mandatory()
    .of("product")
    .note("An id, or an id set such as 1007-1010,1042, of any length.");

fn availability(arguments: &Arguments<'_>) -> Result<Collection> {
    let mut fetch = Fetch::new("warehouse-service/product-availability", ids(arguments, "productIds")?);
    let sections = arguments.record.elements("includeOptional");
    let sections: Vec<String> = sections.iter().filter_map(|section| text_of(&section.read())).collect();
    if !sections.is_empty() {
        fetch.query.push(("includeOptional".to_owned(), sections.join(",")));
    }
    Ok(Collection { fetch, member: "availability", keyed: true, by_id: true })
}

/// An argument that is an id set.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at the argument.
pub(super) fn ids(arguments: &Arguments<'_>, name: &str) -> Result<IdSet> {
    let Some(node) = arguments.record.node(name) else { return Ok(IdSet::new()) };
    match text_of(&node).map(|text| IdSet::parse(&text)) {
        Some(Ok(ids)) if !ids.is_empty() => Ok(ids),
        Some(Ok(_) | Err(_)) | None => {
            let expected = "an id, or an id set such as 1007-1010,1042";
            Err(refusal(arguments.task, wrong(format!("/{name}"), Fault::WrongFormat, &node, expected)))
        }
    }
}
