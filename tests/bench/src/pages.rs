//! Invented search answers in the shape of real ones (API notes §4.4, §4.5).

use std::fmt::Write;

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

/// A column: name, report type, the `reference` map that it names.
type Described = (&'static str, &'static str, &'static str);

const ORDER_COLUMNS: [Described; 19] = [
    ("orderId", "IDSET", ""),
    ("orderTypeId", "IDSET", "orderTypeNames"),
    ("contactId", "INTEGER", ""),
    ("orderStatusId", "INTEGER", "orderStatusNames"),
    ("orderStockStatusId", "INTEGER", "orderStockStatusNames"),
    ("createdOn", "PERIOD", ""),
    ("createdById", "INTEGER", ""),
    ("customerRef", "STRING", ""),
    ("orderPaymentStatusId", "INTEGER", "orderPaymentStatusNames"),
    ("updatedOn", "PERIOD", ""),
    ("parentOrderId", "IDSET", ""),
    ("orderShippingStatusId", "INTEGER", "orderShippingStatusNames"),
    ("externalRef", "STRING", ""),
    ("installedIntegrationInstanceId", "INTEGER", ""),
    ("warehouseId", "IDSET", ""),
    ("staffOwnerContactId", "INTEGER", ""),
    ("taxDate", "PERIOD", ""),
    ("departmentId", "INTEGER", ""),
    ("deliveryDate", "PERIOD", ""),
];

const ORDER_REFERENCE: &str = r#"{"orderShippingStatusNames":{"1":"Not shipped","2":"Part shipped","3":"Shipped"},"orderTypeNames":{"1":"SALES_ORDER","2":"PURCHASE_ORDER","3":"SALES_CREDIT","4":"PURCHASE_CREDIT"},"orderPaymentStatusNames":{"1":"UNPAID","2":"PARTIALLY_PAID","3":"PAID"},"orderStockStatusNames":{"1":"All in stock","2":"Some in stock","3":"None in stock"},"orderStatusNames":{"1":"Draft / Quote","2":"New web order","3":"New phone order","4":"Invoiced","5":"Cancelled"}}"#;

const PRODUCT_COLUMNS: [Described; 18] = [
    ("productId", "IDSET", "productCategoryMembership"),
    ("productName", "SEARCH_STRING", ""),
    ("SKU", "STRING", ""),
    ("barcode", "STRING", ""),
    ("EAN", "STRING", ""),
    ("UPC", "STRING", ""),
    ("ISBN", "STRING", ""),
    ("MPN", "STRING", ""),
    ("stockTracked", "BOOLEAN", ""),
    ("salesChannelName", "STRING", ""),
    ("createdOn", "PERIOD", ""),
    ("updatedOn", "PERIOD", ""),
    ("brightpearlCategoryCode", "IDSET", ""),
    ("productGroupId", "INTEGER", ""),
    ("brandId", "IDSET", ""),
    ("productTypeId", "IDSET", ""),
    ("productStatus", "STRING", ""),
    ("primarySupplierId", "IDSET", ""),
];

/// Equal numbers on every machine and in every run.
struct Invention(Pcg64Mcg);

impl Invention {
    fn new() -> Self {
        Self(Pcg64Mcg::new(0x00c0_ffee_0bad_cafe_0dea_dbee_f00d_beef))
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.0.next_u32() % bound
    }

    /// `text`, or in so many of a hundred cases `null`.
    fn or_null(&mut self, percent: u32, text: String) -> String {
        if self.below(100) < percent { "null".to_owned() } else { text }
    }

    /// Some moment of a day that is counted from the beginning of 2024.
    fn moment(&mut self, day: u32) -> String {
        let (month, day) = (1 + day / 28 % 12, 1 + day % 28);
        let offset = if (4..10).contains(&month) { "+01:00" } else { "+00:00" };
        let (hour, minute, second) = (self.below(24), self.below(60), self.below(60));
        format!("\"2024-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000{offset}\"")
    }

    fn word(&mut self) -> &'static str {
        const WORDS: [&str; 12] = [
            "Lantern",
            "Oak & Ash",
            "Größe XL",
            "Crème brûlée",
            "Kettle",
            "竹かご",
            "Jane\\u0027s mug",
            "Blue",
            "Teapot 🫖",
            "Nº 5",
            "Hook",
            "Wicker basket",
        ];
        WORDS[self.below(12) as usize]
    }
}

/// An order search answer: 19 columns, a fifth of the cells null, dates with the offsets of summer and
/// winter. With 500 rows some 94 KB.
pub fn order_search(rows: u32) -> String {
    let mut invention = Invention::new();
    let rows = (0..rows).map(|row| {
        let order_reference = match invention.below(8) {
            0 => format!("\"{} {row}\"", invention.word()),
            1 => "\"\"".to_owned(),
            _ => format!("\"WEB-{}\"", 100_000 + invention.below(900_000)),
        };
        // Orders come in the order of their ids, so of their days; they change later, on any day.
        let day = 60 + row / 12;
        let updated_on = {
            let day = day + invention.below(120);
            invention.moment(day)
        };
        let updated_on = invention.or_null(15, updated_on);
        let delivery = midnight(day + invention.below(9));
        let external = format!("\"gid-{}\"", invention.0.next_u64());
        [
            (100_000 + row).to_string(),
            (1 + invention.below(4)).to_string(),
            invention.below(60_000).to_string(),
            (1 + invention.below(5)).to_string(),
            (1 + invention.below(3)).to_string(),
            invention.moment(day),
            (4 + invention.below(40)).to_string(),
            order_reference,
            (1 + invention.below(3)).to_string(),
            updated_on,
            invention.or_null(90, (100_000 + row / 2).to_string()),
            (1 + invention.below(3)).to_string(),
            invention.or_null(40, external),
            invention.or_null(40, "11".to_owned()),
            (2 + invention.below(4)).to_string(),
            invention.below(50).to_string(),
            midnight(day),
            "0".to_owned(),
            invention.or_null(60, delivery),
        ]
        .join(",")
    });
    answer(&ORDER_COLUMNS, rows, ORDER_REFERENCE)
}

/// A product search answer: 18 columns, mostly texts, some with escapes, and a `reference` with an entry
/// for every row.
pub fn product_search(rows: u32) -> String {
    let mut invention = Invention::new();
    let mut reference = String::from(r#"{"productCategoryMembership":{"#);
    for row in 0..rows {
        let separator = if row == 0 { "" } else { "," };
        _ = write!(reference, "{separator}\"{}\":[{}]", 1000 + row, 200 + invention.below(100));
    }
    reference.push_str("}}");
    let rows = (0..rows).map(|row| {
        let (first, second) = (invention.word(), invention.word());
        let created_on = invention.moment(row / 3);
        let updated_on = {
            let day = row / 3 + invention.below(200);
            invention.moment(day)
        };
        let (sku, ean) = (invention.below(1_000_000), invention.0.next_u64() % 10_000_000_000_000);
        [
            (1000 + row).to_string(),
            format!("\"{first}, {second}\""),
            format!("\"SKU-{sku:06}\""),
            format!("\"{ean:013}\""),
            invention.or_null(30, format!("\"{ean:013}\"")),
            "null".to_owned(),
            "null".to_owned(),
            invention.or_null(80, format!("\"MPN{sku}\"")),
            (invention.below(4) > 0).to_string(),
            "\"Brightpearl\"".to_owned(),
            created_on,
            updated_on,
            (200 + invention.below(100)).to_string(),
            "0".to_owned(),
            (74 + invention.below(30)).to_string(),
            "1".to_owned(),
            "\"LIVE\"".to_owned(),
            invention.or_null(20, (200 + row % 37).to_string()),
        ]
        .join(",")
    });
    answer(&PRODUCT_COLUMNS, rows, &reference)
}

/// The beginning of a day.
fn midnight(day: u32) -> String {
    format!("\"2024-{:02}-{:02}T00:00:00.000+00:00\"", 1 + day / 28 % 12, 1 + day % 28)
}

fn answer(columns: &[Described], rows: impl Iterator<Item = String>, reference: &str) -> String {
    let rows: Vec<String> = rows.map(|row| format!("[{row}]")).collect();
    let described: Vec<String> = columns.iter().map(describe).collect();
    let sorting = &described[0];
    format!(
        r#"{{"response":{{"results":[{}],"metaData":{{"morePagesAvailable":true,"resultsAvailable":25000,"resultsReturned":{count},"firstResult":1,"lastResult":{count},"columns":[{}],"sorting":[{{"filterable":{sorting},"direction":"ASC"}}]}}}},"reference":{reference}}}"#,
        rows.join(","),
        described.join(","),
        count = rows.len(),
    )
}

fn describe((name, report_type, reference): &Described) -> String {
    let reference = if reference.is_empty() { String::new() } else { format!("\"{reference}\"") };
    format!(
        r#"{{"name":"{name}","sortable":true,"filterable":true,"reportDataType":"{report_type}","referenceData":[{reference}],"isFreeTextSearchable":false,"required":false}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::{order_search, product_search};

    #[test]
    fn the_order_page_has_the_size_that_targets_speak_of() {
        let page = order_search(500);
        assert!((90_000..98_000).contains(&page.len()), "{} bytes", page.len());
        assert_eq!(page, order_search(500));
    }

    #[test]
    fn the_pages_are_what_serde_json_reads_too() {
        for page in [order_search(20), product_search(20)] {
            let value: serde_json::Value = serde_json::from_str(&page).expect("JSON");
            let decoded = brightpearl_core::table::Page::decode(page.as_bytes()).expect("a page");
            assert_eq!(decoded.rows(), 20);
            for row in 0..20 {
                let mut written = String::new();
                decoded.row_json(row, &mut written);
                assert_eq!(written, value["response"]["results"][row].to_string());
            }
        }
    }
}
