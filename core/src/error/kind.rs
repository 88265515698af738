//! The kinds of errors, and what each of them means for whoever meets it.

use serde::Deserialize;

use super::Reach;
use crate::named::named;

named! {
    /// What sort of thing went wrong.
    #[derive(Deserialize)]
    pub enum Kind: "error-kind", facts Facts {
        /// The credentials were refused (HTTP 401).
        Authentication = 1 "authentication" {
            advice: "Check the app reference and the token, and that the app is still enabled in Brightpearl.",
            in_doubt: Some(
                "First look whether the write was applied; then check the credentials, and that the app is still enabled \
                 in Brightpearl.",
            ),
            may_pass: false,
            reach: Reach::Everything,
            is_refusal: true,
            is_of_record: false,
            exit_code: 3,
        }
        /// The credentials are good but may not do this (HTTP 403).
        Permission = 2 "permission" {
            advice: "Give the app or the staff member access to this resource in Brightpearl.",
            in_doubt: Some(
                "First look whether the write was applied; then give the app or the staff member access to this resource \
                 in Brightpearl.",
            ),
            may_pass: false,
            reach: Reach::Request,
            is_refusal: true,
            is_of_record: false,
            exit_code: 3,
        }
        /// The input was refused before anything was sent.
        Validation = 3 "validation" {
            advice: "Correct the input; nothing was sent.",
            in_doubt: Some("First look whether the write was applied; then correct the input."),
            may_pass: false,
            reach: Reach::Request,
            is_refusal: false,
            is_of_record: true,
            exit_code: 2,
        }
        /// Brightpearl refused the request, with codes and messages.
        Rejected = 4 "rejected" {
            advice: "Correct what Brightpearl names; sending the same request again will not help.",
            in_doubt: Some(
                "First look whether the write was applied; if not, correct what Brightpearl names before sending it again.",
            ),
            may_pass: false,
            reach: Reach::Request,
            is_refusal: true,
            is_of_record: true,
            exit_code: 4,
        }
        /// There is no such resource or record (HTTP 404).
        NotFound = 5 "not-found" {
            advice: "Check the path and the ids.",
            in_doubt: Some("First look whether the write was applied; if not, check the path and the ids."),
            may_pass: false,
            reach: Reach::Request,
            is_refusal: true,
            is_of_record: true,
            exit_code: 4,
        }
        /// The record changed meanwhile, or a unique key is taken (HTTP 409, 412).
        Conflict = 6 "conflict" {
            advice: "Read the record that is there, then decide whether the change is still wanted.",
            in_doubt: None,
            may_pass: false,
            reach: Reach::Request,
            is_refusal: true,
            is_of_record: true,
            exit_code: 4,
        }
        /// The request cap was reached and stayed reached through every retry.
        Throttled = 7 "throttled" {
            advice: "Wait until the next period, or give other apps of the account less to do.",
            in_doubt: Some(
                "First look whether the write was applied; if not, send it again in the next period, or give other apps of \
                 the account less to do.",
            ),
            may_pass: true,
            reach: Reach::Everything,
            is_refusal: false,
            is_of_record: false,
            exit_code: 5,
        }
        /// Brightpearl, or something before it, is out of order (HTTP 5xx).
        Unavailable = 8 "unavailable" {
            advice: "Try again later; for a write, first look whether it was applied.",
            in_doubt: None,
            may_pass: true,
            reach: Reach::Service,
            is_refusal: false,
            is_of_record: false,
            exit_code: 5,
        }
        /// The host's transport failed: no connection, a reset, a timeout.
        Transport = 9 "transport" {
            advice: "Check the connection; for a write, first look whether it was applied.",
            in_doubt: None,
            may_pass: true,
            reach: Reach::Everything,
            is_refusal: false,
            is_of_record: false,
            exit_code: 5,
        }
        /// The answer cannot be read: not JSON, cut off, too large, or not what was asked for.
        Protocol = 10 "protocol" {
            advice: "Look at the answer's beginning; a proxy may stand between you and Brightpearl.",
            in_doubt: None,
            may_pass: true,
            reach: Reach::Service,
            is_refusal: false,
            is_of_record: false,
            exit_code: 5,
        }
        /// The contract of the engine was broken by its host.
        Misuse = 11 "misuse" {
            advice: "Correct the host program: it broke the rules of the call's contract.",
            in_doubt: Some("First look whether the write was applied; then correct the host program."),
            may_pass: false,
            reach: Reach::Everything,
            is_refusal: false,
            is_of_record: false,
            exit_code: 6,
        }
        /// The call was cancelled.
        Cancelled = 12 "cancelled" {
            advice: "Nothing to do, unless a write was under way: then look whether it was applied.",
            in_doubt: None,
            may_pass: false,
            reach: Reach::Everything,
            is_refusal: false,
            is_of_record: false,
            exit_code: 6,
        }
    }
}

/// What is to be said of a kind.
struct Facts {
    advice: &'static str,
    in_doubt: Option<&'static str>,
    may_pass: bool,
    reach: Reach,
    is_refusal: bool,
    is_of_record: bool,
    exit_code: u8,
}

impl Kind {
    /// One sentence on what to do about it.
    pub fn advice(self) -> &'static str {
        self.facts().advice
    }

    /// The exit code of a command that ends with it: 2 where the input is wrong, 3 where the credentials are, 4 where
    /// Brightpearl said no, 5 where another try later may help, 6 where the program is wrong.
    pub fn exit_code(self) -> u8 {
        self.facts().exit_code
    }

    /// Whether the same record would meet it again. What is Brightpearl's at the moment, the network's, or of a right that the
    /// app lacks, may be over the next time.
    pub fn is_of_record(self) -> bool {
        self.facts().is_of_record
    }

    /// The advice for a write that may have been applied, where the kind's own does not lead to a look at it.
    pub(super) fn advice_in_doubt(self) -> Option<&'static str> {
        self.facts().in_doubt
    }

    /// Whether the same request may succeed when it is sent again.
    pub(super) fn may_pass(self) -> bool {
        self.facts().may_pass
    }

    /// What else would fail in the same way.
    pub(super) fn reach(self) -> Reach {
        self.facts().reach
    }

    /// Whether Brightpearl said no to the request.
    pub(crate) fn is_refusal(self) -> bool {
        self.facts().is_refusal
    }
}
