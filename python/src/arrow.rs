//! Pages handed to Arrow consumers through the C data interface, without a copy of what the consumer reads and
//! without a dependency on any Arrow package.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator, StringArray, TimestampMillisecondArray};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef, TimeUnit};
use brightpearl_core::Error;
use brightpearl_core::table::{self, Cell};
use brightpearl_core::value::DateTime;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::error::{or_raise, raise};
use crate::page::{Page, refused};

/// Rows as an Arrow table: `pyarrow.table(table)`, `polars.DataFrame(table)`, and whatever else takes the
/// Arrow PyCapsule interface.
#[pyclass(frozen, module = "brightpearl")]
pub(crate) struct ArrowTable {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl ArrowTable {
    /// A table of pages of one search. Leaves out the first `skip` rows. Date-times are instants in UTC (`instant`),
    /// what the account's clock showed (`local`), or the texts that the server sent (`text`).
    #[new]
    #[pyo3(signature = (pages, skip = 0, dates = "instant"))]
    pub(crate) fn new(py: Python<'_>, pages: Vec<Py<Page>>, skip: usize, dates: &str) -> PyResult<Self> {
        let moments = match dates {
            "instant" => Moments::Instants,
            "local" => Moments::Local,
            "text" => Moments::Texts,
            other => return Err(refused(py, "brightpearl.frames", "checked_moments", other)),
        };
        let pages: Vec<&table::Page> = pages.iter().map(|page| &page.get().table).collect();
        or_raise(py, py.detach(|| assemble(&pages, skip, moments)))
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

/// What date-times become.
#[derive(Clone, Copy)]
enum Moments {
    /// Instants in UTC.
    Instants,
    /// What the account's clock showed, which names no instant.
    Local,
    /// What the server sent.
    Texts,
}

/// Gives all pages the narrowest schema that fits every one.
fn assemble(pages: &[&table::Page], skip: usize, moments: Moments) -> Result<ArrowTable, Error> {
    let mut schema = pages.first().map_or_else(Schema::empty, |page| page.arrow_schema());
    for page in pages.iter().skip(1) {
        schema = page.widened_arrow_schema(&schema);
    }
    let schema = Arc::new(schema);
    let shown = Arc::new(shown_as(&schema, moments));
    let mut left_out = skip;
    let mut batches = Vec::with_capacity(pages.len());
    for page in pages {
        let mut batch = (*page).clone().into_record_batch(Arc::clone(&schema))?;
        if !Arc::ptr_eq(&schema, &shown) && schema != shown {
            batch = told(page, &batch, &shown)?;
        }
        let start = left_out.min(batch.num_rows());
        left_out -= start;
        batches.push(batch.slice(start, batch.num_rows() - start));
    }
    Ok(ArrowTable { schema: shown, batches })
}

/// The schema with other date-times.
fn shown_as(schema: &Schema, moments: Moments) -> Schema {
    let shown = match moments {
        Moments::Instants => None,
        Moments::Local => Some(DataType::Timestamp(TimeUnit::Millisecond, None)),
        Moments::Texts => Some(DataType::Utf8),
    };
    let fields = schema.fields().iter().map(|field| match (&shown, field.data_type()) {
        (Some(shown), DataType::Timestamp(..)) => field.as_ref().clone().with_data_type(shown.clone()),
        _ => field.as_ref().clone(),
    });
    Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone())
}

/// A batch whose date-times are what the schema says.
fn told(page: &table::Page, batch: &RecordBatch, shown: &SchemaRef) -> Result<RecordBatch, Error> {
    let mut columns = batch.columns().to_vec();
    for (column, field) in columns.iter_mut().zip(shown.fields()) {
        if column.data_type() == field.data_type() {
            continue;
        }
        let place = page.columns().iter().position(|known| known.name() == field.name());
        let cells = (0..page.rows()).map(|row| match place.map(|place| page.cell(place, row)) {
            Some(Cell::DateTime(moment)) => Some(moment),
            _ => None,
        });
        *column = if *field.data_type() == DataType::Utf8 {
            Arc::new(cells.map(|moment| moment.map(|moment| moment.to_string())).collect::<StringArray>())
        } else {
            let local = |moment: DateTime| {
                moment.milliseconds() + i64::from(moment.offset_minutes().unwrap_or_default()) * 60_000
            };
            Arc::new(cells.map(|moment| moment.map(local)).collect::<TimestampMillisecondArray>())
        };
    }
    RecordBatch::try_new(Arc::clone(shown), columns)
        .map_err(|error| Error::misuse(format!("the date-times do not fit: {error}")))
}

fn unfit(py: Python<'_>, error: &ArrowError) -> PyErr {
    raise(py, &Error::misuse(format!("the columns have no Arrow form: {error}")))
}
