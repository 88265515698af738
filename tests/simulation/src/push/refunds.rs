//! Orders of which something is given back between the runs: each refund of an order that is there is a credit, once. Some
//! have the number of a refund of another shop, whose credit is not theirs.

use std::collections::BTreeSet;

use brightpearl_core::Method;
use brightpearl_core::flow::{Outcome, State};
use serde_json::{Value, json};

use super::{ORDERS, Pushing, STORMY_RUNS};
use crate::checks::{self, Kind};
use crate::network::Network;

/// A refund of an order.
const REFUND: &str = include_str!("../refund.json");

/// The number of a refund that several orders may have.
const SHARED: &str = "R-0/shared";

impl Pushing<'_> {
    pub(super) fn refunds(&mut self) -> Result<(), String> {
        let mut document: Value = serde_json::from_str(ORDERS).expect("JSON");
        document["mappings"]["refund"] = serde_json::from_str(REFUND).expect("JSON");
        let refunded = json!({"is": "!refunds", "otherwise": "something of it was given back", "absent": "write",
            "there": {"credit": {"each": "refunds[].{order: $, refund: @}", "create": "refund"}}});
        document["when"].as_array_mut().expect("conditions").push(refunded);
        let versions = self.refunded_orders();
        let strange = self.strange_credits(versions.last().map_or(&[][..], Vec::as_slice));
        let (run, records) = self.push(&document.to_string(), Kind::Orders, &versions)?;
        self.network.pass_until(self.network.now + 60_000);
        for (key, ends) in checks::by_key(&records, &run.outcomes, "number") {
            checks::order(&mut self.network, self.is_fair, true, &key, &ends)?;
            for (record, outcome) in ends {
                let mut refunds = record["refunds"].as_array().into_iter().flatten();
                let is_strange =
                    refunds.any(|refund| strange.contains(refund["id"].as_str().unwrap_or_default()));
                let is_well = match outcome.state {
                    State::Created | State::Unchanged => true,
                    State::Differs => is_strange,
                    State::Updated
                    | State::Doubled
                    | State::Skipped
                    | State::Rejected
                    | State::MaybeApplied => false,
                };
                if self.is_fair && !is_well {
                    return Err(format!("in fair weather, {key} ended as {}", outcome.to_json()));
                }
                check_credits(&mut self.network, record, outcome, &strange)?;
            }
        }
        Ok(())
    }

    /// Credits of another shop's order under the numbers of some of these refunds, made past the client.
    fn strange_credits(&mut self, records: &[Value]) -> BTreeSet<String> {
        let mut strange = BTreeSet::from([SHARED.to_owned()]);
        let customers =
            self.network.look("order-service/order-search?orderTypeId=1&columns=contactId&pageSize=1");
        let Some(customer) = customers["results"][0][0].as_u64() else { return strange };
        let order = |kind: &str, body: Value, pushing: &mut Self| {
            let path = format!("order-service/{kind}");
            pushing.network.act(Method::Post, &path, &body.to_string(), pushing.network.now).as_u64()
        };
        let rows =
            json!([{"name": "Anything", "quantity": "1", "net": "9.00", "tax": "0.00", "taxCode": "T20"}]);
        for refund in records.iter().flat_map(|record| record["refunds"].as_array().into_iter().flatten()) {
            let Some(id) = refund["id"].as_str().filter(|id| *id != SHARED && self.draw.happens(150)) else {
                continue;
            };
            let body = json!({"customer": {"id": customer}, "ref": "elsewhere", "warehouseId": 2, "currency": {"code": "USD"}, "rows": rows});
            let Some(sale) = order("sales-order", body.clone(), self) else { continue };
            let mut credit = body;
            credit["externalRef"] = json!(id);
            credit["parentId"] = json!(sale);
            if order("sales-credit", credit, self).is_some() {
                strange.insert(id.to_owned());
            }
        }
        strange
    }

    /// The orders as each run has them, with more and more refunds.
    fn refunded_orders(&mut self) -> Vec<Vec<Value>> {
        let count = self.draw.between(1, 8);
        let order = |number: u64, pushing: &mut Self| {
            let sku = pushing.draw.pick(&pushing.products).sku.clone();
            let email = format!("b{}@example.com", pushing.draw.below(4));
            json!({"number": format!("R-{number}"), "email": email, "warehouse": pushing.draw.between(2, 4), "refunds": [],
                "lines": [{"sku": sku, "qty": pushing.draw.between(1, 9), "price": "4.50"}]})
        };
        let mut versions = vec![(0..count).map(|number| order(number, self)).collect::<Vec<Value>>()];
        for _ in 0..STORMY_RUNS {
            let mut next = versions.last().cloned().unwrap_or_default();
            for record in &mut next {
                let number = record["number"].as_str().unwrap_or_default().to_owned();
                let sku = record["lines"][0]["sku"].clone();
                let refunds = record["refunds"].as_array_mut().expect("a list");
                if refunds.len() < 3 && self.draw.happens(500) {
                    let amount = *self.draw.pick(&["1.25", "4.50"]);
                    // Another shop may number its refunds alike.
                    let id = if self.draw.happens(100) {
                        SHARED.to_owned()
                    } else {
                        format!("{number}/{}", refunds.len())
                    };
                    if refunds.iter().any(|refund| refund["id"] == *id) {
                        continue;
                    }
                    refunds.push(json!({"id": id, "amount": amount,
                        "lines": [{"sku": sku, "amount": amount}]}));
                }
            }
            versions.push(next);
        }
        versions
    }
}

/// No refund is credited twice, and each is that of an order which was told to be there with them.
fn check_credits(
    network: &mut Network,
    record: &Value,
    outcome: &Outcome,
    strange: &BTreeSet<String>,
) -> Result<(), String> {
    let reason = outcome.reason.as_deref().unwrap_or_default();
    let is_credited =
        outcome.state == State::Unchanged && (reason.contains("given back") || reason.contains("earlier"));
    for refund in record["refunds"].as_array().into_iter().flatten() {
        let id = refund["id"].as_str().unwrap_or_default();
        let search = format!(
            "order-service/order-search?externalRef={id}&orderTypeId=3&columns=orderId,parentOrderId"
        );
        let found = network.look(&search);
        let rows = found["results"].as_array().cloned().unwrap_or_default();
        let told =
            || format!("{id} is there as {}, and its order ended as {}", found["results"], outcome.to_json());
        match rows.as_slice() {
            [] if is_credited => return Err(format!("a credit is missing: {}", told())),
            [] => {}
            _ if strange.contains(id) && !is_credited => {}
            [row] if outcome.id.is_some() && row[1].as_u64() != outcome.id => {
                return Err(format!("a credit is another order's: {}", told()));
            }
            [_] => {}
            _ => return Err(format!("a credit was doubled: {}", told())),
        }
    }
    Ok(())
}
