//! The order service (API notes §8.1).

mod body;
mod closing;
mod order;
mod reference;
mod row;
mod sales;

use super::resource::Resource;

pub(crate) use row::ROW as ORDER_ROW_BODY;

pub(super) const RESOURCES: &[Resource] = &[
    order::ORDER,
    sales::SALES_ORDER,
    sales::SALES_CREDIT,
    row::ORDER_ROW,
    row::SALES_ORDER_ROW,
    row::ORDER_NOTE,
    reference::ORDER_STATUS,
    order::ORDER_STATUS_UPDATE,
    order::ORDER_CUSTOM_FIELD,
    reference::CUSTOM_FIELD_METADATA,
    order::ORDER_ACKNOWLEDGEMENT,
    reference::ORDER_TYPE,
    reference::ORDER_STOCK_STATUS,
    reference::ORDER_SHIPPING_STATUS,
    closing::SALES_ORDER_CLOSE,
    closing::SALES_CREDIT_CLOSE,
    closing::PURCHASE_ORDER_CLOSE,
    closing::PURCHASE_CREDIT_CLOSE,
    closing::LANDED_COST_ESTIMATE,
    order::FORGET_CONTACT,
];
