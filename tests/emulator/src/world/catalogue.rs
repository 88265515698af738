//! What products are sorted by and sold through: brands, categories, options, seasons, channels, methods
//! of shipping. An account starts with a few of each; writes add to them (API notes §8.2.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::custom_fields::Values;
use super::overlay::Overlay;
use super::price::ListPrice;
use super::product_record::ProductRecord;
use super::register::Register;

/// Everything of the product service that is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Catalogue {
    pub(crate) products: Overlay<Arc<ProductRecord>>,
    /// Custom fields by product; once one was patched, all that the product has.
    pub(crate) custom_fields: BTreeMap<u32, Values>,
    /// Prices that were written: by product, then by price list.
    pub(crate) prices: BTreeMap<u32, BTreeMap<u32, ListPrice>>,
    /// The groups of products that share a name: by name.
    pub(crate) groups: BTreeMap<String, u32>,
    pub(crate) brands: Register<Brand>,
    pub(crate) collections: Register<Collection>,
    pub(crate) categories: Register<Category>,
    pub(crate) types: Register<ProductType>,
    pub(crate) options: Register<ProductOption>,
    pub(crate) option_values: Register<OptionValue>,
    pub(crate) seasons: Register<Season>,
    pub(crate) shipping_methods: Register<ShippingMethod>,
}

/// A brand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Brand {
    pub(crate) name: String,
    pub(crate) description: String,
    /// When it was last written; none: when the account began.
    pub(crate) updated: Option<i64>,
}

/// A line of a brand's products.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Collection {
    pub(crate) name: String,
    pub(crate) brand: u32,
}

/// A Brightpearl category.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Category {
    pub(crate) name: String,
    /// 0: at the top.
    pub(crate) parent: u32,
    pub(crate) active: bool,
    pub(crate) description: String,
    pub(crate) created: Option<i64>,
}

/// A product type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProductType {
    pub(crate) name: String,
    /// The options that its products vary by.
    pub(crate) options: Vec<u32>,
}

/// Something that products vary by.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProductOption {
    pub(crate) name: String,
    pub(crate) sort_order: u32,
    pub(crate) created: Option<i64>,
    pub(crate) updated: Option<i64>,
}

/// A value of an option.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OptionValue {
    pub(crate) option: u32,
    pub(crate) name: String,
}

/// A season; the dates as they are written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Season {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
}

/// A method of shipping.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ShippingMethod {
    pub(crate) name: String,
    pub(crate) code: String,
    /// 1 by weight, 2 by price, 3 by number of items.
    pub(crate) method_type: u32,
    pub(crate) needs_more: bool,
    pub(crate) breaks: String,
    pub(crate) carrier: Option<String>,
    pub(crate) countries: Option<String>,
}

/// The breaks of a method that names none.
pub(crate) const DEFAULT_BREAKS: &str = "10,100,250,1000,100000";

/// Where products are sold. The order service knows the first three by these ids.
pub(crate) struct Channel {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
    pub(crate) channel_type: u32,
    pub(crate) sells_without_stock: bool,
}

pub(crate) static CHANNELS: [Channel; 3] = [
    Channel { id: 1, name: "Brightpearl", channel_type: 1, sells_without_stock: true },
    Channel { id: 2, name: "Web shop", channel_type: 2, sells_without_stock: false },
    Channel { id: 3, name: "Marketplace", channel_type: 3, sells_without_stock: false },
];

impl Default for Catalogue {
    fn default() -> Self {
        Self {
            products: Overlay::default(),
            custom_fields: BTreeMap::new(),
            prices: BTreeMap::new(),
            groups: BTreeMap::new(),
            brands: brands(),
            collections: collections(),
            categories: categories(),
            types: types(),
            options: options(),
            option_values: option_values(),
            seasons: seasons(),
            shipping_methods: shipping_methods(),
        }
    }
}

fn brands() -> Register<Brand> {
    let names = [
        "Other",
        "Alder & Ash",
        "Brisk",
        "Càrdua",
        "Dovetail",
        "Éclat",
        "Fernhill",
        "Gråsten",
        "Halcyon",
        "Ironmoor",
        "Juniper",
        "Kestrel",
    ];
    let brand = |(index, name): (usize, &str)| {
        (74 + index as u32, Brand { name: name.to_owned(), description: String::new(), updated: None })
    };
    Register::starting_with(74, names.into_iter().enumerate().map(brand))
}

fn collections() -> Register<Collection> {
    let names = [("Coast", 75), ("Woodland", 75), ("Atelier", 79)];
    let collection = |(index, (name, brand)): (usize, (&str, u32))| {
        (1 + index as u32, Collection { name: name.to_owned(), brand })
    };
    Register::starting_with(1, names.into_iter().enumerate().map(collection))
}

fn categories() -> Register<Category> {
    let names = [
        (276, "All products", 0),
        (296, "Clothing", 276),
        (297, "Kitchen", 276),
        (298, "Home", 276),
        (299, "Stationery", 276),
        (300, "Hardware", 276),
    ];
    let category = |(id, name, parent): (u32, &str, u32)| {
        let name = name.to_owned();
        (id, Category { name, parent, active: true, description: String::new(), created: None })
    };
    Register::starting_with(276, names.into_iter().map(category))
}

fn types() -> Register<ProductType> {
    let names = [("Physical", vec![1, 2]), ("Made to order", vec![2]), ("Service", Vec::new())];
    let product_type = |(index, (name, options)): (usize, (&str, Vec<u32>))| {
        (1 + index as u32, ProductType { name: name.to_owned(), options })
    };
    Register::starting_with(1, names.into_iter().enumerate().map(product_type))
}

fn options() -> Register<ProductOption> {
    let option = |(index, name): (usize, &str)| {
        let sort_order = index as u32 + 1;
        let name = name.to_owned();
        (index as u32 + 1, ProductOption { name, sort_order, created: None, updated: None })
    };
    Register::starting_with(1, ["Size", "Colour"].into_iter().enumerate().map(option))
}

fn option_values() -> Register<OptionValue> {
    let names = [(1, "S"), (1, "M"), (1, "L"), (2, "Navy"), (2, "Écru"), (2, "Moss")];
    let value = |(index, (option, name)): (usize, (u32, &str))| {
        (index as u32 + 1, OptionValue { option, name: name.to_owned() })
    };
    Register::starting_with(1, names.into_iter().enumerate().map(value))
}

fn seasons() -> Register<Season> {
    let names = [
        ("Spring", "2026-03-01", "2026-05-31"),
        ("Summer", "2026-06-01", "2026-08-31"),
        ("Autumn", "2026-09-01", "2026-11-30"),
        ("Winter", "2026-12-01", "2027-02-28"),
    ];
    let season = |(index, (name, from, to)): (usize, (&str, &str, &str))| {
        let (from, to) = (Some(from.to_owned()), Some(to.to_owned()));
        (index as u32 + 1, Season { name: name.to_owned(), description: String::new(), from, to })
    };
    Register::starting_with(1, names.into_iter().enumerate().map(season))
}

fn shipping_methods() -> Register<ShippingMethod> {
    let names = [
        (1, "Standard", "ST", None),
        (2, "Express", "EX", Some("Parcel Line")),
        (5, "Collection", "CO", None),
    ];
    let method = |(id, name, code, carrier): (u32, &str, &str, Option<&str>)| {
        let method = ShippingMethod {
            name: name.to_owned(),
            code: code.to_owned(),
            method_type: 1,
            needs_more: false,
            breaks: DEFAULT_BREAKS.to_owned(),
            carrier: carrier.map(str::to_owned),
            countries: None,
        };
        (id, method)
    };
    Register::starting_with(1, names.into_iter().map(method))
}
