//! Rows, notes and the status of an order.

use super::arguments::Arguments;
use super::entry::{Becomes, Form, One, Procedure, TaskEntry, What, given};
use super::guide_order::add_row;
use super::plain_row::{self, ROW_MARKS};
use super::program::{Next, Program, TaskAnswer};
use crate::catalog::build::{closed, decimal, field, id, places, text};
use crate::catalog::field::{Object, Rule, Shape};
use crate::error::Result;
use crate::http::Method;
use crate::json::{ObjectText, array, quoted};
use crate::operation::SingleRequest;

const ROW: &str = "order-service/order/{orderId}/row";
const ONE_ROW: &str = "order-service/order/{orderId}/row/{orderRowId}";

pub(super) const ENTRIES: &[TaskEntry] = &[
    TaskEntry {
        name: "add-order-row",
        summary: "Adds a row to an order.",
        requests: "One POST; before it, a GET each for the product and the tax codes where the plain form leaves out taxCode or tax.",
        writes: true,
        takes: &[
            Form::own(closed(&[id("orderId", "order").mandatory()]))
                .with_body(Method::Post, ROW)
                .marked(ROW_MARKS),
            Form::own(plain_row::ROW),
        ],
        gives: &[given("orderRowId", What::Id)],
        procedure: Procedure::Program(add_row),
    },
    TaskEntry {
        name: "change-order-row",
        summary: "Changes what is given of an order row; a new net amount makes a new tax amount unless that is given, too.",
        requests: "One PATCH.",
        writes: true,
        takes: &[Form::own(CHANGED_ROW)],
        gives: &[given("orderRow", What::Record).note("The row after the change, as Brightpearl answers.")],
        procedure: Procedure::Program(change_row),
    },
    TaskEntry {
        name: "remove-order-row",
        summary: "Removes a row from an order.",
        requests: "One DELETE.",
        writes: true,
        takes: &[Form::own(closed(&[
            id("orderId", "order").mandatory(),
            id("orderRowId", "order-row").mandatory(),
        ]))],
        gives: &[],
        procedure: Procedure::One(One {
            method: Method::Delete,
            path: ONE_ROW,
            if_match: None,
            answer: Becomes::Nothing,
        }),
    },
    TaskEntry {
        name: "add-order-note",
        summary: "Adds a note to an order.",
        requests: "One POST.",
        writes: true,
        takes: &[Form::own(closed(&[id("orderId", "order").mandatory()]))
            .with_body(Method::Post, "order-service/order/{orderId}/note")],
        gives: &[given("noteId", What::Id)],
        procedure: Procedure::One(One {
            method: Method::Post,
            path: "order-service/order/{orderId}/note",
            if_match: None,
            answer: Becomes::Id("noteId"),
        }),
    },
    TaskEntry {
        name: "update-order-status",
        summary: "Moves an order to another status, with a note if one is given.",
        requests: "One PUT.",
        writes: true,
        takes: &[Form::own(closed(&[id("orderId", "order").mandatory()]))
            .with_body(Method::Put, "order-service/order/{orderId}/status")],
        gives: &[],
        procedure: Procedure::One(One {
            method: Method::Put,
            path: "order-service/order/{orderId}/status",
            if_match: None,
            answer: Becomes::Nothing,
        }),
    },
];

const CHANGED_ROW: Object = closed(&[
    id("orderId", "order").mandatory(),
    id("orderRowId", "order-row").mandatory(),
    field("quantity", places(4)),
    decimal("net").note("Of the whole row."),
    decimal("tax").note("Of the whole row."),
    text("nominalCode").of("nominal-code"),
    field("taxCalculator", Shape::Choice(&["brightpearl", "manual", "avalara"])),
    field("orderRowSequence", Shape::Code),
])
.rules(&[Rule::AnyOf(&[
    "/quantity",
    "/net",
    "/tax",
    "/nominalCode",
    "/taxCalculator",
    "/orderRowSequence",
])]);

/// Where the members stand in the row, in the order in which they are set: a new net amount makes a new tax
/// amount (API notes §8.1.6), so that a wanted tax amount comes behind it.
const PATCH_PATHS: [(&str, &str); 6] = [
    ("quantity", "/quantity/magnitude"),
    ("taxCalculator", "/rowValue/taxCalculator"),
    ("net", "/rowValue/rowNet/value"),
    ("tax", "/rowValue/rowTax/value"),
    ("nominalCode", "/nominalCode"),
    ("orderRowSequence", "/orderRowSequence"),
];

/// A patch, and the resource that it answers.
struct RowChange {
    request: Option<SingleRequest>,
    row: String,
}

fn change_row(arguments: &Arguments<'_>) -> Result<Box<dyn Program>> {
    let operations = PATCH_PATHS.iter().filter_map(|(name, path)| {
        let value = arguments.record.raw(name)?;
        Some(
            ObjectText::new()
                .raw("op", "\"replace\"")
                .raw("path", &quoted(path))
                .raw("value", value)
                .finish(),
        )
    });
    let request = SingleRequest::new(Method::Patch, arguments.fill(ONE_ROW)).body(array(operations));
    Ok(Box::new(RowChange { request: Some(request), row: String::new() }))
}

impl Program for RowChange {
    fn next(&mut self) -> Result<Next> {
        Ok(match self.request.take() {
            Some(request) => Next::Send(request),
            None => Next::Done(ObjectText::new().raw("orderRow", &self.row).finish()),
        })
    }

    fn take(&mut self, answer: &TaskAnswer<'_>) -> Result<()> {
        self.row = answer.object()?.to_owned();
        Ok(())
    }

    fn outlook(&self) -> (u64, bool) {
        (u64::from(self.request.is_some()), true)
    }
}
