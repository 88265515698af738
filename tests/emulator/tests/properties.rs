//! What holds for every seed and every request.

use crate::harness::{NOW, account, first_ids, json, request};
use brightpearl_core::Method;
use brightpearl_emulator::Config;
use proptest::prelude::*;

fn sized(seed: u64, orders: u32) -> Config {
    Config { seed, orders, contacts: 40, products: 30, ..Config::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn equal_seeds_give_equal_bytes(seed: u64, paths in prop::collection::vec(path(), 1..8)) {
        let mut one = account(sized(seed, 120));
        let mut other = account(sized(seed, 120));
        for path in paths {
            let sent = request(Method::Get, &path, "");
            prop_assert_eq!(one.emulator.respond(&sent, NOW), other.emulator.respond(&sent, NOW));
        }
    }

    #[test]
    fn paging_shows_every_order_once(seed: u64, orders in 0_u32..400, size in 1_usize..120, dialect: bool) {
        let mut account = account(sized(seed, orders));
        let mut seen = Vec::new();
        loop {
            let (first, offset) = (seen.len() + 1, seen.len());
            let page = account.get(&if dialect {
                format!("order-service/order-search?firstResult={first}&pageSize={size}&sort=customerRef.DESC")
            } else {
                format!("order-service/order-search?offset={offset}&limit={size}&sort=customerRef.DESC")
            });
            seen.extend(first_ids(&page));
            if page["response"]["metaData"]["morePagesAvailable"] == false {
                break;
            }
        }
        prop_assert_eq!(seen.len(), orders as usize);
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(seen.len(), orders as usize);
    }

    #[test]
    fn options_name_exactly_what_exists(seed: u64, orders in 1_u32..700) {
        let mut account = account(sized(seed, orders));
        let mut read = Vec::new();
        for uri in account.uris("order-service/order") {
            let found = account.get(&format!("order-service{uri}"));
            let found = found["response"].as_array().unwrap();
            prop_assert!(found.len() <= 200);
            read.extend(found.iter().map(|order| order["id"].as_u64().unwrap()));
        }
        read.sort_unstable();
        let mut searched = Vec::new();
        for first in (1..=orders).step_by(500) {
            searched.extend(first_ids(&account.get(&format!("order-service/order-search?firstResult={first}"))));
        }
        prop_assert_eq!(read, searched);
    }

    #[test]
    fn any_request_gets_an_answer(
        url in "(https?://[a-z]{1,5})?(/|public-api|2.0.0|demo|order-service|order-search|order|[0-9,.-]{1,9}|%|\\?|&|=|sort|é|[ -~]){0,14}",
        body in prop::collection::vec(any::<u8>(), 0..40),
        method in prop::sample::select(Method::ALL.to_vec()),
        now: u64,
    ) {
        let mut account = account(sized(3, 20));
        let mut sent = request(method, "", "");
        sent.url = url;
        sent.body = body;
        let answer = account.emulator.answer(&sent, now);
        prop_assert!((200..600).contains(&answer.status));
        json(&answer);
    }

    #[test]
    fn any_parameters_get_an_answer(
        search in prop::sample::select(vec!["order-service/order", "product-service/product", "contact-service/contact"]),
        name in prop::sample::select(vec![
            "sort", "columns", "pageSize", "firstResult", "offset", "limit", "updatedOn", "createdOn", "orderId",
            "contactId", "productId", "isStaff", "stockTracked", "firstName", "countOnly", "includeOptional",
        ]),
        value in "[ -~é]{0,16}",
    ) {
        let mut account = account(sized(3, 20));
        let value: String = value.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for path in [format!("{search}-search?{name}={value}"), format!("{search}/?{name}={value}")] {
            let answer = account.send(Method::Get, &path, "");
            prop_assert!([200, 400, 404, 500].contains(&answer.status));
            json(&answer);
        }
    }
}

fn path() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "order-service/order/1-100",
        "order-service/order-search?sort=updatedOn.DESC",
        "order-service/order/1-40?includeOptional=customFields,nullCustomFields",
        "product-service/product/1007-1020",
        "product-service/product-search?productName=shirt",
        "product-service/product-price/1007-1020",
        "product-service/price-list",
        "contact-service/contact",
        "contact-service/contact-search?isSupplier=true",
        "contact-service/postal-address/1-5,1400",
        "warehouse-service/warehouse",
        "nowhere",
    ])
    .prop_map(str::to_owned)
}
