//! The bodies that create orders.

use crate::catalog::build::{
    RATE, amount, boolean, choice, closed, currency, field, id, id_or_none, list, moment, object, open, text,
};
use crate::catalog::field::{Condition, Field, Object, Rule, Shape};

/// `orderTypeCode` (API notes §11).
pub(super) const ORDER_TYPES: &[&str] = &["SO", "SC", "PO", "PC"];
pub(super) const PRICE_MODES: &[&str] = &["INC", "EXC"];

/// The lines of an address. Two or three letters of `countryIsoCode` are taken (API notes §1.8).
const ADDRESS_FIELDS: &[Field] = &[
    text("addressFullName"),
    text("companyName"),
    text("addressLine1").note("Street."),
    text("addressLine2").note("Suburb."),
    text("addressLine3").note("City."),
    text("addressLine4").note("County or state."),
    text("postalCode").note("One source also has postcode and postalcode."),
    field("countryId", Shape::Id { or_zero: true }),
    field("countryIsoCode", Shape::Country),
    text("telephone"),
    text("mobileTelephone"),
    text("fax"),
    text("email"),
];

/// Open: the answers of GETs have more members (`country`, `countryIsoCode3`), which people send back.
const ADDRESS: Object = open(ADDRESS_FIELDS);

const PARTY: Object = open(&[id("contactId", "contact").mandatory()]);
const BILLING: Object = open(&[id("contactId", "contact").unverified()]);

/// API notes §8.1.2. The table is completed from clients, hence open.
pub(super) const ORDER: Object = open(&[
    choice("orderTypeCode", ORDER_TYPES)
        .mandatory()
        .of("order-type")
        .note("ORDC-005 missing, ORDC-006 invalid."),
    text("reference").note("The customer's or supplier's; a PATCH takes 64 characters."),
    id_or_none("parentOrderId", "order").note("Links a return to its sale, for example."),
    id_or_none("priceListId", "price-list").note("The contact's when absent."),
    choice("priceModeCode", PRICE_MODES).note("Sales orders and sales credits only."),
    moment("placedOn").note("Now when absent."),
    object("orderStatus", open(&[id("orderStatusId", "order-status")]))
        .note("The account's default for the type when absent."),
    object("delivery", open(&[moment("deliveryDate"), id_or_none("shippingMethodId", "shipping-method")])),
    list("invoices", &Shape::Object(open(&[moment("taxDate")]))),
    object(
        "currency",
        open(&[currency("orderCurrencyCode"), boolean("fixedExchangeRate"), field("exchangeRate", RATE)]),
    ),
    object(
        "parties",
        open(&[
            object("customer", PARTY).note("Sales orders and sales credits."),
            object("supplier", PARTY).note("Purchase orders and purchase credits; ORDC-022 when missing."),
            object("delivery", ADDRESS),
            object("billing", BILLING),
        ]),
    ),
    object("assignment", open(&[object("current", ASSIGNMENT)])),
    id("warehouseId", "warehouse"),
    text("externalRef").unverified(),
    id("installedIntegrationInstanceId", "integration-instance").unverified(),
])
.rules(&[
    Rule::When {
        member: "/orderTypeCode",
        condition: Condition::Is(&["SO", "SC"]),
        needs: &["/parties/customer/contactId"],
    },
    Rule::When {
        member: "/orderTypeCode",
        condition: Condition::Is(&["PO", "PC"]),
        needs: &["/parties/supplier/contactId"],
    },
]);

/// 0 stands for "none" in the answers of GETs.
const ASSIGNMENT: Object = open(&[
    id_or_none("channelId", "channel"),
    id_or_none("leadSourceId", "lead-source"),
    id_or_none("projectId", "project"),
    id_or_none("staffOwnerContactId", "contact"),
    field("teamId", Shape::Id { or_zero: true }),
]);

/// API notes §8.1.4: sales orders, and sales credits with the same fields. Rows come with it, so that all of
/// it is created, or none.
pub(super) const SALE: Object = open(&[
    object(
        "customer",
        open(&[id("id", "contact"), object("address", ADDRESS).note("The contact's when absent.")]),
    ),
    id("customerId", "contact").note("Instead of customer.id."),
    object(
        "billing",
        open(&[
            id("contactId", "contact")
                .note("The primary contact of the customer's organisation when absent."),
            object("address", ADDRESS),
        ]),
    ),
    text("ref").note("The customer's reference."),
    moment("placedOn").note("Today when absent."),
    moment("taxDate").note("Today when absent."),
    id_or_none("parentId", "order"),
    id("statusId", "order-status").note("The account's default when absent."),
    id("warehouseId", "warehouse"),
    id_or_none("staffOwnerId", "contact"),
    id_or_none("projectId", "project"),
    id_or_none("channelId", "channel"),
    id_or_none("leadSourceId", "lead-source"),
    field("teamId", Shape::Id { or_zero: true }),
    text("externalRef").note("Unique together with installedIntegrationInstanceId: a second one is refused."),
    id("installedIntegrationInstanceId", "integration-instance"),
    id_or_none("priceListId", "price-list"),
    choice("priceModeCode", PRICE_MODES),
    object(
        "currency",
        closed(&[currency("code"), boolean("fixedExchangeRate"), field("exchangeRate", RATE)]),
    ),
    object(
        "delivery",
        open(&[
            moment("date"),
            id_or_none("shippingMethodId", "shipping-method"),
            object("address", ADDRESS),
        ]),
    ),
    list("rows", &Shape::Object(SALE_ROW)),
])
.rules(&[Rule::AnyOf(&["/customer/id", "/customerId"])]);

/// Open: a row as a GET answers it has more members, which people send back.
const SALE_ROW: Object = open(&[
    id("productId", "product"),
    text("sku"),
    text("name").note("For a row of free text."),
    amount("quantity").mandatory(),
    text("taxCode").mandatory().of("tax-code"),
    amount("net").mandatory(),
    amount("tax").mandatory(),
    text("nominalCode").of("nominal-code"),
    text("externalRef"),
])
.rules(&[Rule::AnyOf(&["/productId", "/sku", "/name"])]);
