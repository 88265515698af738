//! Who asks: credentials, how they sign a request, and the logins that some of them need first (API notes
//! §2). A login is an ordinary exchange that a call hands out by itself, once for all calls that wait for it.

mod credentials;
mod login;
pub mod oauth;
mod session;
pub mod signature;

pub use credentials::{Credentials, Grant};
pub use session::Tokens;
pub(crate) use session::{Access, Session, Unusable};
