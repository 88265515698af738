//! Pages through the Arrow C data interface.

use std::ffi::c_char;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::{Array, RecordBatch, StructArray};
use arrow_schema::{ArrowError, Schema};
use brightpearl_core::{Error, Page};

use crate::boundary::{Failure, guarded};
use crate::error::bp_error;
use crate::page::bp_page;
use crate::status::bp_status;

/// Exports a page through the Arrow C data interface, as a struct array with a child for each column. Its
/// buffers are copies: they live until the program, or whom it hands them to, calls `release` on the array
/// and on the schema; the page may go before. `*array` and `*schema` are overwritten without being
/// released, and stay as they are when this fails.
///
/// The pages of one search make one table when they have one schema: give the first page's schema as `like`
/// with the others (it is borrowed and not released; NULL for the first). A page that does not fit, because
/// a column has other cells or is new, gets a wider schema than `like`.
///
/// Date-times are instants in UTC, numbers that are not 64-bit integers are their exact text. Only in
/// libraries that were built with the feature `arrow`, which is the default.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_page_export_arrow(
    page: *const bp_page,
    like: *const FFI_ArrowSchema,
    array: *mut FFI_ArrowArray,
    schema: *mut FFI_ArrowSchema,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe {
        guarded(error, |scope| {
            let page = &scope.handle(page, "page")?.page.page;
            let known = scope.shared(like).map(read_schema).transpose()?;
            if array.is_null() {
                return Err(Failure::null("array"));
            }
            if schema.is_null() {
                return Err(Failure::null("schema"));
            }
            let (exported_array, exported_schema) = export(page, known.as_ref())?;
            // What was there is the program's: not dropped, since it may be uninitialised.
            array.write(exported_array);
            schema.write(exported_schema);
            Ok(())
        })
    }
}

fn export(page: &Page, like: Option<&Schema>) -> Result<(FFI_ArrowArray, FFI_ArrowSchema), Failure> {
    let schema = match like {
        Some(like) => page.widened_arrow_schema(like),
        None => page.arrow_schema(),
    };
    let batch: RecordBatch = page.clone().into_record_batch(Arc::new(schema))?;
    to_ffi(&StructArray::from(batch).into_data()).map_err(|error| refused("array", &error))
}

fn read_schema(like: &FFI_ArrowSchema) -> Result<Schema, Failure> {
    // SAFETY: the interface's structure begins with its format, a pointer.
    let format = unsafe { std::ptr::from_ref(like).cast::<*const c_char>().read() };
    if format.is_null() {
        let message = "the schema is blank or was released; expected one that this function gave";
        return Err(Failure::misuse("like", message.to_owned()));
    }
    Schema::try_from(like).map_err(|error| refused("like", &error))
}

fn refused(argument: &str, error: &ArrowError) -> Failure {
    Error::validation(argument, format!("Arrow refuses the schema: {error}")).into()
}

#[cfg(test)]
mod tests {
    use std::ptr::{null, null_mut};

    use arrow_array::cast::AsArray;
    use arrow_array::ffi::from_ffi;
    use arrow_array::types::Int64Type;
    use brightpearl_core::SearchPage;

    use super::*;

    fn page(rows: &str) -> bp_page {
        let body = format!(
            r#"{{"response":{{"results":[{rows}],"metaData":{{"columns":[
                {{"name":"orderId","reportDataType":"IDSET"}},{{"name":"ref"}}]}}}}}}"#
        );
        let page = Page::decode(body.as_bytes()).expect("a page");
        bp_page::new(SearchPage { page, first_result: 1, duplicates: 0 })
    }

    #[test]
    fn pages_of_a_search_get_one_schema_and_outlive_their_page() {
        let (mut array, mut schema) = (FFI_ArrowArray::empty(), FFI_ArrowSchema::empty());
        let (mut later_array, mut later_schema) = (FFI_ArrowArray::empty(), FFI_ArrowSchema::empty());
        let (first, later) = (page(r#"[7,"Zoë"],[9,null]"#), page("[11,null]"));
        // SAFETY: pages and places of our own; what is exported is imported once.
        let (first_data, later_data) = unsafe {
            let status = bp_page_export_arrow(&first, null(), &mut array, &mut schema, null_mut());
            assert_eq!(status, bp_status::Ok);
            let status =
                bp_page_export_arrow(&later, &schema, &mut later_array, &mut later_schema, null_mut());
            assert_eq!(status, bp_status::Ok);
            drop((first, later));
            (from_ffi(array, &schema).expect("an array"), from_ffi(later_array, &later_schema).expect("one"))
        };
        let (first, later) = (StructArray::from(first_data), StructArray::from(later_data));
        assert_eq!(first.data_type(), later.data_type());
        let ids = first.column_by_name("orderId").expect("a column").as_primitive::<Int64Type>();
        assert_eq!(ids.values(), &[7, 9]);
        let names = first.column_by_name("ref").expect("a column").as_string::<i32>();
        assert_eq!((names.value(0), names.is_null(1)), ("Zoë", true));
    }

    #[test]
    fn null_and_foreign_schemas_are_told() {
        let page = page("");
        let (mut array, mut schema) = (FFI_ArrowArray::empty(), FFI_ArrowSchema::empty());
        // SAFETY: pages and places of our own, and NULL.
        unsafe {
            let export =
                |page, like, array, schema| bp_page_export_arrow(page, like, array, schema, null_mut());
            assert_eq!(export(null(), null(), &mut array, &mut schema), bp_status::NullPointer);
            assert_eq!(export(&page, null(), null_mut(), &mut schema), bp_status::NullPointer);
            assert_eq!(export(&page, null(), &mut array, null_mut()), bp_status::NullPointer);
        }
        let number = FFI_ArrowSchema::try_from(&arrow_schema::DataType::Int64).expect("a schema");
        // SAFETY: as above.
        let status = unsafe { bp_page_export_arrow(&page, &number, &mut array, &mut schema, null_mut()) };
        assert_eq!(status, bp_status::Validation);
        let blank = FFI_ArrowSchema::empty();
        // SAFETY: as above.
        let status = unsafe { bp_page_export_arrow(&page, &blank, &mut array, &mut schema, null_mut()) };
        assert_eq!(status, bp_status::Misuse);
        assert!(array.is_released());
    }
}
