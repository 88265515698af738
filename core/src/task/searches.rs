//! What searches have, as they say themselves.

use std::collections::BTreeSet;

use super::arguments::{Arguments, refusal, wrong};
use super::entry::{Form, Procedure, TaskEntry, What, given};
use super::program::{Next, Program, TaskAnswer, get};
use crate::catalog::build::{closed, text};
use crate::catalog::searches;
use crate::error::{Fault, Result};
use crate::json::{Node, ObjectText, Record, array, nearest, quoted};
use crate::operation::SingleRequest;

pub(super) const ENTRIES: &[TaskEntry] = &[TaskEntry {
    name: "refresh-search",
    summary: "Asks a search for its columns; from then on this client checks filters against them.",
    requests: "One GET.",
    writes: false,
    takes: &[Form::own(closed(&[text("search")
        .mandatory()
        .note("Its path or the last part of it, such as order-service/order-search or order-search.")]))],
    gives: &[
        given("search", What::Text).note("The search's path."),
        given("columns", What::Records).note("As Brightpearl answers."),
        given("sorting", What::Records).note("The default order, as Brightpearl answers."),
        given("added", What::Texts).note("Columns that the catalog does not know."),
        given("removed", What::Texts).note("Columns that the catalog knows, and that are gone."),
        given("changed", What::Texts).note("Columns that have another type than the catalog says."),
    ],
    procedure: Procedure::Program(refresh),
}];

/// A search being asked.
struct Refresh {
    search: &'static str,
    request: Option<SingleRequest>,
    result: String,
}

fn refresh(arguments: &Arguments<'_>) -> Result<Box<dyn Program>> {
    let name = arguments.record.text("search").unwrap_or_default();
    // By its own path or the last part of it.
    let is_meant = |path: &str| {
        path.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let Some(search) = searches().find(|search| !name.is_empty() && is_meant(search.path)) else {
        let expected = match nearest(&name, searches().map(|search| search.path)) {
            Some(meant) => format!("a search of the catalog, such as {meant}"),
            None => "a search of the catalog, such as order-service/order-search".to_owned(),
        };
        return Err(refusal(
            arguments.task,
            wrong("/search".to_owned(), Fault::NotAllowed, &Node::Text(name), expected),
        ));
    };
    let request = get(format!("{}/meta-data", search.path));
    Ok(Box::new(Refresh { search: search.path, request: Some(request), result: String::new() }))
}

impl Program for Refresh {
    fn next(&mut self) -> Result<Next> {
        Ok(match self.request.take() {
            Some(request) => Next::Send(request),
            None => Next::Done(std::mem::take(&mut self.result)),
        })
    }

    fn take(&mut self, answer: &TaskAnswer<'_>) -> Result<()> {
        let drift = answer.shared.learn_columns(self.search, answer.body)?;
        let whole = Record::of(&answer.response);
        // No recording shows where the meta-data stands.
        let meta = if whole.raw("metaData").is_some() { whole.record("metaData") } else { whole };
        let names = |names: &BTreeSet<String>| array(names.iter().map(|name| quoted(name)));
        self.result = ObjectText::new()
            .text("search", self.search)
            .raw("columns", meta.raw("columns").unwrap_or("[]"))
            .raw("sorting", meta.raw("sorting").unwrap_or("[]"))
            .raw("added", &names(&drift.added))
            .raw("removed", &names(&drift.removed))
            .raw("changed", &names(&drift.changed))
            .finish();
        Ok(())
    }

    fn outlook(&self) -> (u64, bool) {
        (u64::from(self.request.is_some()), true)
    }
}
