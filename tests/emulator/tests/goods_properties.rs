//! Whatever is sent to the product and warehouse services, it is answered, and what is refused changes nothing.

use crate::harness::{json, small_account};
use brightpearl_core::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

const WRITES: &[(Method, &str)] = &[
    (Method::Post, "product-service/product"),
    (Method::Put, "product-service/product/1007"),
    (Method::Put, "product-service/product/1007/identity"),
    (Method::Put, "product-service/product-price/1007/price-list"),
    (Method::Patch, "product-service/product/1007/custom-field"),
    (Method::Post, "product-service/product/1007/supplier"),
    (Method::Post, "product-service/brand"),
    (Method::Post, "product-service/brightpearl-category"),
    (Method::Post, "product-service/season"),
    (Method::Post, "product-service/option/1/value"),
    (Method::Post, "warehouse-service/warehouse"),
    (Method::Put, "warehouse-service/warehouse"),
    (Method::Put, "warehouse-service/warehouse/2/product/1007"),
    (Method::Post, "warehouse-service/warehouse/2/location"),
    (Method::Post, "warehouse-service/warehouse/2/stock-correction"),
    (Method::Post, "warehouse-service/warehouse/2/internal-transfer"),
    (Method::Post, "warehouse-service/warehouse/2/stock-transfer"),
    (Method::Post, "warehouse-service/warehouse/2/external-transfer"),
    (Method::Post, "warehouse-service/warehouse/2/quarantine/release"),
    (Method::Post, "warehouse-service/warehouse/2/asset-value-correction"),
    (Method::Post, "warehouse-service/order/1/reservation/warehouse/2"),
    (Method::Post, "warehouse-service/order/1/goods-note/goods-out"),
    (Method::Post, "warehouse-service/order/1/goods-note/drop-ship"),
    (Method::Post, "warehouse-service/order/1/goods-note/goods-in"),
    (Method::Post, "warehouse-service/goods-note/goods-out/1/event"),
    (Method::Put, "warehouse-service/goods-note/goods-out/1"),
    (Method::Post, "warehouse-service/shipping-method"),
];

/// Members that one or other of the bodies has.
const NAMES: &[&str] = &[
    "brandId",
    "salesChannels",
    "salesChannelName",
    "productName",
    "categories",
    "categoryCode",
    "identity",
    "sku",
    "stock",
    "weight",
    "magnitude",
    "dimensions",
    "priceLists",
    "priceListId",
    "quantityPrice",
    "1",
    "corrections",
    "quantity",
    "productId",
    "reason",
    "locationId",
    "cost",
    "value",
    "currency",
    "products",
    "salesOrderRowId",
    "warehouses",
    "warehouseId",
    "events",
    "eventCode",
    "occured",
    "eventOwnerId",
    "name",
    "address",
    "addressId",
    "groupingA",
    "suppliers",
    "supplierId",
    "goodsMoved",
    "purchaseOrderRowId",
    "transferredProducts",
    "fromLocationId",
    "toLocationId",
    "targetWarehouseId",
    "stockTransferId",
    "op",
    "path",
    "shipping",
    "boxes",
    "batchId",
    "newCost",
    "composition",
    "variations",
    "status",
    "dateFrom",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![0_i64, 1, 2, 3, 74, 296, 1007, -5, i64::MAX, i64::MIN])
            .prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        prop::sample::select(vec![
            "",
            "2",
            "1007",
            "Brightpearl",
            "SHW",
            "USD",
            "2026-07-01",
            "99999999999999999999",
            "é"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(NAMES.to_vec()), inner, 0..7).prop_map(
                |members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn any_body_is_answered_and_a_refused_one_changes_nothing(
        (method, path) in prop::sample::select(WRITES.to_vec()),
        body in value(),
    ) {
        let mut account = small_account();
        let before = account.emulator.statistics().applied_writes;
        let untouched = account.get("warehouse-service/goods-movement-search?pageSize=500");
        let response = account.send(method, path, &body.to_string());
        prop_assert!([200, 207, 400, 404, 412, 500].contains(&response.status), "{}", response.status);
        json(&response);
        if response.status >= 400 {
            prop_assert_eq!(account.emulator.statistics().applied_writes, before);
            let after = account.get("warehouse-service/goods-movement-search?pageSize=500");
            prop_assert_eq!(after, untouched);
        }
    }
}
