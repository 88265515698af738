//! The product service (API notes §8.2).

use super::{FilterType, Resource, Search, SearchColumn, column, filter_only, unsortable};

pub(super) const RESOURCES: &[Resource] = &[
    Resource {
        path: "product-service/product",
        options: true,
        search: Some("product-service/product-search"),
        ..Resource::UNLISTED
    },
    Resource {
        path: "product-service/product-price",
        options: true,
        id_member: "productId",
        ..Resource::UNLISTED
    },
    Resource { path: "product-service/price-list", ..Resource::UNLISTED },
];

pub(super) const SEARCHES: &[Search] = &[Search {
    path: "product-service/product-search",
    key: "productId",
    finds: "product-service/product",
    columns: PRODUCT_COLUMNS,
}];

/// In the default column order of the recorded answers (API notes §4.5), then the filter-only name.
const PRODUCT_COLUMNS: &[SearchColumn] = &[
    column("productId", FilterType::IdSet),
    column("productName", FilterType::Text),
    column("SKU", FilterType::Text),
    column("barcode", FilterType::Text),
    column("EAN", FilterType::Text),
    column("UPC", FilterType::Text),
    column("ISBN", FilterType::Text),
    column("MPN", FilterType::Text),
    column("stockTracked", FilterType::Boolean),
    SearchColumn { filterable: false, ..column("salesChannelName", FilterType::Text) },
    column("createdOn", FilterType::Period),
    column("updatedOn", FilterType::Period),
    unsortable("brightpearlCategoryCode", FilterType::IdSet),
    column("productGroupId", FilterType::Integer),
    column("brandId", FilterType::IdSet),
    column("productTypeId", FilterType::IdSet),
    column("productStatus", FilterType::Text),
    column("primarySupplierId", FilterType::IdSet),
    filter_only("channelId", FilterType::Integer),
];
