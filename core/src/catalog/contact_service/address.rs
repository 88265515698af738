//! Postal addresses, and which of them a contact has.

use crate::catalog::build::{ID, choice, closed, field, open, some, text};
use crate::catalog::field::{Object, Shape};
use crate::catalog::operation::{Answer, Content, Verify, endpoint, get, json, post, put};
use crate::catalog::resource::{Detail, Resource, Section};

pub(super) const POSTAL_ADDRESS: Resource = Resource {
    name: "postal-address",
    title: "Postal address",
    section: Section::Contact,
    detail: Detail::Full,
    source: "§8.4.4",
    endpoints: &[
        endpoint(
            "contact-service/postal-address/{ID-SET}",
            &[get(Answer::Array).id_in("addressId").note("countryIsoCode has three letters here.")],
        ),
        endpoint("contact-service/postal-address", &[post(Answer::Id, json(ADDRESS))]),
        endpoint(
            "contact-service/postal-address/{ID}",
            &[put(Answer::Nothing, json(ADDRESS)).idempotent().verify(&[Verify::Read {
                path: "contact-service/postal-address/{ID}",
                compare: "the members that were sent",
            }])],
        ),
    ],
    ..Resource::BLANK
};

/// The page wants `countryIsoCode` or `countryId`; addresses without a country were accepted all the same.
pub(crate) const ADDRESS: Object = open(&[
    text("addressLine1").mandatory().note("Street."),
    text("addressLine2").note("Suburb."),
    text("addressLine3").note("City."),
    text("addressLine4").note("State."),
    text("postalCode"),
    field("countryIsoCode", Shape::Country).note("The page asks for three letters."),
    field("countryId", Shape::Id { or_zero: true }),
]);

pub(super) const CONTACT_POSTAL_ADDRESS: Resource = Resource {
    name: "contact-postal-address",
    title: "Contact postal address",
    section: Section::Contact,
    detail: Detail::Full,
    source: "§8.4.4",
    endpoints: &[endpoint(
        "contact-service/contact/{ID}/postal-address",
        &[put(Answer::Nothing, Content::Json(some(&Shape::Object(LINK))))
            .idempotent()
            .verify(&[Verify::Read { path: "contact-service/contact/{ID}", compare: "/postAddressIds" }])
            .note("All or nothing. The address may not belong to another contact.")],
    )],
    ..Resource::BLANK
};

const LINK: Object = closed(&[
    field("postalAddressId", ID).mandatory().of("postal-address"),
    choice("type", &["DEF", "BIL", "DEL"]).note("No DEF or BIL on secondary contacts."),
]);
