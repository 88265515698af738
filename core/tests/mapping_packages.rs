//! Packages ship a goods-out note when their pieces are those of the note, in one package or in several.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, written};
use crate::shop_draw::{Draw, ORDERS, compiled};

const EVENTS: [&str; 2] = ["shipstation-packages", "shopify-fulfillments"];
const TRACKING: [&str; 2] = ["shipstation-packages-tracking", "shopify-fulfillments-tracking"];

/// SKUs and pieces.
type Pieces = [(&'static str, i64)];

/// A note with a row for each, and an order of the same rows.
fn record(noted: &Pieces, packages: &[&Pieces]) -> Value {
    let (mut rows, mut note_rows) = (serde_json::Map::new(), serde_json::Map::new());
    for (place, (sku, pieces)) in noted.iter().enumerate() {
        let id = (500 + place).to_string();
        rows.insert(
            id.clone(),
            json!({"productSku": sku, "quantity": {"magnitude": format!("{pieces}.0000")}}),
        );
        // A row can come from several locations.
        let parts = if *pieces > 1 { vec![1, pieces - 1] } else { vec![*pieces] };
        note_rows.insert(id, parts.iter().map(|part| json!({"productId": 7, "quantity": part})).collect());
    }
    let items = |pieces: &Pieces| {
        pieces.iter().map(|(sku, pieces)| json!({"sku": sku, "quantity": pieces})).collect::<Value>()
    };
    let shipment = |(place, pieces): (usize, &&Pieces)| {
        json!({"shipmentId": place + 1, "orderNumber": "9", "createDate": "2026-05-04T10:00:00.0000000", "carrierCode": "ups",
               "trackingNumber": format!("T{place}"), "weight": {"value": 500, "units": "grams"}, "shipmentItems": items(pieces)})
    };
    let fulfilment = |(place, pieces): (usize, &&Pieces)| {
        json!({"id": place + 1, "order_id": 71, "status": "success", "created_at": "2026-05-04T10:00:00Z",
               "tracking_number": format!("T{place}"), "line_items": items(pieces)})
    };
    json!({
        "order": {"id": 9, "externalRef": "71", "orderRows": rows},
        "note": {"70012": {"orderId": 9, "status": {"shipped": false}, "orderRows": note_rows}},
        "shipments": packages.iter().enumerate().map(shipment).collect::<Vec<_>>(),
        "fulfillments": packages.iter().enumerate().map(fulfilment).collect::<Vec<_>>()
    })
}

#[test]
fn one_package_or_several_ship_the_note_that_they_hold() {
    for packages in [&[&[("MUG", 2), ("CUP", 1)][..]][..], &[&[("MUG", 1)], &[("CUP", 1), ("MUG", 1)]]] {
        let record = record(&[("MUG", 2), ("CUP", 1)], packages);
        for name in EVENTS {
            assert_eq!(written(name, &record)["events"][0]["eventCode"], "SHW", "{name}");
        }
        for name in TRACKING {
            let shipping = &written(name, &record)["shipping"];
            assert_eq!(shipping["boxes"], packages.len());
            assert_eq!(shipping["reference"], if packages.len() == 1 { "T0" } else { "T0, T1" });
        }
        let shipping = &written(TRACKING[0], &record)["shipping"];
        assert_eq!(shipping["weight"], format!("{}.{}00", packages.len() / 2, packages.len() % 2 * 5));
    }
}

#[test]
fn a_part_or_something_else_is_refused_with_both_numbers() {
    for name in EVENTS.into_iter().chain(TRACKING) {
        let part = refused(name, &record(&[("MUG", 2)], &[&[("MUG", 1)]]));
        assert!(part.contains("of MUG the note has 2, and 1 were sent"), "{part}");
        let more = refused(name, &record(&[("MUG", 2)], &[&[("MUG", 2)], &[("POT", 1)]]));
        assert!(more.contains("of POT the note has 0, and 1 were sent"), "{more}");
        let mut untold = record(&[("MUG", 2)], &[&[("MUG", 2)]]);
        untold["order"]["orderRows"] = json!({});
        assert!(refused(name, &untold).contains("tells no SKU"));
        let mut alone = record(&[("MUG", 2)], &[&[("MUG", 2)]]);
        alone["note"] = Value::Null;
        assert!(refused(name, &alone).contains("are not beside"));
        let mut other = record(&[("MUG", 2)], &[&[("MUG", 2)]]);
        other["note"]["70012"]["orderId"] = 8.into();
        assert!(refused(name, &other).contains("of order 8"));
        let mut others = record(&[("MUG", 2)], &[&[("MUG", 2)]]);
        others["shipments"][0]["orderNumber"] = "8".into();
        others["fulfillments"][0]["order_id"] = 72.into();
        assert!(refused(name, &others).contains("of another order"));
    }
}

#[test]
fn a_package_that_comes_twice_or_has_no_id_is_refused() {
    // One piece was sent, and the note has two.
    let once = record(&[("MUG", 2)], &[&[("MUG", 1)], &[("MUG", 1)]]);
    for name in EVENTS.into_iter().chain(TRACKING) {
        let (packages, id) =
            if name.starts_with("ship") { ("shipments", "shipmentId") } else { ("fulfillments", "id") };
        written(name, &once);
        let mut twice = once.clone();
        twice[packages][1] = twice[packages][0].clone();
        let reason = refused(name, &twice);
        assert!(reason.contains("comes twice; expected each of them once"), "{name}: {reason}");
        let mut nameless = once.clone();
        nameless[packages][1][id] = Value::Null;
        assert!(refused(name, &nameless).contains(&format!("has no {id}")), "{name}");
    }
}

#[test]
fn a_flag_that_is_a_text_is_read_as_such() {
    let label = json!({"shipmentId": 3, "orderNumber": "9", "trackingNumber": "R1", "carrierCode": "ups", "createDate": "2026-05-04T10:00:00",
                       "shipmentItems": [{"sku": "MUG", "quantity": 1}]});
    for name in ["shipstation-shipment", "shipstation-tracking"] {
        for flag in ["voided", "isReturnLabel"] {
            let with = |value: Value| {
                let mut label = label.clone();
                label[flag] = value;
                mapped(name, &label)
            };
            for not in
                [json!("false"), json!("False"), json!("0"), json!(0), json!(false), json!(null), json!("")]
            {
                assert!(matches!(with(not.clone()), Became::Written { .. }), "{name}, {flag}: {not}");
            }
            for is in [json!("true"), json!(true), json!(1)] {
                assert!(matches!(with(is.clone()), Became::Skipped(_)), "{name}, {flag}: {is}");
            }
        }
    }
    let mut packages = record(&[("MUG", 2)], &[&[("MUG", 2)]]);
    packages["shipments"][0]["voided"] = "false".into();
    packages["note"]["70012"]["status"]["shipped"] = "false".into();
    assert!(refused(EVENTS[0], &packages).contains("is a text; expected true or false"));
    written(EVENTS[1], &packages);
}

#[test]
fn a_sku_is_the_same_in_either_case_and_what_has_none_is_in_no_note() {
    let mut spelled = record(&[("Mug-1", 2)], &[&[("MUG-1", 1)], &[(" mug-1 ", 1)]]);
    spelled["shipments"][0]["shipmentItems"]
        .as_array_mut()
        .expect("items")
        .push(json!({"sku": null, "quantity": 1}));
    spelled["fulfillments"][0]["line_items"]
        .as_array_mut()
        .expect("lines")
        .push(json!({"sku": "", "quantity": 1}));
    for name in EVENTS.into_iter().chain(TRACKING) {
        written(name, &spelled);
        let part = refused(name, &record(&[("Mug-1", 2)], &[&[("MUG-1", 1)]]));
        assert!(part.contains("of Mug-1 the note has 2, and 1 were sent"), "{part}");
    }
}

#[test]
fn a_note_was_shipped_when_the_last_of_its_packages_was() {
    for (times, last) in [
        (["2026-11-01T01:50:00-04:00", "2026-11-01T01:10:00-05:00"], 1),
        (["2026-07-06T23:30:00Z", "2026-07-07T00:10:00+02:00"], 0),
        (["2026-12-31T23:59:59Z", "2027-01-01T00:00:00+00:00"], 1),
        (["2028-02-29T12:00:00Z", "2028-03-01T00:00:00+14:00"], 0),
        (["2028-03-01T00:00:00+05:30", "2028-02-29T18:29:59Z"], 0),
        (["2026-05-04T10:00:00Z", "2026-05-04T10:00:01Z"], 1),
    ] {
        for is_swapped in [false, true] {
            let mut record = record(&[("MUG", 2)], &[&[("MUG", 1)], &[("MUG", 1)]]);
            for (place, time) in times.iter().enumerate() {
                record["fulfillments"][if is_swapped { 1 - place } else { place }]["created_at"] =
                    (*time).into();
            }
            let body = written("shopify-fulfillments", &record);
            let shipped = body["events"][0]["occured"].as_str().expect("a time");
            assert_eq!(shipped[..19], times[last][..19], "{times:?}");
        }
    }
}

#[test]
fn packages_weigh_what_all_of_them_do_and_have_the_numbers_of_those_that_were_sent() {
    let mut record = record(&[("MUG", 2)], &[&[("MUG", 2)], &[("MUG", 1)], &[("MUG", 1)]]);
    record["shipments"][0]["voided"] = true.into();
    record["shipments"][0]["weight"] = json!({"value": 99, "units": "ounces"});
    let shipping = written(TRACKING[0], &record)["shipping"].take();
    assert_eq!((&shipping["weight"], &shipping["boxes"]), (&json!("1.000"), &json!(2)));
    record["shipments"][1]["weight"] = Value::Null;
    assert_eq!(written(TRACKING[0], &record)["shipping"]["weight"], Value::Null);
    record["shipments"][1]["weight"] = json!({"value": 1, "units": "ounces"});
    assert!(refused(TRACKING[0], &record).contains("weighed in several units"));
    record["fulfillments"][0]["status"] = "cancelled".into();
    record["fulfillments"][1]["tracking_numbers"] = json!(["T1", "T1b"]);
    let shipping = written(TRACKING[1], &record)["shipping"].take();
    assert_eq!((&shipping["reference"], &shipping["boxes"]), (&json!("T1, T1b, T2"), &json!(3)));
    let label = json!({"shipmentId": 3, "orderNumber": "9", "trackingNumber": "R1", "isReturnLabel": true, "carrierCode": "ups"});
    assert!(
        matches!(mapped("shipstation-tracking", &label), Became::Skipped(reason) if reason == "it is a return")
    );
}

#[test]
fn what_was_voided_or_shipped_before_is_left_alone() {
    let mut gone = record(&[("MUG", 2)], &[&[("MUG", 2)], &[("MUG", 2)]]);
    gone["shipments"][1]["voided"] = true.into();
    gone["fulfillments"][1]["status"] = "cancelled".into();
    let mut shipped = gone.clone();
    shipped["note"]["70012"]["status"]["shipped"] = true.into();
    for name in EVENTS {
        written(name, &gone);
        assert!(matches!(mapped(name, &shipped), Became::Skipped(_)), "{name}");
    }
    gone["shipments"][0]["voided"] = true.into();
    gone["fulfillments"][0]["status"] = "cancelled".into();
    for name in EVENTS.into_iter().chain(TRACKING) {
        assert!(matches!(mapped(name, &gone), Became::Skipped(_)), "{name}");
    }
}

#[test]
fn random_packages_ship_a_note_or_are_refused() {
    const SKUS: [&str; 4] = ["A", "B", "C", "D"];
    let mappings = EVENTS.map(compiled);
    let (mut shipped, mut refused) = (0, 0);
    for number in 0..ORDERS {
        let mut draw = Draw::of(number);
        let noted: Vec<(&str, i64)> =
            (0..=draw.below(3)).map(|_| (SKUS[draw.below(4) as usize], 1 + draw.below(4))).collect();
        let mut packages: Vec<Vec<(&str, i64)>> = vec![Vec::new(); 1 + draw.below(3) as usize];
        for (sku, pieces) in &noted {
            for _ in 0..*pieces {
                let place = draw.below(packages.len() as i64) as usize;
                packages[place].push((sku, 1));
            }
        }
        // Something was forgotten, or put in beside.
        match draw.below(4) {
            0 => drop(packages[0].pop()),
            1 => packages[0].push((SKUS[draw.below(4) as usize], 1)),
            _ => {}
        }
        let count = |pieces: &mut dyn Iterator<Item = &(&'static str, i64)>| {
            let mut counts = BTreeMap::new();
            pieces.for_each(|(sku, pieces)| *counts.entry(*sku).or_insert(0) += *pieces);
            counts
        };
        let is_same = count(&mut noted.iter()) == count(&mut packages.iter().flatten());
        let packages: Vec<&Pieces> = packages.iter().map(Vec::as_slice).collect();
        let record = record(&noted, &packages);
        for mapping in &mappings {
            let became = crate::shop_draw::written(mapping, &record);
            assert_eq!(became.is_ok(), is_same, "{became:?}\n{record}");
        }
        if is_same { shipped += 1 } else { refused += 1 }
    }
    assert!(shipped > ORDERS / 3 && refused > ORDERS / 3, "{shipped} {refused}");
}
