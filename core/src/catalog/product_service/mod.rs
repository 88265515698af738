//! The product service (API notes §8.2).

mod attribute;
mod brand;
mod channel;
mod option;
mod price;
mod product;
mod supplier;

use super::resource::Resource;

pub(super) const RESOURCES: &[Resource] = &[
    product::PRODUCT,
    product::PRODUCT_IDENTITY,
    product::PRODUCT_BUNDLE,
    product::PRODUCT_CUSTOM_FIELD,
    product::CUSTOM_FIELD,
    product::CUSTOM_FIELD_METADATA,
    price::PRODUCT_PRICE,
    price::PRICE_LIST,
    price::DISCOUNT_TOTAL_USAGE,
    price::DISCOUNT_CONTACT_USAGE,
    supplier::PRODUCT_SUPPLIER,
    supplier::PRODUCT_PRIMARY_SUPPLIER,
    brand::BRAND,
    brand::COLLECTION,
    brand::SEASON,
    attribute::BRIGHTPEARL_CATEGORY,
    attribute::PRODUCT_TYPE,
    attribute::PRODUCT_TYPE_OPTION_ASSOCIATION,
    attribute::PRODUCT_GROUP,
    option::OPTION,
    option::OPTION_VALUE,
    option::PRODUCT_OPTION_VALUE,
    channel::CHANNEL,
    channel::CHANNEL_BRAND,
];
