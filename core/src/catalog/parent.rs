//! Of which order a credit is.

/// The search that tells of orders and credits which order they belong to (API notes §4.5).
#[derive(Clone, Copy, Debug)]
pub struct ParentSearch {
    /// The path of the search.
    pub search: &'static str,
    /// Its column of the ids, of which it takes a set.
    pub id: &'static str,
    /// Its column of the orders that they belong to: 0 or nothing where they belong to none.
    pub parent: &'static str,
}

/// The one there is.
pub const PARENT_SEARCH: ParentSearch =
    ParentSearch { search: "order-service/order-search", id: "orderId", parent: "parentOrderId" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_has_both_columns() {
        let search = crate::catalog::search(PARENT_SEARCH.search).unwrap();
        assert_eq!(search.key, Some(PARENT_SEARCH.id));
        assert!(search.column(PARENT_SEARCH.parent).is_some_and(|column| column.in_rows));
    }
}
