//! The chart of accounts (API notes §8.5.6, §11).

/// The customers' account.
pub(crate) const DEBTORS: &str = "1100";
/// The suppliers' account.
pub(crate) const CREDITORS: &str = "2100";
/// Where tax on sales and purchases is collected.
pub(crate) const SALES_TAX: &str = "2200";
/// The bank account in the accounting currency.
pub(crate) const BANK: &str = "1200";

/// One account of the chart.
#[derive(Debug)]
pub(crate) struct NominalCode {
    pub(crate) id: u32,
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) type_id: u32,
    pub(crate) expense: bool,
    pub(crate) discount: bool,
    pub(crate) editable: bool,
    pub(crate) active: bool,
    pub(crate) reconcile: bool,
    /// For bank accounts: which of the account's currencies, from 0.
    pub(crate) bank_currency: Option<usize>,
}

const fn account(id: u32, code: &'static str, name: &'static str, type_id: u32) -> NominalCode {
    NominalCode {
        id,
        code,
        name,
        type_id,
        expense: false,
        discount: false,
        editable: true,
        active: true,
        reconcile: false,
        bank_currency: None,
    }
}

const fn control(id: u32, code: &'static str, name: &'static str, type_id: u32) -> NominalCode {
    NominalCode { editable: false, ..account(id, code, name, type_id) }
}

const fn bank(id: u32, code: &'static str, name: &'static str, currency: usize) -> NominalCode {
    NominalCode { reconcile: true, bank_currency: Some(currency), ..account(id, code, name, 2) }
}

/// By ascending code, with ids from 1.
pub(crate) static NOMINAL_CODES: [NominalCode; 20] = [
    account(1, "0010", "Freehold property", 5),
    account(2, "0030", "Office equipment", 5),
    account(3, "1001", "Stock", 1),
    control(4, DEBTORS, "Debtors control account", 1),
    bank(5, BANK, "Bank current account", 0),
    bank(6, "1201", "Bank account in a second currency", 1),
    bank(7, "1202", "Bank account in a third currency", 2),
    account(8, "1230", "Petty cash", 1),
    NominalCode { active: false, ..account(9, "1290", "Bank account that was closed", 1) },
    control(10, CREDITORS, "Creditors control account", 3),
    control(11, SALES_TAX, "Sales tax control account", 3),
    control(12, "2299", "Rounding corrections", 3),
    account(13, "3000", "Capital", 4),
    account(14, "4000", "Sales", 6),
    NominalCode { discount: true, ..account(15, "4009", "Discounts allowed", 6) },
    account(16, "4300", "Shipping & handling", 6),
    NominalCode { expense: true, ..account(17, "5000", "Purchases", 7) },
    NominalCode { expense: true, ..account(18, "5100", "Carriage", 7) },
    NominalCode { expense: true, ..account(19, "7500", "Postage", 8) },
    NominalCode { expense: true, ..account(20, "7900", "Exchange rate variance", 8) },
];

/// The ids of all of them, in the order of their codes.
pub(crate) static NOMINAL_IDS: [u32; 20] = {
    let mut ids = [0; 20];
    let mut index = 0;
    while index < ids.len() {
        ids[index] = NOMINAL_CODES[index].id;
        index += 1;
    }
    ids
};

/// The account with that code.
pub(crate) fn nominal_code(code: &str) -> Option<&'static NominalCode> {
    NOMINAL_CODES.iter().find(|account| account.code == code)
}

/// The account with that id; the first one for an id that is not there.
pub(crate) fn nominal_code_with_id(id: u32) -> &'static NominalCode {
    NOMINAL_CODES.iter().find(|account| account.id == id).unwrap_or(&NOMINAL_CODES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_ids_ascend() {
        assert!(NOMINAL_CODES.windows(2).all(|pair| pair[0].code < pair[1].code && pair[0].id < pair[1].id));
        assert_eq!(nominal_code("4000").map(|account| account.id), Some(14));
        assert_eq!(nominal_code_with_id(14).code, "4000");
    }
}
