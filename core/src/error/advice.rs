//! What Brightpearl's codes mean, and what to do about them (API notes §3.4). There is no public list: these are
//! the codes that were met.

use serde::Serialize;

use super::ServerError;

/// What is known of one of Brightpearl's codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct KnownCode {
    /// The code, such as `CMNC-018`.
    pub code: &'static str,
    /// What it means, in words.
    pub meaning: &'static str,
    /// One sentence on what to do about it.
    pub advice: &'static str,
}

/// Every code that is known, in their own order.
pub const KNOWN_CODES: &[KnownCode] = &[
    known(
        "CMNC-010",
        "the body is not JSON",
        "Send a JSON object, or an array of operations where it is a patch.",
    ),
    known(
        "CMNC-018",
        "a filter's value does not have the type of its column",
        "Give the filter a value of the column's type, which the resource's description names.",
    ),
    known(
        "CMNC-044",
        "a patch may not do that at that path",
        "Use a path and an operation that the resource's description lists; other members are changed elsewhere.",
    ),
    known(
        "CMNC-404",
        "there is nothing at the path, or nothing that has those ids",
        "Check the path and the ids; a list that is empty is answered so, too.",
    ),
    known(
        "CMNU-003",
        "Brightpearl failed without saying why",
        "Try again later; for a write, first look whether it was applied.",
    ),
    known(
        "GWYB-003",
        "the account has no access to the API",
        "Have the API enabled for the account, or use an account that has it.",
    ),
    known(
        "GWYB-006",
        "the staff member's login is wrong",
        "Check the staff member's email address and password before logging in again: repeated failures lock it.",
    ),
    known(
        "INTC-057",
        "a webhook's template lacks a variable that it must have",
        "Put every variable that the messages name into the webhook's URI or body template.",
    ),
    known(
        "INTC-062",
        "the webhook's event has no such lifecycle",
        "Subscribe to an event that the resource has, such as its created or modified one.",
    ),
    known(
        "INTC-064",
        "the webhook's event does not exist, or cannot be subscribed to",
        "Choose another event: contacts have none, and new orders are announced by order.modified.",
    ),
    known("ORDC-003", "there is no order with that id", "Check the order's id."),
    known("ORDC-005", "the order has no type", "Give the order an orderTypeCode: SO, SC, PO or PC."),
    known("ORDC-006", "the order's type is invalid", "Give the order an orderTypeCode: SO, SC, PO or PC."),
    known(
        "ORDC-022",
        "a purchase has no supplier",
        "Name the supplier in parties.supplier; parties.customer is for sales.",
    ),
    known(
        "ORDC-024",
        "the quantity of an order row is wrong",
        "Give the row a decimal quantity, and a whole one where stock is tracked.",
    ),
    known(
        "ORDC-026",
        "a row without a product has no name",
        "Give the row a productId, or a productName where it is free text.",
    ),
    known("PRDC-014", "the product has no brand", "Give the product the brandId of a brand that exists."),
    known("PRDC-024", "the brand has no name", "Give the brand a name."),
    known(
        "WHSB-023",
        "none of the products are available in that location",
        "Read the availability of the products, and choose another location or quantity.",
    ),
    known(
        "WHSB-038",
        "another warehouse has that name",
        "Use the warehouse that the message names, or choose another name.",
    ),
    known("WHSC-014", "a product's id is missing, or not above 0", "Give every product of the body its id."),
    known(
        "WHSC-070",
        "the warehouse's address has no id",
        "Post the address first, and give the warehouse its id.",
    ),
];

const fn known(code: &'static str, meaning: &'static str, advice: &'static str) -> KnownCode {
    KnownCode { code, meaning, advice }
}

/// What is known of the first of these errors that has a known code.
pub(super) fn of(errors: &[ServerError]) -> Option<&'static KnownCode> {
    errors.iter().find_map(|error| KNOWN_CODES.iter().find(|known| known.code == error.code))
}

/// For what cannot be sent as the host is configured.
pub(super) const UNSENDABLE: &str =
    "Correct what the message names; sending the same request again will not help.";

/// The same for a write that an earlier attempt may have applied.
pub(super) const UNSENDABLE_IN_DOUBT: &str = "First look whether the write was applied; then correct what the message names, since sending the same request \
     again will not help.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Delivery, Error, Kind, RequestSummary};
    use crate::http::Method;

    fn refused(codes: &[&str]) -> Error {
        let errors = codes
            .iter()
            .map(|code| ServerError { code: (*code).to_owned(), message: String::new() })
            .collect();
        Error::new(Kind::Rejected, "refused").with_errors(errors)
    }

    #[test]
    fn a_known_code_has_advice_of_its_own() {
        assert!(refused(&["ORDC-005"]).advice().contains("orderTypeCode"));
        assert!(refused(&["XXXC-001", "PRDC-014"]).advice().contains("brandId"));
        for unknown in [&["XXXC-001"][..], &[""], &[]] {
            assert_eq!(refused(unknown).advice(), Kind::Rejected.advice());
        }
    }

    #[test]
    fn advice_in_doubt_begins_with_a_look() {
        let doubtful = |kind| Error::new(kind, "lost").with_delivery(Delivery::MaybeApplied);
        for kind in Kind::ALL {
            let error = doubtful(kind);
            let advice = error.advice();
            let leads_to_a_look = advice.contains("look whether it was applied")
                || advice.starts_with("First look whether the write was applied")
                || matches!(kind, Kind::Conflict | Kind::Protocol);
            assert!(leads_to_a_look, "{kind}: {advice}");
            assert!(
                advice.ends_with('.') && !advice.contains("  ") && !error.is_retryable(),
                "{kind}: {advice}"
            );
            let unsendable = error.of_configuration();
            assert!(unsendable.advice().starts_with("First look") && !unsendable.is_retryable());
        }
        let code = |code: &str| vec![ServerError { code: code.to_owned(), message: String::new() }];
        let login = doubtful(Kind::Authentication).with_errors(code("GWYB-006"));
        assert_eq!(Some(login.advice()), Kind::Authentication.advice_in_doubt());
        let read = doubtful(Kind::Throttled)
            .with_request(RequestSummary { method: Method::Get, url: String::new() });
        assert_eq!((read.advice(), read.is_retryable()), (Kind::Throttled.advice(), true));
    }

    #[test]
    fn codes_are_in_order_and_all_is_a_sentence() {
        assert!(KNOWN_CODES.is_sorted_by(|one, other| one.code < other.code));
        for known in KNOWN_CODES {
            assert_eq!(known.code.len(), 8, "{}", known.code);
            assert!(known.advice.ends_with('.') && !known.meaning.ends_with('.'), "{}", known.code);
        }
    }
}
