//! A product as an answer shows it (API notes §8.2.1).

use serde::Serialize;

use super::super::custom_field::{ShownValue, missing, shape};
use crate::protocol::json::{Members, Number};
use crate::protocol::moment::Moment;
use crate::world::World;
use crate::world::catalogue::Channel;
use crate::world::custom_fields::PRODUCT_FIELDS;
use crate::world::product_record::{Component, Identity, ProductRecord, Reporting, Text, Variation};
use crate::world::reference::TAX_CODES;
use crate::world::storage::Stocking;

/// What a request asks for beside the product itself.
#[derive(Clone, Copy, Default)]
pub(super) struct ProductSections {
    pub(super) custom_fields: bool,
    pub(super) null_custom_fields: bool,
    /// Whose data to show; none: Brightpearl's own.
    pub(super) channel: Option<&'static Channel>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProductShape {
    id: u32,
    brand_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    collection_id: Option<u32>,
    product_type_id: u32,
    identity: Identity,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_group_id: Option<u32>,
    featured: bool,
    stock: Stock,
    financial_details: ProductFinances,
    sales_channels: [SalesChannel; 1],
    composition: ProductComposition,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_fields: Option<Members<&'static str, ShownValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    null_custom_fields: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variations: Option<Vec<VariationShape>>,
    created_on: Moment,
    updated_on: Moment,
    warehouses: Members<u32, Stocking>,
    nominal_code_stock: String,
    nominal_code_purchases: String,
    nominal_code_sales: String,
    season_ids: Vec<u32>,
    reporting: Reporting,
    status: &'static str,
    sales_popup_message: String,
    warehouse_popup_message: String,
    version: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stock {
    stock_tracked: bool,
    weight: Weight,
    dimensions: DimensionsShape,
}

#[derive(Serialize)]
struct Weight {
    magnitude: Number,
}

#[derive(Serialize)]
struct DimensionsShape {
    length: Number,
    height: Number,
    width: Number,
    volume: Number,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductFinances {
    taxable: bool,
    tax_code: ProductTaxCode,
}

#[derive(Serialize)]
struct ProductTaxCode {
    id: u32,
    code: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SalesChannel {
    sales_channel_name: &'static str,
    product_name: String,
    product_condition: String,
    categories: Vec<ProductCategory>,
    description: Text,
    short_description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    available_to_sell_on_channel: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sell_when_no_stock: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductCategory {
    category_code: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductComposition {
    bundle: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle_components: Option<Vec<ComponentShape>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ComponentShape {
    product_id: u32,
    product_quantity: u32,
    sku: String,
    /// Of a component that is a bundle itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    composition: Option<ProductComposition>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VariationShape {
    option_id: u32,
    option_name: String,
    option_value_id: u32,
    option_value: String,
}

impl ProductShape {
    pub(super) fn new(world: &World, record: &ProductRecord, sections: ProductSections) -> Self {
        let fields = world.product_fields(record.id);
        let tax_code = TAX_CODES.iter().find(|code| code.id == record.tax_code).unwrap_or(&TAX_CODES[0]);
        let dimensions = &record.dimensions;
        let stocking = |id: &u32| (*id, world.stocking(record.id, *id));
        let variations = record.variations.iter().map(|own| VariationShape::new(world, own)).collect();
        Self {
            id: record.id,
            brand_id: record.brand,
            collection_id: record.collection,
            product_type_id: record.product_type,
            identity: record.identity.clone(),
            product_group_id: record.group,
            featured: record.featured,
            stock: Stock {
                stock_tracked: record.stock_tracked,
                weight: Weight { magnitude: Number(record.weight) },
                dimensions: DimensionsShape {
                    length: Number(dimensions.length),
                    height: Number(dimensions.height),
                    width: Number(dimensions.width),
                    volume: Number(dimensions.volume),
                },
            },
            financial_details: ProductFinances {
                taxable: record.taxable,
                tax_code: ProductTaxCode { id: tax_code.id, code: tax_code.code },
            },
            sales_channels: [SalesChannel::new(record, sections.channel)],
            composition: ProductComposition::of(world, &record.components, MOST_LEVELS),
            null_custom_fields: sections.null_custom_fields.then(|| missing(&PRODUCT_FIELDS, &fields)),
            custom_fields: sections.custom_fields.then(|| shape(&PRODUCT_FIELDS, fields)),
            variations: (!record.variations.is_empty()).then_some(variations),
            created_on: world.moment(record.created),
            updated_on: world.moment(record.updated),
            warehouses: Members(world.warehouse_ids().iter().map(stocking).collect()),
            nominal_code_stock: record.nominal_stock.clone(),
            nominal_code_purchases: record.nominal_purchases.clone(),
            nominal_code_sales: record.nominal_sales.clone(),
            season_ids: record.seasons.clone(),
            reporting: record.reporting.clone(),
            status: record.status.as_str(),
            sales_popup_message: record.sales_popup.clone(),
            warehouse_popup_message: record.warehouse_popup.clone(),
            version: record.updated,
        }
    }
}

/// The one channel that products are written to.
pub(super) const SALES_CHANNEL: &str = "Brightpearl";

/// Bundles within bundles are shown this far down.
const MOST_LEVELS: u32 = 5;

impl SalesChannel {
    fn new(record: &ProductRecord, channel: Option<&'static Channel>) -> Self {
        let category = |id: &u32| ProductCategory { category_code: id.to_string() };
        let is_live = record.status == crate::world::product::ProductStatus::Live;
        Self {
            sales_channel_name: channel.map_or(SALES_CHANNEL, |channel| channel.name),
            product_name: record.name.clone(),
            product_condition: record.condition.clone(),
            categories: record.categories.iter().map(category).collect(),
            description: record.description.clone(),
            short_description: record.short_description.clone(),
            available_to_sell_on_channel: channel.map(|_| is_live),
            sell_when_no_stock: channel.map(|channel| channel.sells_without_stock),
        }
    }
}

impl ProductComposition {
    fn of(world: &World, components: &[Component], levels: u32) -> Self {
        let is_bundle = !components.is_empty() && levels > 0;
        let shapes = || components.iter().map(|own| ComponentShape::new(world, own, levels - 1)).collect();
        Self { bundle: !components.is_empty(), bundle_components: is_bundle.then(shapes) }
    }
}

impl ComponentShape {
    fn new(world: &World, component: &Component, levels: u32) -> Self {
        let record = world.product_record(component.product);
        let composition = ProductComposition::of(world, &record.components, levels);
        Self {
            product_id: component.product,
            product_quantity: component.quantity,
            sku: record.identity.sku.clone(),
            composition: composition.bundle.then_some(composition),
        }
    }

    /// What a product is made of; nothing for one that is not a bundle.
    pub(super) fn all(world: &World, product: u32) -> Vec<Self> {
        let record = world.product_record(product);
        record.components.iter().map(|own| Self::new(world, own, MOST_LEVELS)).collect()
    }
}

impl VariationShape {
    pub(super) fn new(world: &World, variation: &Variation) -> Self {
        let catalogue = &world.changes.catalogue;
        let option = catalogue.options.get(variation.option);
        let value = catalogue.option_values.get(variation.value);
        Self {
            option_id: variation.option,
            option_name: option.map_or_else(String::new, |option| option.name.clone()),
            option_value_id: variation.value,
            option_value: value.map_or_else(String::new, |value| value.name.clone()),
        }
    }
}
