//! Products from their creation on, their prices, and what they are sorted by.

use crate::harness::{Account, first_ids, json, rows, small_account, strict_account, text};
use brightpearl_core::Method;
use serde_json::{Value, json};

fn body(name: &str, sku: &str) -> Value {
    json!({"brandId": 75, "identity": {"sku": sku, "ean": "2000000000015"},
           "stock": {"stockTracked": true, "weight": {"magnitude": 1.5},
                     "dimensions": {"length": 1, "height": "2.5", "width": 3, "volume": 7.5}},
           "financialDetails": {"taxable": true, "taxCode": {"id": 2, "code": "T"}},
           "salesChannels": [{"salesChannelName": "Brightpearl", "productName": name,
                              "categories": [{"categoryCode": 296}, {"categoryCode": "297"}],
                              "description": {"languageCode": "en", "text": "<b>New</b>", "format": "HTML_FRAGMENT"}}]})
}

fn new_product(account: &mut Account, name: &str, sku: &str) -> u64 {
    account.post("product-service/product", &body(name, sku))
}

fn product(account: &mut Account, id: u64) -> Value {
    account.get(&format!("product-service/product/{id}"))["response"][0].clone()
}

#[test]
fn a_product_is_created_found_and_changed() {
    let mut account = small_account();
    let last = *first_ids(&account.get("product-service/product-search")).last().unwrap();
    let id = new_product(&mut account, "Glass Jug", "JUG-1");
    assert!(id > last);
    let fresh = product(&mut account, id);
    assert_eq!(fresh["identity"], json!({"sku": "JUG-1", "ean": "2000000000015", "barcode": ""}));
    assert_eq!(
        fresh["stock"]["dimensions"],
        json!({"length": 1.0, "height": 2.5, "width": 3.0, "volume": 7.5})
    );
    assert_eq!(
        fresh["salesChannels"][0]["categories"],
        json!([{"categoryCode": "296"}, {"categoryCode": "297"}])
    );
    assert_eq!((&fresh["status"], &fresh["productTypeId"]), (&json!("LIVE"), &json!(1)));
    let found = account.get("product-service/product-search?SKU=JUG-1");
    assert_eq!(first_ids(&found), [id]);
    assert_eq!(found["reference"]["productCategoryMembership"][id.to_string()], json!([296, 297]));
    assert_eq!(account.uris(&format!("product-service/product/{id}")), [format!("/product/{id}")]);

    let path = format!("product-service/product/{id}");
    let renamed =
        json!({"salesChannels": [{"salesChannelName": "Brightpearl", "productName": "Glass Carafe"}]});
    assert_eq!(account.write(Method::Put, &path, &renamed), json!({}));
    let after = product(&mut account, id);
    assert_eq!(after["salesChannels"][0]["productName"], "Glass Carafe");
    for kept in ["brandId", "identity", "stock", "financialDetails", "createdOn", "status"] {
        assert_eq!(after[kept], fresh[kept], "{kept}");
    }
    assert_eq!(after["salesChannels"][0]["description"], fresh["salesChannels"][0]["description"]);
    assert!(after["version"].as_u64() > fresh["version"].as_u64());
    assert_eq!(first_ids(&account.get("product-service/product-search?productName=carafe")), [id]);
}

#[test]
fn a_change_can_be_bound_to_a_version() {
    let mut account = small_account();
    let id = new_product(&mut account, "Glass Jug", "JUG-1");
    let version = product(&mut account, id)["version"].to_string();
    let mut put = |version: &str, popup: &str| {
        let body = json!({"salesPopupMessage": popup}).to_string();
        let mut sent = crate::harness::request(Method::Put, &format!("product-service/product/{id}"), &body);
        sent.headers.push("If-Match", version);
        account.now += 60_000;
        account.emulator.answer(&sent, account.now).status
    };
    assert_eq!(put(&version, "one"), 200);
    assert_eq!(put(&version, "two"), 412);
    assert_eq!(product(&mut account, id)["salesPopupMessage"], "one");
}

#[test]
fn what_is_wrong_with_a_product_is_said() {
    let mut account = small_account();
    let mut wrong = |pointer: &str, value: Value| {
        let mut body = body("Glass Jug", "JUG-1");
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        let (status, code, message) =
            account.refusal(Method::Post, "product-service/product", &body.to_string());
        assert_eq!(status, 400, "{pointer}");
        (code, message)
    };
    let missing = ("PRDC-014".to_owned(), "You must supply a brand ID.".to_owned());
    assert_eq!(wrong("/brandId", Value::Null), missing);
    assert_eq!(wrong("/brandId", json!(999)).0, "PRDC-008");
    for (pointer, value, said) in [
        ("/identity/sku", json!("x".repeat(33)), "identity.sku: at most 32 characters"),
        ("/identity/ean", json!(5), "identity.ean: text"),
        ("/stock/stockTracked", json!("yes"), "stock.stockTracked: true or false"),
        ("/stock/weight", json!(-1), "stock.weight: an object"),
        ("/collectionId", json!(3), "collectionId"),
        ("/productTypeId", json!(99), "productTypeId"),
        ("/financialDetails/taxCode", json!({"id": 99}), "financialDetails.taxCode.id"),
        ("/salesChannels", json!([]), "You must supply salesChannels"),
        ("/status", json!("GONE"), "LIVE, DISCONTINUED or ARCHIVED"),
        ("/variations", json!([{"optionId": 1, "optionValueId": 4}]), "variations[0].optionValueId"),
        ("/warehouses", json!({"99": {}}), "warehouses.99"),
    ] {
        let (code, message) = wrong(pointer, value);
        assert_eq!(code, "PRDC-001", "{pointer}");
        assert!(message.contains(said), "{pointer}: {message}");
    }
    let products = account.get("product-service/product-search?SKU=JUG-1");
    assert_eq!(products["response"]["metaData"]["resultsAvailable"], 0);
}

#[test]
fn variations_make_a_group() {
    let mut account = small_account();
    let variant = |value: u64| {
        let mut body = body("Linen Shirt", "");
        body["variations"] = json!([{"optionId": 1, "optionValueId": value}]);
        body
    };
    let small = account.post("product-service/product", &variant(1));
    let large = account.post("product-service/product", &variant(3));
    let group = product(&mut account, small)["productGroupId"].clone();
    assert!(group.is_u64());
    let shown = product(&mut account, large);
    assert_eq!(shown["productGroupId"], group);
    let expected = json!([{"optionId": 1, "optionName": "Size", "optionValueId": 3, "optionValue": "L"}]);
    assert_eq!(shown["variations"], expected);
    assert_eq!(account.codes(Method::Post, "product-service/product", &variant(3)).1, ["PRDC-018"]);
    let found = account.get(&format!("product-service/product-search?productGroupId={group}"));
    assert_eq!(first_ids(&found), [small, large]);
}

#[test]
fn an_identity_is_replaced_whole() {
    let mut account = small_account();
    let id = new_product(&mut account, "Glass Jug", "JUG-1");
    let path = format!("product-service/product/{id}/identity");
    assert_eq!(account.write(Method::Put, &path, &json!({"barcode": "12", "mpn": "M"})), json!({}));
    let expected = json!({"sku": "", "ean": "", "mpn": "M", "barcode": "12"});
    assert_eq!(product(&mut account, id)["identity"], expected, "what was not sent is cleared");
}

#[test]
fn prices_are_written_list_by_list() {
    let mut account = strict_account();
    let id = new_product(&mut account, "Glass Jug", "JUG-1");
    let read = format!("product-service/product-price/{id}");
    let none = account.refusal(Method::Get, &read, "");
    assert_eq!(none, (404, "CMNC-404".to_owned(), "No Product Prices Found".to_owned()));
    let put = format!("{read}/price-list");
    let prices =
        json!({"priceLists": [{"priceListId": 1, "quantityPrice": {"1": 100, "5": "450.5"}, "sku": "OPT"}]});
    assert_eq!(account.write(Method::Put, &put, &prices), json!({}));
    account.write(Method::Put, &put, &json!({"priceLists": [{"priceListId": 2, "quantityPrice": {"1": 9}}]}));
    let lists = account.get(&read)["response"][0]["priceLists"].clone();
    assert_eq!(lists[0]["quantityPrice"], json!({"1": "100.0000", "5": "450.5000"}));
    assert_eq!((&lists[0]["sku"], lists[1].get("sku")), (&json!("OPT"), None));
    assert_eq!(lists[1]["quantityPrice"], json!({"1": "9.0000"}));
    assert_eq!(lists[2]["quantityPrice"], json!({}));
    let narrowed = account.get(&format!("{read}/price-list/2"));
    assert_eq!(narrowed["response"][0]["priceLists"].as_array().unwrap().len(), 1);
    assert_eq!(account.uris("product-service/product-price/*/price-list/1").len(), 1);
    for wrong in [
        json!({"priceLists": [{"quantityPrice": {"1": 1}}]}),
        json!({"priceLists": [{"priceListId": 1, "quantityPrice": {"0": 1}}]}),
        json!({"priceLists": [{"priceListId": 1, "quantityPrice": {"1": -1}}]}),
        json!({"priceLists": [{"priceListId": 99}]}),
    ] {
        assert_eq!(account.codes(Method::Put, &put, &wrong).0, 400, "{wrong}");
    }
}

#[test]
fn customers_have_prices_of_their_own() {
    let mut account = small_account();
    let id = new_product(&mut account, "Glass Jug", "JUG-1");
    let customer = account.some_contact("isCustomer=true");
    let mut sent = crate::harness::request(Method::Get, "", "");
    sent.url = format!("http://127.0.0.1/api-v3/demo/pricing/customer/{customer}/product-price/{id}");
    let response = account.emulator.answer(&sent, account.now);
    assert_eq!(response.status, 200, "{}", text(&response));
    let read = json(&response)["response"].clone();
    let list = read["customer"]["financialDetails"]["priceListId"].clone();
    assert_eq!(read["customer"]["customerId"], customer);
    assert_eq!(read["products"][0]["priceList"]["priceListId"], list);
    assert_eq!(read["products"][0]["financialDetails"], json!({"taxable": true}));
    assert!(text(&response).contains(r#""discountPercentage":0.00"#));
    let elsewhere = format!("pricing/customer/{customer}/product-price/{id}");
    assert_eq!(account.refusal(Method::Get, &elsewhere, "").0, 404, "only behind its own prefix");
}

#[test]
fn suppliers_come_and_go() {
    let mut account = small_account();
    let id = new_product(&mut account, "Glass Jug", "JUG-1");
    let (supplier, customer) =
        (account.some_contact("isSupplier=true"), account.some_contact("isCustomer=true"));
    let path = format!("product-service/product/{id}/supplier");
    let done = account.write(Method::Post, &path, &json!([supplier]));
    assert_eq!(
        done["response"],
        json!({"resourceErrors": {}, "resourceStatuses": {supplier.to_string(): 200}})
    );
    let mixed = account.send(Method::Post, &path, &json!([supplier, customer]).to_string());
    assert_eq!(mixed.status, 207);
    let statuses = json(&mixed)["response"]["resourceStatuses"].clone();
    assert_eq!(statuses, json!({supplier.to_string(): 200, customer.to_string(): 400}));
    assert_eq!(account.get(&path)["response"], json!({id.to_string(): [supplier]}));
    let found =
        account.get(&format!("product-service/product-search?primarySupplierId={supplier}&productId={id}"));
    assert_eq!(first_ids(&found), [id]);
    account.write(Method::Delete, &path, &json!([supplier]));
    assert_eq!(account.get(&path)["response"], json!({id.to_string(): []}));
    let primary = format!("product-service/primary-supplier/{supplier}/product");
    assert_eq!(
        account.write(Method::Put, &primary, &json!([id]))["response"]["resourceStatuses"][id.to_string()],
        200
    );
    assert_eq!(account.get(&path)["response"], json!({id.to_string(): [supplier]}));
    assert_eq!(account.send(Method::Post, &path, "{}").status, 400);
}

#[test]
fn custom_fields_are_patched() {
    let mut account = small_account();
    let id = new_product(&mut account, "Glass Jug", "JUG-1");
    let path = format!("product-service/product/{id}/custom-field");
    assert_eq!(account.get(&path)["response"], json!({}));
    let patch = json!([{"op": "add", "path": "/PCF_CARE", "value": {"id": 36}},
                       {"op": "add", "path": "/PCF_ORIGIN", "value": "Perú"}]);
    let after = json!({"PCF_ORIGIN": "Perú", "PCF_CARE": {"id": 36, "value": "Hand wash"}});
    assert_eq!(account.write(Method::Patch, &path, &patch)["response"], after);
    let full =
        account.get(&format!("product-service/product/{id}?includeOptional=customFields,nullCustomFields"));
    assert_eq!(full["response"][0]["customFields"], after);
    assert_eq!(full["response"][0]["nullCustomFields"], json!(["PCF_FRAGILE", "PCF_SHELFDAYS"]));
    let wrong = json!([{"op": "add", "path": "/PCF_CARE", "value": "Hand wash"}]);
    assert_eq!(account.codes(Method::Patch, &path, &wrong).0, 500);
    let fields = account.get("product-service/product/custom-field-meta-data");
    assert_eq!(fields["response"][2]["options"]["36"], json!({"id": 36, "value": "Hand wash"}));
}

#[test]
fn bundles_are_as_many_as_their_parts_allow() {
    let mut account = small_account();
    let (cup, saucer) = (new_product(&mut account, "Cup", "C"), new_product(&mut account, "Saucer", "S"));
    for (part, quantity) in [(cup, 9), (saucer, 5)] {
        let correction = json!({"corrections": [{"quantity": quantity, "productId": part, "reason": "Counted",
            "locationId": 2, "cost": {"currency": "USD", "value": 1}}]});
        account.write(Method::Post, "warehouse-service/warehouse/2/stock-correction", &correction);
    }
    let mut set = body("Tea Set", "SET");
    set["stock"]["stockTracked"] = json!(false);
    set["composition"] = json!({"bundle": true, "bundleComponents": [
        {"productId": cup, "productQuantity": 2}, {"productId": saucer, "productQuantity": 1}]});
    let set = account.post("product-service/product", &set);
    let composition = product(&mut account, set)["composition"].clone();
    assert_eq!(
        composition["bundleComponents"][0],
        json!({"productId": cup, "productQuantity": 2, "sku": "C"})
    );
    let read = account.get(&format!("warehouse-service/bundle-availability/{set}"));
    let expected = json!({"total": {"onHand": 4}, "warehouses": {"2": {"onHand": 4}, "3": {"onHand": 0}, "4": {"onHand": 0}}});
    assert_eq!(read["response"][set.to_string()], expected);
    assert_eq!(
        account.refusal(Method::Get, &format!("warehouse-service/bundle-availability/{cup}"), "").0,
        400
    );
    let bundles = account.get(&format!("product-service/product/{cup}-{set}/bundle"));
    assert_eq!(bundles["response"].as_array().unwrap().len(), 1);
}

#[test]
fn channels_show_a_product_each_in_its_way() {
    let mut account = small_account();
    let id = new_product(&mut account, "Glass Jug", "JUG-1");
    let shown = account.get(&format!("product-service/product/{id}?contextChannelId=2"));
    let channel = &shown["response"][0]["salesChannels"][0];
    assert_eq!(channel["salesChannelName"], "Web shop");
    assert_eq!(
        (&channel["availableToSellOnChannel"], &channel["sellWhenNoStock"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        account.refusal(Method::Get, &format!("product-service/product/{id}?contextChannelId=9"), "").0,
        404
    );
    let channels = account.get("product-service/channel");
    assert_eq!(channels["response"].as_array().unwrap().len(), 3);
    let brand = account.get("product-service/channel-brand/1");
    assert_eq!(brand["response"][0]["channelBrandId"], 1);
}

#[test]
fn what_products_are_sorted_by_can_be_added_to() {
    let mut account = small_account();
    let refusal = account.refusal(Method::Post, "product-service/brand", "{}");
    assert_eq!(refusal, (400, "PRDC-024".to_owned(), "Brand name is required".to_owned()));
    for (path, body, search, repeated) in [
        ("brand", json!({"name": "Zephyr & Co"}), "brand-search?brandName=zephyr", 400),
        (
            "brightpearl-category",
            json!({"name": "Garden", "parentId": 276}),
            "brightpearl-category-search?name=gard",
            400,
        ),
        (
            "season",
            json!({"name": "Festive", "dateFrom": "2026-12-01", "dateTo": "2026-12-31"}),
            "season-search?name=festive",
            400,
        ),
        ("product-type", json!({"name": "Digital"}), "product-type-search?name=digital", 200),
        ("option", json!({"name": "Length", "sortOrder": 3}), "option-search?name=length", 200),
    ] {
        let all = account.get(&format!("product-service/{path}"))["response"].as_array().unwrap().len();
        let id = account.post(&format!("product-service/{path}"), &body);
        let read = account.get(&format!("product-service/{path}/{id}"))["response"][0].clone();
        assert_eq!((&read["id"], &read["name"]), (&json!(id), &body["name"]), "{path}");
        assert_eq!(first_ids(&account.get(&format!("product-service/{search}"))), [id], "{path}");
        let now = account.get(&format!("product-service/{path}"))["response"].as_array().unwrap().len();
        assert_eq!(now, all + 1, "{path}");
        let again = account.send(Method::Post, &format!("product-service/{path}"), &body.to_string());
        assert_eq!(again.status, repeated, "{path}: {}", text(&again));
        assert_eq!(
            account.send(Method::Post, &format!("product-service/{path}"), "{}").status,
            400,
            "{path}"
        );
    }
    let collections = account.get("product-service/collection-search?brandId=75&columns=collectionName");
    assert_eq!(rows(&collections), [["Coast"], ["Woodland"]]);
}

#[test]
fn options_have_values_and_types() {
    let mut account = small_account();
    let option = account.post("product-service/option", &json!({"name": "Length"}));
    let value =
        account.post(&format!("product-service/option/{option}/value"), &json!({"optionValueName": "Long"}));
    let search = format!("product-service/option-value-search?optionId={option}");
    let found = account.get(&search);
    assert_eq!(rows(&found), [[json!(option), json!("Length"), json!(value), json!("Long")]]);
    let path = format!("product-service/product-type/2-3/option-association/{option}");
    assert_eq!(account.write(Method::Post, &path, &Value::Null), json!({}));
    let path = format!("product-service/option/{option}");
    assert_eq!(account.codes(Method::Delete, &path, &Value::Null).1, ["PRDC-013"], "types have it");
    account.write(Method::Put, &path, &json!({"sortOrder": 9}));
    let read = account.get(&path)["response"][0].clone();
    assert_eq!((&read["name"], &read["sortOrder"]), (&json!("Length"), &json!(9)));
    assert_ne!(read["createdOn"], read["updatedOn"]);
}
