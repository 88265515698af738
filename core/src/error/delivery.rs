//! What can have become of a request.

use serde::Deserialize;

use crate::named::named;

named! {
    /// What became of the request that an error is about. Decides whether it may be sent again.
    #[derive(Deserialize)]
    pub enum Delivery: "delivery" {
        /// Nothing reached Brightpearl: safe to send again.
        NotSent = 0 "not-sent",
        /// Brightpearl said no: nothing was changed.
        Rejected = 1 "rejected",
        /// Sent, outcome unknown: look before sending again.
        MaybeApplied = 2 "maybe-applied",
        /// Brightpearl did it, though something failed afterwards.
        Applied = 3 "applied",
    }
}
