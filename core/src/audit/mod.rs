//! The trail of what was written: one line of JSON for each thing that happened, each chained to the one before it, so
//! that a line which is changed, removed, added or moved is found, and by a head that is kept elsewhere a tail that was cut
//! off or a file that was written anew. The host appends and reads; what a line says, and whether lines fit, is decided
//! here ([`append_audit`], [`verify_audit`]).
//!
//! A line ends with `"previous":DIGEST,"chain":DIGEST`. The chain is the SHA-256 of the digest before it, the length of the
//! line's text up to there, and that text; with a key it is an HMAC, which nobody can write anew who does not have the key.

mod chain;
mod entry;
mod packet;
mod trail;
mod verification;

pub use entry::{AuditOutcome, append_audit};
pub use verification::{AuditFault, verify_audit};
