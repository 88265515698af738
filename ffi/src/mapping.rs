//! Mapping: documents that say what goes where between another system's records and Brightpearl's.

use std::ffi::c_char;

use brightpearl_core::discovery;
use brightpearl_core::mapping::{Mapping, schema};

use crate::boundary::{create, guarded, release};
use crate::discovery::hand_out;
use crate::error::bp_error;
use crate::ownership::{Handle, Sole};
use crate::status::bp_status;
use crate::text::bp_buffer;

/// A mapping document that was compiled and checked. It does not change, so several threads may use it at once.
#[derive(Debug)]
pub struct bp_mapping {
    compiled: Mapping,
    /// What operations are made of, since their checkpoints hold it.
    document: String,
}

impl bp_mapping {
    /// What the document was compiled to.
    pub(crate) fn compiled(&self) -> &Mapping {
        &self.compiled
    }

    /// The document's text.
    pub(crate) fn document(&self) -> &str {
        &self.document
    }
}

impl Handle for bp_mapping {
    type Kept = Sole;
}

/// Compiles a mapping document, the text of a JSON object as `bp_mapping_schema` describes it, and checks it against
/// the catalogue. `BP_STATUS_VALIDATION` at `document` when it cannot be used, with the first reason;
/// `bp_mapping_check` has them all. On success `*mapping` is owned: free it with `bp_mapping_free`. Nothing is sent.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_mapping_new(
    document: *const c_char,
    document_len: usize,
    mapping: *mut *mut bp_mapping,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            create(mapping, "mapping", || {
                let document = scope.text(document, document_len, "document")?;
                Ok(bp_mapping { compiled: Mapping::compiled(document)?, document: document.to_owned() })
            })
        })
    }
}

/// Frees a mapping; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bp_mapping_free(mapping: *mut bp_mapping) {
    // SAFETY: NULL or owned by the caller.
    unsafe { release(mapping) }
}

/// Writes what the mapping makes of one record, as the text of a JSON object: `path`, `method` and `body` (the body
/// alone when the mapping goes out of Brightpearl), or `skipped` with the reason, or `failures`, each with its
/// `rule`, `target`, `source`, `value` and `reason`; beside them `key` where the document has one, and `references`:
/// what must be looked up before the body is whole, each with its `text`. The record is JSON in the shape that the
/// mapping reads; whatever is wrong with it is in `failures`, and no error of this function.
///
/// `resolved_json` is the text of a JSON object that says for such texts what they stand for: an id, a text, or
/// null when Brightpearl does not have it; empty for none. What it does not say stands in the body as its text in
/// braces. `BP_STATUS_VALIDATION` at `resolved` when it is not such an object.
///
/// On success `*mapped_json` is owned: free it with `bp_buffer_free`. Nothing is sent.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_mapping_run(
    mapping: *const bp_mapping,
    record: *const c_char,
    record_len: usize,
    resolved_json: *const c_char,
    resolved_len: usize,
    mapped_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        hand_out(mapped_json, "mapped_json", error, |scope| {
            let mapping = scope.handle(mapping, "mapping")?;
            let record = scope.items(record.cast::<u8>(), record_len, "record")?;
            let resolved = scope.text(resolved_json, resolved_len, "resolved_json")?;
            Ok(discovery::map_record(&mapping.compiled, record, resolved)?)
        })
    }
}

/// Writes what is to be said about a mapping document, as the text of a JSON object: `usable` (whether
/// `bp_mapping_new` takes it) and `findings`, each with its `pointer` (a JSON Pointer into the document), `severity`
/// (`error` or `warning`) and `message`. A wrong document is not an error of this function. On success `*findings_json`
/// is owned: free it with `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_mapping_check(
    document: *const c_char,
    document_len: usize,
    findings_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        hand_out(findings_json, "findings_json", error, |scope| {
            Ok(discovery::check_mapping(scope.text(document, document_len, "document")?))
        })
    }
}

/// Writes what a mapping document does, in words, as the text of a JSON object: `name`, `description`, `target` and
/// `method` or `source`, and `rules`, one for each place of the body with `to`, `text`, `type`, `mandatory`, `note`
/// and `rule`. `BP_STATUS_VALIDATION` as `bp_mapping_new`. On success `*explanation_json` is owned: free it with
/// `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_mapping_explain(
    document: *const c_char,
    document_len: usize,
    explanation_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        hand_out(explanation_json, "explanation_json", error, |scope| {
            Ok(discovery::explain_mapping(scope.text(document, document_len, "document")?)?)
        })
    }
}

/// Writes the mapping documents that come with the library, as the text of a JSON array of objects with `name` and
/// `document`. Ids of an account in them (warehouses, channels, tax codes) are examples: copy a document and set
/// your own. On success `*mappings_json` is owned: free it with `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_ready_mappings(
    mappings_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { hand_out(mappings_json, "mappings_json", error, |_| Ok(discovery::ready_mappings())) }
}

/// Writes the JSON Schema of mapping documents, as the text of a JSON object, for editors and validators. On success
/// `*schema_json` is owned: free it with `bp_buffer_free`.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_mapping_schema(
    schema_json: *mut bp_buffer,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { hand_out(schema_json, "schema_json", error, |_| Ok(schema().to_owned())) }
}
