//! Puts ids and codes of the account into a generated body, and into the path that it is sent to.

use std::collections::BTreeMap;
use std::fmt;

use brightpearl_core::Method;
use brightpearl_core::catalog::field::{Inside, Shape};
use brightpearl_core::catalog::operation::Content;
use brightpearl_core::catalog::{Endpoint, EndpointOperation, catalog};

use super::generated_body::{Generated, Place, Source};

/// A write of the catalog, with or without a body.
pub(crate) struct Write {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) operation: &'static EndpointOperation,
}

impl fmt::Display for Write {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.operation.method, self.endpoint.path)
    }
}

/// Every write below a service.
pub(crate) fn writes() -> Vec<Write> {
    catalog()
        .flat_map(|resource| resource.operations())
        .filter(|(endpoint, operation)| {
            endpoint.path.contains("-service/") && !matches!(operation.method, Method::Get | Method::Options)
        })
        .map(|(endpoint, operation)| Write { endpoint, operation })
        .collect()
}

type Known = BTreeMap<&'static str, String>;

/// Where the segment before a placeholder does not say what stands there: a path, and the names for its placeholders.
const PATHS: &[(&str, &[&str])] = &[
    ("POST contact-service/contact/{CONTACT-ID-SET}/tag/{TAG-ID}", &["contact", "other-tag"]),
    ("POST contact-service/contact/{ID}/forget", &["member"]),
    ("DELETE warehouse-service/warehouse/{ID}", &["loose-warehouse"]),
    ("DELETE product-service/option/{ID}", &["loose-option"]),
    ("PUT accounting-service/currency/{CURRENCY-ID}/exchange-rate", &["other-currency"]),
    ("POST accounting-service/currency/{CURRENCY-ID}/exchange-rate", &["other-currency"]),
    ("DELETE contact-service/contact-group/{ID}/member/{CONTACT-ID}", &["contact-group", "member"]),
    ("PATCH order-service/order/{ORDER-ID}/row/{ROW-ID}", &["sales-order", "sales-order-row"]),
    ("DELETE order-service/order/{ORDER-ID}/row/{ROW-ID}", &["sales-order", "sales-order-row"]),
    ("PUT order-service/sales-order/{ORDER-ID}/row/{ID-SET}", &["sales-order", "sales-order-row"]),
    ("POST order-service/order/forget-contact/{CONTACT-ID}", &["contact"]),
    ("PUT order-service/order/{ORDER-ID}/acknowledgement", &["purchase-order"]),
    ("PUT product-service/product-price/{PRODUCT-ID}/price-list", &["product"]),
    ("PUT product-service/primary-supplier/{SUPPLIER-ID}/product", &["supplier"]),
    (
        "DELETE warehouse-service/order/{ORDER-ID}/goods-note/goods-out/{ID}",
        &["noted-order", "goods-out-note"],
    ),
    (
        "POST warehouse-service/order/{ORDER-ID}/goods-note/goods-out/{NOTE-ID}/pick",
        &["noted-order", "goods-out-note"],
    ),
    ("POST warehouse-service/order/{ORDER-ID}/goods-note/goods-in", &["purchase-order"]),
    (
        "DELETE warehouse-service/order/{ORDER-ID}/reservation/row/{ROW-ID}",
        &["reserved-order", "reserved-order-row"],
    ),
    ("PUT product-service/product-group/{ID}", &["product"]),
    ("PUT warehouse-service/order/{ORDER-ID}/reservation", &["reserved-order"]),
    ("DELETE warehouse-service/order/{ORDER-ID}/reservation", &["reserved-order"]),
    ("POST warehouse-service/warehouse/{ID}/quarantine/release", &["target-warehouse"]),
    ("PUT warehouse-service/warehouse/{ID}/product/{PRODUCT-ID}", &["warehouse", "product"]),
    ("DELETE warehouse-service/warehouse/{WAREHOUSE-ID}/location/{ID}", &["warehouse", "location"]),
];

/// What the segments before placeholders are called in the account, where that is another name.
const SEGMENTS: &[(&str, &str)] = &[
    ("order", "sales-order"),
    ("goods-out", "goods-out-note"),
    ("goods-in", "goods-in-note"),
    ("drop-ship", "drop-ship-note"),
    ("option-association", "option"),
];

/// The path of a write with ids that exist; `None` where the account has none of the kind.
pub(crate) fn path(write: &Write, known: &Known) -> Option<String> {
    let name = write.to_string();
    let mut given = PATHS.iter().find(|(path, _)| *path == name).map(|(_, names)| names.iter());
    let mut before = "";
    let mut segments = Vec::new();
    for segment in write.endpoint.path.split('/') {
        if segment.starts_with('{') {
            let name = match given.as_mut().and_then(Iterator::next) {
                Some(name) => name,
                None => SEGMENTS.iter().find(|(own, _)| *own == before).map_or(before, |(_, name)| *name),
            };
            segments.push(known.get(name)?.as_str());
        } else {
            segments.push(segment);
        }
        before = segment;
    }
    Some(segments.join("/"))
}

/// What stands in places whose own description does not say enough: part of the write's name, the end of the
/// place, and names of the account or else JSON tokens, any of which will do.
const VALUES: &[(&str, &str, &[&str])] = &[
    ("/goods-note/", "transfer", &["false"]),
    ("", "staffOwnerContactId", &["staff"]),
    ("", "staffOwnerId", &["staff"]),
    ("", "eventOwnerId", &["staff"]),
    ("", "contactStatusId", &["contact-status"]),
    ("", "organisationId", &["0"]),
    ("", "countryId", &["country"]),
    ("", "postAddressIds/DEF", &["free-address"]),
    ("", "postAddressIds/BIL", &["free-address"]),
    ("", "postAddressIds/DEL", &["free-address"]),
    ("contact/{ID}/postal-address", "postalAddressId", &["free-address"]),
    ("", "supplier/contactId", &["supplier"]),
    ("", "supplierId", &["supplier"]),
    ("product/{ID}/supplier", "/*", &["supplier"]),
    ("primary-supplier", "/*", &["product"]),
    ("purchase-invoice", "/contactId", &["supplier"]),
    ("invoice/purchase-credit", "/contactId", &["supplier"]),
    ("invoice/sales-credit", "/orderId", &["sales-credit"]),
    ("invoice/purchase-invoice", "/orderId", &["purchase-order"]),
    ("invoice/purchase-credit", "/orderId", &["purchase-credit"]),
    ("supplier-payment", "/orderId", &["purchase-order"]),
    ("accounting-service/purchase-payment", "/orderId", &["purchase-order"]),
    ("purchase-order/close", "orderIds/*", &["purchase-order"]),
    ("purchase-credit/close", "orderIds/*", &["purchase-credit"]),
    ("sales-credit", "/statusId", &["10"]),
    ("drop-ship", "purchaseOrderId", &["drop-purchase"]),
    ("drop-ship", "purchaseOrderRowId", &["drop-purchase-row"]),
    ("", "purchaseOrderRowId", &["purchase-order-row"]),
    ("PUT warehouse-service/order/{ORDER-ID}/reservation", "salesOrderRowId", &["reserved-order-row"]),
    ("", "targetWarehouseId", &["target-warehouse"]),
    ("quarantine/release", "toLocationId", &["target-location"]),
    ("internal-transfer", "toLocationId", &["location"]),
    ("", "ocationId", &["warehouse-location"]),
    ("", "taxCodeId", &["tax-code-id"]),
    ("", "taxClassId", &["tax-code-id"]),
    ("", "taxCode/id", &["tax-code-id"]),
    ("product-service/product", "/taxCode/code", &["\"T20\""]),
    ("product-service/product", "/brandId", &["collection-brand"]),
    ("", "journalTypeCode", &["\"JJ\""]),
    ("", "journalType", &["\"JJ\""]),
    ("", "taxCode", &["\"T20\""]),
    ("", "paymentMethodCode", &["\"INV\""]),
    ("", "bankAccountNominalCode", &["\"1200\""]),
    ("accounting-service/purchase-payment", "/nominalCode", &["\"1200\""]),
    ("accounting-service/account-payment", "/nominalCode", &["\"1200\""]),
    ("", "ominalCode", &["\"4000\"", "\"5000\""]),
    ("", "currencyIsoCode", &["\"USD\""]),
    ("", "/currency", &["\"USD\""]),
    ("", "orderCurrencyCode", &["\"USD\""]),
    ("", "currency/code", &["\"USD\""]),
    ("", "exchangeRate", &["\"1.000000\""]),
    ("POST accounting-service/currency", "rateActiveFrom", &["\"2027-01-01\""]),
    ("PUT accounting-service/currency", "rateActiveFrom", &["\"1970-01-01\""]),
    ("accounting-period", "startDate", &["\"2024-01-01\"", "\"2094-01-01\""]),
    ("accounting-period", "endDate", &["\"2094-12-31\"", "\"2095-01-31T00:00:00Z\""]),
    ("stock-correction", "quantity", &["3", "\"12\""]),
    ("warehouse-service/", "quantity", &["1", "2", "\"3\""]),
    ("sales-order", "quantity", &["1", "2.0", "\"3.0000\""]),
    ("sales-credit", "quantity", &["1", "2.0", "\"3.0000\""]),
    ("", "quantity/magnitude", &["1", "2.0", "\"3.0000\""]),
    ("warehouse-service/", "ost/value", &["3.00", "\"3.0000\""]),
    ("warehouse-service/", "productValue/value", &["0", "2.75", "\"3.0000\""]),
    ("", "quantityPrice/*", &["5", "\"5.25\""]),
    ("", "magnitude", &["0", "2.5"]),
    ("", "/length", &["0", "2.5"]),
    ("", "/height", &["0", "\"2.5\""]),
    ("", "/width", &["0", "12"]),
    ("", "/volume", &["0", "2.75"]),
    ("option", "sortOrder", &["3", "\"4\""]),
    ("", "reorderLevel", &["0", "\"4\""]),
    ("", "reorderQuantity", &["7", "\"4\""]),
    ("shipping-method", "breaks", &["\"10,20.5\""]),
    ("/location", "barcode", &["\"20000000\""]),
    ("goods-out/{ID}", "shipping/boxes", &["1"]),
    ("webhook", "subscribeTo", &["\"product\"", "\"order.modified\""]),
    (
        "webhook",
        "uriTemplate",
        &["\"https://127.0.0.1:1/?a=${account-code}${resource-type}${resource-id}${lifecycle-event}\""],
    ),
];

/// What a resource is called in the account, where that is another name.
const RESOURCES: &[(&str, &str)] =
    &[("order", "sales-order"), ("order-row", "sales-order-row"), ("sales-order-row", "sales-order-row")];

/// Puts what exists into a body.
pub(crate) fn fit(write: &Write, generated: &mut Generated, known: &Known, source: &mut Source) {
    let name = write.to_string();
    let places: Vec<(String, Place)> =
        generated.places.iter().map(|(pointer, place)| (pointer.clone(), *place)).collect();
    for (pointer, place) in &places {
        if !matches!(place.shape.inside(), Inside::Nothing) {
            continue;
        }
        let general = general(pointer);
        let given = VALUES.iter().find(|(part, end, _)| name.contains(part) && general.ends_with(end));
        let is_reference = matches!(place.shape, Shape::Id { .. } | Shape::Text { .. } | Shape::Code);
        let meant = match (given, place.refers_to) {
            (Some((_, _, values)), _) => source.pick(values),
            (None, Some(resource)) if is_reference => {
                RESOURCES.iter().find(|(own, _)| *own == resource).map_or(resource, |(_, name)| *name)
            }
            (None, _) => continue,
        };
        let is_text = matches!(place.shape, Shape::Text { .. });
        match known.get(meant) {
            Some(token) if is_text => generated.json.replace(pointer, &format!("\"{token}\"")),
            Some(token) => generated.json.replace(pointer, token),
            None if given.is_some() => generated.json.replace(pointer, meant),
            None => {}
        }
    }
    match write.operation.content {
        Content::Patch(_) if write.endpoint.path.ends_with("/custom-field") => {
            custom_fields(write, generated, &places);
        }
        Content::Json(_) if write.endpoint.path == "accounting-service/journal" => {
            balance(generated, &places)
        }
        Content::Json(_) if write.endpoint.path == "order-service/order" => one_principal(generated),
        Content::Json(_) if write.endpoint.path.ends_with("/price-list") => {
            each_list_once(generated, &places)
        }
        Content::Patch(_)
        | Content::Json(_)
        | Content::OptionalJson(_)
        | Content::Nothing
        | Content::Form(_)
        | Content::Unknown => {}
    }
}

/// A place with `*` for every position and every name that is a number.
pub(crate) fn general(pointer: &str) -> String {
    let is_number = |segment: &str| segment.parse::<u64>().is_ok();
    let segments = pointer.split('/').map(|segment| if is_number(segment) { "*" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// Names fields that there are: a text, and one of a list.
fn custom_fields(write: &Write, generated: &mut Generated, places: &[(String, Place)]) {
    let (text, option) = match write.endpoint.path.split('-').next() {
        Some("product") => ("PCF_ORIGIN", ("PCF_CARE", "36")),
        Some("contact") => ("PCF_NICKNAME", ("PCF_NICKNAME", "1")),
        Some(_) | None => ("PCF_GIFTNOTE", ("PCF_CARRIER", "9")),
    };
    for (pointer, place) in places {
        if pointer.ends_with("/path") || pointer.ends_with("/from") {
            let is_option = generated.json.token(pointer).ends_with("/id\"");
            let path = if is_option { format!("\"/{}/id\"", option.0) } else { format!("\"/{text}\"") };
            generated.json.replace(pointer, &path);
        } else if pointer.ends_with("/value") {
            let value = if matches!(place.shape, Shape::Id { .. }) { option.1 } else { "\"text\"" };
            generated.json.replace(pointer, value);
        }
    }
}

/// Names another price list each time, the account's known one first.
fn each_list_once(generated: &mut Generated, places: &[(String, Place)]) {
    let lists = places.iter().map(|(pointer, _)| pointer).filter(|pointer| pointer.ends_with("/priceListId"));
    for (pointer, list) in lists.zip(["2", "\"1\"", "3"]) {
        generated.json.replace(pointer, list);
    }
}

/// Takes the supplier from a sale and the customer from a purchase: an order has one or the other.
fn one_principal(generated: &mut Generated) {
    let is_sale = matches!(generated.json.token("/orderTypeCode").as_str(), "\"SO\"" | "\"SC\"");
    let other = if is_sale { "/parties/supplier" } else { "/parties/customer" };
    if generated.places.contains_key(other) {
        generated.json.remove(other);
        generated.places.retain(|pointer, _| !pointer.starts_with(other));
    }
}

/// Makes the debits equal the credits: so many times the one as there are of the other.
fn balance(generated: &mut Generated, places: &[(String, Place)]) {
    let of = |side: &str| -> Vec<&String> {
        let start = format!("/{side}/");
        let is_value = |pointer: &&String| pointer.starts_with(&start) && pointer.ends_with("/change/value");
        places.iter().map(|(pointer, _)| pointer).filter(is_value).collect()
    };
    let (debits, credits) = (of("debits"), of("credits"));
    for (own, other) in [(&debits, &credits), (&credits, &debits)] {
        for pointer in own {
            generated.json.replace(pointer, &format!("\"{}.00\"", other.len()));
        }
    }
}
