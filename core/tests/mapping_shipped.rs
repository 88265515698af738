//! What a document says of shipments, and of orders that are there though they are left out: what compiling it finds,
//! and what mapping makes of it.

use brightpearl_core::mapping::{Credit, IfThere, Mapped, Mapping, OnMissing, PieceIdentity, schema};
use brightpearl_core::value::Decimal;
use serde_json::{Value, json};

fn shipment(pieces: Value) -> Value {
    json!({"version": 1, "name": "shipments", "target": "warehouse-service/goods-note/goods-out/{ID}/event",
        "path": {"ID": {"from": "note"}}, "key": {"from": "id"}, "pieces": pieces,
        "fields": [{"to": "/events/0/eventCode", "value": "SHW"}, {"to": "/events/0/eventOwnerId", "value": 4},
            {"to": "/events/0/occured", "value": "2026-03-03T08:16:00.000Z"}]})
}

fn order(when: Value) -> Value {
    let by = |kind: u32| json!({"search": "order-service/order-search", "column": "externalRef", "by": {"orderTypeId": kind}});
    json!({"version": 1, "name": "orders", "target": "order-service/sales-order",
        "key": {"target": "/externalRef", "verify": by(1)},
        "mappings": {
            "refund": {"version": 1, "name": "refund", "target": "order-service/sales-credit", "key": {"target": "/externalRef", "verify": by(3)},
                "when": [{"is": "refund.paid", "otherwise": "it is not paid"}],
                "fields": [{"to": "/customer/id", "value": 7}, {"to": "/externalRef", "from": "refund.id", "as": "string", "required": true},
                    {"to": "/parentId", "from": "order.id", "resolve": {"search": "order-service/order-search", "column": "externalRef"}}]},
            "orphan": {"name": "orphan", "target": "order-service/sales-credit", "key": {"target": "/externalRef", "verify": by(3)},
                "fields": [{"to": "/customer/id", "value": 7}, {"to": "/externalRef", "from": "id", "as": "string", "required": true}]},
            "address": {"name": "address", "target": "contact-service/postal-address", "fields": [{"to": "/addressLine1", "value": "-"}]}},
        "when": [when],
        "fields": [{"to": "/customer/id", "value": 7}, {"to": "/externalRef", "from": "id", "as": "string", "required": true}]})
}

/// A place with what is found there, of what does not concern this.
fn findings(document: &Value) -> Vec<(String, String)> {
    let found = match Mapping::compile(&document.to_string()) {
        Ok(mapping) => mapping.findings().to_vec(),
        Err(findings) => findings,
    };
    let told = found.into_iter().map(|finding| (finding.pointer, finding.message));
    told.filter(|(_, message)| {
        !message.contains("no `resolve` creates by") && !message.contains("nothing says how")
    })
    .collect()
}

#[test]
fn what_is_wrong_with_pieces_and_credits_is_said_with_its_place() {
    let credit = |credit: Value| json!({"is": "!refunds", "otherwise": "x", "there": {"credit": credit}});
    let right = json!({"each": "refunds[].{order: $, refund: @}", "create": "refund"});
    for (document, pointer, message) in [
        (shipment(json!({"each": "a", "quantity": "q"})), "/pieces", "expected `sku` or `productId`"),
        (
            shipment(json!({"each": "a", "sku": "s", "productId": "p", "quantity": "q"})),
            "/pieces",
            "expected `sku` or `productId`",
        ),
        (shipment(json!({"each": "a", "sku": "s"})), "/pieces", "quantity is missing"),
        (
            shipment(json!({"each": "a", "productId": "s", "quantity": "q", "caseless": true})),
            "/pieces/caseless",
            "beside `sku`",
        ),
        (shipment(json!({"each": "a", "sku": "s ==", "quantity": "q"})), "/pieces/sku", "invalid JMESPath"),
        (
            shipment(json!({"each": "a", "skus": "s", "quantity": "q"})),
            "/pieces/skus",
            "expected one of each, sku",
        ),
        (order(credit(json!({"create": "refund"}))), "/when/0/there/credit", "each is missing"),
        (order(credit(json!({"each": "refunds"}))), "/when/0/there/credit", "create is missing"),
        (
            order(credit(json!({"each": "refunds", "create": "refnd"}))),
            "/when/0/there/credit/create",
            "there is no mapping \"refnd\"",
        ),
        (
            order(credit(json!({"each": "refunds", "create": "address"}))),
            "/when/0/there/credit/create",
            "expected one whose target is order-service/sales-credit",
        ),
        (
            order(credit(json!({"each": "refunds", "create": "orphan"}))),
            "/when/0/there/credit/create",
            "does not say of which order",
        ),
        (
            order(json!({"is": "!refunds", "otherwise": "x", "absent": "write"})),
            "/when/0/absent",
            "beside what is done in `there`",
        ),
        (
            order(json!({"is": "!refunds", "otherwise": "x", "absent": "skip", "there": {"status": 5}})),
            "/when/0/absent",
            "one of write",
        ),
        (
            order(json!({"is": "!refunds", "otherwise": "x", "there": {"note": "y", "credit": right}})),
            "/when/0/there",
            "the id of an order status",
        ),
        (
            order(json!({"is": "!refunds", "otherwise": "x", "absent": "write", "there": {"credit": right}})),
            "/when/0/there/credit",
            "expected createdOn in a `by`",
        ),
    ] {
        let found = findings(&document);
        assert!(
            found.iter().any(|(at, said)| at == pointer && said.contains(message)),
            "{pointer} {message}: {found:?}"
        );
    }
    for right in
        [order(credit(right)), shipment(json!({"each": "a", "sku": "s", "quantity": "q", "caseless": true}))]
    {
        assert_eq!(findings(&right), []);
    }
}

#[test]
fn the_schema_refuses_what_has_another_form() {
    let schema = jsonschema::validator_for(&serde_json::from_str(schema()).expect("JSON")).expect("a schema");
    let there = |there: Value| json!({"is": "!refunds", "otherwise": "x", "there": there});
    for (document, is_right) in [
        (shipment(json!("sum(items)")), true),
        (shipment(json!({"from": "sum(items)"})), true),
        (shipment(json!({"each": "a", "sku": "s", "quantity": "q", "caseless": true})), true),
        (shipment(json!({"each": "a", "productId": "s", "quantity": "q"})), true),
        (shipment(json!({"each": "a", "productId": "s", "quantity": "q", "caseless": true})), false),
        (shipment(json!({"each": "a", "sku": "s"})), false),
        (order(there(json!({"credit": {"each": "refunds", "create": "refund"}}))), true),
        (
            order(there(
                json!({"status": 5, "note": "x", "credit": {"each": "refunds", "create": "refund"}}),
            )),
            true,
        ),
        (order(there(json!({"note": "x", "credit": {"each": "refunds", "create": "refund"}}))), false),
        (order(there(json!({"credit": {"each": "refunds"}}))), false),
        (order(json!({"is": "!refunds", "otherwise": "x", "absent": "write"})), false),
    ] {
        assert_eq!(schema.is_valid(&document), is_right, "{document}");
    }
}

fn mapped(document: &Value, record: &Value) -> Mapped {
    Mapping::compile(&document.to_string()).expect("a document").map(record.to_string().as_bytes())
}

#[test]
fn pieces_are_gathered_by_what_they_are() {
    let document = shipment(json!({"each": "items", "sku": "sku", "quantity": "count"}));
    let of = |items: Value| mapped(&document, &json!({"id": 1, "note": 2, "items": items}));
    let decimal = |digits: &str| Decimal::parse(digits).expect("a number");
    let pieces = of(json!([{"sku": " MUG ", "count": 1}, {"sku": "CUP", "count": "2.5"}, {"sku": "MUG", "count": 1}, {"count": 4}])).pieces.expect("pieces");
    assert_eq!((pieces.total, pieces.identity), (decimal("8.5"), PieceIdentity::Sku { caseless: false }));
    assert_eq!(
        pieces.items.into_iter().collect::<Vec<_>>(),
        [("CUP".to_owned(), decimal("2.5")), ("MUG".to_owned(), decimal("2"))]
    );
    for nothing in [json!(null), json!([])] {
        assert_eq!(of(nothing).pieces, None);
    }
    for (wrong, reason) in [
        (json!([{"sku": "A"}]), "expected a number of pieces"),
        (json!([{"sku": "A", "count": -1}]), "found -1"),
        (json!([{"sku": "A", "count": "x"}]), "expected a number"),
    ] {
        let failures = of(wrong.clone()).failures;
        assert!(
            failures.len() == 1
                && failures[0].reason.contains(reason)
                && failures[0].rule == "/pieces/quantity",
            "{wrong} {failures:?}"
        );
    }
}

#[test]
fn credits_are_due_once_each() {
    let there = json!({"is": "!refunds", "otherwise": "given back", "there": {"status": 5, "note": "{id}", "credit": {"each": "refunds[].{order: $, refund: @}", "create": "refund"}}});
    let refund = |id: Value| json!({"id": id, "paid": true});
    let of = |refunds: Value| mapped(&order(there.clone()), &json!({"id": 9, "refunds": refunds}));
    let left_out = of(json!([refund(json!(1)), refund(json!(1)), {"id": 2}, {"paid": true}]));
    assert_eq!((left_out.skipped.as_deref(), left_out.key.as_deref()), (Some("given back"), Some("9")));
    let IfThere::Settle { credits, status } = &left_out.if_there else { panic!("{:?}", left_out.if_there) };
    assert_eq!(status.as_ref().map(|status| (status.status, status.note.as_deref())), Some((5, Some("9"))));
    let [Credit::Due(due), Credit::Refused(failures)] = &credits[..] else { panic!("{credits:?}") };
    assert_eq!(due.text(), "order-service/order-search?externalRef=1&orderTypeId=3");
    assert!(matches!(&due.on_missing, OnMissing::Create(mapping) if mapping.name() == "refund"));
    assert_eq!(
        due.record.as_deref().map(serde_json::from_str::<Value>).expect("a record").expect("JSON")["refund"],
        refund(json!(1))
    );
    assert!(failures[0].reason.contains("it is required"), "{failures:?}");
    assert_eq!(left_out.owed().count(), 1);
    // Whether the order is written if it is not there is up to the document.
    assert_eq!(of(json!([])).left_out(), None);
}
