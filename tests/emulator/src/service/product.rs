//! Products and their search (API notes §8.2).

use brightpearl_core::Method;
use rust_decimal::Decimal;
use serde::Serialize;

use super::Route;
use super::call::Call;
use super::order::GetUris;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::{Members, Number};
use crate::protocol::moment::Moment;
use crate::search::{Cell, Column, DataType, Label, Search, Searchable};
use crate::world::World;
use crate::world::product::Product;
use crate::world::random::{Draw, Topic};
use crate::world::reference::TAX_CODES;

type ProductColumn = Column<Product>;

const SEARCH: &dyn Searchable = &PRODUCT_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "product-service/product/{ids?}", "product-get", get_products),
    Route::read(Method::Options, "product-service/product/{ids?}", "product-options", product_options),
    Route::search("product-service/product-search", SEARCH),
    Route::meta_data("product-service/product-search/meta-data", SEARCH),
];

const PRODUCT_SEARCH: Search<Product> = Search {
    name: "product-service/product-search",
    columns: &[
        ProductColumn::new("productId", DataType::IdSet, |_, product| Cell::integer(product.id))
            .explained_by(&["productCategoryMembership"]),
        ProductColumn::new("productName", DataType::SearchString, |_, product| Cell::text(product.name())),
        ProductColumn::new("SKU", DataType::String, |_, product| Cell::text(product.sku())),
        ProductColumn::new("barcode", DataType::String, |_, product| Cell::text(product.barcode())),
        ProductColumn::new("EAN", DataType::String, |_, product| Cell::optional_text(product.ean())),
        ProductColumn::new("UPC", DataType::String, |_, _| Cell::Null),
        ProductColumn::new("ISBN", DataType::String, |_, _| Cell::Null),
        ProductColumn::new("MPN", DataType::String, |_, product| Cell::optional_text(product.mpn())),
        ProductColumn::new("stockTracked", DataType::Boolean, |_, product| {
            Cell::Boolean(product.stock_tracked)
        }),
        ProductColumn::new("salesChannelName", DataType::String, |_, _| Cell::text(SALES_CHANNEL))
            .not_filterable(),
        ProductColumn::new("createdOn", DataType::Period, |_, product| Cell::Moment(product.created)),
        ProductColumn::new("updatedOn", DataType::Period, |_, product| Cell::Moment(product.updated)),
        ProductColumn::new("brightpearlCategoryCode", DataType::IdSet, |_, product| {
            Cell::integer(product.category())
        })
        .not_sortable(),
        ProductColumn::new("productGroupId", DataType::Integer, |_, product| {
            Cell::optional_integer(product.group)
        }),
        ProductColumn::new("brandId", DataType::IdSet, |_, product| Cell::integer(product.brand)),
        ProductColumn::new("productTypeId", DataType::IdSet, |_, product| {
            Cell::integer(product.product_type)
        }),
        ProductColumn::new("productStatus", DataType::String, |_, product| {
            Cell::text(product.status.as_str())
        }),
        ProductColumn::new("primarySupplierId", DataType::IdSet, |_, product| {
            Cell::optional_integer(product.supplier)
        }),
    ],
    // Every product of this account is on its only sales channel.
    filters: &[ProductColumn::new("channelId", DataType::Integer, |_, _| Cell::Integer(1)).not_sortable()],
    ids: |world| world.products.as_slice(),
    record: World::product,
    references: &["productCategoryMembership"],
    label: |world, _, key| {
        let id = u32::try_from(key).ok()?;
        Some(Label::Ids(vec![world.product(id).category()]))
    },
};

const SALES_CHANNEL: &str = "Brightpearl";

/// *Inferred*: where nothing is found, the answer is the 404 of most resources.
fn get_products(call: &mut Call<'_>) -> Answer {
    let ids = call.required_ids(0)?.pick(call.world.products.as_slice());
    if ids.is_empty() {
        return Err(Refusal::not_found("No Products Found"));
    }
    let custom = call.query.lists("includeOptional", "customFields");
    let null_custom = call.query.lists("includeOptional", "nullCustomFields");
    let world = &*call.world;
    let shapes: Vec<_> =
        ids.iter().map(|id| ProductShape::new(world, &world.product(*id), custom, null_custom)).collect();
    response(shapes)
}

fn product_options(call: &mut Call<'_>) -> Answer {
    let existing = call.world.products.as_slice();
    let ids = call.ids(0)?.map_or_else(|| existing.to_vec(), |ids| ids.pick(existing));
    response(GetUris::new(&ids, |set| format!("/product/{set}")))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductShape {
    id: u32,
    brand_id: u32,
    product_type_id: u32,
    identity: Identity,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_group_id: Option<u32>,
    featured: bool,
    stock: Stock,
    financial_details: FinancialDetails,
    sales_channels: [SalesChannel; 1],
    composition: Composition,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_fields: Option<CustomFields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    null_custom_fields: Option<Vec<&'static str>>,
    created_on: Moment,
    updated_on: Moment,
    warehouses: Members<u32, Stocking>,
    nominal_code_stock: &'static str,
    nominal_code_purchases: &'static str,
    nominal_code_sales: &'static str,
    season_ids: Vec<u32>,
    reporting: Reporting,
    status: &'static str,
    sales_popup_message: &'static str,
    warehouse_popup_message: &'static str,
    version: i64,
}

#[derive(Serialize)]
struct Identity {
    sku: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ean: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mpn: Option<String>,
    barcode: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stock {
    stock_tracked: bool,
    weight: Weight,
    dimensions: Dimensions,
}

#[derive(Serialize)]
struct Weight {
    magnitude: Number,
}

#[derive(Serialize)]
struct Dimensions {
    length: Number,
    height: Number,
    width: Number,
    volume: Number,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FinancialDetails {
    taxable: bool,
    tax_code: TaxCodeShape,
}

#[derive(Serialize)]
struct TaxCodeShape {
    id: u32,
    code: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SalesChannel {
    sales_channel_name: &'static str,
    product_name: String,
    product_condition: &'static str,
    categories: [Category; 1],
    description: Description,
    short_description: Description,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Category {
    category_code: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    language_code: &'static str,
    text: String,
    format: &'static str,
}

#[derive(Serialize)]
struct Composition {
    bundle: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stocking {
    default_location_id: u32,
    overflow_location_id: u32,
    reorder_level: u32,
    reorder_quantity: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reporting {
    #[serde(skip_serializing_if = "Option::is_none")]
    season_id: Option<u32>,
}

/// The custom fields that this account has given its products.
#[derive(Serialize)]
struct CustomFields {
    #[serde(rename = "PCF_FRAGILE", skip_serializing_if = "Option::is_none")]
    fragile: Option<bool>,
    #[serde(rename = "PCF_ORIGIN", skip_serializing_if = "Option::is_none")]
    origin: Option<&'static str>,
}

impl CustomFields {
    fn of(world: &World, product: u32) -> Self {
        let mut draw = Draw::new(world.seed, Topic::ProductFields, u64::from(product));
        Self {
            fragile: draw.chance(500).then_some(true),
            origin: draw.chance(400).then(|| draw.pick(&["Côte d’Ivoire", "日本", "Trinidad & Tobago"])),
        }
    }

    fn missing(&self) -> Vec<&'static str> {
        let fields = [("PCF_FRAGILE", self.fragile.is_none()), ("PCF_ORIGIN", self.origin.is_none())];
        fields.into_iter().filter(|(_, missing)| *missing).map(|(code, _)| code).collect()
    }
}

impl ProductShape {
    fn new(world: &World, product: &Product, custom: bool, null_custom: bool) -> Self {
        let fields = CustomFields::of(world, product.id);
        let tax_code = if product.taxable { &TAX_CODES[1] } else { &TAX_CODES[0] };
        let [length, height, width] = product.dimensions.map(i64::from);
        let number = |unscaled: i64, places: u32| Number(Decimal::new(unscaled, places));
        // Cubic hundredths of a unit, of which a million make one: kept to two places.
        let volume = length * height * width / 10_000;
        let description = |text: String| Description { language_code: "en", text, format: "HTML_FRAGMENT" };
        let text = if product.featured { format!("<p>{} & more</p>", product.name()) } else { String::new() };
        let stocking = |_| Stocking {
            default_location_id: 0,
            overflow_location_id: 0,
            reorder_level: 0,
            reorder_quantity: 0,
        };
        Self {
            id: product.id,
            brand_id: product.brand,
            product_type_id: product.product_type,
            identity: Identity {
                sku: product.sku(),
                ean: product.ean(),
                mpn: product.mpn(),
                barcode: product.barcode(),
            },
            product_group_id: product.group,
            featured: product.featured,
            stock: Stock {
                stock_tracked: product.stock_tracked,
                weight: Weight { magnitude: number(i64::from(product.weight) * 10, 4) },
                dimensions: Dimensions {
                    length: number(length, 2),
                    height: number(height, 2),
                    width: number(width, 2),
                    volume: number(volume, 2),
                },
            },
            financial_details: FinancialDetails {
                taxable: product.taxable,
                tax_code: TaxCodeShape { id: tax_code.id, code: tax_code.code },
            },
            sales_channels: [SalesChannel {
                sales_channel_name: SALES_CHANNEL,
                product_name: product.name(),
                product_condition: "new",
                categories: [Category { category_code: product.category().to_string() }],
                description: description(text.clone()),
                short_description: description(text),
            }],
            composition: Composition { bundle: false },
            null_custom_fields: null_custom.then(|| fields.missing()),
            custom_fields: custom.then_some(fields),
            created_on: world.moment(product.created),
            updated_on: world.moment(product.updated),
            warehouses: Members(world.warehouse_ids().map(|id| (id, stocking(id))).collect()),
            nominal_code_stock: "1001",
            nominal_code_purchases: "5000",
            nominal_code_sales: "4000",
            season_ids: product.season.into_iter().collect(),
            reporting: Reporting { season_id: product.season },
            status: product.status.as_str(),
            sales_popup_message: "",
            warehouse_popup_message: "",
            version: product.updated,
        }
    }
}
