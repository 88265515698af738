//! The write that makes a record what it should be: a patch or a `PUT` of what differs.

use crate::catalog::{Manner, Update};
use crate::http::Method;
use crate::json::{Node, Part, Record, array, at, member, quoted};
use crate::operation::SingleRequest;
use crate::output::Difference;

/// The write that removes those differences that can be removed; `None` when there are none.
pub(super) fn change(
    update: &Update,
    id: u64,
    body: &str,
    record: &str,
    differences: &[Difference],
) -> Option<SingleRequest> {
    let changes: Vec<&Difference> = differences.iter().filter(|difference| difference.changeable).collect();
    if changes.is_empty() {
        return None;
    }
    let at_id = |path: &str| path.replace("{ID}", &id.to_string());
    match update.manner {
        Manner::Patch { path, .. } => {
            Some(SingleRequest::new(Method::Patch, at_id(path)).body(patch(update, &changes)))
        }
        Manner::Put { path } => {
            Some(SingleRequest::new(Method::Put, at_id(path)).body(put(body, record, &changes)))
        }
        Manner::Unknown => None,
    }
}

fn patch(update: &Update, changes: &[&Difference]) -> String {
    let operations = changes.iter().filter_map(|change| {
        let path = quoted(update.patch_place(&change.pointer)?);
        let value = change.after.get();
        // A member that is not there cannot be replaced where adding is allowed.
        let operation = match &change.before {
            None if update.can_add(&change.pointer) => "add",
            None | Some(_) => "replace",
        };
        Some(format!(r#"{{"op":"{operation}","path":{path},"value":{value}}}"#))
    });
    array(operations)
}

/// The outermost members that differ. What Brightpearl has within them and the body does not say is sent back as it
/// is, since it would be cleared otherwise (API notes §10.24).
fn put(body: &str, record: &str, changes: &[&Difference]) -> String {
    let (body, record) = (Record::parse(body), Record::parse(record));
    let mut text = crate::json::ObjectText::new();
    for (name, wanted) in &body.0 {
        let place = format!("/{name}");
        let differs = |change: &&&Difference| {
            change.pointer.strip_prefix(&place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if changes.iter().any(|change| differs(&change)) {
            text = text.raw(name, &merged(wanted, member(&record.0, name)));
        }
    }
    text.finish()
}

/// An object with the members of both, and an array whose elements are such; of everything else what is wanted.
fn merged(wanted: &Part<'_>, there: Option<&Part<'_>>) -> String {
    let whole = || wanted.raw().unwrap_or("null").to_owned();
    match (wanted.read(), there.map(Part::read)) {
        (Node::Object(members), Some(Node::Object(others))) => {
            let mut text = crate::json::ObjectText::new();
            for (name, other) in &others {
                if member(&members, name).is_none() {
                    text = text.raw(name, other.raw().unwrap_or("null"));
                }
            }
            for (name, part) in &members {
                text = text.raw(name, &merged(part, member(&others, name)));
            }
            text.finish()
        }
        (Node::Array(elements), Some(Node::Array(others))) if is_one_object(&elements, &others) => {
            array(elements.iter().zip(&others).map(|(part, other)| merged(part, Some(other))))
        }
        (
            Node::Null
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Unreadable,
            _,
        ) => whole(),
    }
}

/// A product's one sales channel (API notes §8.2.2); longer arrays are replaced.
fn is_one_object(elements: &[Part<'_>], others: &[Part<'_>]) -> bool {
    let name = |part: &Part<'_>| match part.read() {
        Node::Object(members) => match at(&members, "salesChannelName") {
            Some(Node::Text(name)) => Some(name),
            Some(
                Node::Null
                | Node::Boolean(_)
                | Node::Number(_)
                | Node::Array(_)
                | Node::Object(_)
                | Node::Unreadable,
            )
            | None => None,
        },
        Node::Null
        | Node::Boolean(_)
        | Node::Number(_)
        | Node::Text(_)
        | Node::Array(_)
        | Node::Unreadable => None,
    };
    match (elements, others) {
        ([one], [other]) => name(one).is_some() && name(one) == name(other),
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::update;
    use crate::flow::push::compare::differences;

    fn request(target: &str, body: &str, record: &str) -> Option<SingleRequest> {
        let update = update(target).unwrap();
        change(update, 7, body, record, &differences(update, None, body, record))
    }

    #[test]
    fn an_order_is_patched_where_it_can_be() {
        let body = r#"{"ref":"B","warehouseId":3,"delivery":{"shippingMethodId":1},"channelId":4}"#;
        let record = r#"{"ref":"A","warehouseId":2,"delivery":{"shippingMethodId":1},"channelId":1}"#;
        let request = request("order-service/sales-order", body, record).unwrap();
        assert_eq!((request.method, &*request.path), (Method::Patch, "order-service/order/7"));
        assert_eq!(
            request.body,
            r#"[{"op":"replace","path":"/reference","value":"B"},{"op":"replace","path":"/warehouseId","value":3}]"#
        );
    }

    #[test]
    fn a_contact_gets_what_it_had_not() {
        let body = r#"{"firstName":"Ann","communication":{"telephones":{"PRI":"1"}}}"#;
        let record = r#"{"firstName":"Ann","communication":{"telephones":{}}}"#;
        let request = request("contact-service/contact", body, record).unwrap();
        assert_eq!(request.body, r#"[{"op":"add","path":"/communication/telephones/PRI","value":"1"}]"#);
    }

    #[test]
    fn a_product_keeps_what_is_not_said() {
        let body = r#"{"brandId":74,"identity":{"sku":"B"},"salesChannels":[{"salesChannelName":"Brightpearl","productName":"Mug"}]}"#;
        let record = r#"{"brandId":74,"identity":{"sku":"A","barcode":"9"},
            "salesChannels":[{"salesChannelName":"Brightpearl","productName":"Cup","categories":[{"categoryCode":"296"}]}]}"#;
        let request = request("product-service/product", body, record).unwrap();
        assert_eq!((request.method, &*request.path), (Method::Put, "product-service/product/7"));
        assert_eq!(
            request.body,
            r#"{"identity":{"barcode":"9","sku":"B"},"salesChannels":[{"categories":[{"categoryCode":"296"}],"salesChannelName":"Brightpearl","productName":"Mug"}]}"#
        );
    }

    #[test]
    fn nothing_is_sent_for_what_cannot_be_changed() {
        assert!(request("order-service/sales-order", r#"{"channelId":4}"#, r#"{"channelId":1}"#).is_none());
    }
}
