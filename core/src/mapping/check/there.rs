//! Checking what a document says of records that it leaves out and that are in Brightpearl all the same.

use crate::catalog;
use crate::mapping::document::{Document, ThereRule, Unmet};
use crate::mapping::finding::Findings;

/// The column that says since when an order is there.
const CREATED: &str = "createdOn";

pub(super) fn check(document: &Document, findings: &mut Findings) {
    let is_found = document.key.as_ref().is_some_and(|key| key.verify.is_some());
    let update = document.target.as_ref().and_then(|target| catalog::update(&target.path));
    for condition in &document.conditions {
        let Unmet::Skip { there: ThereRule::Settle(settlement), is_written_if_absent, .. } = &condition.unmet
        else {
            continue;
        };
        let pointer = format!("{}/there", condition.pointer);
        if !is_found {
            findings
                .error(&pointer, "what is there is found by `verify` in the document's `key`; expected one");
        }
        if settlement.status.is_some() && update.is_none_or(|update| update.status.is_none()) {
            findings.error(&pointer, "only orders and credits have a status; expected \"leave\"");
        }
        let Some(credit) = &settlement.credit else { continue };
        if *is_written_if_absent && !credit.mapping.0.plan.asks_by(CREATED) {
            let message = format!(
                "an order that comes after a refund may be written without what was given back, which then is credited \
                 as well; expected {CREATED} in a `by` of the credit's `resolve`"
            );
            findings.warn(format!("{pointer}/credit"), message);
        }
    }
}
