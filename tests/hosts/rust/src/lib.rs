//! The Rust host: plays the golden vectors (`tests/vectors/README.md`), and drives calls over real HTTP.

pub mod drive;
pub mod encode;
pub mod functions;
pub mod kept;
pub mod play;
pub mod transport;
pub mod vanishing;
pub mod vector;
