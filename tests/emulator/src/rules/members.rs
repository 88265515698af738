//! What is expected of the members of a body.

use super::Inference::{Bound, Contradiction, Unknown, Unreadable};
use super::{RefusalRule, inferred, notes, strict};

/// The codes with which goods and products refuse what they cannot read.
const READ: &[&str] = &["WHSC-001", "PRDC-001"];

/// The codes with which the other services do, where they list all that is wrong.
const CHECKED: &[&str] = &[
    "ORDC-040", "ORDC-041", "CONC-001", "CONC-010", "CONC-030", "CONC-040", "ACCC-010", "ACCC-020",
    "ACCC-030", "ACCC-040", "ACCC-050", "INTC-070",
];

pub(super) const MEMBERS: &[RefusalRule] = &[
    notes(READ, "You have supplied an invalid {}: at most {} characters is expected", "§8"),
    inferred(READ, "You have supplied an invalid {}: true or false is expected", Unreadable),
    inferred(READ, "You have supplied an invalid {}: a whole number is expected", Unreadable),
    inferred(READ, "You have supplied an invalid {}: a whole number from 0 is expected", Unreadable),
    notes(READ, "You have supplied an invalid {}: an ID greater than 0 is expected", "§1.3"),
    inferred(READ, "You have supplied an invalid {}: a number is expected", Unreadable),
    notes(READ, "You have supplied an invalid {}: an ISO 8601 date and time is expected", "§1.8"),
    inferred(READ, "You have supplied an invalid {}: an object is expected", Unreadable),
    inferred(READ, "You have supplied an invalid {}: an array is expected", Unreadable),
    inferred(READ, "You have supplied an invalid {}: an array of IDs is expected", Unreadable),
    inferred(READ, "You have supplied an invalid {}: text is expected", Unreadable),
    inferred(
        READ,
        "You have supplied an invalid {}: a whole number greater than 0, of at most seven digits, is expected",
        Bound,
    ),
    inferred(
        READ,
        "You have supplied an invalid {}: an amount that is not negative is expected",
        Contradiction,
    ),
    inferred(
        READ,
        "You have supplied an invalid {}: the code of a currency of the account is expected",
        Unknown,
    ),
    inferred(
        READ,
        "You have supplied an invalid {}: a whole number other than 0, of at most seven digits, is expected",
        Bound,
    ),
    inferred(READ, "You have supplied an invalid {}: the ID of a purchase order is expected", Unknown),
    inferred(READ, "You have supplied an invalid {}: the ID of a supplier is expected", Unknown),
    notes(READ, "You have supplied an invalid {}: SHS is expected", "§11"),
    strict(
        READ,
        "You have supplied an invalid {}: false, since a transfer is made by external-transfer is expected",
    ),
    inferred(READ, "You have supplied an invalid {}: the product of the row is expected", Contradiction),
    inferred(READ, "You have supplied an invalid {}: the ID of a shipping method, or 0 is expected", Unknown),
    notes(
        READ,
        "You have supplied an invalid {}: one of PRI, UPR, PIC, UPI, PAC, UPA and SHW is expected",
        "§8.3.2",
    ),
    inferred(READ, "You have supplied an invalid {}: the ID of a zone of the warehouse is expected", Unknown),
    notes(READ, "You have supplied an invalid {}: digits is expected", "§8.3.6"),
    notes(
        READ,
        "You have supplied an invalid {}: nothing, as the grouping before it is absent, is expected",
        "§8.3.6",
    ),
    notes(READ, "You have supplied an invalid {}: 1, 2 or 3 is expected", "§8.3.7"),
    notes(READ, "You have supplied an invalid {}: numbers with commas between them is expected", "§8.3.7"),
    strict(READ, "You have supplied an invalid {}: another location is expected"),
    strict(READ, "You have supplied an invalid {}: the warehouse of the path is expected"),
    inferred(
        READ,
        "You have supplied an invalid {}: a location other than that of the quarantine is expected",
        Contradiction,
    ),
    inferred(READ, "You have supplied an invalid {}: another warehouse is expected", Contradiction),
    inferred(
        READ,
        "You have supplied an invalid {}: the ID of a stock transfer between these warehouses is expected",
        Unknown,
    ),
    notes(READ, "You have supplied an invalid {}: a type of warehouse is expected", "§8.3.6"),
    notes(
        READ,
        "You have supplied an invalid {}: a name for the type 3pl, and for no other, is expected",
        "§8.3.6",
    ),
    inferred(READ, "You have supplied an invalid {}: a number from 1 to 7 is expected", Unreadable),
    notes(READ, "You have supplied an invalid {}: a time such as 09:00:00 is expected", "§8.3.6"),
    inferred(READ, "You have supplied an invalid {}: the ID of a category, or 0 is expected", Unknown),
    notes(READ, "You have supplied an invalid {}: a quantity as the name is expected", "§8.2.3"),
    strict(READ, "You have supplied an invalid {}: a price that is not negative is expected"),
    notes(READ, "You have supplied an invalid {}: exactly one sales channel is expected", "§8.2.2"),
    notes(READ, "You have supplied an invalid {}: the ID of a collection of the brand is expected", "§8.2.2"),
    inferred(READ, "You have supplied an invalid {}: the ID of a product type is expected", Unknown),
    inferred(
        READ,
        "You have supplied an invalid {}: a measure from 0 to a million million is expected",
        Bound,
    ),
    inferred(READ, "You have supplied an invalid {}: the ID of a tax code is expected", Unknown),
    notes(READ, "You have supplied an invalid {}: new, used or refurbished is expected", "§8.2.2"),
    inferred(READ, "You have supplied an invalid {}: the ID of a category is expected", Unknown),
    notes(
        READ,
        "You have supplied an invalid {}: the ID of an option of the product type is expected",
        "§8.2.2",
    ),
    notes(READ, "You have supplied an invalid {}: the ID of a value of the option is expected", "§8.2.2"),
    inferred(READ, "You have supplied an invalid {}: each option only once is expected", Contradiction),
    notes(READ, "You have supplied an invalid {}: at most 4 options is expected", "§8.2.2"),
    inferred(READ, "You have supplied an invalid {}: the ID of an older product is expected", Contradiction),
    inferred(READ, "You have supplied an invalid {}: a nominal code is expected", Unknown),
    notes(READ, "You have supplied an invalid {}: LIVE, DISCONTINUED or ARCHIVED is expected", "§8.2.1"),
    inferred(READ, "You have supplied an invalid {}: the ID of a warehouse as the name is expected", Unknown),
    notes(READ, "You have supplied an invalid {}: at least 4 characters is expected", "§8.2.4"),
    notes(READ, "You have supplied an invalid {}: a date such as 2024-03-10 is expected", "§8.2.4"),
    strict(READ, "You have supplied an invalid {}: a date that is not before dateFrom is expected"),
    inferred(CHECKED, "{} must be text", Unreadable),
    inferred(CHECKED, "{} must be an ID", Unreadable),
    inferred(CHECKED, "{} must be a number", Unreadable),
    inferred(CHECKED, "{} must be true or false", Unreadable),
    notes(CHECKED, "{} must be a date", "§1.8"),
    inferred(CHECKED, "{} must be an array", Unreadable),
    inferred(CHECKED, "{} must be an object", Unreadable),
    notes(CHECKED, "{} must have at most {} characters", "§8"),
    notes(CHECKED, "{} must be greater than 0", "§8.5.5"),
];
