//! The random orders of the engine's own tests, all of them: here the engine is optimised.

#[path = "../../../../core/tests/mapping_amazon_2026.rs"]
mod mapping_amazon_2026;
#[path = "../../../../core/tests/mapping_bigcommerce.rs"]
mod mapping_bigcommerce;
#[path = "../../../../core/tests/mapping_ebay.rs"]
mod mapping_ebay;
#[path = "../../../../core/tests/mapping_magento.rs"]
mod mapping_magento;
#[path = "../../../../core/tests/mapping_nearest_rate.rs"]
mod mapping_nearest_rate;
#[path = "../../../../core/tests/mapping_packages.rs"]
mod mapping_packages;
#[path = "../../../../core/tests/mapping_refunds.rs"]
mod mapping_refunds;
#[path = "../../../../core/tests/mapping_shop_orders.rs"]
mod mapping_shop_orders;
#[path = "../../../../core/tests/mapping_shop_places.rs"]
mod mapping_shop_places;
#[path = "../../../../core/tests/mapping_shopify_graphql.rs"]
mod mapping_shopify_graphql;
#[path = "../../../../core/tests/mapping_square.rs"]
mod mapping_square;
#[path = "../../../../core/tests/ready_record.rs"]
mod ready_record;
#[path = "../../../../core/tests/shop_draw.rs"]
mod shop_draw;
#[path = "../../../../core/tests/shopify_draw.rs"]
mod shopify_draw;

use std::fs;
use std::path::Path;

/// How many orders each document is tried with.
const ORDERS: u64 = 10_000;

#[test]
fn every_file_that_draws_orders_is_here() {
    let here = include_str!("random_orders.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../core/tests");
    for file in fs::read_dir(folder).expect("the engine's tests") {
        let path = file.expect("a file").path();
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name in ASCII");
        if text.contains("shop_draw::{") && text.contains("ORDERS") {
            assert!(
                here.contains(&format!("core/tests/{name}\"")),
                "{name} draws orders; expected it in random_orders.rs"
            );
        }
    }
}
