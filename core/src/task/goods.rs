//! Goods that leave the warehouse for sales orders, and goods that come in.

use super::arguments::Arguments;
use super::entry::{Becomes, Form, One, Procedure, TaskEntry, What, given};
use super::program::{Next, Program, TaskAnswer};
use crate::catalog::build::{COUNT, closed, decimal, field, id, id_or_none, moment, some, text};
use crate::catalog::field::Shape;
use crate::error::Result;
use crate::http::Method;
use crate::json::{ObjectText, array};
use crate::operation::SingleRequest;

const EVENTS: &str = "warehouse-service/goods-note/goods-out/{goodsOutNoteId}/event";
const NOTE: &str = "warehouse-service/goods-note/goods-out/{goodsOutNoteId}";

pub(super) const ENTRIES: &[TaskEntry] = &[
    TaskEntry {
        name: "create-goods-out-note",
        summary: "Creates goods-out notes for a sales order, one for each warehouse, and allocates the stock.",
        requests: "One POST.",
        writes: true,
        takes: &[Form::own(closed(&[id("orderId", "sales-order").mandatory()]))
            .with_body(Method::Post, "warehouse-service/order/{orderId}/goods-note/goods-out")],
        gives: &[given("goodsOutNoteIds", What::Ids)],
        procedure: Procedure::One(One {
            method: Method::Post,
            path: "warehouse-service/order/{orderId}/goods-note/goods-out",
            if_match: None,
            answer: Becomes::Ids("goodsOutNoteIds"),
        }),
    },
    TaskEntry {
        name: "record-goods-out-events",
        summary: "Records that a goods-out note was printed, picked, packed or shipped, or takes that back.",
        requests: "One POST.",
        writes: true,
        takes: &[Form::own(closed(&[
            id("goodsOutNoteId", "goods-out-note").mandatory(),
            field("lastEventVersion", COUNT).note(
                "The note's lastEventVersion as read; the events are refused when it is another by now.",
            ),
        ]))
        .with_body(Method::Post, EVENTS)],
        gives: &[],
        procedure: Procedure::One(One {
            method: Method::Post,
            path: EVENTS,
            if_match: Some("lastEventVersion"),
            answer: Becomes::Nothing,
        }),
    },
    TaskEntry {
        name: "ship-goods-out-note",
        summary: "Picks, packs and ships a goods-out note, with its tracking reference.",
        requests: "A PUT of the shipping details where there are any, then one POST of the events.",
        writes: true,
        takes: &[Form::own(closed(&[
            id("goodsOutNoteId", "goods-out-note").mandatory(),
            moment("occured").mandatory().note("When it happened. Brightpearl spells it so."),
            id("eventOwnerId", "contact").mandatory().note("Who did it: a staff member."),
            field("events", some(&Shape::Choice(&["PRI", "PIC", "PAC", "SHW"])))
                .note("What happened, in order; PIC, PAC and SHW when absent."),
            text("reference").note("The tracking reference."),
            field("boxes", COUNT),
            decimal("weight"),
            id_or_none("shippingMethodId", "shipping-method"),
            field("lastEventVersion", COUNT).note(
                "The note's lastEventVersion as read; the events are refused when it is another by now.",
            ),
        ]))],
        gives: &[given("shippingUpdated", What::Flag).note("Whether there were shipping details to send.")],
        procedure: Procedure::Program(ship),
    },
    TaskEntry {
        name: "receive-goods",
        summary: "Receives goods of a purchase order, or what a customer returns for a sales credit.",
        requests: "One POST.",
        writes: true,
        takes: &[Form::own(closed(&[id("orderId", "order").mandatory()]))
            .with_body(Method::Post, "warehouse-service/order/{orderId}/goods-note/goods-in")],
        gives: &[given("goodsInNoteId", What::Id).note("The first one, should there be several.")],
        procedure: Procedure::One(One {
            method: Method::Post,
            path: "warehouse-service/order/{orderId}/goods-note/goods-in",
            if_match: None,
            answer: Becomes::Id("goodsInNoteId"),
        }),
    },
];

/// The shipping details go first: they may be sent twice, the events may not, and who is told of the shipment
/// then finds the reference.
struct Shipment {
    details: Option<SingleRequest>,
    events: Option<SingleRequest>,
    /// Whether the request that is out has the details.
    is_out: bool,
    updated: bool,
}

fn ship(arguments: &Arguments<'_>) -> Result<Box<dyn Program>> {
    let record = &arguments.record;
    let shipping = ["reference", "boxes", "weight", "shippingMethodId"]
        .iter()
        .fold(ObjectText::new(), |shipping, name| shipping.maybe(name, record.raw(name)));
    let details = ObjectText::new().within("shipping", shipping);
    let details = (!details.is_empty())
        .then(|| SingleRequest::new(Method::Put, arguments.fill(NOTE)).body(details.finish()));
    let codes = match record.elements("events").as_slice() {
        [] => vec!["\"PIC\"", "\"PAC\"", "\"SHW\""],
        given => given.iter().filter_map(|code| code.raw()).collect(),
    };
    let events = codes.into_iter().map(|code| {
        ObjectText::new()
            .raw("eventCode", code)
            .maybe("occured", record.raw("occured"))
            .maybe("eventOwnerId", record.raw("eventOwnerId"))
            .finish()
    });
    let body = ObjectText::new().raw("events", &array(events)).finish();
    let mut request = SingleRequest::new(Method::Post, arguments.fill(EVENTS)).body(body);
    if let Some(version) = record.text("lastEventVersion") {
        request.headers.push(("if-match".to_owned(), version));
    }
    Ok(Box::new(Shipment { details, events: Some(request), is_out: false, updated: false }))
}

impl Shipment {
    fn result(&self) -> String {
        ObjectText::new().raw("shippingUpdated", if self.updated { "true" } else { "false" }).finish()
    }
}

impl Program for Shipment {
    fn next(&mut self) -> Result<Next> {
        self.is_out = self.details.is_some();
        let request = self.details.take().or_else(|| self.events.take());
        Ok(request.map_or_else(|| Next::Done(self.result()), Next::Send))
    }

    fn take(&mut self, _answer: &TaskAnswer<'_>) -> Result<()> {
        self.updated |= self.is_out;
        Ok(())
    }

    fn progress(&self) -> Option<String> {
        self.updated.then(|| self.result())
    }

    fn outlook(&self) -> (u64, bool) {
        (u64::from(self.details.is_some()) + u64::from(self.events.is_some()), true)
    }
}
