//! What a call is to do, as plain data: the same JSON in every host, and inside checkpoints.

mod batch;
mod pull;
mod push;
mod task;

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::account::checked_path;
use crate::catalog::{self, FilterType, check_value};
use crate::error::{Error, Result};
use crate::header::check_header;
use crate::http::Method;
use crate::id_set::IdSet;
use crate::live::LiveColumns;
use crate::named::tagged;

pub use batch::{Batch, OnFailure, Order, Packing};
pub use pull::{Deletes, Pull, PullResource};
pub use push::{Existing, Push};
pub use task::{Json, Task};

/// Most rows in a search page (API notes §4.2).
pub const MAX_PAGE_SIZE: u32 = 500;

tagged! {
    /// One call's purpose.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Operation;
    /// Which sort of operation a call carries out.
    pub enum OperationKind: "operation-kind";
    {
        /// Any verb on any path: a single request, which puts out a reply.
        Request(SingleRequest) = 1 "request",
        /// A search, page by page; puts out pages.
        Search(Search) = 2 "search",
        /// Resources by id, in the fewest GETs; puts out resources.
        Fetch(Fetch) = 3 "fetch",
        /// The URIs of an `OPTIONS`; puts out URIs.
        Options(Options) = 4 "options",
        /// Several writes, packed into as few requests as possible; puts out results.
        Batch(Batch) = 5 "batch",
        /// Something that people do daily: one or several requests with one purpose; puts out its result.
        Task(Task) = 6 "task",
        /// Records of another system that go into Brightpearl; puts out outcomes and journal.
        Push(Push) = 7 "push",
        /// What changed in Brightpearl goes out; puts out records.
        Pull(Pull) = 8 "pull",
    }
}

impl Operation {
    /// Reads an operation from its JSON text.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the line and column of the JSON.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| bad_ids(text).unwrap_or_else(|| crate::json::json_error("operation", &error)))
    }
}

/// The id set's own error, when that is what is wrong: it knows the byte.
fn bad_ids(text: &str) -> Option<Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum IdsMember {
        Fetch { ids: String },
        Options { ids: String },
    }
    let (IdsMember::Fetch { ids } | IdsMember::Options { ids }) = serde_json::from_str(text).ok()?;
    let error = IdSet::parse(&ids).err()?;
    let place = format!("ids {}", error.location().unwrap_or_default());
    Some(error.at(place))
}

macro_rules! into_operation {
    ($($variant:ident($Type:ident)),*) => {$(
        impl From<$Type> for Operation {
            fn from(operation: $Type) -> Self {
                Operation::$variant(operation)
            }
        }
    )*};
}
into_operation!(
    Request(SingleRequest),
    Search(Search),
    Fetch(Fetch),
    Options(Options),
    Batch(Batch),
    Task(Task),
    Push(Push),
    Pull(Pull)
);

/// A single request: the escape hatch for everything that has no call of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SingleRequest {
    /// The verb.
    pub method: Method,
    /// The path below the account, such as `order-service/order-type`, or a short name, with ids behind it or without:
    /// `order-type`, `order/1-3`. What is not known is sent as it is.
    pub path: String,
    /// Query parameters, unescaped, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// Further headers, such as `If-Match`. Those that carry a credential or belong to whoever transmits the request
    /// (`Host`, `Content-Length`, `Transfer-Encoding`, `Connection` and their like) are refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body, JSON unless a header says otherwise; empty means none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Says that sending this PUT, PATCH or DELETE twice is the same as sending it once, so that it may be
    /// repeated when the outcome of an attempt is unknown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub idempotent: bool,
    /// Sends a body although the catalog finds it wrong, and a path that is much like a known one: for what is newer than
    /// this version.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unchecked: bool,
}

impl SingleRequest {
    /// A request without query or body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: String::new(),
            idempotent: false,
            unchecked: false,
        }
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        checked_path(&self.path)?;
        if self.idempotent && self.method == Method::Post {
            return Err(Error::validation(
                "idempotent",
                "a POST creates something each time; expected `idempotent` only with PUT, PATCH or DELETE",
            ));
        }
        for (name, value) in &self.headers {
            check_header(name, value)?;
        }
        Ok(())
    }
}

/// How a search is paged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paging {
    /// `firstResult` from 1 and `pageSize`, as the API's own reference has it (API notes §4.2).
    #[default]
    FirstResult,
    /// `offset` from 0 and `limit`, as integration guides show it.
    Offset,
}

/// A search, page by page, in order, without a lost or repeated row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// The search's path, such as `order-service/order-search`, or the short name of what it finds, such as `order`.
    pub resource: String,
    /// Filters, unescaped, in order; all must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<(String, String)>,
    /// Result columns in order; empty means the resource's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Sort keys, such as `updatedOn` or `updatedOn.DESC`. The key column is added behind them when the
    /// catalog knows it, since rows that compare equal may otherwise change places between pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
    /// Rows a page; the configuration's `page_size` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
    /// The paging dialect; the configuration's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paging: Option<Paging>,
    /// Stops after so many rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The column that identifies a row, for dropping repeated rows; the catalog's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Sends names that the catalog does not know instead of refusing them, and a path that is much like a known one: for
    /// what is newer than this version.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unchecked: bool,
}

impl Search {
    /// A search for everything.
    pub fn new(resource: impl Into<String>) -> Self {
        Self { resource: resource.into(), ..Self::default() }
    }

    /// Adds a filter. A value that does not fit the column's type is refused when the call is started, before
    /// it costs a request.
    ///
    /// ```
    /// use brightpearl_core::operation::Search;
    /// use brightpearl_core::value::Date;
    ///
    /// let search = Search::new("order-service/order-search")
    ///     .any_of("orderId", [7, 9])
    ///     .filter("orderTypeId", 1)
    ///     .since("updatedOn", Date::parse("2026-01-01")?);
    /// assert_eq!(search.filters[0], ("orderId".to_owned(), "7,9".to_owned()));
    /// assert_eq!(search.filters[2], ("updatedOn".to_owned(), "2026-01-01/".to_owned()));
    /// # Ok::<(), brightpearl_core::Error>(())
    /// ```
    #[must_use]
    pub fn filter(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.filters.push((name.into(), value.to_string()));
        self
    }

    /// Keeps what lies between two dates or date-times, of a `PERIOD` column (API notes §4.3): `from/to`. Whether
    /// the ends are included, no source says.
    #[must_use]
    pub fn between(self, name: impl Into<String>, from: impl Display, to: impl Display) -> Self {
        self.filter(name, format_args!("{from}/{to}"))
    }

    /// Keeps what is not before a date or date-time: `from/`.
    #[must_use]
    pub fn since(self, name: impl Into<String>, from: impl Display) -> Self {
        self.filter(name, format_args!("{from}/"))
    }

    /// Keeps what is not after a date or date-time: `/to`.
    #[must_use]
    pub fn until(self, name: impl Into<String>, to: impl Display) -> Self {
        self.filter(name, format_args!("/{to}"))
    }

    /// Keeps what has one of these values, with commas between them: of an `IDSET` or `STRING_SET` column. For
    /// many ids, [`filter`](Self::filter) with an [`IdSet`] is shorter on the wire.
    #[must_use]
    pub fn any_of<V: Display>(self, name: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        self.filter(name, values.join(","))
    }

    /// Chooses result columns.
    #[must_use]
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.columns = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Chooses sort keys.
    #[must_use]
    pub fn sort<S: Into<String>>(mut self, keys: impl IntoIterator<Item = S>) -> Self {
        self.sort = keys.into_iter().map(Into::into).collect();
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        checked_path(&self.resource).map_err(|error| error.at("resource"))?;
        if let Some(size) = self.page_size {
            check_page_size(size)?;
        }
        for key in &self.sort {
            sort_parts(key)?;
        }
        Ok(())
    }

    /// The same with one filter for each column: several values of a column that takes a set become that set. What the
    /// server makes of a name that comes twice is not known.
    ///
    /// # Errors
    /// [`Kind::Validation`](crate::Kind::Validation) at the filter of a column that takes one value and has several.
    pub(crate) fn with_sets(&self, live: &LiveColumns) -> Result<Self> {
        let mut filters: Vec<(String, String)> = Vec::with_capacity(self.filters.len());
        for (name, value) in &self.filters {
            let Some((_, before)) = filters.iter_mut().find(|(other, _)| other == name) else {
                filters.push((name.clone(), value.clone()));
                continue;
            };
            let listed = catalog::search(&self.resource).and_then(|search| search.column(name));
            let met = || live.column(&self.resource, name).map(|column| column.filter_type);
            let takes = listed.map(|column| column.filter_type).or_else(met).unwrap_or(FilterType::Unknown);
            if !takes.takes_sets() {
                let message = format!(
                    "{name} has several values to filter by, {before:?} and {value:?}, and takes one; expected a search for each"
                );
                return Err(Error::validation(format!("filters.{name}"), message));
            }
            before.push(',');
            before.push_str(value);
        }
        Ok(Self { filters, ..self.clone() })
    }

    /// Checks names and values: refused is only what neither the catalog nor live meta-data knows to be right.
    pub(crate) fn check_names(&self, live: &LiveColumns) -> Result<()> {
        let Some(search) = catalog::search(&self.resource).filter(|_| !self.unchecked) else { return Ok(()) };
        for (name, value) in &self.filters {
            let Err(refusal) = search.check_filter(name, value) else { continue };
            match live.column(search.path, name) {
                Some(column) if column.filterable => check_value(name, value, column.filter_type)?,
                Some(_) | None => return Err(refusal),
            }
        }
        for name in &self.columns {
            if live.column(search.path, name).is_none() {
                search.check_column(name)?;
            }
        }
        if let Some(key) = &self.key
            && live.column(search.path, key).is_none()
        {
            // A row that lacks it would be told as a mistake of Brightpearl's.
            search.check_column(key).map_err(|error| error.at("key"))?;
        }
        for key in &self.sort {
            let (name, _) = sort_parts(key)?;
            if !live.column(search.path, name).is_some_and(|column| column.sortable) {
                search.check_sort(name)?;
            }
        }
        Ok(())
    }
}

pub(crate) fn check_page_size(size: u32) -> Result<()> {
    if (1..=MAX_PAGE_SIZE).contains(&size) {
        return Ok(());
    }
    Err(Error::validation(
        "page_size",
        format!("a page of {size} rows cannot be had; expected 1 to {MAX_PAGE_SIZE}"),
    ))
}

/// Splits `column.DIRECTION`; the direction is `ASC` when absent.
pub(crate) fn sort_parts(key: &str) -> Result<(&str, &str)> {
    let (name, direction) = key.split_once('.').unwrap_or((key, "ASC"));
    if name.is_empty() || !matches!(direction, "ASC" | "DESC") {
        return Err(Error::validation(
            "sort",
            format!("invalid sort key {key:?}; expected a column, or a column with .ASC or .DESC"),
        ));
    }
    Ok((name, direction))
}

/// When a fetch asks `OPTIONS` first, which of the ids exist (API notes §1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    /// When the ids come as ranges that would take several GETs, so that gaps are worth knowing.
    #[default]
    Auto,
    /// Always, where the resource has it.
    Always,
    /// Never: the ids are known to exist.
    Never,
}

/// Resources by id, in the fewest GETs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fetch {
    /// The resource's path, such as `order-service/order`, or its short name, such as `order`. The ids go behind it, or
    /// where `{ids}` stands.
    pub resource: String,
    /// The ids; absent asks for the whole list, where the resource allows that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<IdSet>,
    /// Query parameters such as `includeOptional`, unescaped, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
    /// Whether to ask `OPTIONS` first.
    #[serde(default)]
    pub plan: Plan,
    /// Most ids in one GET; the catalog's limit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_limit: Option<u32>,
}

impl Fetch {
    /// A fetch of some ids.
    pub fn new(resource: impl Into<String>, ids: IdSet) -> Self {
        Self { resource: resource.into(), ids: Some(ids), ..Self::default() }
    }

    /// Whether the query leaves out nothing that is read without one (API notes §1.5).
    pub(crate) fn leaves_nothing_out(&self) -> bool {
        let adds = |name: &str| matches!(name, "includeOptional" | "contextChannelId");
        self.query.iter().all(|(name, _)| adds(name))
    }

    pub(crate) fn check(&self) -> Result<()> {
        checked_path(&self.resource.replace("{ids}", "1")).map_err(|error| error.at("resource"))?;
        if self.id_limit == Some(0) {
            return Err(Error::validation(
                "id_limit",
                "0 ids in a request read nothing; expected at least 1",
            ));
        }
        Ok(())
    }
}

/// The URIs that read an id set, as the server plans them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The resource's path, such as `order-service/order`, or its short name, such as `order`.
    pub resource: String,
    /// The ids; absent asks for everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ids: Option<IdSet>,
}

impl Options {
    pub(crate) fn check(&self) -> Result<()> {
        checked_path(&self.resource).map(drop).map_err(|error| error.at("resource"))
    }
}
