//! The fuzz targets, what they begin with, and what they share: a client whose answers are made up, and calls that are driven to
//! their end.

pub mod acts;
pub mod driving;
pub mod operations;
pub mod seeds;
pub mod sequences;
pub mod targets;
