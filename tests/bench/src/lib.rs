//! What the benches measure, and how ratios are taken.

pub mod economy;
pub mod emulated;
pub mod orders;
pub mod pages;
pub mod ratio;
pub mod readers;
pub mod steps;
