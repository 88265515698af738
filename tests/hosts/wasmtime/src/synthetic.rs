//! An invented search page, as large as pages get: 500 rows of 19 columns.

use std::fmt::Write;

/// Rows of the page.
pub const ROWS: usize = 500;

/// Columns of the page.
pub const COLUMNS: usize = NAMES.len();

const NAMES: [(&str, &str, &[&str]); 19] = [
    ("orderId", "IDSET", &[]),
    ("orderTypeId", "IDSET", &["orderTypeNames"]),
    ("contactId", "IDSET", &[]),
    ("orderStatusId", "INTEGER", &["orderStatusNames"]),
    ("orderStockStatusId", "INTEGER", &[]),
    ("createdOn", "PERIOD", &[]),
    ("createdById", "INTEGER", &[]),
    ("customerRef", "STRING", &[]),
    ("orderPaymentStatusId", "INTEGER", &[]),
    ("updatedOn", "PERIOD", &[]),
    ("parentOrderId", "IDSET", &[]),
    ("orderShippingStatusId", "INTEGER", &[]),
    ("externalRef", "STRING", &[]),
    ("installedIntegrationInstanceId", "INTEGER", &[]),
    ("warehouseId", "IDSET", &[]),
    ("staffOwnerContactId", "INTEGER", &[]),
    ("placedOn", "PERIOD", &[]),
    ("taxDate", "PERIOD", &[]),
    ("isHistoricalOrder", "BOOLEAN", &[]),
];

/// The body of the answer, with `results` before `metaData` as the API has it.
pub fn body() -> Vec<u8> {
    let mut text = String::from(r#"{"response":{"results":["#);
    for row in 0..ROWS {
        let comma = if row == 0 { "" } else { "," };
        let (id, day, minute) = (100_000 + row, row % 28 + 1, row % 60);
        let moment = format!("2026-01-{day:02}T09:{minute:02}:07.000+01:00");
        let customer = if row % 3 == 0 { "null".to_owned() } else { format!("\"#INVENTED-{id}\"") };
        let parent = if row % 5 == 0 { (id - 1).to_string() } else { "null".to_owned() };
        // Writing into a `String` cannot fail.
        _ = write!(
            text,
            r#"{comma}[{id},{},{},{},3,"{moment}",4,{customer},2,"{moment}",{parent},1,"web-{id}",7,2,{},"{moment}","{moment}",{}]"#,
            row % 2 + 1,
            200 + row % 90,
            row % 6 + 1,
            4 + row % 3,
            row % 2 == 0,
        );
    }
    text.push_str(r#"],"metaData":{"morePagesAvailable":false,"resultsAvailable":500,"resultsReturned":500,"firstResult":1,"lastResult":500,"columns":["#);
    for (index, (name, report_type, references)) in NAMES.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let references = references.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(",");
        _ = write!(
            text,
            r#"{comma}{{"name":"{name}","sortable":true,"filterable":true,"reportDataType":"{report_type}","required":false,"isFreeTextSearchable":false,"referenceData":[{references}]}}"#
        );
    }
    text.push_str(
        r#"],"sorting":[{"filterable":{"name":"orderId"},"direction":"ASC"}]}},"reference":{"orderTypeNames":{"1":"SALES_ORDER","2":"PURCHASE_ORDER"},"orderStatusNames":{"1":"Invented one","2":"Invented two"}}}"#,
    );
    text.into_bytes()
}
