//! Orders of all four types, and what is done to one of them.

use super::body;
use crate::catalog::build::{
    CUSTOM_FIELD_PATCH, CUSTOM_FIELDS, ID, boolean, closed, field, id, object, open, patchable, text, up_to,
};
use crate::catalog::field::{Object, PatchOperation, PatchPath, Shape};
use crate::catalog::operation::{
    Answer, Content, Empty, Verify, endpoint, get, json, options, patch, post, put,
};
use crate::catalog::resource::{Detail, Resource, Section};
use crate::catalog::search::{FilterType, SearchColumn, SearchResource, UPDATES_MISS, column};
use PatchOperation::{Remove, Replace};

pub(super) const ORDER: Resource = Resource {
    name: "order",
    title: "Order",
    section: Section::Order,
    detail: Detail::Full,
    source: "§8.1.1-8.1.3",
    endpoints: &[
        endpoint(
            "order-service/order/{ID-SET}",
            &[get(Answer::Array).sections(CUSTOM_FIELDS).empty(Empty::Nothing)],
        )
        .limit(200),
        endpoint("order-service/order/{ID-SET?}", &[options()]),
        endpoint(
            "order-service/order",
            &[post(Answer::Id, json(body::ORDER))
                .verify(&[
                    Verify::Search {
                        search: "order-service/order-search",
                        by: &[
                            ("/externalRef", "externalRef"),
                            ("/installedIntegrationInstanceId", "installedIntegrationInstanceId"),
                        ],
                        unique: false,
                    },
                    Verify::Search {
                        search: "order-service/order-search",
                        by: &[("/reference", "customerRef"), ("/parties/customer/contactId", "contactId")],
                        unique: false,
                    },
                    Verify::Search {
                        search: "order-service/order-search",
                        by: &[("/reference", "customerRef"), ("/parties/supplier/contactId", "contactId")],
                        unique: false,
                    },
                ])
                .note(
                    "Creates an empty order; rows are posted one by one. sales-order creates both at once.",
                )],
        ),
        endpoint(
            "order-service/order/{ID}",
            &[patch(Answer::Resource, ORDER_PATCH)
                .verify(&[READ_THE_ORDER])
                .note("Not for invoiced orders.")],
        ),
    ],
    searches: &[SearchResource {
        path: "order-service/order-search",
        key: Some("orderId"),
        finds: Some("order-service/order"),
        default_sort: Some("orderId.ASC"),
        watermarks: &["createdOn", "updatedOn"],
        dates_miss: UPDATES_MISS,
        lines_of: None,
        columns: ORDER_COLUMNS,
        columns_complete: true,
        filters_complete: true,
        note: "The order's reference is named customerRef here. Names beyond the columns are from older sources.",
    }],
    note: "",
};

const READ_THE_ORDER: Verify =
    Verify::Read { path: "order-service/order/{ID}", compare: "the members that the patch sets" };

/// API notes §8.1.3; anything else is answered with `CMNC-044`.
const ORDER_PATCH: &[PatchPath] = &[
    patchable("/reference", &[Replace, Remove], up_to(64)).note("Removed, it is empty."),
    patchable("/warehouseId", &[Replace], ID).of("warehouse").note("Not once stock is allocated."),
    patchable("/delivery/shippingMethodId", &[Replace, Remove], Shape::Id { or_zero: true })
        .of("shipping-method")
        .note("Removed, it is 0."),
    patchable("/delivery/deliveryDate", &[Replace], Shape::Moment),
    patchable("/parties/(customer|billing)/contactId", &[Replace], ID)
        .of("contact")
        .note("Must be a customer."),
];

/// In the default column order of the recorded answers (API notes §4.5), then the other names.
const ORDER_COLUMNS: &[SearchColumn] = &[
    column("orderId", FilterType::IdSet),
    column("orderTypeId", FilterType::IdSet).explained_by("orderTypeNames"),
    column("contactId", FilterType::Integer),
    column("orderStatusId", FilterType::Integer).explained_by("orderStatusNames"),
    column("orderStockStatusId", FilterType::Integer).explained_by("orderStockStatusNames"),
    column("createdOn", FilterType::Period),
    column("createdById", FilterType::Integer),
    column("customerRef", FilterType::Text),
    column("orderPaymentStatusId", FilterType::Integer).explained_by("orderPaymentStatusNames"),
    column("updatedOn", FilterType::Period),
    column("parentOrderId", FilterType::IdSet),
    column("orderShippingStatusId", FilterType::Integer).explained_by("orderShippingStatusNames"),
    column("externalRef", FilterType::Text),
    column("installedIntegrationInstanceId", FilterType::Integer),
    column("warehouseId", FilterType::IdSet),
    column("staffOwnerContactId", FilterType::Integer),
    column("taxDate", FilterType::Period),
    column("departmentId", FilterType::Integer),
    column("deliveryDate", FilterType::Period),
    column("placedOn", FilterType::Period).filter_only(),
    column("shippingMethodId", FilterType::IdSet).filter_only(),
    column("projectId", FilterType::Integer).filter_only(),
    column("leadSourceId", FilterType::Integer).filter_only(),
    column("isClone", FilterType::Boolean).filter_only(),
    column("channelTypeId", FilterType::Unknown).sort_only(),
];

pub(super) const ORDER_STATUS_UPDATE: Resource = Resource {
    name: "order-status-update",
    title: "Order status update",
    section: Section::Order,
    detail: Detail::Full,
    source: "§8.1.7",
    endpoints: &[endpoint(
        "order-service/order/{ORDER-ID}/status",
        &[put(Answer::Nothing, json(STATUS_UPDATE))
            .verify(&[Verify::Read {
                path: "order-service/order/{ORDER-ID}",
                compare: "/orderStatus/orderStatusId",
            }])
            .note(
                "Always writes an order note, so it is not repeated. The status must be of the order's type.",
            )],
    )],
    ..Resource::BLANK
};

const STATUS_UPDATE: Object = closed(&[
    id("orderStatusId", "order-status").mandatory(),
    object("orderNote", open(&[text("text"), boolean("isPublic"), field("fileId", ID)])),
]);

pub(super) const ORDER_CUSTOM_FIELD: Resource = Resource {
    name: "order-custom-field",
    title: "Custom field",
    section: Section::Order,
    detail: Detail::Full,
    source: "§8.1.7",
    endpoints: &[endpoint(
        "order-service/order/{ID}/custom-field",
        &[
            get(Answer::Object).id_in(""),
            patch(Answer::Object, CUSTOM_FIELD_PATCH).verify(&[Verify::Read {
                path: "order-service/order/{ID}/custom-field",
                compare: "the fields that the patch sets",
            }]),
        ],
    )],
    note: "May not move the order's updatedOn.",
    ..Resource::BLANK
};

pub(super) const ORDER_ACKNOWLEDGEMENT: Resource = Resource {
    name: "order-acknowledgement",
    title: "Order acknowledgement",
    section: Section::Order,
    detail: Detail::Partial,
    source: "§8.1",
    endpoints: &[endpoint(
        "order-service/order/{ORDER-ID}/acknowledgement",
        &[put(Answer::Unknown, json(open(&[text("reference")])))
            .verify(&[Verify::Read { path: "order-service/order/{ORDER-ID}", compare: "/acknowledged" }])],
    )],
    note: "Known from one client.",
    ..Resource::BLANK
};

pub(super) const FORGET_CONTACT: Resource = Resource {
    name: "forget-contact",
    title: "Forget contact",
    section: Section::Order,
    detail: Detail::Full,
    source: "§8.1, §3.2",
    endpoints: &[endpoint(
        "order-service/order/forget-contact/{CONTACT-ID}",
        &[post(Answer::Object, Content::Nothing).query(&["keepCityAndState"]).note(
            "Answers numberOfOrdersModified, 0 for an unknown contact. Replaces names on orders for good.",
        )],
    )],
    ..Resource::BLANK
};
