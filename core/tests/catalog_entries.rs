//! The catalog is whole, and what its entries say about each other holds.

use std::collections::BTreeSet;

use brightpearl_core::Method;
use brightpearl_core::catalog::field::{self, Shape};
use brightpearl_core::catalog::operation::{Answer, Content, Verify};
use brightpearl_core::catalog::{self, Detail, Section, catalog};

/// The navigation of the API's own reference, with how much is known: API notes §8.7.
const CHECKLIST: &[(Section, &str)] = &[
    (
        Section::Utilities,
        "OAuth token F · OAuth token introspection F · Account location F · Installed accounts F",
    ),
    (
        Section::Accounting,
        "Accounting period P · Accounting period lock P · All transaction statement F · Contact balance F · \
         Currency F · Customer payment F · Exchange rate F · Journal F · Journal entry P · Nominal code F · \
         Payment method F · Purchase credit P · Purchase invoice P · Purchase payment P · \
         Purchase payment total F · Sale payment total F · Sales credit P · Sales invoice P · \
         Sales receipt P · Sales receipt (deprecated) F · Supplier payment F · Tax code F",
    ),
    (
        Section::Contact,
        "Company P · Contact F · Contact forget F · Contact group F · Contact group member F · \
         Contact note P · Contact postal address F · Contact status P · Contact tag F · Custom field F · \
         Custom field metadata F · Lead source P · Postal address F · Project P · Tag F",
    ),
    (Section::Integration, "Webhook F · Account configuration F · Integration instance P"),
    (
        Section::Order,
        "Custom field metadata F · Forget contact F · Landed cost estimate P · Order F · \
         Order acknowledgement P · Custom field F · Order note F · Order row F · Order shipping status F · \
         Order status F · Order status update F · Order stock status F · Order type F · \
         Purchase credit close F · Purchase order close F · Sales credit P · Sales credit close F · \
         Sales order F · Sales order close F · Sales order row F",
    ),
    (Section::Pricing, "Customer product price F"),
    (
        Section::Product,
        "Brand F · Brightpearl category F · Channel P · Channel brand P · Collection P · \
         Discount contact usage F · Discount total usage F · Option F · Option value P · Price list F · \
         Product primary supplier P · Product F · Product bundle P · Product custom field F · \
         Custom field metadata F · Custom field F · Product group N · Product identity P · \
         Product option value F · Product price F · Product supplier F · Product type P · \
         Product type option association P · Season F",
    ),
    (
        Section::Warehouse,
        "Asset value correction F · Bundle availability F · Default location F · Drop-ship note F · \
         Drop-ship note event F · External transfer P · Fulfilment source F · Order fulfilment status F · \
         Goods-in note correction F · Goods-in note F · Goods movement P · Goods-out note F · \
         Goods-out note event F · Internal transfer F · Location P · Pick P · Product availability F · \
         Quarantine location F · Quarantine release F · Reservation F · Reservation row N · \
         Reservations P · Shipping method P · Stock correction F · Stock transfer P · Warehouse F · \
         Warehouse defaults P · Zone P",
    ),
];

#[test]
fn every_name_of_the_reference_has_an_entry_and_no_entry_is_made_up() {
    let mut expected = BTreeSet::new();
    for (section, names) in CHECKLIST {
        for name in names.split(" · ") {
            let (title, detail) = name.rsplit_once(' ').unwrap();
            let found = catalog()
                .find(|resource| resource.section == *section && resource.title == title)
                .unwrap_or_else(|| panic!("no entry for {title} of {section:?}"));
            let detail = match detail {
                "F" => Detail::Full,
                "P" => Detail::Partial,
                "N" => Detail::NameOnly,
                other => panic!("{other} is not a mark"),
            };
            assert_eq!(found.detail, detail, "{title} of {section:?}");
            assert!(expected.insert((section.as_str(), title)), "{title} twice");
        }
    }
    for resource in catalog().filter(|resource| resource.section != Section::Elsewhere) {
        assert!(
            expected.contains(&(resource.section.as_str(), resource.title)),
            "{} is in no checklist",
            resource.title
        );
    }
    assert_eq!(expected.len(), 117);
}

#[test]
fn names_are_unique_and_resources_that_are_known_by_name_only_say_so() {
    let mut names = BTreeSet::new();
    let mut titles = BTreeSet::new();
    for resource in catalog() {
        assert!(names.insert(resource.name), "two entries are named {}", resource.name);
        assert!(titles.insert((resource.section.as_str(), resource.title)), "{}", resource.title);
        assert!(resource.source.starts_with('§'), "{} names no source", resource.name);
        assert_eq!(catalog::resource(resource.name).map(|found| found.name), Some(resource.name));
        let is_empty = resource.endpoints.is_empty() && resource.searches.is_empty();
        assert!(!is_empty || resource.detail == Detail::NameOnly, "{} says nothing", resource.name);
        if resource.detail == Detail::NameOnly {
            assert!(!resource.note.is_empty(), "{} must say what is not known", resource.name);
        }
    }
}

#[test]
fn verbs_and_bodies_fit_each_other() {
    for resource in catalog() {
        for endpoint in resource.endpoints {
            let verbs: BTreeSet<&str> =
                endpoint.operations.iter().map(|operation| operation.method.as_str()).collect();
            assert_eq!(verbs.len(), endpoint.operations.len(), "{} has a verb twice", endpoint.path);
            assert!(!verbs.is_empty(), "{} has no verb", endpoint.path);
        }
        for (endpoint, operation) in resource.operations() {
            let place = format!("{} {}", operation.method, endpoint.path);
            let is_patch = matches!(operation.content, Content::Patch(_));
            assert_eq!(is_patch, operation.method == Method::Patch, "{place}");
            if operation.method.is_read() {
                assert!(matches!(operation.content, Content::Nothing), "{place}");
                assert!(operation.verify.is_empty(), "{place}");
            }
        }
    }
}

#[test]
fn references_lead_to_entries() {
    let exists = |name: &str| catalog().any(|resource| resource.name == name);
    for resource in catalog() {
        for (endpoint, operation) in resource.operations() {
            let place = format!("{} {}", operation.method, endpoint.path);
            if let Some(replacement) = operation.deprecation.and_then(|deprecation| deprecation.replacement) {
                assert!(exists(replacement), "{place} is replaced by {replacement}");
            }
            for refers_to in referred(&operation.content) {
                assert!(exists(refers_to), "{place} refers to {refers_to}");
            }
        }
        for search in resource.searches {
            if let Some(finds) = search.finds {
                let ids = format!("{finds}/1-2");
                assert!(catalog::find(&ids, Method::Get).is_some(), "{} finds {finds}", search.path);
            }
        }
    }
}

fn referred(content: &Content) -> Vec<&'static str> {
    match content {
        Content::Json(shape) | Content::OptionalJson(shape) => {
            field::fields(shape).iter().filter_map(|placed| placed.field.refers_to).collect()
        }
        Content::Form(object) => object.fields.iter().filter_map(|field| field.refers_to).collect(),
        Content::Patch(paths) => paths.iter().filter_map(|path| path.refers_to).collect(),
        Content::Nothing | Content::Unknown => Vec::new(),
    }
}

#[test]
fn every_way_to_verify_a_write_can_be_gone() {
    let mut recipes = 0;
    for (endpoint, operation) in catalog().flat_map(|resource| resource.operations()) {
        let place = format!("{} {}", operation.method, endpoint.path);
        for verify in operation.verify {
            recipes += 1;
            match verify {
                Verify::Read { path, compare } => {
                    assert!(catalog::find(path, Method::Get).is_some(), "{place} is verified by {path}");
                    assert!(!compare.is_empty());
                    for placeholder in path.split('/').filter(|segment| segment.starts_with('{')) {
                        assert!(endpoint.path.contains(placeholder), "{place} has no {placeholder}");
                    }
                }
                Verify::Search { search, by, .. } => {
                    let search =
                        catalog::search(search).unwrap_or_else(|| panic!("{place} is verified by {search}"));
                    assert!(!by.is_empty(), "{place}");
                    for (source, column) in *by {
                        assert!(
                            search.column(column).is_some_and(|column| column.filterable),
                            "{place}: {} has no filter {column}",
                            search.path
                        );
                        let is_there = if source.starts_with('{') {
                            endpoint.path.contains(source)
                        } else {
                            has_field(&operation.content, source)
                        };
                        assert!(is_there, "{place} has no {source}");
                    }
                }
            }
        }
    }
    assert!(recipes > 60, "{recipes}");
}

fn has_field(content: &Content, pointer: &str) -> bool {
    let generalised: Vec<&str> =
        pointer.split('/').map(|name| if name.parse::<u32>().is_ok() { "*" } else { name }).collect();
    let (Content::Json(shape) | Content::OptionalJson(shape)) = content else { return false };
    field::fields(shape).iter().any(|placed| placed.pointer == generalised.join("/"))
}

#[test]
fn the_two_natural_keys_are_marked_as_unique() {
    for (path, search, columns) in [
        (
            "order-service/sales-order",
            "order-service/order-search",
            vec!["externalRef", "installedIntegrationInstanceId"],
        ),
        (
            "accounting-service/customer-payment",
            "accounting-service/customer-payment-search",
            vec!["transactionRef", "paymentMethodCode"],
        ),
    ] {
        let found = catalog::find(path, Method::Post).unwrap();
        let Some(Verify::Search { search: by_search, by, unique: true }) = found.operation.verify.first()
        else {
            panic!("{path} has no natural key")
        };
        assert_eq!(*by_search, search);
        assert_eq!(by.iter().map(|(_, column)| *column).collect::<Vec<_>>(), columns);
    }
}

#[test]
fn what_the_pages_call_deprecated_says_what_to_use_instead() {
    let deprecated: Vec<(String, Option<&str>)> = catalog()
        .flat_map(|resource| resource.operations())
        .filter_map(|(endpoint, operation)| {
            let deprecation = operation.deprecation?;
            Some((format!("{} {}", operation.method, endpoint.path), deprecation.replacement))
        })
        .collect();
    for (operation, replacement) in [
        ("POST accounting-service/journal", Some("journal-entry")),
        ("POST accounting-service/sales-receipt", Some("sales-receipt")),
        ("GET developer-tools/{DEV-REF}/account-location/{ACCOUNT}", None),
        ("GET developer-tools/{DEV-REF}/installed-accounts/{APP-REF}", None),
    ] {
        assert!(deprecated.contains(&(operation.to_owned(), replacement)), "{operation}");
    }
    let is_deprecated = |name| catalog::resource(name).unwrap().deprecation().is_some();
    assert!(is_deprecated("sales-receipt-deprecated") && is_deprecated("account-location"));
    assert!(!is_deprecated("journal") && !is_deprecated("order") && !is_deprecated("product-group"));
}

#[test]
fn only_what_cannot_do_harm_twice_may_be_repeated() {
    use brightpearl_core::validate::may_be_repeated;
    for (method, path, body, may) in [
        (Method::Post, "order-service/order", "{}", false),
        (Method::Put, "product-service/product/7", "{}", true),
        (Method::Put, "order-service/order/7/status", "{}", false),
        (Method::Put, "warehouse-service/order/7/reservation", "{}", false),
        (Method::Delete, "warehouse-service/order/7/reservation", "", false),
        (Method::Delete, "order-service/order/7/row/3", "", true),
        (Method::Get, "order-service/order/7", "", true),
        (Method::Put, "order-service/no-such-thing/7", "{}", false),
        (
            Method::Patch,
            "order-service/order/7",
            r#"[{"op":"replace","path":"/reference","value":"a"}]"#,
            true,
        ),
        (Method::Patch, "order-service/order/7", r#"[{"op":"remove","path":"/reference"}]"#, false),
        (
            Method::Patch,
            "contact-service/contact/7",
            r#"[{"op":"test","path":"/firstName","value":"a"},{"op":"replace","path":"/firstName","value":"b"}]"#,
            false,
        ),
        (Method::Patch, "order-service/order/7", "no patch", false),
    ] {
        assert_eq!(may_be_repeated(path, method, body.as_bytes()), may, "{method} {path} {body}");
    }
}

#[test]
fn facts_of_the_engine_stand_in_the_catalog() {
    for (path, id_limit, options, id_member, names_asked) in [
        ("order-service/order", 200, true, "id", true),
        ("order-service/sales-credit", 200, true, "id", true),
        ("order-service/order-status", 200, false, "statusId", true),
        ("order-service/order-type", 200, false, "id", true),
        ("product-service/product-price", 200, true, "productId", true),
        ("product-service/product/{ids}/supplier", 200, false, "", true),
        ("product-service/product/{ids}/bundle", 200, false, "id", true),
        ("product-service/product-price/{ids}/price-list/1", 200, false, "productId", true),
        ("product-service/product-price/1007/price-list", 200, true, "productId", false),
        ("product-service/option/{ids}/value", 200, false, "optionValueId", false),
        ("order-service/order/7/note", 200, false, "noteId", true),
        ("order-service/order/{ids}/note", 200, false, "noteId", false),
        ("warehouse-service/order/*/goods-note/goods-in", 200, false, "goodsNoteId", true),
        ("warehouse-service/order/{ids}/goods-note/goods-in", 200, false, "goodsNoteId", false),
        ("accounting-service/sale-payment-total", 200, false, "orderId", true),
        ("contact-service/contact", 200, true, "contactId", true),
        ("contact-service/postal-address", 200, false, "addressId", true),
        ("warehouse-service/order/*/goods-note/goods-out", 500, false, "", true),
        ("warehouse-service/order/{ids}/goods-note/goods-out", 500, false, "", false),
        ("warehouse-service/warehouse/2/stock-correction", 200, false, "goodsNoteId", true),
        ("warehouse-service/product-availability", 200, false, "", true),
        ("warehouse-service/order/{ids}/fulfilment-status", 200, false, "", false),
        ("warehouse-service/order/{ids}/goods-note/drop-ship", 200, false, "", false),
        ("no-service/thing/{ids}/part", 200, false, "id", false),
        ("no-service/thing", 200, false, "id", true),
    ] {
        let reading = catalog::reading(path);
        assert_eq!(
            (reading.id_limit, reading.options, reading.id_member, reading.names_asked),
            (id_limit, options, id_member, names_asked),
            "{path}"
        );
    }
}

#[test]
fn a_map_is_keyed_by_a_placeholder_of_its_own_path() {
    for (endpoint, operation) in catalog().flat_map(|resource| resource.operations()) {
        let named = |name: &str| endpoint.placeholders().any(|placeholder| placeholder.name == name);
        assert!(operation.keyed_by.is_empty() || named(operation.keyed_by), "{}", endpoint.path);
        assert!(operation.keyed_by.is_empty() || operation.answer == Answer::Map, "{}", endpoint.path);
    }
}

#[test]
fn every_shape_can_be_said_in_words() {
    for (_, operation) in catalog().flat_map(|resource| resource.operations()) {
        let (Content::Json(shape) | Content::OptionalJson(shape)) = &operation.content else { continue };
        for placed in field::fields(shape) {
            assert!(!placed.field.shape.to_string().is_empty(), "{}", placed.pointer);
        }
    }
    assert_eq!(Shape::Choice(&["a", "b"]).to_string(), "one of a, b");
    assert_eq!(Shape::Text { at_least: 4, at_most: Some(64) }.to_string(), "a text of 4 to 64 characters");
}
