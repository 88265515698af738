//! Values with their wire formats.
