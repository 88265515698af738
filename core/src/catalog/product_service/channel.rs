//! Where products are sold.

use crate::catalog::operation::{Answer, endpoint, get};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const CHANNEL: Resource = Resource {
    name: "channel",
    title: "Channel",
    section: Section::Product,
    detail: Detail::Partial,
    source: "§8.2.4",
    endpoints: &[endpoint("product-service/channel/{ID-SET?}", &[get(Answer::Array)])],
    ..Resource::BLANK
};

pub(super) const CHANNEL_BRAND: Resource = Resource {
    name: "channel-brand",
    title: "Channel brand",
    section: Section::Product,
    detail: Detail::Partial,
    source: "§8.2.4",
    endpoints: &[endpoint(
        "product-service/channel-brand/{ID-SET?}",
        &[get(Answer::Array).id_in("channelBrandId")],
    )],
    ..Resource::BLANK
};
