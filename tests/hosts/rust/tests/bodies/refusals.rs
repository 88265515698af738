//! Why the emulator and checking may differ, case by case.

use super::spoiling::Spoilt;

/// Writes of the catalog that the emulator does not know.
pub(crate) const UNKNOWN: &[&str] = &[];

/// Writes that no generated body is taken for, and why.
pub(crate) const NEVER_TAKEN: &[(&str, &str)] = &[
    ("POST accounting-service/journal-entry", "no source tells the members of its lines (API notes §8.5.3)"),
    ("POST accounting-service/invoice/sales-receipt", "no source tells what its payment lines are called"),
    ("POST accounting-service/invoice/purchase-payment", "no source tells what its payment lines are called"),
    ("PUT integration-service/integration/instance", "the caller is a private app, which is no instance"),
    (
        "POST warehouse-service/order/{ORDER-ID}/goods-note/goods-out/{NOTE-ID}/pick",
        "no source tells the members of its items",
    ),
];

/// A refusal of a body that is right by itself.
#[derive(Debug)]
pub(crate) struct State {
    write: &'static str,
    code: &'static str,
    message: &'static str,
    #[allow(dead_code, reason = "it is there to be read")]
    why: &'static str,
}

impl State {
    pub(crate) fn is(&self, write: &str, code: &str, message: &str) -> bool {
        write.contains(self.write) && code == self.code && message.contains(self.message)
    }
}

const fn state(write: &'static str, code: &'static str, message: &'static str, why: &'static str) -> State {
    State { write, code, message, why }
}

const PATCH: &str = "the record has no such value, which a patch needs to take away, replace or compare";
const EMPTY: &str =
    "an empty text, or none where no source says that one is needed; the emulator asks for one";
const UNSAID: &str =
    "no source says which members are mandatory; the emulator asks for those it cannot do without";
const OWN_RULE: &str = "a rule between values that the catalog's tables cannot say";

pub(crate) const STATE: &[State] = &[
    state("accounting-service/account-payment", "ACCC-040", "", UNSAID),
    state("accounting-service/purchase-payment", "ACCC-040", "", UNSAID),
    state("/custom-field", "CMNC-044", "", PATCH),
    state("contact/{ID}/custom-field", "CMNU-003", "", "this account's contacts have no field with options"),
    state("PATCH contact-service/contact/{ID}", "CONC-010", "The test of path", PATCH),
    state("PATCH contact-service/contact/{ID}", "CONC-010", "invalid value for path", PATCH),
    state(
        "PATCH order-service/order/{ORDER-ID}/row",
        "ORDC-041",
        "(/orderRowSequence)",
        "sequences are numbers, and a code need not be one",
    ),
    state(
        "PATCH order-service/order/{ORDER-ID}/row",
        "ORDC-024",
        "invalid quantity",
        "stock-tracked products go in whole pieces, above 0",
    ),
    state("PATCH order-service/order/{ORDER-ID}/row", "ORDC-046", "", "pieces are on goods notes"),
    state("payment-method", "ACCC-020", "You must supply a", EMPTY),
    state(
        "accounting-period",
        "ACCC-050",
        "overlaps with another one",
        "a strict account has the years already",
    ),
    state("sales-receipt", "ACCC-040", "currency code", UNSAID),
    state("company", "CONC-040", "You must supply a name", EMPTY),
    state("/member", "CONC-030", "is a member of the group already", "so it is"),
    state("contact/{ID}/note", "CONC-010", "You must supply text", EMPTY),
    state(
        "POST contact-service/contact",
        "CONC-010",
        "You must supply firstName",
        "mandatory by clients' tables only, which is unsure",
    ),
    state(
        "POST contact-service/contact",
        "CONC-010",
        "You must supply lastName",
        "mandatory by clients' tables only, which is unsure",
    ),
    state("POST contact-service/contact", "CONC-010", "both a supplier and staff", OWN_RULE),
    state(
        "POST contact-service/contact",
        "CONC-010",
        "creditTermDays",
        "no source says that days may be negative",
    ),
    state("postal-address", "CONC-001", "You must supply addressLine1", EMPTY),
    state("webhook", "INTC-056", "bodyTemplate and contentType are needed", EMPTY),
    state("note", "ORDC-030", "text is required", EMPTY),
    state("order/{ORDER-ID}/status", "ORDC-030", "text is required", EMPTY),
    state(
        "POST order-service/order",
        "ORDC-007",
        "invalid order status id",
        "the status is of another type of order",
    ),
    state("sales-order/{ORDER-ID}/row", "ORDC-041", "one object for each id", "the path has one id"),
    state("product-service/", "PRDC-001", "You must supply name", EMPTY),
    state("product-service/", "PRDC-001", "You must supply optionValueName", EMPTY),
    state(
        "product-service/product",
        "PRDC-001",
        "variations",
        "options belong to the product's type, each once",
    ),
    state("product-service/product", "PRDC-001", "invalid warehouses.", "the warehouse does not exist"),
    state("product-service/product", "PRDC-001", "financialDetails.taxCode.id", UNSAID),
    state("product-service/product", "PRDC-001", "productName", EMPTY),
    state(
        "product-service/product",
        "PRDC-001",
        "a collection of the brand",
        "the product has another brand",
    ),
    state("product-service/product", "PRDC-016", "is in stock", "what is in stock stays stock-tracked"),
    state("season", "PRDC-001", "not before dateFrom", OWN_RULE),
    state("drop-ship/{ID}/event", "WHSB-013", "has been shipped", "one event is the last"),
    state("goods-in/{ID}/correction", "WHSC-001", "You must supply productId", UNSAID),
    state("goods-out/{ID}/event", "WHSB-009", "has been shipped", "nothing follows a shipment"),
    state(
        "goods-out/{ID}/event",
        "WHSB-010",
        "it has not been done",
        "what was not done cannot be taken back",
    ),
    state("goods-note/goods-in", "WHSC-001", "purchaseOrderRowId", UNSAID),
    state("goods-note/goods-out", "WHSC-001", "].products", UNSAID),
    state("goods-note/drop-ship", "WHSC-001", "You must supply suppliers", UNSAID),
    state("-correction", "WHSC-001", "reason", EMPTY),
    state("internal-transfer", "WHSC-001", "You must supply transferredProducts", UNSAID),
    state("external-transfer", "WHSC-001", "You must supply transferredProducts", UNSAID),
    state("quarantine/release", "WHSC-001", "You must supply", UNSAID),
    state("/location", "WHSC-001", "the grouping before it is absent", OWN_RULE),
    state("warehouse-service/warehouse", "WHSC-001", "the grouping before it is absent", OWN_RULE),
    state("warehouse-service/warehouse", "WHSC-001", "logisticsName", OWN_RULE),
    state("PUT warehouse-service/warehouse", "WHSB-038", "cannot both be named", "names are unique"),
    state("PUT warehouse-service/warehouse", "WHSC-001", "weeklyOperatingPeriods", UNSAID),
];

/// A fault that only we refuse.
pub(crate) struct Stricter {
    write: &'static str,
    fault: Spoilt,
    place: &'static str,
    #[allow(dead_code, reason = "it is there to be read")]
    why: &'static str,
}

impl Stricter {
    pub(crate) fn is(&self, write: &str, fault: Spoilt, place: &str) -> bool {
        write.contains(self.write) && self.fault == fault && place.ends_with(self.place)
    }
}

const fn stricter(write: &'static str, fault: Spoilt, place: &'static str, why: &'static str) -> Stricter {
    Stricter { write, fault, place, why }
}

const ZERO: &str = "the emulator reads 0 as absent where the member may be absent";
const UNKEPT: &str = "the emulator keeps no templates of delivery notes";
const UNKEPT_CHANNEL: &str = "the emulator keeps no channels of payments on account";
const NAMED: &str = "the emulator looks at the SKU of a row only where the row has no product id";
const ROUNDED: &str =
    "no source says that Brightpearl refuses places too many; rounding in silence is what we prevent";

pub(crate) const STRICTER: &[Stricter] = &[
    stricter("", Spoilt::TooPrecise, "", ROUNDED),
    stricter("", Spoilt::NoId, "/journalId", ZERO),
    stricter("", Spoilt::NoId, "/installedIntegrationId", ZERO),
    stricter("sales-receipt", Spoilt::NoId, "", ZERO),
    stricter("PATCH contact-service/contact/{ID}", Spoilt::NoId, "/*/value", ZERO),
    stricter(
        "POST order-service/order",
        Spoilt::NoDate,
        "/invoices/*/taxDate",
        "an order has one invoice; more are not looked at",
    ),
    stricter("shipping-method", Spoilt::NoId, "/channelBrandTemplates/*", UNKEPT),
    stricter("shipping-method", Spoilt::NegativeId, "/channelBrandTemplates/*", UNKEPT),
    stricter("shipping-method", Spoilt::OtherType, "/channelBrandTemplates/*", UNKEPT),
    stricter(
        "webhook/{ID}/simulate",
        Spoilt::OtherType,
        "",
        "no source says what else than a text a variable may be",
    ),
    stricter("order-service/sales-", Spoilt::NoId, "/customerId", ZERO),
    stricter("order-service/sales-", Spoilt::NoId, "/installedIntegrationInstanceId", ZERO),
    stricter("order-service/sales-", Spoilt::OtherType, "/rows/*/sku", NAMED),
    stricter("accounting-service/account-payment", Spoilt::NoId, "/channelId", UNKEPT_CHANNEL),
    stricter("accounting-service/account-payment", Spoilt::NegativeId, "/channelId", UNKEPT_CHANNEL),
];
