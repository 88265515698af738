//! A search page as typed columns.
//!
//! [`Page::decode`] reads the body of a `...-search` answer (API notes §4.4) in one pass, straight into
//! columns whose buffers have the Arrow layout. Nothing is lost on the way: every cell can be written
//! again exactly as its JSON value, by [`Page::row_json`].
//!
//! The answer puts `results` before `metaData`, so the cells arrive before anything is known of their
//! columns. The cells therefore decide a column's type, and `metaData` names it afterwards:
//!
//! | cells of a column | [`ColumnData`] |
//! |---|---|
//! | only `null` | `Null` |
//! | whole numbers within 64 bits | `Integer` |
//! | `true`, `false` | `Boolean` |
//! | strings | `Text` |
//! | strings, every one a canonical date-time, and the report type is a date or absent | `DateTime` |
//! | numbers, one of them with a fraction, an exponent or beyond 64 bits | `Decimal` |
//! | anything else: objects, arrays, a mixture | `Json` |

#[cfg(feature = "arrow")]
mod arrow;
mod bitmap;
mod builder;
mod cell;
mod column;
mod decode;
mod fault;
mod instant;
mod metadata;
mod page;
mod reference;
mod rows;
mod scan;
mod text;

#[cfg(feature = "arrow")]
pub use arrow::REPORT_TYPE;
pub use bitmap::Bitmap;
pub use cell::Cell;
pub use column::{Column, ColumnData, ReportType};
pub use metadata::{Metadata, Sorting};
pub use page::Page;
pub use reference::{Label, Labels, ReferenceMap};
pub use text::Text;
