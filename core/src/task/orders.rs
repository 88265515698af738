//! Creating orders.

use std::collections::VecDeque;

use super::arguments::Arguments;
use super::entry::{Form, Procedure, TaskEntry, What, given};
use super::guide_order::{self, ORDER_MARKS, SALE_MARKS};
use super::program::{Next, Program, TaskAnswer};
use crate::catalog::ORDER_ROW_BODY;
use crate::catalog::build::{closed, list};
use crate::catalog::field::Shape;
use crate::error::Result;
use crate::http::Method;
use crate::json::ObjectText;
use crate::operation::SingleRequest;

const ORDER: &str = "order-service/order";
const SALES_ORDER: &str = "order-service/sales-order";

pub(super) const ENTRIES: &[TaskEntry] = &[
    TaskEntry {
        name: "create-sales-order",
        summary: "Creates a sales order together with its rows: all of it, or nothing.",
        requests: "One POST; before it, a GET each for the products and the tax codes where rows of the plain form leave out taxCode or tax. An orderTypeCode other than SO goes the way of create-order.",
        writes: true,
        takes: &[Form::own(guide_order::ORDER).marked(SALE_MARKS), Form::body(Method::Post, SALES_ORDER)],
        gives: &[
            given("orderId", What::Id),
            given("orderRowIds", What::Ids).sometimes().note("Only where the rows were posted one by one."),
        ],
        procedure: Procedure::Program(create_sales_order),
    },
    TaskEntry {
        name: "create-order",
        summary: "Creates an order of any type, then its rows one by one.",
        requests: "One POST for the order and one for each row; before them, a GET each for the products and the tax codes where rows of the plain form leave out taxCode or tax.",
        writes: true,
        takes: &[
            Form::own(guide_order::ORDER).marked(ORDER_MARKS),
            Form::own(closed(&[list("rows", &Shape::Object(ORDER_ROW_BODY)).note("Posted in this order.")]))
                .with_body(Method::Post, ORDER),
        ],
        gives: &[given("orderId", What::Id), given("orderRowIds", What::Ids)],
        procedure: Procedure::Program(create_order),
    },
];

fn create_sales_order(arguments: &Arguments<'_>) -> Result<Box<dyn Program>> {
    if arguments.has_form(SALE_MARKS) {
        return guide_order::order(arguments, true);
    }
    Ok(Box::new(OrderCreation::sale(arguments.body().finish())))
}

fn create_order(arguments: &Arguments<'_>) -> Result<Box<dyn Program>> {
    if arguments.has_form(ORDER_MARKS) {
        return guide_order::order(arguments, false);
    }
    let rows = arguments.record.elements("rows");
    let rows = rows.iter().filter_map(|row| row.raw().map(str::to_owned)).collect();
    Ok(Box::new(OrderCreation::order(arguments.body().finish(), rows)))
}

/// An order and its rows under way.
pub(super) struct OrderCreation {
    head: Option<SingleRequest>,
    rows: VecDeque<String>,
    order: Option<u64>,
    made: Vec<u64>,
    /// Whether the rows came with the order.
    is_whole: bool,
}

impl OrderCreation {
    /// A sales order with its rows.
    pub(super) fn sale(body: String) -> Self {
        let head = Some(SingleRequest::new(Method::Post, SALES_ORDER).body(body));
        Self { head, rows: VecDeque::new(), order: None, made: Vec::new(), is_whole: true }
    }

    /// An order, and rows to be posted behind it.
    pub(super) fn order(body: String, rows: VecDeque<String>) -> Self {
        let head = Some(SingleRequest::new(Method::Post, ORDER).body(body));
        Self { head, rows, order: None, made: Vec::new(), is_whole: false }
    }

    fn result(&self, order: u64) -> String {
        let result = ObjectText::new().id("orderId", order);
        if self.is_whole { result } else { result.ids("orderRowIds", &self.made) }.finish()
    }
}

impl Program for OrderCreation {
    fn next(&mut self) -> Result<Next> {
        if let Some(request) = self.head.take() {
            return Ok(Next::Send(request));
        }
        let order = self.order.unwrap_or_default();
        Ok(match self.rows.pop_front() {
            Some(row) => Next::Send(row_request(order, row)),
            None => Next::Done(self.result(order)),
        })
    }

    fn take(&mut self, answer: &TaskAnswer<'_>) -> Result<()> {
        let id = answer.id()?;
        match self.order {
            None => self.order = Some(id),
            Some(_) => self.made.push(id),
        }
        Ok(())
    }

    fn progress(&self) -> Option<String> {
        self.order.map(|order| self.result(order))
    }

    fn outlook(&self) -> (u64, bool) {
        (u64::from(self.head.is_some()) + self.rows.len() as u64, true)
    }
}

/// A row for an order that is there.
pub(super) struct RowAddition {
    request: Option<SingleRequest>,
    row: u64,
}

impl RowAddition {
    /// From the row's body.
    pub(super) fn new(order: u64, body: String) -> Self {
        Self { request: Some(row_request(order, body)), row: 0 }
    }
}

impl Program for RowAddition {
    fn next(&mut self) -> Result<Next> {
        Ok(match self.request.take() {
            Some(request) => Next::Send(request),
            None => Next::Done(ObjectText::new().id("orderRowId", self.row).finish()),
        })
    }

    fn take(&mut self, answer: &TaskAnswer<'_>) -> Result<()> {
        self.row = answer.id()?;
        Ok(())
    }

    fn outlook(&self) -> (u64, bool) {
        (u64::from(self.request.is_some()), true)
    }
}

fn row_request(order: u64, body: String) -> SingleRequest {
    SingleRequest::new(Method::Post, format!("{ORDER}/{order}/row")).body(body)
}
