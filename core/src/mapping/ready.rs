//! The documents that come with every host.

/// A ready document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// Its name.
    pub name: &'static str,
    /// Its JSON.
    pub document: &'static str,
}

macro_rules! ready {
    ($($name:literal),+ $(,)?) => {
        &[$(Ready { name: $name, document: include_str!(concat!("../../mappings/", $name, ".json")) }),+]
    };
}

const READY: &[Ready] = ready![
    "amazon-order",
    "availability-to-amazon",
    "availability-to-shopify",
    "availability-to-woocommerce",
    "csv-order",
    "hubspot-contact",
    "order-to-amazon",
    "order-to-shopify",
    "order-to-woocommerce",
    "product-to-amazon",
    "product-to-shopify",
    "product-to-woocommerce",
    "quickbooks-journal",
    "shipstation-shipment",
    "shipstation-tracking",
    "shopify-inventory",
    "shopify-order",
    "shopify-product",
    "woocommerce-order",
    "xero-journal",
];

/// The documents that come with every host, by name. Ids of an account (warehouses, channels, tax codes) are
/// examples: copy a document and set your own.
pub fn ready() -> &'static [Ready] {
    READY
}
