//! Puts ids and codes of the account into a generated body, and into the path that it is sent to.

use std::collections::BTreeMap;
use std::fmt;

use brightpearl_core::catalog::field::Shape;
use brightpearl_core::catalog::operation::Content;
use brightpearl_core::catalog::{Endpoint, Operation, catalog};
use brightpearl_core::Method;

use crate::generated_body::{Generated, Place, Source};

/// A write of the catalog, with or without a body.
pub(crate) struct Write {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) operation: &'static Operation,
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
    ("DELETE warehouse-service/order/{ORDER-ID}/goods-note/goods-out/{ID}", &["noted-order", "goods-out-note"]),
    ("POST warehouse-service/order/{ORDER-ID}/goods-note/goods-out/{NOTE-ID}/pick", &["noted-order", "goods-out-note"]),
    ("POST warehouse-service/order/{ORDER-ID}/goods-note/goods-in", &["purchase-order"]),
    ("PUT warehouse-service/order/{ORDER-ID}/reservation", &["reserved-order"]),
    ("DELETE warehouse-service/order/{ORDER-ID}/reservation", &["reserved-order"]),
    ("POST warehouse-service/warehouse/{ID}/quarantine/release", &["target-warehouse"]),
    ("PUT warehouse-service/warehouse/{ID}/product/{PRODUCT-ID}", &["warehouse", "product"]),
    ("DELETE warehouse-service/warehouse/{WAREHOUSE-ID}/location/{ID}", &["warehouse", "location"]),
];

/// What the segments before placeholders are called in the account, where that is another name.
const SEGMENTS: &[(&str, &str)] =
    &[("order", "sales-order"), ("goods-out", "goods-out-note"), ("goods-in", "goods-in-note"), ("drop-ship", "drop-ship-note"), ("option-association", "option")];

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
    ("", "staffOwnerContactId", &["staff"]),
    ("", "staffOwnerId", &["staff"]),
    ("", "eventOwnerId", &["staff"]),
    ("", "contactStatusId", &["contact-status"]),
    ("", "countryId", &["country"]),
    ("", "supplier/contactId", &["supplier"]),
    ("", "supplierId", &["supplier"]),
    ("purchase", "/contactId", &["supplier"]),
    ("", "purchaseOrderRowId", &["purchase-order-row"]),
    ("", "targetWarehouseId", &["target-warehouse"]),
    ("quarantine/release", "toLocationId", &["target-location"]),
    ("", "taxCodeId", &["tax-code-id"]),
    ("", "taxClassId", &["tax-code-id"]),
    ("", "taxCode/id", &["tax-code-id"]),
    ("", "journalTypeCode", &["\"JJ\""]),
    ("", "journalType", &["\"JJ\""]),
    ("", "taxCode", &["\"T20\""]),
    ("", "paymentMethodCode", &["\"INV\""]),
    ("", "currencyIsoCode", &["\"USD\""]),
    ("", "/currency", &["\"USD\""]),
    ("", "orderCurrencyCode", &["\"USD\""]),
    ("", "currency/code", &["\"USD\""]),
    ("", "ominalCode", &["\"4000\"", "\"5000\""]),
    ("webhook", "subscribeTo", &["\"product\"", "\"order.modified\""]),
    ("webhook", "uriTemplate", &["\"https://127.0.0.1:1/?a=${account-code}${resource-type}${resource-id}${lifecycle-event}\""]),
];

/// What a resource is called in the account, where that is another name.
const RESOURCES: &[(&str, &str)] = &[("order", "sales-order"), ("order-row", "sales-order-row"), ("sales-order-row", "sales-order-row")];

/// Puts what exists into a body.
pub(crate) fn fit(write: &Write, generated: &mut Generated, known: &Known, source: &mut Source) {
    let name = write.to_string();
    let places: Vec<(String, Place)> =
        generated.places.iter().map(|(pointer, place)| (pointer.clone(), *place)).collect();
    for (pointer, place) in places {
        if !matches!(place.shape, Shape::Id { .. } | Shape::Text { .. } | Shape::Code | Shape::Currency) {
            continue;
        }
        let given = VALUES.iter().find(|(part, end, _)| name.contains(part) && pointer.ends_with(end));
        let meant = match given {
            Some((_, _, values)) => source.pick(values),
            None => match place.refers_to {
                Some(resource) => RESOURCES.iter().find(|(own, _)| *own == resource).map_or(resource, |(_, name)| *name),
                None => continue,
            },
        };
        if let Some(token) = known.get(meant) {
            let quoted = format!("\"{token}\"");
            let is_text = matches!(place.shape, Shape::Text { .. });
            generated.json.replace(&pointer, if is_text { &quoted } else { token });
        } else if given.is_some() {
            generated.json.replace(&pointer, meant);
        }
    }
    let _ = Content::Nothing;
}
