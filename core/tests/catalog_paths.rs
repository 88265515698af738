//! Concrete paths lead to their own entries, and to no others.

use brightpearl_core::Method::{self, Delete, Get, Options, Patch, Post, Put};
use brightpearl_core::catalog::{self, Endpoint, EndpointOperation, PlaceholderKind, catalog};

#[test]
fn every_template_matches_its_own_examples_and_no_other_resource() {
    for resource in catalog() {
        for (endpoint, operation) in resource.operations() {
            for example in examples(endpoint.path) {
                let place = format!("{} {example}", operation.method);
                let found = catalog::find(&example, operation.method).unwrap_or_else(|| panic!("{place}"));
                assert_eq!(found.resource.name, resource.name, "{place}");
                assert_eq!(found.endpoint.path, endpoint.path, "{place}");
                let given: Vec<&str> = found.arguments.iter().map(|argument| argument.text).collect();
                for text in given {
                    assert!(example.split('/').any(|segment| segment == text), "{place} has no {text}");
                }
                let takes = |(endpoint, other): (&Endpoint, &EndpointOperation)| {
                    other.method == operation.method && endpoint.arguments(&example).is_some()
                };
                let owners: Vec<&str> =
                    catalog().filter(|other| other.operations().any(takes)).map(|other| other.name).collect();
                assert_eq!(owners, [resource.name], "{place}");
            }
        }
    }
}

/// The template with ids in it: of every form that a placeholder takes, one at a time.
fn examples(template: &'static str) -> Vec<String> {
    let forms = |segment: &'static str| -> Vec<Option<String>> {
        let mut placeholders = catalog()
            .flat_map(|resource| resource.endpoints)
            .filter(|endpoint| endpoint.path == template)
            .flat_map(|endpoint| endpoint.placeholders());
        let bare = segment.trim_matches(['{', '}']).trim_end_matches("|*").trim_end_matches('?');
        let Some(placeholder) = placeholders.find(|known| segment.starts_with('{') && known.name == bare)
        else {
            return vec![Some(segment.to_owned())];
        };
        let texts: &[&str] = match placeholder.kind {
            PlaceholderKind::Id => &["7", "100234"],
            PlaceholderKind::IdSet => &["7", "1-5,9", "10-20.30"],
            PlaceholderKind::Currency => &["GBP"],
            PlaceholderKind::Text => &["acme"],
        };
        let mut forms: Vec<Option<String>> = texts.iter().map(|text| Some((*text).to_owned())).collect();
        if placeholder.optional {
            forms.push(None);
        }
        if placeholder.wildcard {
            forms.push(Some("*".to_owned()));
        }
        forms
    };
    template.split('/').fold(vec![String::new()], |paths, segment| {
        let forms = forms(segment);
        paths
            .iter()
            .flat_map(|path| {
                forms.iter().map(move |form| match form {
                    Some(text) if path.is_empty() => text.clone(),
                    Some(text) => format!("{path}/{text}"),
                    None => path.clone(),
                })
            })
            .collect()
    })
}

#[test]
fn paths_of_the_notes_are_found() {
    for (method, path, name) in [
        (Get, "order-service/order/1", "order"),
        (Get, "/order-service/order/3-4,9/", "order"),
        (Get, "order-service/order/1?includeOptional=customFields", "order"),
        (Post, "order-service/order", "order"),
        (Post, "order-service/order/", "order"),
        (Options, "order-service/order", "order"),
        (Patch, "order-service/order/329", "order"),
        (Post, "order-service/order/100002/row", "order-row"),
        (Delete, "order-service/order/336/row/402", "order-row"),
        (Put, "order-service/sales-order/7/row/3,4", "sales-order-row"),
        (Put, "order-service/order/7/status", "order-status-update"),
        (Post, "order-service/order/forget-contact/200?keepCityAndState=true", "forget-contact"),
        (Get, "order-service/purchase/custom-field-meta-data", "order-custom-field-metadata"),
        (Get, "contact-service/customer/custom-field-meta-data/7", "contact-custom-field-metadata"),
        (Post, "contact-service/contact/1-3/tag/16", "contact-tag"),
        (Put, "contact-service/contact/7/postal-address", "contact-postal-address"),
        (Get, "product-service/product-price/1007/price-list/1", "product-price"),
        (Options, "product-service/product-price/*/price-list/1-3", "product-price"),
        (Put, "product-service/product-price/1007/price-list", "product-price"),
        (Post, "product-service/product-type/1/option-association/2-3", "product-type-option-association"),
        (Put, "product-service/primary-supplier/207/product", "product-primary-supplier"),
        (Get, "warehouse-service/order/*/goods-note/goods-out/4", "goods-out-note"),
        (Post, "warehouse-service/goods-note/goods-out/4/event", "goods-out-note-event"),
        (Post, "warehouse-service/order/7/goods-note/goods-out/4/pick", "pick"),
        (Get, "warehouse-service/warehouse/2/location/default", "default-location"),
        (Get, "warehouse-service/warehouse/2/location/7", "location"),
        (Get, "warehouse-service/warehouse/2/stock-correction/8796", "stock-correction"),
        (Post, "warehouse-service/warehouse/2/quarantine/release", "quarantine-release"),
        (Get, "accounting-service/contact/200/currency/GBP/balance?dateFrom=2024-01-01", "contact-balance"),
        (Post, "accounting-service/invoice/sales-receipt/", "sales-receipt"),
        (Post, "accounting-service/sales-receipt", "sales-receipt-deprecated"),
        (Get, "pricing/customer/1001/product-price/1004-1010", "customer-product-price"),
        (Post, "acme/oauth/token", "oauth-token"),
        (Post, "multi-message", "multi-message"),
        (Get, "developer-tools/acmedev/account-location/acme", "account-location"),
    ] {
        let found = catalog::find(path, method).unwrap_or_else(|| panic!("{method} {path}"));
        assert_eq!(found.resource.name, name, "{method} {path}");
        assert_eq!(catalog::resource(path).map(|found| found.name), Some(name), "{path}");
    }
}

#[test]
fn paths_that_are_none_are_not_found() {
    for (method, path) in [
        (Get, ""),
        (Get, "order-service"),
        (Get, "order-service/order"),
        (Get, "order-service/order/0"),
        (Get, "order-service/order/seven"),
        (Get, "order-service/order/*"),
        (Get, "order-service/order/9-5"),
        (Delete, "order-service/order/7"),
        (Patch, "order-service/order/7-9"),
        (Post, "order-service/order/7/row/3"),
        (Post, "order-service/order/7/row/3/more"),
        (Get, "product-service/order/7"),
        (Get, "accounting-service/contact/200/currency/POUNDS/balance"),
        (Get, "warehouse-service/goods-note/goods-in-search"),
    ] {
        assert!(catalog::find(path, method).is_none(), "{method} {path}");
    }
    for path in ["order-service/no-such", "", "/", "order-service/order/7/rows"] {
        assert!(catalog::resource(path).is_none(), "{path}");
    }
}

#[test]
fn ids_are_taken_out() {
    let found = catalog::find("warehouse-service/order/1-5,9/goods-note/drop-ship/70", Method::Get).unwrap();
    let ids: Vec<(&str, String)> =
        found.arguments.iter().map(|argument| (argument.name, argument.ids().unwrap().to_string())).collect();
    assert_eq!(ids, [("ORDER-ID-SET", "1-5,9".to_owned()), ("ID-SET", "70".to_owned())]);
}

#[test]
fn names_searches_and_templates_lead_to_resources() {
    for (name_or_path, name) in [
        ("order", "order"),
        ("order-row", "order-row"),
        ("order-service/order-search", "order"),
        ("order-service/order/{ORDER-ID}/row", "order-row"),
        ("warehouse-service/order/{ORDER-ID-SET|*}/goods-note/goods-out/{ID-SET?}", "goods-out-note"),
        ("accounting-service/statement/all-transaction-search", "all-transaction-statement"),
    ] {
        assert_eq!(catalog::resource(name_or_path).map(|found| found.name), Some(name), "{name_or_path}");
    }
}
