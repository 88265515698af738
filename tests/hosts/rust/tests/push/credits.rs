//! What was given back of an order that is there becomes credits, each once.

use brightpearl_core::flow::State;
use brightpearl_core::mapping::ready;
use brightpearl_core::operation::{Existing, Push};
use serde_json::{Value, json};

use super::account::{ORDERS, PushWorld, order};

/// A refund of an order, which stands by itself as well.
const REFUND: &str = r#"{"version": 1, "name": "refund", "target": "order-service/sales-credit",
    "key": {"target": "/externalRef", "verify": {"search": "order-service/order-search", "column": "externalRef", "by": {"orderTypeId": 3}}},
    "when": [{"is": "refund.paid", "otherwise": "the money is not given back yet"}],
    "checks": [{"name": "the money given back", "is": "refund.amount", "equals": "sum(rows[].to_number(net))"}],
    "fields": [
        {"to": "/ref", "template": "Refund of {order.number}"},
        {"to": "/externalRef", "template": "refund-{refund.id}", "required": true},
        {"to": "/customer/id", "from": "order.number", "required": true,
         "resolve": {"search": "order-service/order-search", "column": "customerRef", "take": "contactId", "by": {"orderTypeId": 1}}},
        {"to": "/parentId", "from": "order.number", "required": true,
         "resolve": {"search": "order-service/order-search", "column": "customerRef", "by": {"orderTypeId": 1}}},
        {"to": "/warehouseId", "value": 2}, {"to": "/currency/code", "value": "USD"},
        {"to": "/rows", "each": "refund.lines", "fields": [
            {"to": "/productId", "from": "sku", "required": true,
             "resolve": {"search": "product-service/product-search", "column": "SKU"}},
            {"to": "/quantity", "from": "qty", "required": true, "as": "decimal"},
            {"to": "/net", "from": "amount", "required": true, "as": "money"},
            {"to": "/tax", "value": "0.00"}, {"to": "/taxCode", "value": "T20"}]}]}"#;

/// The orders' document, in which refunds of an order that is there become credits.
fn document(there: &Value) -> String {
    let mut document: Value = serde_json::from_str(ORDERS).expect("JSON");
    document["mappings"]["refund"] = serde_json::from_str(REFUND).expect("JSON");
    let refunded = json!({"is": "!refunds", "otherwise": "something of it was given back", "absent": "write", "there": there});
    document["when"].as_array_mut().expect("conditions").push(refunded);
    document.to_string()
}

fn credit() -> Value {
    json!({"credit": {"each": "refunds[].{order: $, refund: @}", "create": "refund"}})
}

fn refund(id: u64, sku: &str, amount: &str) -> Value {
    json!({"id": id, "paid": true, "amount": amount, "lines": [{"sku": sku, "qty": "1", "amount": amount}]})
}

/// An order, and what it is after so many refunds.
fn refunded(sku: &str, refunds: &[Value]) -> Value {
    let mut record = order(1, sku);
    record["refunds"] = json!(refunds);
    record
}

/// The credits of an order, in the order in which they were made.
fn credits(world: &mut PushWorld, id: u64) -> Vec<Value> {
    world.now += 60_000;
    let found = world.read(&format!(
        "order-service/order-search?parentOrderId={id}&columns=orderId,orderTypeId,externalRef"
    ));
    let mut ids: Vec<u64> = found["results"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row[1] == 3)
        .map(|row| row[0].as_u64().expect("an id"))
        .collect();
    ids.sort_unstable();
    ids.into_iter().map(|id| world.read(&format!("order-service/sales-credit/{id}"))[0].clone()).collect()
}

#[test]
fn every_refund_of_an_order_that_is_there_becomes_a_credit_once() {
    let mut world = PushWorld::new();
    let sku = world.skus().swap_remove(0);
    let document = document(&credit());
    let id = world.push(&document, &[order(1, &sku)]).of(0).id.expect("an id");
    let sold = world.read(&format!("order-service/sales-order/{id}"))[0]["rows"].clone();
    let (first, second) = (refund(1, &sku, "4.50"), refund(2, &sku, "0.75"));
    for (refunds, made) in [(vec![first.clone()], 1), (vec![first, second], 1)] {
        let record = refunded(&sku, &refunds);
        let before = credits(&mut world, id).len();
        let dry = world.run(Push::dry_run(&*document).unwrap(), std::slice::from_ref(&record));
        assert_eq!(
            (dry.of(0).state, dry.of(0).created.len()),
            (State::Unchanged, made),
            "{:?}",
            dry.outcomes
        );
        assert_eq!(credits(&mut world, id).len(), before);
        let run = world.push(&document, std::slice::from_ref(&record));
        let outcome = run.of(0);
        assert_eq!(
            (outcome.state, outcome.id, outcome.created.len()),
            (State::Unchanged, Some(id), made),
            "{:?}",
            run.outcomes
        );
        assert!(
            outcome.reason.as_deref().unwrap_or_default().starts_with("something of it was given back"),
            "{outcome:?}"
        );
        let newest = credits(&mut world, id).pop().expect("a credit");
        assert_eq!(outcome.created[0].id, newest["id"].as_u64());
        assert_eq!(newest["parentId"], json!(id), "{newest}");
        // Once more: with the journal, without it, and with another version of the order.
        let mut edited = record.clone();
        edited["placed"] = json!("2026-06-30T10:00:01Z");
        let journal = world.journal.clone();
        for (record, journal) in [(&record, journal.clone()), (&record, String::new()), (&edited, journal)] {
            world.journal = journal;
            let again = world.push(&document, std::slice::from_ref(record));
            assert_eq!(
                (again.of(0).state, again.of(0).created.len()),
                (State::Unchanged, 0),
                "{:?}",
                again.outcomes
            );
        }
        assert_eq!(credits(&mut world, id).len(), refunds.len());
    }
    let amounts: Vec<String> =
        credits(&mut world, id).iter().map(|credit| credit["rows"][0]["net"].to_string()).collect();
    assert!(amounts[0].contains("4.5") && amounts[1].contains("0.75"), "{amounts:?}");
    assert_eq!(
        world.read(&format!("order-service/sales-order/{id}"))[0]["rows"],
        sold,
        "it stays as it was sold"
    );
}

#[test]
fn an_order_that_is_not_there_is_written_and_has_no_credit() {
    let mut world = PushWorld::new();
    let sku = world.skus().swap_remove(0);
    let run = world.push(&document(&credit()), &[refunded(&sku, &[refund(1, &sku, "4.50")])]);
    assert_eq!(
        (
            run.of(0).state,
            &run.of(0).created[..].iter().map(|one| one.mapping.as_str()).collect::<Vec<_>>()[..]
        ),
        (State::Created, &["address", "contact"][..]),
        "{:?}",
        run.outcomes
    );
    assert!(credits(&mut world, run.of(0).id.expect("an id")).is_empty());
}

#[test]
fn what_cannot_become_a_credit_is_told_and_what_is_not_due_is_not() {
    let mut world = PushWorld::new();
    let sku = world.skus().swap_remove(0);
    let document = document(&credit());
    let id = world.push(&document, &[order(1, &sku)]).of(0).id.expect("an id");
    let mut wrong = refund(1, &sku, "4.50");
    wrong["amount"] = json!("4.60");
    let mut pending = refund(2, &sku, "1.00");
    pending["paid"] = json!(false);
    let same = refund(3, &sku, "1.25");
    let mut other = same.clone();
    other["lines"][0]["qty"] = json!("2");
    for (refunds, state, made, reason) in [
        (vec![pending], State::Unchanged, 0, "it is left as it is there"),
        (
            vec![wrong],
            State::Differs,
            0,
            "the money given back is 4.60, and what is written comes to 4.50: a difference of 0.10",
        ),
        (vec![refund(4, "NO-SUCH", "1.00")], State::Differs, 0, "NO-SUCH"),
        (vec![same.clone(), same.clone()], State::Unchanged, 1, "it is left as it is there"),
        (vec![same, other], State::Differs, 0, "two of them have one key and are not the same"),
    ] {
        let before = credits(&mut world, id).len();
        let run = world.push(&document, &[refunded(&sku, &refunds)]);
        assert_eq!((run.of(0).state, run.of(0).created.len()), (state, made), "{:?}", run.outcomes);
        assert!(
            run.of(0).reason.as_deref().unwrap_or_default().contains(reason),
            "{reason}: {:?}",
            run.outcomes
        );
        assert_eq!(credits(&mut world, id).len(), before + made, "{reason}");
    }
}

#[test]
fn credits_come_before_the_status_and_whatever_is_not_to_be_changed() {
    for (existing, state, moved) in [
        (Existing::Update, State::Updated, true),
        (Existing::Leave, State::Differs, false),
        (Existing::Reject, State::Differs, false),
    ] {
        let mut world = PushWorld::new();
        let sku = world.skus().swap_remove(0);
        let mut there = credit();
        there["status"] = json!(5);
        let document = document(&there);
        let id = world.push(&document, &[order(1, &sku)]).of(0).id.expect("an id");
        let push = Push { existing, journal: Some(String::new()), ..Push::writing(&*document).unwrap() };
        let run = world.run(push, &[refunded(&sku, &[refund(1, &sku, "4.50")])]);
        assert_eq!(run.of(0).state, state, "{:?}", run.outcomes);
        let status = world.read(&format!("order-service/sales-order/{id}"))[0]["statusId"].clone();
        assert_eq!(status == 5, moved, "{existing:?}");
        assert_eq!(credits(&mut world, id).len(), usize::from(existing != Existing::Reject), "{existing:?}");
    }
}

#[test]
fn a_credit_is_there_once_wherever_the_push_is_cut_off_and_whatever_answer_is_lost() {
    let document = document(&credit());
    let mut made = 0;
    for (at, is_crash) in (1..16).flat_map(|at| [(at, true), (at, false)]) {
        let mut world = PushWorld::new();
        let sku = world.skus().swap_remove(0);
        let id = world.push(&document, &[order(1, &sku)]).of(0).id.expect("an id");
        let record = refunded(&sku, &[refund(1, &sku, "4.50"), refund(2, &sku, "1.50")]);
        let begun = world.emulator.statistics().requests;
        if is_crash {
            world.crash_at = Some(begun + at);
        } else {
            world.faults(&json!({"script": [{"request": begun + at, "fault": {"kind": "lost-response"}}]}));
        }
        let first = world.push(&document, std::slice::from_ref(&record));
        world.crash_at = None;
        let second = world.push(&document, &[record]);
        assert_eq!(second.of(0).state, State::Unchanged, "{at} {is_crash} {:?}", second.outcomes);
        assert_eq!(credits(&mut world, id).len(), 2, "{at} {is_crash}");
        made += first.outcomes.iter().map(|outcome| outcome.created.len()).sum::<usize>();
    }
    assert!(made > 16, "most pushes get that far: {made}");
}

#[test]
fn the_ready_refunds_are_what_a_ready_order_names() {
    let of = |name: &str| -> Value {
        let found = ready().iter().find(|ready| ready.name == name).expect("it is ready");
        serde_json::from_str(found.document).expect("JSON")
    };
    // An order of WooCommerce has no current quantities, so that it is not written once something was given back.
    for (order, refund, absent) in
        [("shopify-order", "shopify-refund", "write"), ("woocommerce-order", "woocommerce-refund", "skip")]
    {
        let mut document = of(order);
        document["mappings"]["refund"] = of(refund);
        let mut refunded = json!({"is": "!refunds", "otherwise": "something of it was given back", "absent": absent,
            "there": {"credit": {"each": "refunds[].{order: $, refund: @}", "create": "refund"}}});
        if absent == "skip" {
            refunded.as_object_mut().expect("an object").remove("absent");
        }
        document["when"].as_array_mut().expect("conditions").push(refunded);
        let compiled = brightpearl_core::mapping::Mapping::compile(&document.to_string());
        assert!(compiled.is_ok_and(|mapping| mapping.findings().is_empty()), "{order}");
    }
}

#[test]
fn an_order_that_is_cancelled_as_well_is_credited_all_the_same() {
    let mut world = PushWorld::new();
    let sku = world.skus().swap_remove(0);
    let mut cancelled: Value = serde_json::from_str(&document(&credit())).expect("JSON");
    let condition = json!({"is": "!gone", "otherwise": "it was cancelled", "there": {"status": 5}});
    cancelled["when"].as_array_mut().expect("conditions").push(condition);
    let id = world.push(&cancelled.to_string(), &[order(1, &sku)]).of(0).id.expect("an id");
    let mut record = refunded(&sku, &[refund(1, &sku, "4.50")]);
    record["gone"] = json!(true);
    let run = world.push(&cancelled.to_string(), &[record]);
    assert_eq!((run.of(0).state, run.of(0).created.len()), (State::Updated, 1), "{:?}", run.outcomes);
    assert_eq!(world.read(&format!("order-service/sales-order/{id}"))[0]["statusId"], 5);
    assert_eq!(credits(&mut world, id).len(), 1);
}

#[test]
fn an_order_that_cannot_be_told_from_others_is_not_moved() {
    let mut world = PushWorld::new();
    let sku = world.skus().swap_remove(0);
    let id = world.push(ORDERS, &[order(1, &sku)]).of(0).id.expect("an id");
    let before = world.read(&format!("order-service/sales-order/{id}"))[0]["statusId"].clone();
    let mut cancelled: Value = serde_json::from_str(ORDERS).expect("JSON");
    cancelled["key"]["verify"]["by"] = json!({"orderTypeId": 1, "contactId": {"from": "buyer"}});
    let condition = json!({"is": "!gone", "otherwise": "it was cancelled", "there": {"status": 5}});
    cancelled["when"].as_array_mut().expect("conditions").push(condition);
    let mut record = order(1, &sku);
    record["gone"] = json!(true);
    world.journal.clear();
    let run = world.push(&cancelled.to_string(), &[record]);
    assert_eq!(run.of(0).state, State::Rejected, "{:?}", run.outcomes);
    assert_eq!(world.read(&format!("order-service/sales-order/{id}"))[0]["statusId"], before);
}
