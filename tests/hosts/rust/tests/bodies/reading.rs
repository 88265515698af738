//! Where what was sent is found again.

use std::collections::BTreeMap;

use brightpearl_core::Method;
use brightpearl_core::value::{DateTime, Decimal};
use serde_json::Value;

use super::account::Account;

/// How to read back what a write has sent.
pub(crate) struct Reading {
    /// The write.
    pub(crate) write: &'static str,
    /// The only values of a member with which the others are kept.
    when: Option<(&'static str, &'static [&'static str])>,
    /// What to read: `{id}` is the id that the write was answered, `[name]` one of the account's.
    path: &'static str,
    /// Where the record stands in the answer, as a JSON Pointer with the same placeholders.
    within: &'static str,
    /// Where a value stands in the body and in the record; `*` is the same position in both.
    pub(crate) members: &'static [(&'static str, &'static str)],
}

impl Reading {
    /// Whether what was sent is kept at all.
    pub(crate) fn concerns(&self, sent: &Value) -> bool {
        self.when.is_none_or(|(member, values)| {
            sent.pointer(member).and_then(Value::as_str).is_some_and(|value| values.contains(&value))
        })
    }

    /// The record. A row of a search becomes an object of its columns.
    pub(crate) fn read(
        &self,
        account: &mut Account,
        known: &BTreeMap<&'static str, String>,
        created: &Value,
    ) -> Value {
        let id = [created, &created["id"], &created[0]]
            .into_iter()
            .find_map(Value::as_u64)
            .map(|id| id.to_string());
        let fill = |template: &str| {
            let with_id = template.replace("{id}", id.as_deref().unwrap_or("none"));
            known.iter().fold(with_id, |text, (name, value)| text.replace(&format!("[{name}]"), value))
        };
        let path = fill(self.path);
        let (status, answer) = account.send(Method::Get, &path, "");
        assert_eq!(status, 200, "{path}: {answer}");
        if path.contains("-search?") {
            return row_as_object(&answer["response"]);
        }
        let within = fill(self.within);
        answer.pointer(&within).unwrap_or_else(|| panic!("{path}: nothing at {within}: {answer}")).clone()
    }
}

fn row_as_object(response: &Value) -> Value {
    let columns = response["metaData"]["columns"].as_array().unwrap();
    let names = columns.iter().map(|column| column["name"].as_str().unwrap().to_owned());
    names
        .zip(response["results"][0].as_array().expect("a row").iter().cloned())
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The values that were sent at a place, with their pointers and what is read for them.
pub(crate) fn pairs<'v>(
    sent: &'v Value,
    sent_at: &str,
    found: &'v Value,
    read_at: &str,
) -> Vec<(String, &'v Value, &'v Value)> {
    let places: Vec<String> = match sent_at.split_once("/*") {
        None => vec![String::new()],
        Some((list, _)) => {
            let count = sent.pointer(list).and_then(Value::as_array).map_or(0, Vec::len);
            (0..count).map(|place| place.to_string()).collect()
        }
    };
    let at = |place: &str| {
        let pointer = sent_at.replace('*', place);
        // What is empty or null counts as not sent.
        let value = sent.pointer(&pointer).filter(|value| !value.is_null() && value.as_str() != Some(""))?;
        let there = found.pointer(&read_at.replace('*', place)).unwrap_or(&Value::Null);
        Some((pointer, value, there))
    };
    places.iter().filter_map(|place| at(place)).collect()
}

/// Whether two values mean the same: numbers as decimals, to the places that are shown, and dates as moments.
pub(crate) fn alike(sent: &Value, found: &Value) -> bool {
    if sent == found {
        return true;
    }
    if let (Some(sent), Some(found)) = (decimal(sent), decimal(found)) {
        return sent.rounded(found.places()).is_ok_and(|rounded| rounded == found);
    }
    if let (Some(sent), Some(found)) = (moment(sent), moment(found)) {
        return sent == found;
    }
    match (sent, found) {
        // 0 for none is left out.
        (Value::Number(number), Value::Null) => number.as_u64() == Some(0),
        (
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
            _,
        ) => false,
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Decimal::parse_json(&number.to_string()).ok(),
        Value::String(text) => Decimal::parse(text).ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A date is its midnight in UTC (API notes §1.8).
fn moment(value: &Value) -> Option<i64> {
    let text = value.as_str().filter(|text| text.len() >= 10)?;
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    DateTime::parse(&whole).ok().map(|moment| moment.milliseconds())
}

const SALE: &[(&str, &str)] = &[
    ("/customer/id", "/customer/id"),
    ("/ref", "/ref"),
    ("/placedOn", "/placedOn"),
    ("/statusId", "/statusId"),
    ("/warehouseId", "/warehouseId"),
    ("/channelId", "/channelId"),
    ("/externalRef", "/externalRef"),
    ("/priceModeCode", "/priceModeCode"),
    ("/currency/code", "/currency/code"),
    ("/currency/exchangeRate", "/currency/exchangeRate"),
    ("/delivery/date", "/delivery/date"),
    ("/delivery/shippingMethodId", "/delivery/shippingMethodId"),
    ("/delivery/address/addressLine1", "/delivery/address/addressLine1"),
    ("/delivery/address/postalCode", "/delivery/address/postalCode"),
    ("/rows/*/productId", "/rows/*/productId"),
    ("/rows/*/name", "/rows/*/name"),
    ("/rows/*/quantity", "/rows/*/quantity"),
    ("/rows/*/taxCode", "/rows/*/taxCode"),
    ("/rows/*/net", "/rows/*/net"),
    ("/rows/*/tax", "/rows/*/tax"),
    ("/rows/*/nominalCode", "/rows/*/nominalCode"),
];

const NAMED: &[(&str, &str)] = &[("/name", "/name"), ("/description", "/description")];

pub(crate) const READINGS: &[Reading] = &[
    Reading {
        write: "POST order-service/order",
        when: None,
        path: "order-service/order/{id}",
        within: "/response/0",
        members: &[
            ("/orderTypeCode", "/orderTypeCode"),
            ("/reference", "/reference"),
            ("/priceListId", "/priceListId"),
            ("/priceModeCode", "/priceModeCode"),
            ("/placedOn", "/placedOn"),
            ("/orderStatus/orderStatusId", "/orderStatus/orderStatusId"),
            ("/delivery/deliveryDate", "/delivery/deliveryDate"),
            ("/delivery/shippingMethodId", "/delivery/shippingMethodId"),
            ("/currency/orderCurrencyCode", "/currency/orderCurrencyCode"),
            ("/currency/exchangeRate", "/currency/exchangeRate"),
            ("/currency/fixedExchangeRate", "/currency/fixedExchangeRate"),
            ("/parties/customer/contactId", "/parties/customer/contactId"),
            ("/parties/supplier/contactId", "/parties/supplier/contactId"),
            ("/parties/delivery/addressFullName", "/parties/delivery/addressFullName"),
            ("/parties/delivery/addressLine1", "/parties/delivery/addressLine1"),
            ("/parties/delivery/postalCode", "/parties/delivery/postalCode"),
            ("/parties/delivery/email", "/parties/delivery/email"),
            ("/assignment/current/channelId", "/assignment/current/channelId"),
            ("/assignment/current/leadSourceId", "/assignment/current/leadSourceId"),
            ("/assignment/current/projectId", "/assignment/current/projectId"),
            ("/assignment/current/staffOwnerContactId", "/assignment/current/staffOwnerContactId"),
            ("/warehouseId", "/warehouseId"),
        ],
    },
    Reading {
        write: "POST order-service/order/{ORDER-ID}/row",
        when: None,
        path: "order-service/order/[sales-order]",
        within: "/response/0/orderRows/{id}",
        members: &[
            ("/productId", "/productId"),
            ("/quantity/magnitude", "/quantity/magnitude"),
            ("/rowValue/taxCode", "/rowValue/taxCode"),
            ("/rowValue/rowNet/value", "/rowValue/rowNet/value"),
            ("/rowValue/rowTax/value", "/rowValue/rowTax/value"),
            ("/nominalCode", "/nominalCode"),
            ("/productPrice/value", "/productPrice/value"),
            ("/discountPercentage", "/discountPercentage"),
        ],
    },
    Reading {
        write: "POST order-service/sales-order",
        when: None,
        path: "order-service/sales-order/{id}",
        within: "/response/0",
        members: SALE,
    },
    Reading {
        write: "POST order-service/sales-credit",
        when: None,
        path: "order-service/sales-credit/{id}",
        within: "/response/0",
        members: SALE,
    },
    Reading {
        write: "POST order-service/order/{ORDER-ID}/note",
        when: None,
        path: "order-service/order/[sales-order]/note/{id}",
        within: "/response/0",
        members: &[
            ("/text", "/text"),
            ("/isPublic", "/isPublic"),
            ("/fileId", "/fileId"),
            ("/addedOn", "/addedOn"),
            ("/contactId", "/contactId"),
        ],
    },
    Reading {
        write: "POST order-service/order-status",
        when: None,
        path: "order-service/order-status/{id}",
        within: "/response/0",
        members: &[("/name", "/name"), ("/orderTypeCode", "/orderTypeCode"), ("/color", "/color")],
    },
    Reading {
        write: "PUT order-service/order/{ORDER-ID}/status",
        when: None,
        path: "order-service/order/[sales-order]",
        within: "/response/0",
        members: &[("/orderStatusId", "/orderStatus/orderStatusId")],
    },
    Reading {
        write: "POST product-service/product",
        when: None,
        path: "product-service/product/{id}",
        within: "/response/0",
        members: &[
            ("/brandId", "/brandId"),
            ("/collectionId", "/collectionId"),
            ("/productTypeId", "/productTypeId"),
            ("/identity/sku", "/identity/sku"),
            ("/identity/ean", "/identity/ean"),
            ("/identity/upc", "/identity/upc"),
            ("/identity/isbn", "/identity/isbn"),
            ("/identity/mpn", "/identity/mpn"),
            ("/identity/barcode", "/identity/barcode"),
            ("/stock/stockTracked", "/stock/stockTracked"),
            ("/stock/weight/magnitude", "/stock/weight/magnitude"),
            ("/stock/dimensions/length", "/stock/dimensions/length"),
            ("/stock/dimensions/volume", "/stock/dimensions/volume"),
            ("/financialDetails/taxCode/id", "/financialDetails/taxCode/id"),
            ("/salesChannels/*/productName", "/salesChannels/*/productName"),
            ("/salesChannels/*/productCondition", "/salesChannels/*/productCondition"),
            ("/salesChannels/*/description/text", "/salesChannels/*/description/text"),
            ("/nominalCodeStock", "/nominalCodeStock"),
            ("/nominalCodeSales", "/nominalCodeSales"),
            ("/featured", "/featured"),
            ("/status", "/status"),
            ("/salesPopupMessage", "/salesPopupMessage"),
        ],
    },
    Reading {
        write: "PUT product-service/product/{ID}/identity",
        when: None,
        path: "product-service/product/[product]",
        within: "/response/0/identity",
        members: &[("/sku", "/sku"), ("/ean", "/ean"), ("/mpn", "/mpn"), ("/barcode", "/barcode")],
    },
    Reading {
        write: "PUT product-service/product-price/{PRODUCT-ID}/price-list",
        when: None,
        path: "product-service/product-price/[product]/price-list/[price-list]",
        within: "/response/0/priceLists/0",
        members: &[
            ("/priceLists/0/priceListId", "/priceListId"),
            ("/priceLists/0/quantityPrice/1", "/quantityPrice/1"),
            ("/priceLists/0/quantityPrice/10", "/quantityPrice/10"),
        ],
    },
    Reading {
        write: "POST product-service/brand",
        when: None,
        path: "product-service/brand/{id}",
        within: "/response/0",
        members: NAMED,
    },
    Reading {
        write: "POST product-service/season",
        when: None,
        path: "product-service/season/{id}",
        within: "/response/0",
        members: &[
            ("/name", "/name"),
            ("/description", "/description"),
            ("/dateFrom", "/dateFrom"),
            ("/dateTo", "/dateTo"),
        ],
    },
    Reading {
        write: "POST product-service/product-type",
        when: None,
        path: "product-service/product-type/{id}",
        within: "/response/0",
        members: &[("/name", "/name")],
    },
    Reading {
        write: "POST product-service/option",
        when: None,
        path: "product-service/option/{id}",
        within: "/response/0",
        members: &[("/name", "/name"), ("/sortOrder", "/sortOrder")],
    },
    Reading {
        write: "POST product-service/option/{OPTION-ID}/value",
        when: None,
        path: "product-service/option/[option]/value/{id}",
        within: "/response/0",
        members: &[("/optionValueName", "/optionValueName")],
    },
    Reading {
        write: "POST product-service/brightpearl-category",
        when: None,
        path: "product-service/brightpearl-category/{id}",
        within: "/response/0",
        members: &[
            ("/name", "/name"),
            ("/parentId", "/parentId"),
            ("/description/text", "/description/text"),
        ],
    },
    Reading {
        write: "POST contact-service/contact",
        when: None,
        path: "contact-service/contact/{id}",
        within: "/response/0",
        members: &[
            ("/salutation", "/salutation"),
            ("/firstName", "/firstName"),
            ("/lastName", "/lastName"),
            ("/postAddressIds/DEF", "/postAddressIds/DEF"),
            ("/postAddressIds/BIL", "/postAddressIds/BIL"),
            ("/postAddressIds/DEL", "/postAddressIds/DEL"),
            ("/communication/emails/PRI/email", "/communication/emails/PRI/email"),
            ("/communication/telephones/FAX", "/communication/telephones/FAX"),
            ("/relationshipToAccount/isSupplier", "/relationshipToAccount/isSupplier"),
            ("/marketingDetails/isReceiveEmailNewsletter", "/marketingDetails/isReceiveEmailNewsletter"),
            ("/financialDetails/priceListId", "/financialDetails/priceListId"),
            ("/financialDetails/nominalCode", "/financialDetails/nominalCode"),
            ("/financialDetails/taxCodeId", "/financialDetails/taxCodeId"),
            ("/financialDetails/creditLimit", "/financialDetails/creditLimit"),
            ("/financialDetails/currencyId", "/financialDetails/currencyId"),
            ("/assignment/current/staffOwnerContactId", "/assignment/current/staffOwnerContactId"),
            ("/assignment/current/accountReference", "/assignment/current/accountReference"),
        ],
    },
    Reading {
        write: "POST contact-service/postal-address",
        when: None,
        path: "contact-service/postal-address/{id}",
        within: "/response/0",
        members: &[
            ("/addressLine1", "/addressLine1"),
            ("/addressLine2", "/addressLine2"),
            ("/addressLine3", "/addressLine3"),
            ("/addressLine4", "/addressLine4"),
            ("/postalCode", "/postalCode"),
            ("/countryId", "/countryId"),
        ],
    },
    Reading {
        write: "POST contact-service/company",
        when: None,
        path: "contact-service/company/{id}",
        within: "/response/0",
        members: &[("/name", "/name")],
    },
    Reading {
        write: "PUT contact-service/company/{ID}",
        when: None,
        path: "contact-service/company/[company]",
        within: "/response/0",
        members: &[("/name", "/name")],
    },
    Reading {
        write: "POST contact-service/contact-group",
        when: None,
        path: "contact-service/contact-group/{id}",
        within: "/response/0",
        members: NAMED,
    },
    Reading {
        write: "POST accounting-service/customer-payment",
        when: Some(("/paymentType", &["RECEIPT", "PAYMENT", "CAPTURE"])),
        path: "accounting-service/customer-payment-search?paymentId={id}",
        within: "",
        members: &[
            ("/transactionRef", "/transactionRef"),
            ("/transactionCode", "/transactionCode"),
            ("/paymentMethodCode", "/paymentMethodCode"),
            ("/paymentType", "/paymentType"),
            ("/orderId", "/orderId"),
            ("/currencyIsoCode", "/currencyCode"),
            ("/amountPaid", "/amountPaid"),
            ("/paymentDate", "/paymentDate"),
        ],
    },
    Reading {
        write: "POST accounting-service/customer-payment",
        when: Some(("/paymentType", &["AUTH"])),
        path: "accounting-service/customer-payment-search?paymentId={id}",
        within: "",
        members: &[("/amountAuthorized", "/amountAuthorized"), ("/authorizationExpiry", "/expires")],
    },
    Reading {
        write: "POST accounting-service/supplier-payment",
        when: None,
        path: "accounting-service/supplier-payment-search?paymentId={id}",
        within: "",
        members: &[
            ("/transactionRef", "/transactionRef"),
            ("/paymentMethodCode", "/paymentMethodCode"),
            ("/paymentType", "/paymentType"),
            ("/orderId", "/orderId"),
            ("/currencyIsoCode", "/currencyCode"),
            ("/amountPaid", "/amountPaid"),
        ],
    },
    Reading {
        write: "POST accounting-service/journal",
        when: None,
        path: "accounting-service/journal/{id}",
        within: "/response/journals/0",
        members: &[
            ("/journalTypeCode", "/journalTypeCode"),
            ("/description", "/description"),
            ("/credits/*/nominalCode", "/credits/*/nominalCode"),
            ("/credits/*/change/value", "/credits/*/change/value"),
            ("/debits/*/nominalCode", "/debits/*/nominalCode"),
            ("/debits/*/change/value", "/debits/*/change/value"),
        ],
    },
    Reading {
        write: "POST accounting-service/payment-method",
        when: None,
        path: "accounting-service/payment-method/{id}",
        within: "/response/0",
        members: &[("/name", "/name"), ("/isActive", "/isActive")],
    },
    Reading {
        write: "POST integration-service/webhook",
        when: None,
        path: "integration-service/webhook/{id}",
        within: "/response/0",
        members: &[
            ("/subscribeTo", "/subscribeTo"),
            ("/httpMethod", "/httpMethod"),
            ("/uriTemplate", "/uriTemplate"),
            ("/bodyTemplate", "/bodyTemplate"),
            ("/contentType", "/contentType"),
            ("/idSetAccepted", "/idSetAccepted"),
            ("/qualityOfService", "/qualityOfService"),
        ],
    },
    Reading {
        write: "POST warehouse-service/order/{ORDER-ID}/goods-note/goods-out",
        when: None,
        path: "warehouse-service/order/*/goods-note/goods-out/{id}",
        within: "/response/{id}",
        members: &[
            ("/warehouses/0/warehouseId", "/warehouseId"),
            ("/warehouses/0/releaseDate", "/releaseDate"),
            ("/priority", "/priority"),
            ("/shippingMethodId", "/shipping/shippingMethodId"),
            ("/labelUri", "/labelUri"),
        ],
    },
    Reading {
        write: "PUT warehouse-service/goods-note/goods-out/{ID}",
        when: None,
        path: "warehouse-service/order/*/goods-note/goods-out/[goods-out-note]",
        within: "/response/[goods-out-note]",
        members: &[
            ("/priority", "/priority"),
            ("/shipping/reference", "/shipping/reference"),
            ("/shipping/boxes", "/shipping/boxes"),
            ("/shipping/weight", "/shipping/weight"),
            ("/shipping/shippingMethodId", "/shipping/shippingMethodId"),
            ("/labelUri", "/labelUri"),
        ],
    },
    Reading {
        write: "POST warehouse-service/order/{ORDER-ID}/goods-note/goods-in",
        when: None,
        path: "warehouse-service/order/*/goods-note/goods-in/{id}",
        within: "/response/{id}",
        members: &[
            ("/receivedOn", "/receivedOn"),
            ("/userBatchReference", "/userBatchReference"),
            ("/goodsMoved/*/productId", "/goodsMoved/*/productId"),
            ("/goodsMoved/*/quantity", "/goodsMoved/*/quantity"),
            ("/goodsMoved/*/purchaseOrderRowId", "/goodsMoved/*/purchaseOrderRowId"),
            ("/goodsMoved/*/productValue/value", "/goodsMoved/*/productValue/value"),
        ],
    },
    Reading {
        write: "POST warehouse-service/warehouse/{ID}/stock-correction",
        when: None,
        path: "warehouse-service/warehouse/[warehouse]/stock-correction/{id}",
        within: "/response/0",
        members: &[
            ("/corrections/0/reason", "/reason"),
            ("/corrections/0/quantity", "/goodsMoved/0/quantity"),
            ("/corrections/0/productId", "/goodsMoved/0/productId"),
            ("/corrections/0/locationId", "/goodsMoved/0/destinationLocationId"),
            ("/corrections/0/cost/value", "/goodsMoved/0/productValue/value"),
        ],
    },
    Reading {
        write: "POST warehouse-service/warehouse/{SOURCE-ID}/stock-transfer",
        when: None,
        path: "warehouse-service/stock-transfer/{id}",
        within: "/response/0",
        members: &[("/targetWarehouseId", "/targetWarehouseId"), ("/reference", "/reference")],
    },
    Reading {
        write: "POST warehouse-service/warehouse/{WAREHOUSE-ID}/location",
        when: None,
        path: "warehouse-service/warehouse/[warehouse]/location/{id}",
        within: "/response/0",
        members: &[
            ("/groupingA", "/groupingA"),
            ("/groupingB", "/groupingB"),
            ("/groupingC", "/groupingC"),
            ("/zoneId", "/zoneId"),
            ("/barcode", "/barcode"),
        ],
    },
    Reading {
        write: "POST warehouse-service/shipping-method",
        when: None,
        path: "warehouse-service/shipping-method/{id}",
        within: "/response/0",
        members: &[
            ("/name", "/name"),
            ("/code", "/code"),
            ("/methodType", "/methodType"),
            ("/breaks", "/breaks"),
            ("/carrier", "/carrier"),
        ],
    },
    Reading {
        write: "POST warehouse-service/warehouse",
        when: None,
        path: "warehouse-service/warehouse/{id}",
        within: "/response/0",
        members: &[("/name", "/name"), ("/address/addressId", "/address/addressId")],
    },
    Reading {
        write: "POST warehouse-service/order/{ORDER-ID}/reservation/warehouse/{WAREHOUSE-ID}",
        when: None,
        path: "warehouse-service/order/[sales-order]/reservation",
        within: "/response/0/orderRows/[sales-order-row]",
        members: &[("/products/0/productId", "/productId")],
    },
];
