//! Resource search.

use crate::harness::{account, first_ids, rows, small_account};
use brightpearl_core::Method;
use brightpearl_emulator::Config;
use serde_json::{Value, json};

#[test]
fn a_page_has_rows_before_its_columns_and_a_reference_beside() {
    let mut account = small_account();
    let raw = crate::harness::text(&account.send(Method::Get, "order-service/order-search?pageSize=2", ""));
    let position = |part: &str| raw.find(part).unwrap_or_else(|| panic!("{part} is missing: {raw}"));
    assert!(position("\"results\":") < position("\"metaData\":"));
    assert!(position("\"metaData\":") < position("\"reference\":"));
    let page: Value = serde_json::from_str(&raw).unwrap();
    let meta = &page["response"]["metaData"];
    assert_eq!(
        json!([
            meta["morePagesAvailable"],
            meta["resultsAvailable"],
            meta["resultsReturned"],
            meta["firstResult"],
            meta["lastResult"]
        ]),
        json!([true, 300, 2, 1, 2])
    );
    assert_eq!(meta["columns"].as_array().unwrap().len(), 19);
    assert!(rows(&page).iter().all(|row| row.len() == 19));
    assert_eq!(meta["sorting"][0]["filterable"]["name"], "orderId");
}

#[test]
fn no_hits_have_no_positions() {
    let page = small_account().get("order-service/order-search?customerRef=nobody%27s");
    let meta = page["response"]["metaData"].as_object().unwrap();
    assert_eq!(page["response"]["results"], json!([]));
    assert_eq!((&meta["resultsAvailable"], &meta["resultsReturned"]), (&json!(0), &json!(0)));
    assert!(!meta.contains_key("firstResult") && !meta.contains_key("lastResult"));
    assert_eq!(meta["columns"].as_array().unwrap().len(), 19);
    assert_eq!(page["reference"], json!({}));
}

#[test]
fn columns_are_chosen_and_ordered_and_labelled() {
    let mut account = small_account();
    let page = account
        .get("order-service/order-search?columns=orderStatusId,nonsense,orderId&pageSize=5&orderStatusId=4");
    let names: Vec<&Value> = page["response"]["metaData"]["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| &column["name"])
        .collect();
    assert_eq!(names, ["orderStatusId", "orderId"]);
    assert!(rows(&page).iter().all(|row| row.len() == 2 && row[0] == 4));
    assert_eq!(page["reference"], json!({"orderStatusNames": {"4": "Invoiced"}}));
    let products = account.get("product-service/product-search?pageSize=1");
    let id = rows(&products)[0][0].to_string();
    let category = rows(&products)[0][12].clone();
    assert_eq!(products["reference"], json!({"productCategoryMembership": {id: [category]}}));
}

#[test]
fn filters_are_anded_and_unknown_ones_ignored() {
    let mut account = small_account();
    let all = account.column("order-service/order-search?nonsense=1&salesChannelName=x", "orderId");
    assert_eq!(all.len(), 300);
    let types = account.column("order-service/order-search?orderTypeId=1&orderStatusId=4", "orderTypeId");
    assert!(!types.is_empty() && types.len() < 300 && types.iter().all(|kind| *kind == 1));
    assert_eq!(
        account.column("order-service/order-search?orderId=1-3,290-400", "orderId")[..2],
        [json!(1), json!(2)]
    );
    let suppliers = account.column("contact-service/contact-search?isSupplier=true", "isCustomer");
    assert!(!suppliers.is_empty() && suppliers.iter().all(|customer| *customer == false));
    let named = account.column("product-service/product-search?productName=CAF%C3%89", "productName");
    assert!(!named.is_empty() && named.iter().all(|name| name.as_str().unwrap().contains("Café")));
    let by_email = account.column("contact-service/contact-search?allEmail=example.org", "secondaryEmail");
    assert!(
        !by_email.is_empty() && by_email.iter().all(|email| email.as_str().unwrap().contains("example.org"))
    );
    let shipped = account.column("order-service/order-search?shippingMethodId=5", "orderId");
    assert!(!shipped.is_empty() && shipped.len() < 300);
}

#[test]
fn periods_cut_where_they_say() {
    let mut account = small_account();
    let since = "2026-01-01T00:00:00%2B00:00";
    let late = account.column(&format!("order-service/order-search?updatedOn={since}/"), "updatedOn");
    assert!(!late.is_empty());
    assert!(late.iter().all(|moment| moment.as_str().unwrap() >= "2025-12-31T18:00"));
    let early = account.column("order-service/order-search?updatedOn=/2025-12-31", "updatedOn");
    let never = account
        .column("order-service/order-search", "updatedOn")
        .iter()
        .filter(|moment| moment.is_null())
        .count();
    assert_eq!(late.len() + early.len() + never, 300);
    let unescaped =
        account.refusal(Method::Get, "order-service/order-search?updatedOn=2026-01-01T00:00:00+00:00/", "");
    assert_eq!((unescaped.0, unescaped.1.as_str()), (500, "CMNC-018"));
}

#[test]
fn what_cannot_be_parsed_is_500_with_escaped_text() {
    let mut account = small_account();
    let response = account.send(Method::Get, "product-service/product-search?productId=BAD%20PARAM", "");
    assert_eq!(response.status, 500);
    assert_eq!(
        crate::harness::text(&response),
        r#"{"errors":[{"code":"CMNC-018","message":"The filter productId\u003dBAD PARAM cannot be parsed as: IDSET"}]}"#
    );
    for (parameter, kind) in [
        ("orderStatusId=BAD", "INTEGER"),
        ("orderStatusId=1-3", "INTEGER"),
        ("orderId=5-1", "IDSET"),
        ("createdOn=", "PERIOD"),
        ("pageSize=x", "INTEGER"),
    ] {
        let (status, code, message) =
            account.refusal(Method::Get, &format!("order-service/order-search?{parameter}"), "");
        assert_eq!((status, code.as_str()), (500, "CMNC-018"));
        assert_eq!(message, format!("The filter {parameter} cannot be parsed as: {kind}"));
    }
}

#[test]
fn sorting_takes_several_columns_and_directions() {
    let mut account = small_account();
    let page = account
        .get("order-service/order-search?sort=orderTypeId.DESC,createdOn.ASC&columns=orderTypeId,createdOn");
    let rows = rows(&page);
    let keys: Vec<(i64, String)> =
        rows.iter().map(|row| (-row[0].as_i64().unwrap(), row[1].as_str().unwrap().to_owned())).collect();
    assert!(keys.is_sorted());
    let sorting = &page["response"]["metaData"]["sorting"];
    assert_eq!((&sorting[0]["direction"], &sorting[1]["direction"]), (&json!("DESC"), &json!("ASC")));
    let descending = first_ids(&account.get("order-service/order-search?sort=orderId|DESC"));
    assert!(descending.is_sorted_by(|one, next| one > next));
    let unsortable = first_ids(&account.get("contact-service/contact-search?sort=isStaff.DESC"));
    assert!(unsortable.is_sorted());
}

#[test]
fn page_sizes_are_kept_within_500() {
    let mut account = account(Config { orders: 1_100, ..Config::default() });
    let size = |page: &Value| page["response"]["metaData"]["resultsReturned"].clone();
    assert_eq!(size(&account.get("order-service/order-search")), 500);
    assert_eq!(size(&account.get("order-service/order-search?pageSize=9999")), 500);
    assert_eq!(size(&account.get("order-service/order-search?limit=7&offset=1095")), 5);
    assert_eq!(size(&account.get("order-service/order-search?firstResult=5000")), 0);
    assert_eq!(size(&account.get("order-service/order-search?firstResult=-4&pageSize=0")), 1);
}

#[test]
fn counts_and_meta_data_alone() {
    let mut account = small_account();
    let counted = account.get("order-service/order-search?countOnly=true&orderTypeId=1");
    let listed = account.column("order-service/order-search?orderTypeId=1", "orderId");
    let meta = &counted["response"]["metaData"];
    assert_eq!(meta["resultsAvailable"], listed.len());
    assert_eq!((&meta["resultsReturned"], &counted["response"]["results"]), (&json!(0), &json!([])));
    let plan = account.get("contact-service/contact-search/meta-data");
    assert_eq!(plan["response"]["metaData"]["columns"].as_array().unwrap().len(), 21);
    assert_eq!(plan["response"]["metaData"]["sorting"][0]["filterable"]["name"], "contactId");
    assert!(plan["response"].get("results").is_none());
}

#[test]
fn search_and_get_agree() {
    let mut account = small_account();
    let page = account.get("order-service/order-search?pageSize=200");
    let orders =
        account.get(&format!("order-service/order/1-{}", first_ids(&page).iter().max().unwrap().min(&200)));
    for order in orders["response"].as_array().unwrap() {
        let row = rows(&page).into_iter().find(|row| row[0] == order["id"]).unwrap();
        let or_null = |member: &str| order.get(member).cloned().unwrap_or(Value::Null);
        assert_eq!(row[3], order["orderStatus"]["orderStatusId"]);
        assert_eq!(row[5], order["createdOn"]);
        assert_eq!(row[7], order["reference"]);
        assert_eq!(row[9], or_null("updatedOn"));
        assert_eq!(row[10], order["parentOrderId"]);
        assert_eq!(row[12], or_null("externalRef"));
        assert_eq!(row[13], or_null("installedIntegrationInstanceId"));
        assert_eq!(row[14], order["warehouseId"]);
        assert_eq!(row[18], order["delivery"].get("deliveryDate").cloned().unwrap_or(Value::Null));
        let label = |map: &str, key: &Value| page["reference"][map][key.to_string()].clone();
        assert_eq!(label("orderPaymentStatusNames", &row[8]), order["orderPaymentStatus"]);
        assert_eq!(label("orderStatusNames", &row[3]), order["orderStatus"]["name"]);
    }
}
