//! Pages handed to Arrow consumers through the C data interface, without a copy of what the consumer reads and
//! without a dependency on any Arrow package.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use brightpearl_core::Error;
use brightpearl_core::table;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::error::{or_raise, raise};
use crate::page::Page;

/// Rows as an Arrow table: `pyarrow.table(table)`, `polars.DataFrame(table)`, and whatever else takes the
/// Arrow PyCapsule interface.
#[pyclass(frozen, module = "brightpearl")]
pub(crate) struct ArrowTable {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl ArrowTable {
    /// A table of pages of one search. Leaves out the first `skip` rows.
    #[new]
    #[pyo3(signature = (pages, skip = 0))]
    pub(crate) fn new(py: Python<'_>, pages: Vec<Py<Page>>, skip: usize) -> PyResult<Self> {
        let pages: Vec<&table::Page> = pages.iter().map(|page| &page.get().table).collect();
        or_raise(py, py.detach(|| assemble(&pages, skip)))
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn __repr__(&self) -> String {
        format!(
            "<brightpearl.ArrowTable of {} rows and {} columns>",
            self.__len__(),
            self.schema.fields().len()
        )
    }

    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The schema as a capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref()).map_err(|error| unfit(py, &error))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The rows as a capsule. A consumer may ask for another schema, which the interface lets us not heed.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let batches = self.batches.clone().into_iter().map(Ok::<_, ArrowError>);
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }
}

/// Gives all pages the narrowest schema that fits every one.
fn assemble(pages: &[&table::Page], skip: usize) -> Result<ArrowTable, Error> {
    let mut schema = pages.first().map_or_else(Schema::empty, |page| page.arrow_schema());
    for page in pages.iter().skip(1) {
        schema = page.widened_arrow_schema(&schema);
    }
    let schema = Arc::new(schema);
    let mut left_out = skip;
    let mut batches = Vec::with_capacity(pages.len());
    for page in pages {
        let batch = (*page).clone().into_record_batch(Arc::clone(&schema))?;
        let start = left_out.min(batch.num_rows());
        left_out -= start;
        batches.push(batch.slice(start, batch.num_rows() - start));
    }
    Ok(ArrowTable { schema, batches })
}

fn unfit(py: Python<'_>, error: &ArrowError) -> PyErr {
    raise(py, &Error::misuse(format!("the columns have no Arrow form: {error}")))
}
