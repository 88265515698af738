//! Who asks: credentials, how they sign a request, and the logins that some of them need first (API notes
//! §2). A login is an ordinary exchange that a call hands out by itself, once for all calls that wait for it.

mod declaration;
mod field;
mod grant;
mod login;
pub mod oauth;
mod reading;
mod scheme;
mod session;
pub mod signature;
mod tokens;

pub use declaration::Scheme;
pub use field::{GrantForm, Holding, SchemeField};
pub use grant::Grant;
pub use scheme::*;
pub(crate) use session::{Access, Session, UnusableLogin};
pub use tokens::Tokens;
