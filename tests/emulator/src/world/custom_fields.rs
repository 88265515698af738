//! Custom fields: what this account has added to its orders and contacts, and the values of them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::World;
use super::random::{Draw, Topic};

/// One custom field of a kind of record.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) id: u32,
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: FieldKind,
}

/// What a custom field holds.
#[derive(Debug)]
pub(crate) enum FieldKind {
    Text,
    Integer,
    YesNo,
    /// One of these.
    Select(&'static [(u32, &'static str)]),
}

const CARRIERS: &[(u32, &str)] = &[(8, "Courier"), (9, "Post"), (10, "Collect")];

/// The custom fields of orders, in the order in which answers have them.
pub(crate) static ORDER_FIELDS: [Definition; 4] = [
    Definition { id: 1, code: "PCF_GIFTNOTE", name: "Gift note", kind: FieldKind::Text },
    Definition { id: 2, code: "PCF_BATCH", name: "Batch", kind: FieldKind::Integer },
    Definition { id: 3, code: "PCF_VIP", name: "VIP", kind: FieldKind::YesNo },
    Definition { id: 4, code: "PCF_CARRIER", name: "Carrier", kind: FieldKind::Select(CARRIERS) },
];

const CARE: &[(u32, &str)] = &[(35, "Machine wash"), (36, "Hand wash"), (37, "Wipe clean")];

/// The custom fields of products, likewise.
pub(crate) static PRODUCT_FIELDS: [Definition; 4] = [
    Definition { id: 131, code: "PCF_FRAGILE", name: "Fragile", kind: FieldKind::YesNo },
    Definition { id: 132, code: "PCF_ORIGIN", name: "Origin", kind: FieldKind::Text },
    Definition { id: 133, code: "PCF_CARE", name: "Care", kind: FieldKind::Select(CARE) },
    Definition { id: 134, code: "PCF_SHELFDAYS", name: "Days on the shelf", kind: FieldKind::Integer },
];

/// The custom fields of contacts, likewise.
pub(crate) static CONTACT_FIELDS: [Definition; 2] = [
    Definition { id: 11, code: "PCF_LOYALTY", name: "Loyalty points", kind: FieldKind::Integer },
    Definition { id: 12, code: "PCF_NICKNAME", name: "Nickname", kind: FieldKind::Text },
];

/// The value of a custom field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Value {
    Text(Cow<'static, str>),
    Integer(i64),
    YesNo(bool),
    /// The id of an option.
    Choice(u32),
}

/// The values of a record, one place for each definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Values(pub(crate) Vec<Option<Value>>);

impl World {
    /// The custom fields of an order.
    pub(crate) fn order_fields(&self, order: u32) -> Values {
        let written = self.changes.order_details.get(&order);
        written
            .and_then(|details| details.custom_fields.clone())
            .unwrap_or_else(|| self.generated_order_fields(order))
    }

    /// The custom fields of a contact.
    pub(crate) fn contact_fields(&self, contact: u32) -> Values {
        match self.changes.contacts.get(contact) {
            Some(Some(record)) => record.custom_fields.clone(),
            Some(None) | None => None,
        }
        .unwrap_or_else(|| self.generated_contact_fields(contact))
    }

    /// The custom fields of a product.
    pub(crate) fn product_fields(&self, product: u32) -> Values {
        let written = self.changes.catalogue.custom_fields.get(&product).cloned();
        written.unwrap_or_else(|| self.generated_product_fields(product))
    }

    fn generated_product_fields(&self, product: u32) -> Values {
        if !self.history.has_product(product) {
            return Values::none(&PRODUCT_FIELDS);
        }
        let mut draw = Draw::new(self.seed, Topic::ProductFields, u64::from(product));
        let fragile = draw.chance(500).then_some(true);
        let origin = draw.chance(400).then(|| draw.pick(&["Côte d’Ivoire", "日本", "Trinidad & Tobago"]));
        let origin = origin.map(|text| Value::Text(Cow::Borrowed(text)));
        Values(vec![fragile.map(Value::YesNo), origin, None, None])
    }

    fn generated_order_fields(&self, order: u32) -> Values {
        if order >= self.first_new_order {
            return Values::none(&ORDER_FIELDS);
        }
        let mut draw = Draw::new(self.seed, Topic::CustomFields, u64::from(order));
        let gift_note =
            draw.chance(300).then(|| draw.pick(&["Happy birthday, Zoë!", "<3 & hugs", "С любовью"]));
        let batch = draw.chance(500).then(|| draw.below(1_000));
        let vip = draw.chance(200).then_some(true);
        let carrier = draw.chance(400).then(|| draw.pick(CARRIERS).0);
        Values(vec![
            gift_note.map(|text| Value::Text(Cow::Borrowed(text))),
            batch.map(|batch| Value::Integer(batch.into())),
            vip.map(Value::YesNo),
            carrier.map(Value::Choice),
        ])
    }

    fn generated_contact_fields(&self, contact: u32) -> Values {
        if contact >= self.first_new_contact {
            return Values::none(&CONTACT_FIELDS);
        }
        let mut draw = Draw::new(self.seed, Topic::ContactFields, u64::from(contact));
        let loyalty = draw.chance(500).then(|| draw.below(10_000));
        let nickname = draw.chance(200).then(|| draw.pick(&["Ñoño", "\"Mac\"", "花花"]));
        Values(vec![
            loyalty.map(|points| Value::Integer(points.into())),
            nickname.map(|name| Value::Text(Cow::Borrowed(name))),
        ])
    }
}

impl Values {
    pub(crate) fn none(definitions: &[Definition]) -> Self {
        Self(definitions.iter().map(|_| None).collect())
    }
}
