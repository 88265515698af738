//! The warehouse service (API notes §8.3).

mod availability;
mod correction;
mod drop_ship;
mod goods_in;
mod goods_out;
mod location;
mod reservation;
mod shipping;
mod transfer;
mod warehouse;

use super::resource::Resource;

pub(super) const RESOURCES: &[Resource] = &[
    availability::PRODUCT_AVAILABILITY,
    availability::BUNDLE_AVAILABILITY,
    availability::FULFILMENT_SOURCE,
    availability::ORDER_FULFILMENT_STATUS,
    goods_out::GOODS_OUT_NOTE,
    goods_out::GOODS_OUT_NOTE_EVENT,
    goods_out::PICK,
    goods_in::GOODS_IN_NOTE,
    goods_in::GOODS_IN_NOTE_CORRECTION,
    goods_in::GOODS_MOVEMENT,
    drop_ship::DROP_SHIP_NOTE,
    drop_ship::DROP_SHIP_NOTE_EVENT,
    reservation::RESERVATION,
    reservation::RESERVATION_ROW,
    reservation::RESERVATIONS,
    correction::STOCK_CORRECTION,
    correction::ASSET_VALUE_CORRECTION,
    transfer::INTERNAL_TRANSFER,
    transfer::EXTERNAL_TRANSFER,
    transfer::STOCK_TRANSFER,
    transfer::QUARANTINE_RELEASE,
    warehouse::WAREHOUSE,
    warehouse::WAREHOUSE_DEFAULTS,
    location::LOCATION,
    location::DEFAULT_LOCATION,
    location::QUARANTINE_LOCATION,
    location::ZONE,
    shipping::SHIPPING_METHOD,
];
