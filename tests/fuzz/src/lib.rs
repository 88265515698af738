//! What the fuzz targets share: a client whose answers are made up, and calls that are driven to their end.

pub mod acts;
pub mod driving;
pub mod operations;
pub mod sequences;
