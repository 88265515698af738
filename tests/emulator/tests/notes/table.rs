//! What each example is.

use brightpearl_core::Method::{self, Post, Put};

use super::GET;

/// An example of the notes.
pub(crate) struct Example {
    /// The example itself, or a part of it that no other has, in JSON without white space.
    pub(crate) marks: &'static str,
    pub(crate) is: Use,
    /// Where in the answer it stands, as a JSON Pointer.
    pub(crate) within: Option<&'static str>,
    /// What stands in members of some names instead of what usually does.
    pub(crate) overrides: &'static [(&'static str, &'static str)],
    /// Members that this account's answer does not have.
    pub(crate) absent: &'static [&'static str],
}

/// What an example is for.
#[derive(Clone, Copy)]
pub(crate) enum Use {
    /// The body of this request, which is taken.
    Sent(Method, &'static str),
    /// The answer to this request, whose body follows it.
    Answers(Method, &'static str, &'static str),
    /// Neither: why.
    Told(&'static str),
}

const fn sent(marks: &'static str, method: Method, path: &'static str) -> Example {
    Example { marks, is: Use::Sent(method, path), within: None, overrides: &[], absent: &[] }
}

const fn answer(marks: &'static str, path: &'static str) -> Example {
    Example { marks, is: Use::Answers(GET, path, ""), within: None, overrides: &[], absent: &[] }
}

const fn answer_to(marks: &'static str, method: Method, path: &'static str, body: &'static str) -> Example {
    Example { marks, is: Use::Answers(method, path, body), within: None, overrides: &[], absent: &[] }
}

const fn told(marks: &'static str, why: &'static str) -> Example {
    Example { marks, is: Use::Told(why), within: None, overrides: &[], absent: &[] }
}

impl Example {
    const fn at(self, pointer: &'static str) -> Self {
        Self { within: Some(pointer), ..self }
    }

    const fn with(self, overrides: &'static [(&'static str, &'static str)]) -> Self {
        Self { overrides, ..self }
    }

    const fn but(self, absent: &'static [&'static str]) -> Self {
        Self { absent, ..self }
    }
}

pub(crate) const TABLE: &[Example] = &[
    answer(r#"{"response":[]}"#, "order-service/order/99999"),
    answer_to("/order/3-4,9", Method::Options, "order-service/order/1-300", ""),
    answer_to(r#"{"response":{"getUris":[]}}"#, Method::Options, "order-service/order/99999", ""),
    sent("emailAddress", Post, "/demo/authorise")
        .with(&[("emailAddress", "staff@demo.example"), ("password", "demo-password-for-tests-only")]),
    answer_to("6a3a6f04", Post, "/demo/authorise", STAFF),
    answer_to(
        "GWYB-006",
        Post,
        "/demo/authorise",
        r#"{"apiAccountCredentials":{"emailAddress":"x@example.com","password":"no"}}"#,
    ),
    answer_to("GWYB-003", Post, "/nobody/authorise", STAFF),
    answer("Not authenticated. You must", "/public-api/demo/order-service/order/1?without-login"),
    sent("applicationSecret", Post, "/demo/authenticate").with(&[
        ("applicationId", "demo-application"),
        ("applicationSecret", "demo-application-secret-for-tests-only"),
    ]),
    told("installation_instance_id", "a code is exchanged once; the tests of OAuth do"),
    answer_to(
        r#"{"error":"invalid_client"}"#,
        Post,
        "/token/demo",
        r#""grant_type=refresh_token&client_id=nobody&refresh_token=x""#,
    ),
    answer_to(
        "either expired or does not exist",
        Post,
        "/token/demo",
        r#""grant_type=refresh_token&client_id=demo_oauth_public_app&refresh_token=x""#,
    ),
    told("Redirect uri does not match", "a code is exchanged once; the tests of OAuth do"),
    told("Authorization token expired", "tokens live a week; the tests of OAuth wait for it"),
    told("Invalid instance token", "the caller has no bearer; the tests of OAuth do"),
    told("<string>", "it stands for any text"),
    answer("authorizeServer", "/developer-tools/demo_developer/account-location/demo"),
    told("unsignedAccountToken", "the caller signs nothing; the tests of logins do"),
    answer_to(r#""resourceErrors":{"252""#, Put, "order-service/sales-order/[sale]/row/[sale-row]", SALE_ROW)
        .at("/response")
        .with(&[("id", "sale-row")]),
    answer_to(r#"{"numberOfOrdersModified":3}"#, Post, "order-service/order/forget-contact/[other]", "{}")
        .at("/response"),
    answer_to(r#"{"id":13}"#, Post, "warehouse-service/warehouse/2/location", r#"{"groupingA":"Y"}"#)
        .at("/response"),
    answer(
        r#""isFreeTextSearchable":false,"name":"orderId""#,
        "order-service/order-search?pageSize=1&orderTypeId=1",
    ),
    told("too many requests", "the clock moves a minute with each request; the tests of the cap do not"),
    sent("processingMode", Post, "multi-message")
        .with(&[("uri", "/product-service/brand"), ("name", "Acme")]),
    answer_to("processedMessages", Post, "multi-message", STOPPED),
    answer(r#""id":15,"#, "integration-service/webhook/[hook]"),
    told("brightpearlVersion", "Brightpearl sends it; the tests of webhooks take it"),
    sent(r#"{"reference":"…"}"#, Put, "order-service/order/[purchase]/acknowledgement"),
    answer_to(
        r#"{"response":{"numberOfOrdersModified":3}}"#,
        Post,
        "order-service/order/forget-contact/[other]",
        "{}",
    ),
    answer(r#"{"name":"Invoiced","orderStatusId":4}"#, "order-service/order/[sale]")
        .at("/response/0/orderStatus"),
    answer(r#"{"errors":[]}"#, "order-service/order/[sale]").at("/response/0/tax"),
    answer(r#"{"deliveryDate":"…","shippingMethodId":0}"#, "order-service/order/[sale]")
        .at("/response/0/delivery"),
    told(
        r#""invoiceReference":"SI-1001","taxDate":"…""#,
        "an order is invoiced a while after it was closed; the tests of orders wait for it",
    ),
    answer(r#""accountingCurrencyCode":"USD""#, "order-service/order/[sale]").at("/response/0/currency"),
    answer(r#""baseTotal":"10.00""#, "order-service/order/[sale]").at("/response/0/totalValue"),
    answer(r#"{"current":{"channelId":0"#, "order-service/order/[sale]").at("/response/0/assignment"),
    answer_to(
        r#"{"response":329}"#,
        Post,
        "order-service/order",
        r#"{"orderTypeCode":"SO","parties":{"customer":{"contactId":1}}}"#,
    ),
    answer(r#""customerId":234"#, "order-service/sales-order/[sale]"),
    told(
        r#"{"id":3,"name":"…""#,
        "one element of the array that the multi-resource result above is the answer to",
    ),
    answer("Draft / Quote", "order-service/order-status/1").at("/response/0"),
    sent(r#""orderStatusId":21"#, Put, "order-service/order/[sale]/status"),
    told("PCF_YESNO", "each account names its custom fields itself"),
    told(r#"{"id":9}"#, "a value in a patch of custom fields"),
    answer(r#""customFieldType":"SELECT""#, "order-service/sale/custom-field-meta-data").at("/response"),
    sent(r#"{"taxDate":"2017-03-27T00:00:00.000Z"}"#, Post, "order-service/sales-order/[sale]/close"),
    sent(r#""orderIds":[1029,1030]"#, Post, "order-service/purchase-order/close")
        .with(&[("orderIds", "[[purchase]]")]),
    answer(r#""optionValue":"Small""#, "product-service/product/[product]/option-value").at("/response/0"),
    answer(r#"{"usages":10}"#, "product-service/discount/1/total-usage").at("/response"),
    answer(r#"[{"contactId":208,"usages":3}]"#, "product-service/discount/1/contact-usage/208")
        .at("/response"),
    answer(r#""nominalCodeStock":"1001""#, "product-service/product/[product]?includeOptional=customFields"),
    answer(r#""bundleComponents":[{"productId":1007"#, "product-service/product/[bundle]")
        .at("/response/0/composition"),
    answer_to(r#"{"response":1234}"#, Post, "product-service/brand", r#"{"name":"Invented"}"#),
    answer(r#""5":"9.5550""#, "product-service/product-price/[product]").at("/response"),
    sent(r#""sku":"OPT""#, Put, "product-service/product-price/[product]/price-list"),
    answer_to("/product-price/100-299", Method::Options, "product-service/product-price", "")
        .at("/response/getUris"),
    answer(r#""text":"Wholesale""#, "product-service/price-list/2").at("/response/0"),
    sent(r#"{"optionValueName":"Red"}"#, Post, "product-service/option/1/value"),
    told(r#""path":"/PCF_TYPE""#, "each account names its custom fields itself"),
    told("PCF_WIDTH", "each account names its custom fields itself"),
    sent(r#"{"name":"Shipping"}"#, Post, "warehouse-service/warehouse/2/zone"),
    answer(r#"{"1007":{"total":{"allocated":0"#, "warehouse-service/product-availability/[product]"),
    answer(r#""overflowLocationId":19"#, "warehouse-service/warehouse/2/product/[product]").at("/response"),
    answer(r#"{"1013":{"total""#, "warehouse-service/bundle-availability/[bundle]"),
    answer(r#"{"70012":"#, "warehouse-service/order/[shipped]/goods-note/goods-out/[shipped-note]"),
    sent(r#""productId":1008"#, Post, "warehouse-service/order/[sale]/goods-note/goods-out"),
    answer_to(r#"{"response":[101]}"#, Post, "warehouse-service/order/[sale]/goods-note/goods-out", NOTE),
    sent(r#""reference":"TRACK1""#, Put, "warehouse-service/goods-note/goods-out/[note]"),
    sent(
        r#"{"priority":false,"shipping":{"reference":"…"}}"#,
        Put,
        "warehouse-service/goods-note/goods-out/[note]",
    ),
    sent(r#""eventOwnerId":182"#, Post, "warehouse-service/goods-note/goods-out/[note]/event"),
    sent(r#""productId":2344"#, Post, "warehouse-service/goods-note/goods-in/[goods-in]/correction"),
    sent(
        r#"{"products":[{"productId":"1010""#,
        Post,
        "warehouse-service/order/[sale]/reservation/warehouse/2",
    ),
    answer(r#""orderId":54"#, "warehouse-service/order/[reserved]/reservation"),
    sent(r#""quantity":166"#, Post, "warehouse-service/warehouse/2/stock-correction"),
    answer("Main warehouse", "warehouse-service/warehouse"),
    answer_to(
        r#"{"response":{"id":13}}"#,
        Post,
        "warehouse-service/warehouse/2/location",
        r#"{"groupingA":"Y"}"#,
    ),
    told(r#""groupingA":"QUARANTINE""#, "its id is the account's own; the tests of locations read one"),
    sent(r#""toLocationId":"16""#, Post, "warehouse-service/warehouse/2/internal-transfer"),
    sent(r#""reference":"unique""#, Post, "warehouse-service/warehouse/2/stock-transfer"),
    sent(r#""stockTransferId":22"#, Post, "warehouse-service/warehouse/2/external-transfer")
        .with(&[("stockTransferId", "transfer"), ("targetWarehouseId", "3")]),
    answer("unavailableProducts", "warehouse-service/fulfilment-source/[product],[empty]"),
    answer(r#"{"fulfilled":7"#, "warehouse-service/order/[shipped]/fulfilment-status")
        .at("/response/[shipped-row]"),
    sent(r#""productId":1223"#, Post, "warehouse-service/warehouse/3/quarantine/release")
        .with(&[("toLocationId", "released")]),
    sent(r#""purchaseOrderRowId":391"#, Post, "warehouse-service/order/[dropped]/goods-note/drop-ship").with(
        &[
            ("purchaseOrderId", "drop-purchase"),
            ("purchaseOrderRowId", "drop-purchase-row"),
            ("salesOrderRowId", "dropped-row"),
            ("quantity", "1"),
        ],
    ),
    answer_to(r#"{"response":[84]}"#, Post, "warehouse-service/order/[sale]/goods-note/goods-out", NOTE),
    answer(r#""purchaseOrderId":157"#, "warehouse-service/order/*/goods-note/drop-ship/[drop-note]")
        .at("/response/[drop-note]"),
    told(r#""trackingReference":"22""#, "the note above was sent with it"),
    sent(r#""batchId":1,"#, Post, "warehouse-service/warehouse/3/asset-value-correction")
        .with(&[("locationId", "null"), ("batchId", "batch")]),
    told(
        r#""code":"CO","#,
        "carrier and countries are there when set; the tests of shipping methods set them",
    ),
    sent(r#"{"name":"…"}"#, Post, "contact-service/company"),
    sent(r#"{"addedOn":"…","isPublic":false,"text":"…"}"#, Post, "contact-service/contact/[customer]/note"),
    sent(r#"{"contactStatusId":3}"#, Put, "contact-service/contact/[customer]/status"),
    answer(r#""addressId":109"#, "contact-service/postal-address/[customer-address]").at("/response"),
    sent(r#""postalAddressId":220"#, Put, "contact-service/contact/[customer]/postal-address")
        .with(&[("postalAddressId", "address")]),
    sent("(≤255)", Post, "contact-service/contact-group"),
    sent(r#"{"contactMemberIds":[12,3]}"#, Post, "contact-service/contact-group/[group]/member")
        .with(&[("contactMemberIds", "[[customer]]")]),
    answer("contactMemberIdSet", "contact-service/contact-group/[group]/member"),
    answer(r##""tagColor":"#99FFFF""##, "contact-service/tag/12").at("/response/12"),
    told(r#"{"op":"add","path":"/PCF_X","value":"123"}"#, "each account names its custom fields itself"),
    sent(r#""orders":[{"orderId":"12""#, Post, "accounting-service/purchase-payment")
        .with(&[("orderId", "purchase"), ("channelId", "1")]),
    // No tax has been reconciled.
    answer(r#""contactId":1434"#, "accounting-service/journal/[journal]").but(&["taxReconciliation"]),
    sent(r#""value":"745.78""#, Post, "accounting-service/journal").with(&[("nominalCode", "\"4000\"")]),
    sent(r#""dueDate":"2015-08-14""#, Post, "accounting-service/invoice/sales-credit")
        .with(&[("orderId", "null")]),
    sent(r#"{"bankAccountNominalCode":"1000""#, Post, "accounting-service/sales-receipt"),
    answer("Freehold property", "accounting-service/nominal-code/5").at("/response/0"),
    answer(r#"{"code":"T","description":"Taxable""#, "accounting-service/tax-code/2").at("/response"),
    sent(
        r#"{"bankAccounts":[{"bankAccountNominalCode":"1200","currencyIsoCode":"GBP"}]"#,
        Post,
        "accounting-service/payment-method",
    ),
    answer(r#""paymentMethodId":1"#, "accounting-service/payment-method/[method]").at("/response"),
    answer(r#""addedById":6"#, "accounting-service/exchange-rate").at("/response"),
    sent(r#"{"rate":1.090876,"rateActiveFrom""#, Post, "accounting-service/currency/3/exchange-rate")
        .with(&[("rateActiveFrom", "\"2026-09-01T00:00:00.000Z\"")]),
    answer(r#""amountCaptured":5.0"#, "accounting-service/sale-payment-total/[sale]").at("/response"),
    answer(r#"{"response":"50.00"}"#, "accounting-service/contact/[customer]/currency/GBP/balance"),
    answer(r#"{"response":null}"#, "accounting-service/contact/[customer]/currency/EUR/balance"),
    answer(r#""lockedUntil":"2024-03-31""#, "accounting-service/accounting-period-lock"),
    sent(r#"{"endDate":"…","startDate":"…"}"#, Post, "accounting-service/accounting-period")
        .with(&[("startDate", "\"2020-01-01\""), ("endDate", "\"2020-12-31\"")]),
    told(
        r#"{"instanceName":"Shop of the north"}"#,
        "the caller is no instance; the tests of the catalogue rename one",
    ),
    told(
        "installedIntegrationInstanceId",
        "the caller is no instance; the tests of the catalogue rename one",
    ),
    // The page says that only accounts with sales tax have it, and prints it all the same.
    answer(r#""customerId":1001"#, "/api-v3/demo/pricing/customer/[customer]/product-price/[product]")
        .but(&["taxable"]),
    sent(r#"{"ean":"…","sku":"…"}"#, Put, "product-service/product/[product]/identity"),
    answer(r#""goodsNoteId":8796"#, "warehouse-service/warehouse/2/stock-correction/[batch]").at("/response"),
    sent(r#""addressId":22"#, Put, "warehouse-service/warehouse").with(&[("addressId", "address")]),
    answer(r##""accountReference":"#1""##, "contact-service/contact/[ann]"),
    told(r#"{"error":"…"}"#, "it stands for any error of OAuth"),
];

const STAFF: &str = r#"{"apiAccountCredentials":{"emailAddress":"staff@demo.example","password":"demo-password-for-tests-only"}}"#;
const STOPPED: &str = r#"{"processingMode":"SEQUENTIAL","onFail":"STOP","messages":[{"label":"a","uri":"/product-service/brand","httpMethod":"POST","body":{}},{"label":"b","uri":"/product-service/brand","httpMethod":"POST","body":{"name":"B"}}]}"#;
const SALE_ROW: &str = r#"[{"id":3,"productId":1,"name":"Shirt","quantity":"1","taxCode":"T20","tax":"8.8000","net":"44.0000"}]"#;
const NOTE: &str =
    r#"{"warehouses":[{"warehouseId":2,"products":[{"productId":1,"salesOrderRowId":1,"quantity":1}]}]}"#;
