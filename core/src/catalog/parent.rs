//! Of which order a credit is, and a payment.

/// A search that tells which order something belongs to (API notes §4.5).
#[derive(Clone, Copy, Debug)]
pub struct ParentSearch {
    /// The path of the search.
    pub search: &'static str,
    /// Its column of the ids, of which it takes a set.
    pub id: &'static str,
    /// Its column of the orders that they belong to: 0 or nothing where they belong to none.
    pub parent: &'static str,
}

/// That of orders and credits.
pub const PARENT_SEARCH: ParentSearch =
    ParentSearch { search: "order-service/order-search", id: "orderId", parent: "parentOrderId" };

/// Those of payments.
const PAYMENT_SEARCHES: [ParentSearch; 2] = [
    ParentSearch { search: "accounting-service/customer-payment-search", id: "paymentId", parent: "orderId" },
    ParentSearch { search: "accounting-service/supplier-payment-search", id: "paymentId", parent: "orderId" },
];

/// A search of payments, by its path.
pub(crate) fn payment_search(path: &str) -> Option<&'static ParentSearch> {
    PAYMENT_SEARCHES.iter().find(|listed| listed.search == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_searches_have_both_columns() {
        for listed in PAYMENT_SEARCHES.iter().chain([&PARENT_SEARCH]) {
            let search = crate::catalog::search(listed.search).unwrap();
            assert_eq!(search.key, Some(listed.id));
            assert!(search.column(listed.parent).is_some_and(|column| column.in_rows));
        }
    }
}
