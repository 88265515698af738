//! Where products are sold: channels and their brands (API notes §8.2.4).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::call::Call;
use crate::protocol::answer::{Answer, Refusal, response};
use crate::protocol::json::Members;
use crate::world::World;
use crate::world::catalogue::{CHANNELS, Channel};
use crate::world::reference::{FIRST_WAREHOUSE, WEB_INTEGRATION};

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "product-service/channel/{ids?}", "get-channel", get_channels),
    Route::read(Method::Get, "product-service/channel-brand/{ids?}", "get-channel-brand", get_channel_brands),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelShape {
    id: u32,
    name: &'static str,
    channel_type_id: u32,
    default_warehouse_id: u32,
    warehouse_ids: Vec<u32>,
    default_price_list_id: u32,
    contact_group_id: u32,
    channel_brand_id: u32,
    show_in_channel_menu: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    integration_detail: Option<IntegrationDetail>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IntegrationDetail {
    installed_integration_id: u32,
    config_set_id: u32,
    provider_code: &'static str,
    integration_type_code: &'static str,
    active: bool,
}

fn get_channels(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let world = &*call.world;
    let wanted = CHANNELS.iter().filter(|channel| ids.as_ref().is_none_or(|ids| ids.contains(channel.id)));
    let shapes: Vec<_> = wanted.map(|channel| ChannelShape::new(world, channel)).collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Channels Found"));
    }
    response(shapes)
}

impl ChannelShape {
    /// The web shop belongs to the integration that its orders come from.
    fn new(world: &World, channel: &Channel) -> Self {
        let integration = || IntegrationDetail {
            installed_integration_id: WEB_INTEGRATION,
            config_set_id: 1,
            provider_code: "webshop",
            integration_type_code: "ECOMMERCE",
            active: true,
        };
        Self {
            id: channel.id,
            name: channel.name,
            channel_type_id: channel.channel_type,
            default_warehouse_id: FIRST_WAREHOUSE,
            warehouse_ids: world.warehouse_ids().to_vec(),
            default_price_list_id: 2,
            contact_group_id: 0,
            channel_brand_id: 1,
            show_in_channel_menu: true,
            integration_detail: (channel.id == 2).then(integration),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChannelBrandShape {
    channel_brand_id: u32,
    address_book_id: u32,
    name: &'static str,
    company_name: &'static str,
    company_number: &'static str,
    telephone: &'static str,
    email_address: &'static str,
    accounting_email_address: &'static str,
    templates: Members<&'static str, u32>,
    shipping_templates: Members<&'static str, u32>,
    financial_details: BankDetails,
    logo: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BankDetails {
    bank_name: &'static str,
    bank_account_number: &'static str,
    bank_sort_code: &'static str,
    bank_swift: &'static str,
    vat_number: &'static str,
}

/// The account has one.
fn get_channel_brands(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    if !ids.is_none_or(|ids| ids.contains(1)) {
        return Err(Refusal::not_found("No Channel Brands Found"));
    }
    let numbered = |codes: &[&'static str]| {
        Members(codes.iter().zip(1..).map(|(code, id)| (*code, id)).collect::<Vec<(&'static str, u32)>>())
    };
    response([ChannelBrandShape {
        channel_brand_id: 1,
        address_book_id: FIRST_WAREHOUSE,
        name: "Demonstration",
        company_name: "Demonstration Trading",
        company_number: "",
        telephone: "",
        email_address: "shop@example.com",
        accounting_email_address: "accounts@example.com",
        templates: numbered(&[
            "BECRC", "BECOC", "SOCUP", "SOQUT", "SOINV", "SCNTE", "PONTE", "SOQUE", "SOINE", "DSPOU",
        ]),
        shipping_templates: numbered(&["GNOUT", "GNSPE", "GNSSE", "GNSPS", "GNSSS", "DSHPO"]),
        financial_details: BankDetails {
            bank_name: "",
            bank_account_number: "",
            bank_sort_code: "",
            bank_swift: "",
            vat_number: "",
        },
        logo: "",
    }])
}
