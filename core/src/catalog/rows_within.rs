//! Which records have rows within them, and which of their own totals the rows come to.

/// Where the records of a resource have their rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsWithin {
    /// The path, without ids, that reads the records.
    pub read: &'static str,
    /// The member that has the rows: a list, or an object whose members are called by their ids.
    pub member: &'static str,
    /// Places of a row, and the places of the record that have their sums.
    pub sums: &'static [(&'static str, &'static str)],
    /// The place of a row that says whether Brightpearl added it to a bundle.
    pub bundle_child: &'static str,
}

/// API notes §8.1.5.
const ROWS_OF_A_SALE: RowsWithin = RowsWithin {
    read: "",
    member: "rows",
    sums: &[("/net", "/total/net"), ("/tax", "/total/tax")],
    bundle_child: "/bundleChild",
};

const ROWS_WITHIN: &[RowsWithin] = &[
    RowsWithin { read: "order-service/sales-order", ..ROWS_OF_A_SALE },
    RowsWithin { read: "order-service/sales-credit", ..ROWS_OF_A_SALE },
    // §8.1.1.
    RowsWithin {
        read: "order-service/order",
        member: "orderRows",
        sums: &[
            ("/rowValue/rowNet/value", "/totalValue/net"),
            ("/rowValue/rowTax/value", "/totalValue/taxAmount"),
        ],
        bundle_child: "/composition/bundleChild",
    },
];

/// The rows of the records at a path without ids; `None` where they have none, or none that a total tells of.
pub fn rows_within(read: &str) -> Option<&'static RowsWithin> {
    let read = read.trim_matches('/');
    ROWS_WITHIN.iter().find(|rows| rows.read == read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Method;

    #[test]
    fn every_path_is_one_of_the_catalogs() {
        for rows in ROWS_WITHIN {
            let read = format!("{}/1", rows.read);
            assert!(super::super::find(&read, Method::Get).is_some(), "{read}");
        }
    }
}
