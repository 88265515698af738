//! Pages of a search.

use std::ffi::c_char;
use std::fmt::Write;
use std::ptr;

use brightpearl_core::SearchPage;
use brightpearl_core::table::{Cell, Label};

use crate::boundary::{give_back, peek, retain};
use crate::column::{ColumnTexts, bp_column};
use crate::error::tell;
use crate::ownership::{Counted, Handle};
use crate::scope::within;
use crate::text::bp_bytes;

/// One page of a search. Borrowed from the step that it came with, unless `bp_page_retain` made it the
/// program's own. It does not change, so several threads may read it at once.
#[derive(Debug)]
pub struct bp_page {
    pub(crate) page: SearchPage,
    /// Keeps alive what `columns` points to, besides the page.
    _texts: Vec<ColumnTexts>,
    columns: Vec<bp_column>,
}

impl Handle for bp_page {
    type Kept = Counted;
}

// SAFETY: the pointers in `columns` go into buffers that the page itself owns and never changes.
unsafe impl Send for bp_page {}
// SAFETY: as above.
unsafe impl Sync for bp_page {}

impl bp_page {
    pub(crate) fn new(page: SearchPage) -> Self {
        let rows = page.page.rows();
        let texts: Vec<ColumnTexts> = page.page.columns().iter().map(ColumnTexts::new).collect();
        let columns = page.page.columns().iter().zip(&texts).enumerate();
        let columns =
            columns.map(|(index, (column, texts))| bp_column::new(column, texts, index, rows)).collect();
        Self { page, _texts: texts, columns }
    }
}

/// Makes a page the program's own, beyond the step that it came with: free it with `bp_page_free`. Each
/// retain needs one free. NULL stays NULL.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_page_retain(page: *const bp_page) -> *mut bp_page {
    // SAFETY: NULL or lent by a step, so it stands in an `Arc`.
    unsafe { retain(page) }
}

/// Gives back what `bp_page_retain` gave; never use it on a page that was only lent. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_free(page: *mut bp_page) {
    // SAFETY: NULL or retained.
    unsafe { give_back(page) }
}

/// How many rows it has; 0 when `page` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_rows(page: *const bp_page) -> usize {
    // SAFETY: NULL or a valid page.
    unsafe { peek(page, 0, |page| Some(page.page.page.rows())) }
}

/// How many columns it has; 0 when `page` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_column_count(page: *const bp_page) -> usize {
    // SAFETY: NULL or a valid page.
    unsafe { peek(page, 0, |page| Some(page.columns.len())) }
}

/// A column, in the order of the answer; it lives as long as the page. NULL when there are not so many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_column(page: *const bp_page, column: usize) -> *const bp_column {
    // SAFETY: NULL or a valid page.
    unsafe { peek(page, ptr::null(), |page| page.columns.get(column).map(ptr::from_ref)) }
}

/// The column of that name; it lives as long as the page. NULL when there is none. Columns may stand in
/// another order on the next page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_column_named(
    page: *const bp_page,
    name: *const c_char,
    name_len: usize,
) -> *const bp_column {
    // SAFETY: NULL or a valid page; a text or NULL with length 0.
    unsafe {
        peek(page, ptr::null(), |page| {
            let index = within(|scope| {
                let name = scope.text(name, name_len, "name").ok()?;
                page.page.page.columns().iter().position(|column| column.name() == name)
            })?;
            page.columns.get(index).map(ptr::from_ref)
        })
    }
}

/// Position of the page's first row in the whole result, from 1; 0 when `page` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_first_result(page: *const bp_page) -> u64 {
    // SAFETY: NULL or a valid page.
    unsafe { peek(page, 0, |page| Some(page.page.first_result)) }
}

/// Rows dropped from this page because an earlier one had them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_duplicates(page: *const bp_page) -> u64 {
    // SAFETY: NULL or a valid page.
    unsafe { peek(page, 0, |page| Some(page.page.duplicates)) }
}

/// Whether the server says if more pages follow, and if so what: writes `more` (which may be NULL) then.
/// The engine does not rely on it, and nor need the program: poll on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_more_available(page: *const bp_page, more: *mut bool) -> bool {
    // SAFETY: NULL or a valid page; NULL or a place to write.
    unsafe { peek(page, false, |page| Some(tell(page.page.page.metadata().more_pages_available, more))) }
}

/// Whether the server says how many rows the whole search has, and if so how many: writes `results` (which
/// may be NULL) then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_results_available(page: *const bp_page, results: *mut u64) -> bool {
    // SAFETY: NULL or a valid page; NULL or a place to write.
    unsafe { peek(page, false, |page| Some(tell(page.page.page.metadata().results_available, results))) }
}

/// Whether a cell is null; true outside the page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_is_null(page: *const bp_page, column: usize, row: usize) -> bool {
    // SAFETY: NULL or a valid page.
    unsafe { peek(page, true, |page| Some(page.page.page.cell(column, row) == Cell::Null)) }
}

/// Copies a cell as text, whatever its kind: numbers digit for digit and instants letter for letter as the
/// server spelt them, `true` or `false`, nothing for null. As `snprintf` does, writes at most `capacity`
/// bytes to `buffer`, the NUL included (cut off in front of a character that does not fit whole), and
/// answers how many bytes the whole text has, the NUL not counted. `buffer` may be NULL when `capacity` is
/// 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_cell_text(
    page: *const bp_page,
    column: usize,
    row: usize,
    buffer: *mut c_char,
    capacity: usize,
) -> usize {
    let mut text = String::new();
    // SAFETY: NULL or a valid page.
    unsafe {
        peek(page, (), |page| {
            write_cell(page.page.page.cell(column, row), &mut text);
            Some(())
        });
    }
    if !buffer.is_null() && capacity > 0 {
        let whole = text.floor_char_boundary(capacity - 1);
        // SAFETY: `whole` bytes and the NUL are no more than `capacity`, which the caller vouches for.
        unsafe {
            ptr::copy_nonoverlapping(text.as_ptr(), buffer.cast::<u8>(), whole);
            buffer.add(whole).write(0);
        }
    }
    text.len()
}

/// What a cell stands for, by the reference maps of the page, such as `SALES_ORDER` for order type 1, in
/// UTF-8. The bytes live as long as the page. `*is_json` (which may be NULL) says whether it
/// is JSON rather than a name. `data` is NULL when there is no label.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_page_label(
    page: *const bp_page,
    column: usize,
    row: usize,
    is_json: *mut bool,
) -> bp_bytes {
    // SAFETY: NULL or a valid page; NULL or a place to write.
    unsafe {
        peek(page, bp_bytes::NONE, |page| {
            let (text, json) = match page.page.page.label(column, row)? {
                Label::Text(text) => (text, false),
                Label::Json(text) => (text, true),
            };
            tell(Some(json), is_json);
            Some(bp_bytes::of(text.as_bytes()))
        })
    }
}

fn write_cell(cell: Cell<'_>, out: &mut String) {
    match cell {
        Cell::Null => {}
        Cell::Boolean(value) => out.push_str(if value { "true" } else { "false" }),
        Cell::Text(text) | Cell::Decimal(text) | Cell::Json(text) => out.push_str(text),
        // Writing into a `String` cannot fail.
        Cell::Integer(value) => _ = write!(out, "{value}"),
        Cell::DateTime(timestamp) => _ = write!(out, "{timestamp}"),
    }
}
