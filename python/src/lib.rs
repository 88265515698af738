//! The extension module `brightpearl._native`: the engine's own contract, as thin as it can be. The package
//! around it, written in Python, is what people use; nothing in here is for them.
//!
//! Decoding runs without the interpreter lock. No class can be changed after it was made, but for a call,
//! which has a lock of its own, so the module needs no global lock either.

#![forbid(unsafe_code)]

mod arrow;
mod call;
mod catalog;
mod cell;
mod client;
mod columns;
mod data;
mod date_time;
mod discovery;
#[cfg(feature = "emulator")]
mod emulator;
mod error;
mod id_set;
mod journal;
mod json;
mod mapping;
mod page;
mod pickled;
mod resources;
mod row;
mod step;

use pyo3::pymodule;

/// The engine behind the package: private, and without promises.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::arrow::ArrowTable;
    #[pymodule_export]
    use crate::call::{Call, Explanation};
    #[pymodule_export]
    use crate::catalog::{Listed, find_resource, find_search, list_resources, list_searches};
    #[pymodule_export]
    use crate::client::{Budget, Client, Statistics};
    #[pymodule_export]
    use crate::data::RawData;
    #[pymodule_export]
    use crate::discovery::{
        ask, authorize_url, catalog, describe, errors, header_is_secret, is_loopback_host, schemes, tasks,
        validate, verify_callback,
    };
    #[cfg(feature = "emulator")]
    #[pymodule_export]
    use crate::emulator::{Emulator, Outcome, RawDelivery};
    #[pymodule_export]
    use crate::id_set::{IdSet, IdSetIterator};
    #[pymodule_export]
    use crate::journal::{JournalBook, JournalCompaction};
    #[pymodule_export]
    use crate::json::{dump_json, load_json, tell_of_cut};
    #[pymodule_export]
    use crate::mapping::{
        CompiledMapping, MappedRecord, begin_mapping, check_mapping, explain_mapping, mapping_schema,
        ready_mappings, restore_mapped_record, run_mapping,
    };
    #[pymodule_export]
    use crate::page::{Column, Metadata, Page};
    #[pymodule_export]
    use crate::pickled::{restore_page, restore_row};
    #[pymodule_export]
    use crate::resources::{Resource, ResourceBatch};
    #[pymodule_export]
    use crate::row::{DictIterator, Row, RowIterator};
    #[pymodule_export]
    use crate::step::{Done, Feed, Pending, RawJournal, RawReply, Transmission, Wait};

    /// The version of everything in the package.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name that Python packages give it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
