//! Pulls: what changed in Brightpearl, on its way out.

use brightpearl_core::Error;
use brightpearl_core::operation::{Deletes, Json, Operation, Pull, PullResource};

use crate::boundary::Failure;
use crate::call::bp_call;
use crate::client::bp_client;
use crate::error::bp_error;
use crate::mapping::bp_mapping;
use crate::operation::{read_fields, read_optional, start};
use crate::scope::Scope;
use crate::sized::{self, Growing};
use crate::status::bp_status;
use crate::text::{bp_field, bp_text};

/// One resource of a pull. Initialise it with `BP_INIT`; fields left at zero are absent.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_pull_resource {
    /// `sizeof(bp_pull_resource)`.
    pub struct_size: usize,
    /// The resource, by its short name such as `order` or its path. None may be named twice, unless by different `name`s.
    pub resource: bp_text,
    /// What records and states call it; the resource when absent.
    pub name: bp_text,
    /// Further filters of its search, unescaped, in order.
    pub filters: *const bp_field,
    /// How many of them.
    pub filter_count: usize,
    /// A mapping whose document has a `source`; NULL for records as Brightpearl has them. It may be freed when the pull has
    /// been started.
    pub mapping: *const bp_mapping,
    /// From when on, where there is no state yet: a date or date-time. Everything when absent.
    pub since: bp_text,
    /// The column that tells what changed; the catalogue's when absent.
    pub watermark: bp_text,
    /// Query parameters of the reads, such as `includeOptional`, unescaped, in order.
    pub query: *const bp_field,
    /// How many of them.
    pub query_count: usize,
    /// Not 0: hands out the rows of the search, without reading each in detail.
    pub rows: u32,
    /// Not 0: looks for records that are gone, too.
    pub deletes: u32,
    /// With `deletes`: when more than this share of the known records is gone at once, in percent, none is reported, and the
    /// pull ends with `BP_STATUS_CONFLICT`; 0 for 20.
    pub most_percent: u32,
    /// Not 0: compares the ids that there are with those that were handed out, and hands out what no date told of.
    pub reconcile: u32,
    /// Higher goes first.
    pub priority: i32,
}

/// What changed in some resources since the last time. Initialise it with `BP_INIT`; fields left at zero are absent.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct bp_pull {
    /// `sizeof(bp_pull)`.
    pub struct_size: usize,
    /// What to pull: pointers to as many resources.
    pub resources: *const *const bp_pull_resource,
    /// How many of them.
    pub resource_count: usize,
    /// The checkpoint of an earlier pull; absent for the first.
    pub state: bp_text,
    /// Where it stands how far behind the watermark the next search begins, in milliseconds, for what Brightpearl shows
    /// late; NULL for ten minutes.
    pub overlap_ms: *const u64,
}

// SAFETY: the size comes first; the other fields are numbers, lengths and pointers, which zero fits.
unsafe impl Growing for bp_pull_resource {}
// SAFETY: as above.
unsafe impl Growing for bp_pull {}

/// Starts a pull. It puts out records. A checkpoint covers what was consumed; that of a pull that is done is the `state` of
/// the next. `BP_STATUS_VALIDATION` before anything is sent, at the field that is wrong. As `bp_call_start_request`
/// otherwise.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn bp_call_start_pull(
    client: *const bp_client,
    pull: *const bp_pull,
    call: *mut *mut bp_call,
    error: *mut *mut bp_error,
) -> bp_status {
    // SAFETY: each pointer is NULL or as the doc comment says.
    unsafe { start(client, call, error, |scope| read_pull(scope, sized::read(pull, "pull")?)) }
}

/// # Safety
/// The pointers in the structure are as its fields say.
unsafe fn read_pull(scope: Scope<'_>, pull: bp_pull) -> Result<Operation, Failure> {
    // SAFETY: passed on to the caller.
    unsafe {
        let resources =
            scope.items(pull.resources, pull.resource_count, "pull.resources")?.iter().enumerate();
        let resources = resources.map(|(index, resource)| {
            let place = format!("pull.resources[{index}]");
            read_resource(scope, sized::read(*resource, &place)?, &place)
        });
        let mut read = Pull::of("");
        read.resources = resources.collect::<Result<_, _>>()?;
        read.state = read_optional(scope, pull.state, "pull.state")?.map(str::to_owned);
        if let Some(overlap) = scope.shared(pull.overlap_ms) {
            read.overlap_ms = *overlap;
        }
        Ok(Operation::Pull(read))
    }
}

unsafe fn read_resource(
    scope: Scope<'_>,
    resource: bp_pull_resource,
    place: &str,
) -> Result<PullResource, Failure> {
    let field = |name: &str| format!("{place}.{name}");
    // SAFETY: passed on to the caller.
    unsafe {
        let text = |text: bp_text, name: &str| {
            Ok::<_, Failure>(read_optional(scope, text, &field(name))?.map(str::to_owned))
        };
        Ok(PullResource {
            name: text(resource.name, "name")?,
            filters: read_fields(scope, resource.filters, resource.filter_count, &field("filters"))?,
            mapping: match scope.shared(resource.mapping) {
                Some(mapping) => Some(Json::new(mapping.document())?),
                None => None,
            },
            since: text(resource.since, "since")?,
            watermark: text(resource.watermark, "watermark")?,
            query: read_fields(scope, resource.query, resource.query_count, &field("query"))?,
            rows: resource.rows != 0,
            deletes: read_deletes(resource, &field("most_percent"))?,
            reconcile: resource.reconcile != 0,
            priority: resource.priority,
            ..PullResource::of(scope.text_of(resource.resource, &field("resource"))?)
        })
    }
}

fn read_deletes(resource: bp_pull_resource, place: &str) -> Result<Option<Deletes>, Failure> {
    if resource.deletes == 0 {
        return Ok(None);
    }
    match u8::try_from(resource.most_percent) {
        Ok(0) => Ok(Some(Deletes::default())),
        Ok(most_percent) if most_percent <= 100 => Ok(Some(Deletes { most_percent })),
        _ => Err(Error::validation(
            place,
            format!("{} percent cannot be gone; expected 1 to 100, or 0 for 20", resource.most_percent),
        )
        .into()),
    }
}
