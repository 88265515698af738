//! The warehouse service (API notes §8.3).

use super::Resource;

pub(super) const RESOURCES: &[Resource] = &[
    Resource { path: "warehouse-service/warehouse", ..Resource::UNLISTED },
    Resource { path: "warehouse-service/product-availability", ..Resource::UNLISTED },
    Resource { path: "warehouse-service/order/*/goods-note/goods-out", id_limit: 500, ..Resource::UNLISTED },
    Resource { path: "warehouse-service/order/*/goods-note/goods-in", ..Resource::UNLISTED },
];
