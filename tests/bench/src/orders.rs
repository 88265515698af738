//! Orders of a shop, in Shopify's shape and of about 3 KB each.

/// One order; `mapping.py` varies the same one in the same way.
const ORDER: &str = include_str!("../order.json");

/// So many orders that differ in their ids, names and prices.
pub fn orders(count: usize) -> Vec<String> {
    let order = ORDER.trim_end();
    (0..count)
        .map(|place| {
            order
                .replace("450789469001", &format!("{}", 450_789_469_001 + place as u64))
                .replace("#1001", &format!("#{}", 1001 + place))
                .replace("12.50", &format!("12.{:02}", 10 + place % 90))
                // Three of them, at another price and with the discount that makes it the same: the tax stays that of its rate.
                .replace("\"3.00\"", &format!("\"{}\"", dollars(3_00 + 3 * (place as i64 % 90 - 40))))
        })
        .collect()
}

fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
