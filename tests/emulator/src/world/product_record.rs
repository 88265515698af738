//! A product with everything that can be written to it.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::product::{Product, ProductStatus};
use super::reference::TAX_CODES;

/// A product in full.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProductRecord {
    pub(crate) id: u32,
    pub(crate) brand: u32,
    pub(crate) collection: Option<u32>,
    pub(crate) product_type: u32,
    pub(crate) identity: Identity,
    /// None: in no group.
    pub(crate) group: Option<u32>,
    pub(crate) featured: bool,
    pub(crate) stock_tracked: bool,
    pub(crate) weight: Decimal,
    pub(crate) dimensions: Dimensions,
    pub(crate) taxable: bool,
    /// An id of [`TAX_CODES`].
    pub(crate) tax_code: u32,
    pub(crate) name: String,
    pub(crate) condition: String,
    /// At least one.
    pub(crate) categories: Vec<u32>,
    pub(crate) description: Text,
    pub(crate) short_description: Text,
    /// What a bundle is made of; empty on any other product.
    pub(crate) components: Vec<Component>,
    pub(crate) variations: Vec<Variation>,
    pub(crate) nominal_stock: String,
    pub(crate) nominal_purchases: String,
    pub(crate) nominal_sales: String,
    pub(crate) seasons: Vec<u32>,
    pub(crate) reporting: Reporting,
    pub(crate) status: ProductStatus,
    pub(crate) sales_popup: String,
    pub(crate) warehouse_popup: String,
    /// The primary supplier first.
    pub(crate) suppliers: Vec<u32>,
    pub(crate) created: i64,
    /// Also its version.
    pub(crate) updated: i64,
}

/// The numbers that a product is known by. `None` was never set, empty was cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) sku: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) isbn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ean: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mpn: Option<String>,
    pub(crate) barcode: String,
}

/// Two places each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Dimensions {
    pub(crate) length: Decimal,
    pub(crate) height: Decimal,
    pub(crate) width: Decimal,
    pub(crate) volume: Decimal,
}

/// A text in a language.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Text {
    pub(crate) language_code: String,
    pub(crate) text: String,
    pub(crate) format: String,
}

impl Text {
    pub(crate) fn new(text: String) -> Self {
        Self { language_code: "en".to_owned(), text, format: "HTML_FRAGMENT".to_owned() }
    }
}

/// A part of a bundle.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Component {
    pub(crate) product: u32,
    pub(crate) quantity: u32,
}

/// An option and the value that the product has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Variation {
    pub(crate) option: u32,
    pub(crate) value: u32,
}

/// What reports sort it by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reporting {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sub_category_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) season_id: Option<u32>,
}

impl World {
    /// The product with that id in full, whether or not it exists.
    pub(crate) fn product_record(&self, id: u32) -> Arc<ProductRecord> {
        match self.changes.catalogue.products.get(id) {
            Some(Some(written)) => Arc::clone(written),
            Some(None) | None => Arc::new(self.generated_record(self.generated_product(id))),
        }
    }

    /// Writes a product, new or changed.
    pub(crate) fn put_product(&mut self, record: ProductRecord) {
        self.changes.revision += 1;
        self.changes.catalogue.products.put(record.id, Arc::new(record));
    }

    /// The products that existed before anything was written.
    pub(crate) fn generated_products(&self) -> &[u32] {
        let all = self.products.as_slice();
        &all[..self.history.products.min(all.len())]
    }

    fn generated_record(&self, product: Product) -> ProductRecord {
        let [length, height, width] = product.dimensions.map(i64::from);
        // Cubic hundredths of a unit, of which a million make one: kept to two places.
        let volume = length * height * width / 10_000;
        let text = if product.featured { format!("<p>{} & more</p>", product.name()) } else { String::new() };
        let identity = Identity {
            sku: product.sku(),
            isbn: None,
            ean: product.ean(),
            upc: None,
            mpn: product.mpn(),
            barcode: product.barcode(),
        };
        ProductRecord {
            id: product.id,
            brand: product.brand,
            collection: None,
            product_type: product.product_type,
            identity,
            group: product.group,
            featured: product.featured,
            stock_tracked: product.stock_tracked,
            weight: Decimal::new(i64::from(product.weight) * 10, 4),
            dimensions: Dimensions {
                length: Decimal::new(length, 2),
                height: Decimal::new(height, 2),
                width: Decimal::new(width, 2),
                volume: Decimal::new(volume, 2),
            },
            taxable: product.taxable,
            tax_code: if product.taxable { TAX_CODES[1].id } else { TAX_CODES[0].id },
            name: product.name(),
            condition: "new".to_owned(),
            categories: vec![product.category()],
            description: Text::new(text.clone()),
            short_description: Text::new(text),
            components: Vec::new(),
            variations: Vec::new(),
            nominal_stock: "1001".to_owned(),
            nominal_purchases: "5000".to_owned(),
            nominal_sales: "4000".to_owned(),
            seasons: product.season.into_iter().collect(),
            reporting: Reporting { season_id: product.season, ..Reporting::default() },
            status: product.status,
            sales_popup: String::new(),
            warehouse_popup: String::new(),
            suppliers: product.supplier.into_iter().collect(),
            created: product.created,
            updated: product.updated,
        }
    }
}
