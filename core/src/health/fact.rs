//! The facts, as one table: what each is called, and what it may have.

/// One fact.
#[derive(Clone, Copy, Debug)]
pub struct HealthFact {
    /// The member of the facts that it is.
    pub name: &'static str,
    /// What it may have of each subject.
    pub(super) members: &'static [&'static str],
}

macro_rules! facts {
    ($($(#[doc = $doc:literal])* $FACT:ident = $name:literal: $($member:literal)*;)*) => {
        $($(#[doc = $doc])* pub(super) const $FACT: HealthFact =
            HealthFact { name: $name, members: &["subject", $($member),*] };)*
    };
}

facts! {
    /// Whether the credentials are taken.
    AUTHENTICATION = "authentication": "failures" "since_ms";
    /// What became of requests.
    REQUESTS = "requests": "sent" "failed";
    /// Waits for the request cap.
    THROTTLING = "throttling": "waited_ms" "window_ms";
    /// The request cap itself.
    BUDGET = "budget": "quota" "left" "own";
    /// Up to where something was read.
    WATERMARKS = "watermarks": "at_ms" "every_ms";
    /// What waits to be handled.
    QUEUES = "queues": "length" "oldest_ms" "lengths";
    /// When webhooks came.
    NOTIFICATIONS = "notifications": "received_ms";
    /// Declared subscriptions beside those that are registered.
    SUBSCRIPTIONS = "subscriptions": "missing";
    /// When tokens end.
    TOKENS = "tokens": "expires_ms" "renewable";
    /// What was given up.
    DEAD_LETTERS = "dead_letters": "count" "since_ms";
    /// What Brightpearl will take away.
    DEPRECATED = "deprecated": "replacement";
    /// Columns that are not as the catalogue has them.
    DRIFT = "drift": "added" "removed" "changed";
    /// The time here beside that of Brightpearl.
    CLOCK = "clock": "skew_ms" "date" "at_ms";
    /// How flows end.
    FLOWS = "flows": "failures" "since_ms" "error" "todo";
}
