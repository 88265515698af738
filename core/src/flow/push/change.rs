//! The write that makes a record what it should be: a patch or a `PUT` of what differs.

use std::collections::VecDeque;

use serde_json::value::RawValue;

use super::compare::{at_place, there_rows};
use super::rows;
use crate::catalog::{Manner, StatusUpdate, Update};
use crate::http::Method;
use crate::json::{Node, ObjectText, Part, Record, array, at, id_of, member, quoted};
use crate::operation::SingleRequest;
use crate::output::Difference;
use crate::value::Decimal;

/// The writes that remove those differences that can be removed, one after the other; empty when there are none.
pub(super) fn change(
    update: &Update,
    id: u64,
    body: &str,
    record: &str,
    differences: &[Difference],
) -> VecDeque<SingleRequest> {
    let changes = differences.iter().filter(|difference| difference.changeable);
    let (of_rows, changes): (Vec<&Difference>, Vec<&Difference>) =
        changes.partition(|change| is_of_rows(update, change));
    let at_id = |path: &str| path.replace("{ID}", &id.to_string());
    let mut writes = VecDeque::new();
    if !changes.is_empty() {
        match update.manner {
            Manner::Patch { path, .. } => {
                writes
                    .push_back(SingleRequest::new(Method::Patch, at_id(path)).body(patch(update, &changes)));
            }
            Manner::Put { path } => {
                let body = put(body, record, &changes);
                writes.push_back(SingleRequest::new(Method::Put, at_id(path)).body(body));
            }
            Manner::Replace { path, texts, kept, .. } => {
                let body = replacement(body, record, texts, kept);
                writes.push_back(SingleRequest::new(Method::Put, at_id(path)).body(body));
            }
            Manner::Unknown => {}
        }
    }
    if let Some(rows) = update.rows.filter(|_| !of_rows.is_empty()) {
        let name = rows.place.trim_start_matches('/');
        let wanted = Record::parse(body).elements(name);
        writes.append(&mut rows::writes(rows, id, &wanted, &there_rows(record, name), &of_rows));
    }
    writes
}

/// The write that moves a record to another status, with a note.
pub(super) fn move_to(how: &StatusUpdate, id: u64, status: u64, note: Option<&str>) -> SingleRequest {
    let body = ObjectText::new().id(how.status, status);
    let note = note.map_or_else(ObjectText::new, |note| ObjectText::new().text("text", note));
    let path = how.path.replace("{ID}", &id.to_string());
    SingleRequest::new(Method::Put, path).body(body.within(how.note, note).finish())
}

/// Whether what was read has that status.
pub(super) fn has_status(how: &StatusUpdate, status: u64, json: &str) -> bool {
    let part = Part::json(json.as_bytes()).ok();
    let found = part.as_ref().and_then(|part| at_place(part, how.read));
    found.and_then(|found| id_of(&found.read())) == Some(status)
}

/// Whether a body says the status itself, which then is compared like all of it.
pub(super) fn says_status(how: &StatusUpdate, body: &str) -> bool {
    Part::json(body.as_bytes()).is_ok_and(|part| at_place(&part, how.read).is_some())
}

/// How the status of what was read differs from that one; nothing where it does not.
pub(super) fn other_status(how: &StatusUpdate, status: u64, json: &str) -> Option<Difference> {
    if has_status(how, status, json) {
        return None;
    }
    let part = Part::json(json.as_bytes()).ok()?;
    let found = at_place(&part, how.read);
    let json = |text: &str| RawValue::from_string(text.to_owned()).ok();
    Some(Difference {
        pointer: how.read.to_owned(),
        before: found.as_ref().and_then(Part::raw).and_then(json),
        after: json(&status.to_string())?,
        changeable: true,
    })
}

/// Whether a difference is one of rows, which have writes of their own.
pub(super) fn is_of_rows(update: &Update, difference: &Difference) -> bool {
    let rest = update.rows.and_then(|rows| difference.pointer.strip_prefix(rows.place));
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a difference takes something out of what is there: a whole row, or pieces of one.
pub(super) fn takes_out(update: &Update, difference: &Difference) -> bool {
    let Some(before) = difference.before.as_ref().filter(|_| is_of_rows(update, difference)) else {
        return false;
    };
    let rest = update.rows.and_then(|rows| difference.pointer.strip_prefix(rows.place)).unwrap_or_default();
    let mut members = rest.split('/').skip(2);
    let number = |json: &RawValue| Decimal::parse(json.get().trim_matches('"')).ok();
    match members.next() {
        None => difference.after.get() == "null",
        Some("quantity") => {
            number(before).zip(number(&difference.after)).is_some_and(|(before, after)| after < before)
        }
        Some(_) => false,
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

/// All of a body, and what Brightpearl has and the body does not say.
fn replacement(body: &str, record: &str, texts: &[&str], kept: &[(&str, &str)]) -> String {
    let (body, record) = (Record::parse(body), Record::parse(record));
    let said = body.0.iter().filter_map(|(name, part)| Some((name, part.raw()?)));
    let text = said.fold(ObjectText::new(), |text, (name, json)| text.raw(name, json));
    let unsaid = |name: &&str| member(&body.0, name).is_none();
    let others = kept.iter().filter(|(_, other)| unsaid(other)).map(|(name, _)| name);
    let sent_back = texts.iter().chain(others).filter(|name| unsaid(name));
    sent_back.fold(text, |text, name| text.maybe(name, record.raw(name))).finish()
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

    fn requests(target: &str, body: &str, record: &str) -> VecDeque<SingleRequest> {
        let update = update(target).unwrap();
        change(update, 7, body, record, &differences(update, None, body, record))
    }

    fn request(target: &str, body: &str, record: &str) -> Option<SingleRequest> {
        let mut requests = requests(target, body, record);
        assert!(requests.len() < 2, "{requests:?}");
        requests.pop_front()
    }

    fn told(body: &str, record: &str) -> Vec<String> {
        let told = |request: SingleRequest| format!("{:?} {} {}", request.method, request.path, request.body);
        requests("order-service/sales-order", body, record).into_iter().map(told).collect()
    }

    #[test]
    fn what_takes_rows_or_pieces_out_is_known() {
        let record = r#"{"ref":"A","rows":[
            {"id":11,"productId":1007,"sku":"MUG","name":"Mug","quantity":"2.0000","taxCode":"T20","net":"20.0000","tax":"4.00"},
            {"id":12,"productId":1008,"sku":"CUP","name":"Cup","quantity":"1.0000","taxCode":"T20","net":"5.0000","tax":"1.00"}]}"#;
        let row = |product: u64, quantity: u64, net: &str| {
            format!(
                r#"{{"productId":{product},"quantity":{quantity},"net":"{net}","tax":"4.00","taxCode":"T20"}}"#
            )
        };
        let update = update("order-service/sales-order").unwrap();
        let shortens = |rows: &[String]| {
            let body = format!(r#"{{"ref":"A","rows":[{}]}}"#, rows.join(","));
            differences(update, None, &body, record).iter().any(|difference| takes_out(update, difference))
        };
        assert!(shortens(&[row(1007, 2, "20")]), "a row is gone");
        assert!(shortens(&[row(1007, 1, "20"), row(1008, 1, "5")]), "a piece is gone");
        assert!(!shortens(&[row(1007, 3, "30"), row(1008, 1, "5"), row(1009, 1, "1")]));
        assert!(!shortens(&[row(1007, 2, "10"), row(1008, 1, "5")]), "money alone is the shop's to say");
    }

    #[test]
    fn rows_are_changed_added_and_removed() {
        let record = r#"{"ref":"A","rows":[
            {"id":11,"productId":1007,"sku":"MUG","name":"Mug","quantity":"2.0000","taxCode":"T20","net":"20.0000","tax":"4.00","externalRef":"1"},
            {"id":12,"productId":1008,"sku":"CUP","name":"Cup","quantity":"1.0000","taxCode":"T20","net":"5.0000","tax":"1.00","externalRef":"2"},
            {"id":13,"productId":1000,"name":"Shipping","quantity":"1.0000","taxCode":"T20","net":"3.0000","tax":"0.60"}]}"#;
        let row = |reference: &str, product: u64, quantity: u64, net: &str, tax: &str| {
            format!(
                r#"{{"productId":{product},"quantity":{quantity},"taxCode":"T20","net":"{net}","tax":"{tax}","externalRef":"{reference}"}}"#
            )
        };
        let shipping = r#"{"name":"Shipping","quantity":"1","taxCode":"T20","net":"4.00","tax":"0.80"}"#;
        let body = format!(
            r#"{{"ref":"B","rows":[{},{},{shipping}]}}"#,
            row("1", 1007, 3, "30.00", "6.00"),
            row("3", 1009, 1, "7.00", "1.40")
        );
        assert_eq!(
            told(&body, record),
            [
                r#"Patch order-service/order/7 [{"op":"replace","path":"/reference","value":"B"}]"#,
                r#"Patch order-service/order/7/row/11 [{"op":"replace","path":"/quantity/magnitude","value":3},{"op":"replace","path":"/rowValue/rowNet/value","value":"30.00"},{"op":"replace","path":"/rowValue/rowTax/value","value":"6.00"}]"#,
                r#"Patch order-service/order/7/row/13 [{"op":"replace","path":"/rowValue/rowNet/value","value":"4.00"},{"op":"replace","path":"/rowValue/rowTax/value","value":"0.80"}]"#,
                r#"Post order-service/order/7/row {"productId":1009,"externalRef":"3","quantity":{"magnitude":1},"rowValue":{"taxCode":"T20","rowNet":{"value":"7.00"},"rowTax":{"value":"1.40"}}}"#,
                r#"Delete order-service/order/7/row/12 "#,
            ]
        );
    }

    #[test]
    fn a_row_of_another_product_is_put_with_what_the_record_does_not_say() {
        let record = r#"{"rows":[{"id":11,"productId":1007,"sku":"MUG","name":"Mug","quantity":"2.0000","taxCode":"T20",
            "net":"20.0000","tax":"4.00","nominalCode":"4001","externalRef":"1","productPrice":"9.0000"}]}"#;
        let body = r#"{"rows":[{"productId":1009,"quantity":2,"taxCode":"T20","net":"20.00","tax":"4.00"}]}"#;
        assert_eq!(
            told(body, record),
            [
                r#"Put order-service/sales-order/7/row/11 [{"id":11,"productId":1009,"quantity":2,"taxCode":"T20","net":"20.00","tax":"4.00","nominalCode":"4001","externalRef":"1"}]"#
            ]
        );
        // What was a product's and is not Brightpearl's any more is free text.
        let body = r#"{"rows":[{"name":"Mug","quantity":2,"taxCode":"T20","net":"20.00","tax":"4.00","externalRef":"1"}]}"#;
        assert_eq!(
            told(body, record),
            [
                r#"Put order-service/sales-order/7/row/11 [{"id":11,"name":"Mug","quantity":2,"taxCode":"T20","net":"20.00","tax":"4.00","nominalCode":"4001","externalRef":"1","productPrice":"9.0000"}]"#
            ]
        );
    }

    #[test]
    fn rows_in_another_order_and_references_that_are_not_answered_are_no_differences() {
        let record = r#"{"rows":[{"id":12,"productId":1008,"quantity":"1.0000"},{"id":11,"productId":1007,"quantity":"2.0000"},
            {"id":14,"productId":1008,"quantity":"4.0000"},{"id":15,"bundleChild":true,"productId":1}]}"#;
        let body = r#"{"rows":[{"productId":1007,"quantity":2,"externalRef":"1"},{"productId":1008,"quantity":1},{"productId":1008,"quantity":4}]}"#;
        assert_eq!(told(body, record), [""; 0]);
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
