//! Shopify's stock levels and products: what they do not state is neither 0 nor another measure.

use serde_json::{Value, json};

use crate::ready_record::{Became, mapped, refused, written};

fn level(available: Value, on_hand: Value) -> Value {
    json!({"inventory_level": {"inventory_item_id": 1, "location_id": 655_441_491, "available": available, "updated_at": "2026-05-04T10:00:00Z"},
           "sku": "MUG", "on_hand": on_hand, "cost": "3.50"})
}

#[test]
fn a_correction_is_the_difference_to_a_stock_that_is_known() {
    for (available, on_hand, quantity) in [
        (json!(42), json!(40), 2),
        (json!(42), json!("40"), 2),
        (json!("42"), json!(50), -8),
        (json!(-3), json!(0), -3),
    ] {
        let correction = written("shopify-inventory", &level(available, on_hand))["corrections"][0].take();
        assert_eq!(correction["quantity"], quantity);
        assert_eq!(correction["cost"].is_object(), quantity > 0, "{correction}");
    }
    for on_hand in [Value::Null, json!(""), json!("unknown")] {
        for available in [json!(42), json!(-3), json!(0)] {
            let reason = refused("shopify-inventory", &level(available, on_hand.clone()));
            assert!(reason.contains("expected its number as on_hand"), "{reason}");
        }
    }
    for (available, on_hand) in [(json!(42), json!("42")), (json!("42"), json!(42)), (json!(42), json!(42.0))]
    {
        let became = mapped("shopify-inventory", &level(available, on_hand));
        assert!(matches!(became, Became::Skipped(reason) if reason.contains("has that stock already")));
    }
    assert!(matches!(mapped("shopify-inventory", &level(Value::Null, json!(4))), Became::Skipped(_)));
}

#[test]
fn a_weight_is_in_the_unit_of_its_own() {
    let product = |weight: Value, unit: &str, grams: Value| {
        let variant = json!({"sku": "MUG", "title": "Default Title", "weight": weight, "weight_unit": unit, "grams": grams});
        json!({"title": "Mug", "vendor": "Example", "status": "active", "variants": [variant]})
    };
    for (weight, unit, grams, kilograms) in [
        (json!(0.5), "kg", json!(500), "0.500"),
        (json!(null), "kg", json!(350), "0.350"),
        (json!(0), "kg", json!(350), "0.350"),
        (json!(null), "oz", json!(350), "0.350"),
        (json!(2), "lb", json!(null), "0.907"),
    ] {
        let body = written("shopify-product", &product(weight, unit, grams));
        assert_eq!(body["stock"]["weight"]["magnitude"], kilograms, "{unit}");
    }
}
