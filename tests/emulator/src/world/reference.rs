//! The lists that are the same in every account, and those that every account starts with (API notes §11).

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The four kinds of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OrderType {
    SalesOrder,
    PurchaseOrder,
    SalesCredit,
    PurchaseCredit,
}

impl OrderType {
    pub(crate) const ALL: [OrderType; 4] =
        [OrderType::SalesOrder, OrderType::PurchaseOrder, OrderType::SalesCredit, OrderType::PurchaseCredit];

    pub(crate) fn id(self) -> u32 {
        match self {
            OrderType::SalesOrder => 1,
            OrderType::PurchaseOrder => 2,
            OrderType::SalesCredit => 3,
            OrderType::PurchaseCredit => 4,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            OrderType::SalesOrder => "SO",
            OrderType::PurchaseOrder => "PO",
            OrderType::SalesCredit => "SC",
            OrderType::PurchaseCredit => "PC",
        }
    }

    pub(crate) fn description(self) -> &'static str {
        match self {
            OrderType::SalesOrder => "Sales Order",
            OrderType::PurchaseOrder => "Purchase Order",
            OrderType::SalesCredit => "Sales Credit",
            OrderType::PurchaseCredit => "Purchase Credit",
        }
    }

    /// The kind with that code.
    pub(crate) fn with_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The status of a new order of this kind (API notes §8.1.2).
    pub(crate) fn new_status(self) -> u32 {
        match self {
            OrderType::SalesOrder => 3,
            OrderType::PurchaseOrder => 6,
            OrderType::SalesCredit => 10,
            OrderType::PurchaseCredit => 12,
        }
    }

    /// The status of an invoiced order of this kind.
    pub(crate) fn invoiced_status(self) -> u32 {
        match self {
            OrderType::SalesOrder => 4,
            OrderType::PurchaseOrder => 9,
            OrderType::SalesCredit => 11,
            OrderType::PurchaseCredit => 13,
        }
    }

    /// The name in the reference of a search.
    pub(crate) fn constant(self) -> &'static str {
        match self {
            OrderType::SalesOrder => "SALES_ORDER",
            OrderType::PurchaseOrder => "PURCHASE_ORDER",
            OrderType::SalesCredit => "SALES_CREDIT",
            OrderType::PurchaseCredit => "PURCHASE_CREDIT",
        }
    }

    /// Whether the other party is a customer, rather than a supplier.
    pub(crate) fn is_sale(self) -> bool {
        match self {
            OrderType::SalesOrder | OrderType::SalesCredit => true,
            OrderType::PurchaseOrder | OrderType::PurchaseCredit => false,
        }
    }

    /// How the account numbers invoices of this kind.
    pub(crate) fn invoice_prefix(self) -> &'static str {
        match self {
            OrderType::SalesOrder => "SI",
            OrderType::PurchaseOrder => "PI",
            OrderType::SalesCredit => "SC",
            OrderType::PurchaseCredit => "PC",
        }
    }
}

/// One entry of `{id, code, description}` lists.
#[derive(Debug)]
pub(crate) struct Coded {
    pub(crate) id: u32,
    pub(crate) code: &'static str,
    pub(crate) description: &'static str,
}

const fn coded(id: u32, code: &'static str, description: &'static str) -> Coded {
    Coded { id, code, description }
}

/// By id, from 1: three for each of [`OrderType::ALL`] (none, part and all fulfilled), then the unset one.
pub(crate) static STOCK_STATUSES: [Coded; 13] = [
    coded(1, "SON", "Sales Order Not Fulfilled"),
    coded(2, "SOP", "Sales Order Part Fulfilled"),
    coded(3, "SOA", "Sales Order All Fulfilled"),
    coded(4, "PON", "Purchase Order Not Fulfilled"),
    coded(5, "POP", "Purchase Order Part Fulfilled"),
    coded(6, "POA", "Purchase Order All Fulfilled"),
    coded(7, "SCN", "Sales Credit Not Fulfilled"),
    coded(8, "SCP", "Sales Credit Part Fulfilled"),
    coded(9, "SCA", "Sales Credit All Fulfilled"),
    coded(10, "PCN", "Purchase Credit Not Fulfilled"),
    coded(11, "PCP", "Purchase Credit Part Fulfilled"),
    coded(12, "PCA", "Purchase Credit All Fulfilled"),
    coded(13, "NON", "Unset"),
];

/// Allocation codes: not required, none, part, all (API notes §11).
pub(crate) const ALLOCATION_CODES: [&str; 4] = ["ANR", "ANA", "APA", "AAA"];

/// By id, from 1.
pub(crate) static SHIPPING_STATUSES: [Coded; 4] = [
    coded(1, "NST", "No stock tracked products on order"),
    coded(2, "SNS", "Stock not shipped"),
    coded(3, "SPS", "Stock part shipped"),
    coded(4, "ASS", "All stock shipped"),
];

/// By id, from 1. Only `NOT_APPLICABLE` = 5 is recorded; the other numbers are *inferred*.
pub(crate) static PAYMENT_STATUSES: [(u32, &str); 5] =
    [(1, "UNPAID"), (2, "PARTIALLY_PAID"), (3, "PAID"), (4, "AUTHORIZED"), (5, "NOT_APPLICABLE")];

/// The status of a cancelled sales order.
pub(crate) const CANCELLED_STATUS: u32 = 5;

/// A status that an order can be given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OrderStatus {
    pub(crate) id: u32,
    pub(crate) name: Cow<'static, str>,
    pub(crate) order_type: OrderType,
    pub(crate) color: Cow<'static, str>,
    pub(crate) remind_after_days: u32,
    pub(crate) alert_emails: Vec<String>,
    pub(crate) email_content: Cow<'static, str>,
    pub(crate) batch_process: bool,
    pub(crate) visible: bool,
    pub(crate) state: Cow<'static, str>,
}

const fn status(
    id: u32,
    name: &'static str,
    order_type: OrderType,
    color: &'static str,
    state: &'static str,
) -> OrderStatus {
    OrderStatus {
        id,
        name: Cow::Borrowed(name),
        order_type,
        color: Cow::Borrowed(color),
        remind_after_days: 10,
        alert_emails: Vec::new(),
        email_content: Cow::Borrowed(""),
        batch_process: false,
        visible: true,
        state: Cow::Borrowed(state),
    }
}

const fn hidden(mut status: OrderStatus) -> OrderStatus {
    status.visible = false;
    status
}

/// The statuses of a new account, and a few that an account adds for itself.
pub(crate) static ORDER_STATUSES: [OrderStatus; 18] = [
    hidden(status(1, "Draft / Quote", OrderType::SalesOrder, "#E7E6E4", "draft")),
    status(2, "New web order", OrderType::SalesOrder, "#B8D8F2", "placed"),
    status(3, "New phone order", OrderType::SalesOrder, "#B8D8F2", "placed"),
    status(4, "Invoiced", OrderType::SalesOrder, "#9BD39B", "invoiced"),
    status(5, "Cancelled", OrderType::SalesOrder, "#D9D9D9", "cancelled"),
    status(6, "Pending PO", OrderType::PurchaseOrder, "#F7E3A1", "placed"),
    status(7, "Placed with supplier", OrderType::PurchaseOrder, "#F7E3A1", "placed"),
    status(8, "Part received", OrderType::PurchaseOrder, "#F2C879", "placed"),
    status(9, "Received & invoiced", OrderType::PurchaseOrder, "#9BD39B", "invoiced"),
    status(10, "Sales credit", OrderType::SalesCredit, "#F4B8B8", "placed"),
    status(11, "Credit issued", OrderType::SalesCredit, "#9BD39B", "invoiced"),
    status(12, "Purchase credit", OrderType::PurchaseCredit, "#F4B8B8", "placed"),
    status(13, "Credit received", OrderType::PurchaseCredit, "#9BD39B", "invoiced"),
    status(17, "Ready to pick", OrderType::SalesOrder, "#C9E7C9", "placed"),
    status(18, "Part shipped", OrderType::SalesOrder, "#F2C879", "placed"),
    status(19, "Shipped, awaiting invoice", OrderType::SalesOrder, "#C9E7C9", "placed"),
    status(20, "On hold: customer's query", OrderType::SalesOrder, "#F4B8B8", "placed"),
    status(21, "À vérifier", OrderType::SalesOrder, "#F4B8B8", "placed"),
];

/// A tax code. The rate is in hundredths of a per cent; exempt codes have none.
#[derive(Debug)]
pub(crate) struct TaxCode {
    pub(crate) id: u32,
    pub(crate) code: &'static str,
    pub(crate) description: &'static str,
    pub(crate) rate: Option<u32>,
}

pub(crate) static TAX_CODES: [TaxCode; 5] = [
    TaxCode { id: 1, code: "Z", description: "Exempt", rate: None },
    TaxCode { id: 2, code: "T", description: "Sales tax", rate: Some(1000) },
    TaxCode { id: 7, code: "T20", description: "Standard rate VAT", rate: Some(2000) },
    TaxCode { id: 8, code: "T5", description: "Reduced rate VAT", rate: Some(500) },
    TaxCode { id: 9, code: "T0", description: "Zero rated VAT", rate: Some(0) },
];

/// The tax code that is called so.
pub(crate) fn tax_code(code: &str) -> Option<&'static TaxCode> {
    TAX_CODES.iter().find(|tax| tax.code == code)
}

/// Saves a tax code as its id.
pub(crate) mod tax_by_id {
    use super::{Deserialize, Deserializer, Serializer, TAX_CODES, TaxCode};

    pub(crate) fn serialize<S: Serializer>(code: &&TaxCode, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(code.id)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static TaxCode, D::Error> {
        let id = u32::deserialize(deserializer)?;
        let found = TAX_CODES.iter().find(|code| code.id == id);
        found.ok_or_else(|| serde::de::Error::custom(format!("there is no tax code {id}")))
    }
}

/// Ways to ship; 0 on an order means none.
pub(crate) static SHIPPING_METHODS: [u32; 4] = [0, 1, 2, 5];

/// Staff contacts, who exist from the start with ids below 200.
pub(crate) static STAFF: [u32; 3] = [4, 5, 6];

/// The first id of customers and suppliers.
pub(crate) const FIRST_CONTACT: u32 = 200;
/// The first id of products; 1000 is the built-in product of free-text rows.
pub(crate) const FIRST_PRODUCT: u32 = 1007;
/// The built-in product of free-text rows.
pub(crate) const FREE_TEXT_PRODUCT: u32 = 1000;
/// The first warehouse.
pub(crate) const FIRST_WAREHOUSE: u32 = 2;
/// The integration through which web orders come in.
pub(crate) const WEB_INTEGRATION: u32 = 11;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_stand_at_their_ids() {
        for (index, entry) in STOCK_STATUSES.iter().enumerate() {
            assert_eq!(entry.id as usize, index + 1, "{}", entry.code);
        }
        for (index, entry) in SHIPPING_STATUSES.iter().enumerate() {
            assert_eq!(entry.id as usize, index + 1, "{}", entry.code);
        }
        for (index, (id, _)) in PAYMENT_STATUSES.iter().enumerate() {
            assert_eq!(*id as usize, index + 1);
        }
        for (index, order_type) in OrderType::ALL.iter().enumerate() {
            assert_eq!(order_type.id() as usize, index + 1);
        }
    }
}
