//! What a caller says of a product: creating one, changing one (API notes §8.2.2).

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::super::body::{Fields, id, whole};
use super::super::goods::read_stocking;
use super::product_shape::SALES_CHANNEL;
use super::{UNREADABLE, refused};
use crate::protocol::answer::Refusal;
use crate::protocol::json::with_places;
use crate::world::World;
use crate::world::product::ProductStatus;
use crate::world::product_record::{
    Component, Dimensions, Identity, ProductRecord, Reporting, Text, Variation,
};
use crate::world::reference::TAX_CODES;
use crate::world::storage::Stocking;

/// Creates a product and answers its id.
pub(super) fn create(world: &mut World, body: &Map<String, Value>, now: i64) -> Result<u32, Refusal> {
    let fields = Fields::new(body, UNREADABLE);
    if fields.value("brandId").is_none() {
        return Err(refused("PRDC-014", "You must supply a brand ID."));
    }
    let channels = fields.some_objects("salesChannels")?;
    let [channel] = channels.as_slice() else {
        return Err(fields.refuse("salesChannels", "exactly one sales channel"));
    };
    channel.required("productName", channel.text("productName")?.filter(|name| !name.trim().is_empty()))?;
    channel.some_objects("categories")?;
    let mut record = read(world, &fields, blank(now))?;
    let stockings = read_stockings(world, &fields, None)?;
    join_group(world, &mut record)?;
    let id = world.products.add();
    record.id = id;
    world.put_product(record);
    for (warehouse, stocking) in stockings {
        world.put_stocking(id, warehouse, stocking);
    }
    world.changes.publish("product", "created", id);
    Ok(id)
}

/// Changes what a body sends.
pub(super) fn change(world: &mut World, id: u32, body: &Map<String, Value>, now: i64) -> Result<(), Refusal> {
    let fields = Fields::new(body, UNREADABLE);
    let before = world.product_record(id);
    let mut record = read(world, &fields, (*before).clone())?;
    let stockings = read_stockings(world, &fields, Some(id))?;
    if !record.stock_tracked && before.stock_tracked && !world.batches(id).is_empty() {
        return Err(refused("PRDC-016", &format!("Product {id} is in stock")));
    }
    let moved = record.name != before.name || record.variations != before.variations;
    if moved && !record.variations.is_empty() {
        join_group(world, &mut record)?;
    }
    record.updated = now;
    world.put_product(record);
    for (warehouse, stocking) in stockings {
        world.put_stocking(id, warehouse, stocking);
    }
    world.changes.publish("product", "modified", id);
    Ok(())
}

/// A product of which nothing is known yet, with the account's defaults.
fn blank(now: i64) -> ProductRecord {
    let zero = || Decimal::new(0, 2);
    ProductRecord {
        id: 0,
        brand: 0,
        collection: None,
        product_type: 1,
        identity: Identity::default(),
        group: None,
        featured: false,
        stock_tracked: false,
        weight: Decimal::new(0, 4),
        dimensions: Dimensions { length: zero(), height: zero(), width: zero(), volume: zero() },
        taxable: false,
        tax_code: TAX_CODES[0].id,
        name: String::new(),
        condition: "new".to_owned(),
        categories: Vec::new(),
        description: Text::new(String::new()),
        short_description: Text::new(String::new()),
        components: Vec::new(),
        variations: Vec::new(),
        nominal_stock: "1001".to_owned(),
        nominal_purchases: "5000".to_owned(),
        nominal_sales: "4000".to_owned(),
        seasons: Vec::new(),
        reporting: Reporting::default(),
        status: ProductStatus::Live,
        sales_popup: String::new(),
        warehouse_popup: String::new(),
        suppliers: Vec::new(),
        created: now,
        updated: now,
    }
}

/// The product as it is after the body: what the body does not send stays as it was.
fn read(world: &World, fields: &Fields<'_>, mut record: ProductRecord) -> Result<ProductRecord, Refusal> {
    let catalogue = &world.changes.catalogue;
    if let Some(brand) = fields.id("brandId")? {
        if !catalogue.brands.contains(brand) {
            return Err(refused("PRDC-008", &format!("You have supplied an invalid brand ID: {brand}")));
        }
        record.brand = brand;
    }
    if let Some(collection) = fields.id("collectionId")? {
        if catalogue.collections.get(collection).is_none_or(|own| own.brand != record.brand) {
            return Err(fields.refuse("collectionId", "the ID of a collection of the brand"));
        }
        record.collection = Some(collection);
    }
    if let Some(product_type) = fields.id("productTypeId")? {
        if !catalogue.types.contains(product_type) {
            return Err(fields.refuse("productTypeId", "the ID of a product type"));
        }
        record.product_type = product_type;
    }
    if let Some(identity) = fields.object("identity")? {
        record.identity = read_identity(&identity, record.identity)?;
    }
    if let Some(stock) = fields.object("stock")? {
        read_stock(&stock, &mut record)?;
    }
    if let Some(details) = fields.object("financialDetails")? {
        record.taxable = details.flag("taxable")?.unwrap_or(record.taxable);
        if let Some(code) = details.object("taxCode")? {
            record.tax_code = read_tax_code(&code)?;
        }
    }
    match fields.objects("salesChannels")?.as_slice() {
        [] => {}
        [channel] => read_channel(world, channel, &mut record)?,
        _ => return Err(fields.refuse("salesChannels", "exactly one sales channel")),
    }
    read_variations(world, fields, &mut record)?;
    read_components(world, fields, &mut record)?;
    if let Some(seasons) = fields.ids("seasonIds")? {
        if let Some(unknown) = seasons.iter().find(|season| !catalogue.seasons.contains(**season)) {
            return Err(refused("PRDC-017", &format!("You have supplied an invalid season ID: {unknown}")));
        }
        record.seasons = seasons;
    }
    read_rest(fields, &mut record)?;
    Ok(record)
}

/// The members of an identity that are sent, over those of another.
pub(super) fn read_identity(fields: &Fields<'_>, before: Identity) -> Result<Identity, Refusal> {
    Ok(Identity {
        sku: fields.text_up_to("sku", 32)?.unwrap_or(before.sku),
        isbn: fields.text_up_to("isbn", 14)?.or(before.isbn),
        ean: fields.text_up_to("ean", 14)?.or(before.ean),
        upc: fields.text_up_to("upc", 14)?.or(before.upc),
        mpn: fields.text("mpn")?.or(before.mpn),
        barcode: fields.text("barcode")?.unwrap_or(before.barcode),
    })
}

fn read_stock(stock: &Fields<'_>, record: &mut ProductRecord) -> Result<(), Refusal> {
    record.stock_tracked = stock.flag("stockTracked")?.unwrap_or(record.stock_tracked);
    if let Some(weight) = stock.object("weight")?
        && let Some(magnitude) = read_size(&weight, "magnitude")?
    {
        record.weight = with_places(magnitude, 4);
    }
    if let Some(sent) = stock.object("dimensions")? {
        let size = |name: &str, before: Decimal| {
            Ok::<_, Refusal>(read_size(&sent, name)?.map_or(before, |size| with_places(size, 2)))
        };
        let before = &record.dimensions;
        record.dimensions = Dimensions {
            length: size("length", before.length)?,
            height: size("height", before.height)?,
            width: size("width", before.width)?,
            volume: size("volume", before.volume)?,
        };
    }
    Ok(())
}

fn read_size(fields: &Fields<'_>, name: &str) -> Result<Option<Decimal>, Refusal> {
    let size = fields.amount(name)?;
    // A limit far from that of the number type, which rounding to four places must not meet.
    let fits = |size: &Decimal| !size.is_sign_negative() && *size < Decimal::new(1_000_000_000_000, 0);
    match size {
        Some(size) if !fits(&size) => Err(fields.refuse(name, "a measure from 0 to a million million")),
        Some(_) | None => Ok(size),
    }
}

fn read_tax_code(fields: &Fields<'_>) -> Result<u32, Refusal> {
    let (id, code) = (fields.id("id")?, fields.text("code")?);
    let found = match (id, code) {
        (Some(id), _) => TAX_CODES.iter().find(|own| own.id == id),
        (None, Some(code)) => TAX_CODES.iter().find(|own| own.code == code),
        (None, None) => return Err(fields.missing("id")),
    };
    found.map(|own| own.id).ok_or_else(|| fields.refuse("id", "the ID of a tax code"))
}

fn read_channel(world: &World, channel: &Fields<'_>, record: &mut ProductRecord) -> Result<(), Refusal> {
    let name = channel.required("salesChannelName", channel.text("salesChannelName")?)?;
    if name != SALES_CHANNEL {
        return Err(channel.refuse("salesChannelName", SALES_CHANNEL));
    }
    if let Some(name) = channel.text("productName")? {
        if name.trim().is_empty() {
            return Err(channel.missing("productName"));
        }
        record.name = name;
    }
    if let Some(condition) = channel.text("productCondition")? {
        if !["new", "used", "refurbished"].contains(&condition.as_str()) {
            return Err(channel.refuse("productCondition", "new, used or refurbished"));
        }
        record.condition = condition;
    }
    let categories = channel.objects("categories")?;
    if !categories.is_empty() {
        let known = |id: &u32| world.changes.catalogue.categories.contains(*id);
        let category = |fields: &Fields<'_>| {
            let code = fields.value("categoryCode").and_then(id).filter(known);
            code.ok_or_else(|| fields.refuse("categoryCode", "the ID of a category"))
        };
        record.categories = categories.iter().map(category).collect::<Result<_, _>>()?;
    }
    record.description = read_text(channel, "description", &record.description)?;
    record.short_description = read_text(channel, "shortDescription", &record.short_description)?;
    Ok(())
}

fn read_text(fields: &Fields<'_>, name: &str, before: &Text) -> Result<Text, Refusal> {
    let Some(text) = fields.object(name)? else { return Ok(before.clone()) };
    Ok(Text {
        language_code: text.text("languageCode")?.unwrap_or_else(|| before.language_code.clone()),
        text: text.text("text")?.unwrap_or_else(|| before.text.clone()),
        format: text.text("format")?.unwrap_or_else(|| before.format.clone()),
    })
}

/// The options of a group of products.
const MOST_VARIATIONS: usize = 4;

fn read_variations(world: &World, fields: &Fields<'_>, record: &mut ProductRecord) -> Result<(), Refusal> {
    if fields.value("variations").is_none() {
        return Ok(());
    }
    let catalogue = &world.changes.catalogue;
    let of_type = catalogue.types.get(record.product_type).map_or(&[][..], |own| &own.options);
    let mut variations = Vec::new();
    for sent in fields.objects("variations")? {
        let option = sent.required("optionId", sent.id("optionId")?)?;
        if !catalogue.options.contains(option) || !of_type.contains(&option) {
            return Err(sent.refuse("optionId", "the ID of an option of the product type"));
        }
        let value = sent.required("optionValueId", sent.id("optionValueId")?)?;
        if catalogue.option_values.get(value).is_none_or(|own| own.option != option) {
            return Err(sent.refuse("optionValueId", "the ID of a value of the option"));
        }
        if variations.iter().any(|own: &Variation| own.option == option) {
            return Err(sent.refuse("optionId", "each option only once"));
        }
        variations.push(Variation { option, value });
    }
    if variations.len() > MOST_VARIATIONS {
        return Err(fields.refuse("variations", "at most 4 options"));
    }
    variations.sort_unstable();
    record.variations = variations;
    Ok(())
}

/// What a bundle is made of. *Inferred*: the reference does not show how bundles come into being, but an
/// account has to get them somehow, so they are taken in the form in which they are read.
fn read_components(world: &World, fields: &Fields<'_>, record: &mut ProductRecord) -> Result<(), Refusal> {
    let Some(composition) = fields.object("composition")? else { return Ok(()) };
    let mut components = Vec::new();
    if composition.flag("bundle")?.unwrap_or(false) {
        for sent in composition.some_objects("bundleComponents")? {
            let product = sent.required("productId", sent.id("productId")?)?;
            // A bundle that is part of a bundle must have been made before it, so none contains itself.
            if !world.products.contains(product) || (record.id != 0 && product >= record.id) {
                return Err(sent.refuse("productId", "the ID of an older product"));
            }
            components.push(Component { product, quantity: sent.pieces("productQuantity")? });
        }
    }
    record.components = components;
    Ok(())
}

fn read_rest(fields: &Fields<'_>, record: &mut ProductRecord) -> Result<(), Refusal> {
    let nominal = |name: &str, before: &mut String| {
        if let Some(value) = fields.value(name) {
            let code =
                value.as_str().map(str::to_owned).or_else(|| whole(value).map(|code| code.to_string()));
            *before = code.ok_or_else(|| fields.refuse(name, "a nominal code"))?;
        }
        Ok::<(), Refusal>(())
    };
    nominal("nominalCodeStock", &mut record.nominal_stock)?;
    nominal("nominalCodePurchases", &mut record.nominal_purchases)?;
    nominal("nominalCodeSales", &mut record.nominal_sales)?;
    record.featured = fields.flag("featured")?.unwrap_or(record.featured);
    if let Some(reporting) = fields.object("reporting")? {
        record.reporting = Reporting {
            category_id: reporting.id("categoryId")?.or(record.reporting.category_id),
            sub_category_id: reporting.id("subCategoryId")?.or(record.reporting.sub_category_id),
            season_id: reporting.id("seasonId")?.or(record.reporting.season_id),
        };
    }
    if let Some(status) = fields.text("status")? {
        let known = ProductStatus::ALL.into_iter().find(|own| own.as_str() == status);
        record.status = known.ok_or_else(|| fields.refuse("status", "LIVE, DISCONTINUED or ARCHIVED"))?;
    }
    if let Some(message) = fields.text("salesPopupMessage")? {
        record.sales_popup = message;
    }
    if let Some(message) = fields.text("warehousePopupMessage")? {
        record.warehouse_popup = message;
    }
    Ok(())
}

/// How the product is to stand in each warehouse that the body names.
fn read_stockings(
    world: &World,
    fields: &Fields<'_>,
    product: Option<u32>,
) -> Result<Vec<(u32, Stocking)>, Refusal> {
    let Some(warehouses) = fields.object("warehouses")? else { return Ok(Vec::new()) };
    let read = |name: &str| {
        let warehouse = name.parse().ok().filter(|id| world.has_warehouse(*id));
        let warehouse =
            warehouse.ok_or_else(|| warehouses.refuse(name, "the ID of a warehouse as the name"))?;
        let sent = warehouses.required(name, warehouses.object(name)?)?;
        let before = product.map_or_else(Stocking::default, |product| world.stocking(product, warehouse));
        Ok((warehouse, read_stocking(world, warehouse, &sent, before)?))
    };
    warehouses.names().map(read).collect()
}

/// Products of one name and different variations are a group.
fn join_group(world: &mut World, record: &mut ProductRecord) -> Result<(), Refusal> {
    if record.variations.is_empty() {
        return Ok(());
    }
    let group = match world.changes.catalogue.groups.get(&record.name) {
        Some(group) => *group,
        None => FIRST_NEW_GROUP + world.changes.catalogue.groups.len() as u32,
    };
    let others = world.changes.catalogue.products.iter().filter_map(|(_, product)| product);
    let mut others = others.filter(|other| other.id != record.id && other.group == Some(group));
    if let Some(other) = others.find(|other| other.variations == record.variations) {
        let message = format!("Product {} of the group has these variations", other.id);
        return Err(refused("PRDC-018", &message));
    }
    world.changes.catalogue.groups.insert(record.name.clone(), group);
    record.group = Some(group);
    Ok(())
}

/// Groups of the history end before it.
const FIRST_NEW_GROUP: u32 = 240;
