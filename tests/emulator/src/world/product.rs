//! Products and their prices, derived from their ids.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::World;
use super::product_record::ProductRecord;
use super::random::{Draw, Topic};
use crate::protocol::json::with_places;
use crate::protocol::moment::{DAY, HOUR, SECOND};

const KINDS: [(&str, &str, u32); 12] = [
    ("Shirt", "SHI", 296),
    ("Trousers", "TRO", 296),
    ("Café Mug", "MUG", 297),
    ("Crème Brûlée Torch", "TOR", 297),
    ("Desk Lamp", "LAM", 298),
    ("Notebook A5", "NOT", 299),
    ("Children's Raincoat", "RAI", 296),
    ("Bolt M8 × 40", "BOL", 300),
    ("Sofa \"Öland\"", "SOF", 298),
    ("Salt & Pepper Set", "SAL", 297),
    ("Cable <2 m>", "CAB", 300),
    ("抹茶 Whisk", "WHI", 297),
];
const MAKES: [&str; 8] =
    ["Nordic", "Très Chic", "Everyday", "Heritage", "Señor", "Lightweight", "Büro", "Premium"];
const COLOURS: [&str; 6] = ["Navy", "Écru", "Black", "Terracotta", "Moss", "Blanc cassé"];

/// Whether a product is on sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ProductStatus {
    Live,
    Discontinued,
    Archived,
}

impl ProductStatus {
    pub(crate) const ALL: [ProductStatus; 3] =
        [ProductStatus::Live, ProductStatus::Discontinued, ProductStatus::Archived];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ProductStatus::Live => "LIVE",
            ProductStatus::Discontinued => "DISCONTINUED",
            ProductStatus::Archived => "ARCHIVED",
        }
    }
}

/// A product.
#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) id: u32,
    kind: usize,
    make: &'static str,
    colour: &'static str,
    pub(crate) has_sku: bool,
    pub(crate) has_barcode: bool,
    pub(crate) has_ean: bool,
    pub(crate) has_mpn: bool,
    pub(crate) stock_tracked: bool,
    pub(crate) taxable: bool,
    pub(crate) featured: bool,
    pub(crate) brand: u32,
    pub(crate) product_type: u32,
    /// None: in no group.
    pub(crate) group: Option<u32>,
    pub(crate) season: Option<u32>,
    pub(crate) status: ProductStatus,
    pub(crate) supplier: Option<u32>,
    /// In grams.
    pub(crate) weight: u32,
    /// In hundredths of the account's unit: length, height, width.
    pub(crate) dimensions: [u32; 3],
    cost_in_cents: u32,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    /// What was written to it, which goes before what was drawn.
    written: Option<Arc<ProductRecord>>,
}

impl World {
    /// The product with that id, whether or not it exists, as it was last written.
    pub(crate) fn product(&self, id: u32) -> Product {
        let generated = self.generated_product(id);
        match self.changes.catalogue.products.get(id) {
            Some(Some(record)) => generated.rewritten(record, self.history.has_product(id)),
            Some(None) | None => generated,
        }
    }

    /// The product with that id as it was before anything was written to it.
    pub(crate) fn generated_product(&self, id: u32) -> Product {
        let mut draw = Draw::new(self.seed, Topic::Product, u64::from(id));
        let created = self.epoch_ms - 730 * DAY - i64::from(draw.below(400 * 24)) * HOUR;
        let age_in_hours = ((self.epoch_ms - created) / HOUR) as u32;
        let updated =
            created + i64::from(draw.below(age_in_hours)) * HOUR + i64::from(draw.below(3_600)) * SECOND;
        let measured = draw.chance(700);
        let mut measure = |most: u32| if measured { draw.below(most) } else { 0 };
        let weight = measure(25_000);
        let dimensions = [measure(20_000), measure(10_000), measure(10_000)];
        Product {
            id,
            kind: draw.below(KINDS.len() as u32) as usize,
            make: draw.pick(&MAKES),
            colour: draw.pick(&COLOURS),
            has_sku: draw.chance(970),
            has_barcode: draw.chance(600),
            has_ean: draw.chance(300),
            has_mpn: draw.chance(200),
            stock_tracked: draw.chance(930),
            taxable: draw.chance(900),
            featured: draw.chance(50),
            brand: 74 + draw.below(12),
            product_type: draw.weighted(&[(700, 1), (200, 2), (100, 3)]),
            group: draw.chance(250).then(|| 200 + draw.below(40)),
            season: draw.chance(200).then(|| draw.between(1, 4)),
            status: draw.weighted(&[
                (880, ProductStatus::Live),
                (80, ProductStatus::Discontinued),
                (40, ProductStatus::Archived),
            ]),
            supplier: if draw.chance(800) { Some(draw.pick(&self.suppliers)) } else { None },
            weight,
            dimensions,
            cost_in_cents: draw.weighted(&[(400, 900), (400, 4_000), (150, 15_000), (50, 90_000)])
                + draw.below(2_000),
            created,
            updated,
            written: None,
        }
    }
}

impl Product {
    fn rewritten(self, record: &Arc<ProductRecord>, had_cost: bool) -> Self {
        Self {
            has_sku: !record.identity.sku.is_empty(),
            has_barcode: !record.identity.barcode.is_empty(),
            has_ean: record.identity.ean.is_some(),
            has_mpn: record.identity.mpn.is_some(),
            stock_tracked: record.stock_tracked,
            taxable: record.taxable,
            featured: record.featured,
            brand: record.brand,
            product_type: record.product_type,
            group: record.group,
            season: record.seasons.first().copied(),
            status: record.status,
            supplier: record.suppliers.first().copied(),
            // What a product that was posted costs, only its prices say.
            cost_in_cents: if had_cost { self.cost_in_cents } else { 0 },
            created: record.created,
            updated: record.updated,
            written: Some(Arc::clone(record)),
            ..self
        }
    }

    pub(crate) fn name(&self) -> String {
        if let Some(written) = &self.written {
            return written.name.clone();
        }
        format!("{} {} – {}", self.make, KINDS[self.kind].0, self.colour)
    }

    /// Empty when it has none.
    pub(crate) fn sku(&self) -> String {
        if let Some(written) = &self.written {
            return written.identity.sku.clone();
        }
        if self.has_sku { format!("{}-{}", KINDS[self.kind].1, self.id) } else { String::new() }
    }

    /// Empty when it has none.
    pub(crate) fn barcode(&self) -> String {
        if let Some(written) = &self.written {
            return written.identity.barcode.clone();
        }
        if self.has_barcode { self.thirteen_digits(200) } else { String::new() }
    }

    pub(crate) fn ean(&self) -> Option<String> {
        if let Some(written) = &self.written {
            return written.identity.ean.clone();
        }
        self.has_ean.then(|| self.thirteen_digits(299))
    }

    pub(crate) fn upc(&self) -> Option<String> {
        self.written.as_ref()?.identity.upc.clone()
    }

    pub(crate) fn isbn(&self) -> Option<String> {
        self.written.as_ref()?.identity.isbn.clone()
    }

    pub(crate) fn mpn(&self) -> Option<String> {
        if let Some(written) = &self.written {
            return written.identity.mpn.clone();
        }
        self.has_mpn.then(|| format!("MPN/{:05}", self.id))
    }

    /// The first of its categories.
    pub(crate) fn category(&self) -> u32 {
        let written = self.written.as_ref().and_then(|written| written.categories.first());
        written.copied().unwrap_or(KINDS[self.kind].2)
    }

    /// All of its categories.
    pub(crate) fn categories(&self) -> Vec<u32> {
        match &self.written {
            Some(written) => written.categories.clone(),
            None => vec![self.category()],
        }
    }

    /// What one piece costs the account, in its own currency.
    pub(crate) fn cost(&self) -> Decimal {
        Decimal::new(i64::from(self.cost_in_cents), 2)
    }

    /// Prices just under a whole amount, as shops like them.
    pub(crate) fn retail(&self) -> Decimal {
        let marked_up = i64::from(self.cost_in_cents) * 22 / 10;
        Decimal::new(marked_up / 100 * 100 + 99, 2)
    }

    pub(crate) fn wholesale(&self) -> Decimal {
        with_places(self.cost() * Decimal::new(15, 1), 2)
    }

    /// A number with a valid check digit, from a range that shops keep for themselves.
    fn thirteen_digits(&self, prefix: u64) -> String {
        let body = prefix * 1_000_000_000 + u64::from(self.id);
        let digits = (0..12).map(|place| body / 10_u64.pow(place) % 10);
        let weighted: u64 =
            digits.enumerate().map(|(place, digit)| if place % 2 == 0 { digit * 3 } else { digit }).sum();
        format!("{body}{}", (10 - weighted % 10) % 10)
    }
}
