//! Methods of shipping (API notes §8.3.7).

use brightpearl_core::Method;
use serde::Serialize;

use super::super::Route;
use super::super::body::Fields;
use super::super::call::Call;
use super::{UNREADABLE, refused};
use crate::protocol::answer::{Answer, Refusal, response};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::catalogue::{DEFAULT_BREAKS, ShippingMethod};

const SEARCH: &dyn Searchable = &METHOD_SEARCH;

pub(super) const ROUTES: &[Route] = &[
    Route::read(Method::Get, "warehouse-service/shipping-method/{ids?}", "get-shipping-method", get_methods),
    Route::write(Method::Post, "warehouse-service/shipping-method", "post-shipping-method", post_method),
    Route::search("warehouse-service/shipping-method-search", SEARCH),
    Route::meta_data("warehouse-service/shipping-method-search/meta-data", SEARCH),
];

/// A method with its id.
type NumberedMethod = (u32, Option<ShippingMethod>);
type MethodColumn = Column<NumberedMethod>;

const METHOD_SEARCH: Search<NumberedMethod> = Search {
    name: "warehouse-service/shipping-method-search",
    columns: &[
        MethodColumn::new("id", DataType::IdSet, |_, (id, _)| Cell::integer(*id)),
        MethodColumn::new("code", DataType::String, |_, (_, method)| {
            Cell::optional_text(method.as_ref().map(|method| method.code.clone()))
        }),
        MethodColumn::new("name", DataType::SearchString, |_, (_, method)| {
            Cell::optional_text(method.as_ref().map(|method| method.name.clone()))
        }),
    ],
    filters: &[],
    ids: |world| world.changes.catalogue.shipping_methods.ids(),
    record: |world, id| (id, world.changes.catalogue.shipping_methods.get(id).cloned()),
    references: &[],
    label: |_, _, _| None,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShippingMethodShape<'a> {
    id: u32,
    name: &'a str,
    code: &'a str,
    method_type: u32,
    additional_information_required: bool,
    breaks: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    countries: Option<&'a str>,
}

fn get_methods(call: &mut Call<'_>) -> Answer {
    let ids = call.ids(0)?;
    let methods = call.world.changes.catalogue.shipping_methods.iter();
    let wanted = methods.filter(|(id, _)| ids.as_ref().is_none_or(|ids| ids.contains(*id)));
    let shapes: Vec<_> = wanted
        .map(|(id, method)| ShippingMethodShape {
            id,
            name: &method.name,
            code: &method.code,
            method_type: method.method_type,
            additional_information_required: method.needs_more,
            breaks: &method.breaks,
            carrier: method.carrier.as_deref(),
            countries: method.countries.as_deref(),
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Shipping Methods Found"));
    }
    response(shapes)
}

fn post_method(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    let fields = Fields::new(&body, UNREADABLE);
    let name = fields.text_up_to("name", 128)?.filter(|name| !name.trim().is_empty());
    let name = fields.required("name", name)?;
    let methods = &mut call.world.changes.catalogue.shipping_methods;
    if methods.iter().any(|(_, method)| method.name == name) {
        return Err(refused("WHSB-020", &format!("The shipping method name {name} is already in use")));
    }
    let method_type = fields.count("methodType")?.unwrap_or(1);
    if !(1..=3).contains(&method_type) {
        return Err(fields.refuse("methodType", "1, 2 or 3"));
    }
    let breaks = fields.text_up_to("breaks", 256)?.unwrap_or_else(|| DEFAULT_BREAKS.to_owned());
    if breaks.split(',').any(|bound| bound.trim().parse::<rust_decimal::Decimal>().is_err()) {
        return Err(fields.refuse("breaks", "numbers with commas between them"));
    }
    fields.object("channelBrandTemplates")?;
    let method = ShippingMethod {
        name,
        code: fields.text_up_to("code", 128)?.unwrap_or_default(),
        method_type,
        needs_more: fields.flag("additionalInformationRequired")?.unwrap_or(false),
        breaks,
        carrier: fields.text_up_to("carrier", 64)?,
        countries: fields.text_up_to("countries", 255)?,
    };
    call.world.changes.revision += 1;
    response(call.world.changes.catalogue.shipping_methods.add(|_| method))
}
