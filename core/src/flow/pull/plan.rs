//! What is to be pulled, checked before anything is sent.

use crate::catalog::{self, FilterType, RowsWithin};
use crate::error::{Error, Result};
use crate::http::Method;
use crate::id_set::IdSet;
use crate::json::nearest;
use crate::live::LiveColumns;
use crate::mapping::Mapping;
use crate::operation::{Deletes, Fetch, Pull, PullResource, Search};
use crate::shared::Shared;
use crate::value::{DateTime, Moment, Period};

/// A day begins somewhere so much earlier than in UTC.
const EARLIEST_ZONE_MS: i64 = 14 * 3_600_000;

/// Before anything in Brightpearl.
const EPOCH: &str = "1970-01-01T00:00:00Z";

/// The longest set of ids that a filter is given, in bytes.
const MOST_ID_TEXT: usize = 2_000;

const A_DAY_MS: i64 = 24 * 3_600_000;

/// One resource as it is pulled.
pub(super) struct StreamPlan {
    pub(super) name: String,
    pub(super) priority: i32,
    /// The search, with the pull's filters; its columns are those that are needed.
    pub(super) search: Search,
    /// The column with the ids.
    pub(super) key: String,
    /// Whether the search can be asked for a set of ids.
    pub(super) takes_ids: bool,
    /// The columns that tell what changed; none where only ids tell what is new.
    pub(super) watermarks: Vec<String>,
    /// The column that says when a record was created, which what is read of it says, too.
    pub(super) created: Option<&'static str>,
    pub(super) since: Option<Since>,
    /// How what was found is read in detail; `None` hands out rows.
    pub(super) reading: Option<DetailPlan>,
    pub(super) mapping: Option<Mapping>,
    pub(super) deletes: Option<Deletes>,
    /// Whether what is there and was never handed out is handed out.
    pub(super) reconciles: bool,
}

/// How records are read.
pub(super) struct DetailPlan {
    pub(super) fetch: Fetch,
    pub(super) id_limit: usize,
    /// The rows within its records, where their totals tell of them.
    pub(super) rows: Option<&'static RowsWithin>,
    /// Whether `OPTIONS` lists all existing ids.
    pub(super) lists_ids: bool,
}

/// From when on, where nothing is consumed yet.
pub(super) struct Since {
    /// As it was given.
    pub(super) text: String,
    /// In milliseconds; of a day, its earliest beginning.
    pub(super) at: i64,
}

/// Plans every resource of a pull.
///
/// # Errors
/// [`Kind::Validation`](crate::Kind::Validation) at `resources[i]` and the member that is wrong.
pub(super) fn plans(pull: &Pull, shared: &Shared, is_new: bool) -> Result<Vec<StreamPlan>> {
    if pull.resources.is_empty() {
        return Err(Error::validation(
            "resources",
            "there is nothing to pull; expected at least one resource",
        ));
    }
    let mut plans: Vec<StreamPlan> = Vec::with_capacity(pull.resources.len());
    for (index, resource) in pull.resources.iter().enumerate() {
        let inside = |error: Error| {
            let member = error.location().unwrap_or("resource").to_owned();
            error.at(format!("resources[{index}].{member}"))
        };
        let plan = plan(resource, shared, is_new).map_err(inside)?;
        if plans.iter().any(|other| other.name == plan.name) {
            return Err(inside(Error::validation(
                "name",
                format!("{:?} is pulled twice; expected names of their own", plan.name),
            )));
        }
        plans.push(plan);
    }
    Ok(plans)
}

fn plan(resource: &PullResource, shared: &Shared, is_new: bool) -> Result<StreamPlan> {
    let listed = find_search(&resource.resource)?;
    let (key, finds) = match (listed.key, listed.lines_of) {
        (Some(key), _) => (key, listed.finds),
        (None, Some((column, reads))) if !resource.rows => (column, Some(reads)),
        (None, _) => {
            return Err(Error::validation(
                if listed.lines_of.is_some() { "rows" } else { "resource" },
                format!(
                    "no column of {} is known to tell its rows apart, so what was handed out cannot be told from what was not; expected a search with such a column",
                    listed.path
                ),
            ));
        }
    };
    let finds = finds.filter(|_| !resource.rows);
    if finds.is_none() && !resource.query.is_empty() {
        return Err(Error::validation(
            "query",
            "rows are handed out as the search has them; expected `query` only where records are read",
        ));
    }
    let mut search = Search::new(listed.path);
    search.filters.clone_from(&resource.filters);
    search.key = Some(key.to_owned());
    let mut search = search.with_sets(&shared.live)?;
    if is_new {
        search.check()?;
        search.check_names(&shared.live)?;
    }
    let watermarks = watermarks(resource, listed, &shared.live)?;
    if let Some((name, _)) = resource.filters.iter().find(|(name, _)| watermarks.contains(name)) {
        return Err(Error::validation(
            format!("filters.{name}"),
            format!("a pull filters by {name} itself; expected `since`, or another `watermark`"),
        ));
    }
    let since = resource.since.as_deref().map(Since::read).transpose()?;
    if since.is_some() && watermarks.is_empty() {
        return Err(Error::validation(
            "since",
            format!(
                "{} has no date that tells what is new; expected no `since`, or a `watermark`",
                listed.path
            ),
        ));
    }
    if resource.deletes.as_ref().is_some_and(|deletes| deletes.most_percent > 100) {
        return Err(Error::validation("deletes.most_percent", "expected a share of 0 to 100 percent"));
    }
    let created = created_column(listed);
    if finds.is_some() {
        let own_date = created.filter(|name| !watermarks.iter().any(|column| column == name));
        let dates = watermarks.iter().map(String::as_str).chain(own_date);
        let filtered = filtered_by(&search).filter(|name| *name != key && created != Some(*name));
        let columns = std::iter::once(key).chain(dates).chain(filtered);
        search.columns = columns.map(str::to_owned).collect();
    }
    Ok(StreamPlan {
        name: resource.name.clone().unwrap_or_else(|| resource.resource.clone()),
        priority: resource.priority,
        takes_ids: takes_ids(resource, listed, key),
        key: key.to_owned(),
        reading: finds.map(|path| DetailPlan::of(path, resource)),
        mapping: mapping(resource, listed, finds)?,
        deletes: resource.looks_for_deletes(),
        reconciles: resource.reconcile,
        search,
        watermarks,
        created,
        since,
    })
}

/// The columns by which a search is filtered and that its rows can show: those of another question are noticed by them.
fn filtered_by(search: &Search) -> impl Iterator<Item = &str> {
    let listed = catalog::search(&search.resource);
    let is_shown =
        move |name: &&str| listed.and_then(|listed| listed.column(name)).is_some_and(|column| column.in_rows);
    search.filters.iter().map(|(name, _)| name.as_str()).filter(is_shown)
}

/// The column that says when what is found was created. Lines have one of their own.
fn created_column(listed: &'static catalog::SearchResource) -> Option<&'static str> {
    let column = listed.column("createdOn").filter(|column| column.in_rows && listed.lines_of.is_none());
    column.map(|column| column.name)
}

fn takes_ids(resource: &PullResource, listed: &catalog::SearchResource, key: &str) -> bool {
    let filter_type = listed.column(key).filter(|column| column.filterable).map(|column| column.filter_type);
    let is_free = resource.filters.iter().all(|(name, _)| name != key);
    is_free && matches!(filter_type, Some(FilterType::IdSet | FilterType::IntegerOrIdSet))
}

fn find_search(name: &str) -> Result<&'static catalog::SearchResource> {
    catalog::search_named(name).ok_or_else(|| {
        let names = catalog::catalog().filter(|resource| !resource.searches.is_empty());
        let names: Vec<&str> = names.map(|resource| resource.name).collect();
        let near = nearest(name, names.iter().copied()).map(str::to_owned);
        let hint = near
            .or_else(|| catalog::misspelt_path(name))
            .map(|near| format!("did you mean {near:?}?"))
            .unwrap_or_else(|| format!("expected one of {}", names.join(", ")));
        Error::validation("resource", format!("no search is known that finds {name:?}; {hint}"))
    })
}

fn watermarks(
    resource: &PullResource,
    listed: &'static catalog::SearchResource,
    live: &LiveColumns,
) -> Result<Vec<String>> {
    let columns = match &resource.watermark {
        Some(column) => vec![column.clone()],
        None => listed.watermarks.iter().map(|column| (*column).to_owned()).collect(),
    };
    for column in &columns {
        check_watermark(column, listed, live)?;
    }
    Ok(columns)
}

/// A watermark must be in the rows, and a date that filters and sorts: what is swept in another order could not be
/// resumed. Either the catalog or live meta-data says so: one answer that was not right must not stop every later pull.
fn check_watermark(column: &str, listed: &'static catalog::SearchResource, live: &LiveColumns) -> Result<()> {
    let is_date = |filter_type| matches!(filter_type, FilterType::Period | FilterType::Unknown);
    let (learnt, known) = (live.column(listed.path, column), listed.column(column));
    if learnt.is_none() && known.is_none() {
        return listed.check_column(column).map_err(|error| error.at("watermark"));
    }
    let learnt = learnt.is_some_and(|live| live.filterable && live.sortable && is_date(live.filter_type));
    let known = known.is_some_and(|known| {
        known.filterable && known.sortable && known.in_rows && is_date(known.filter_type)
    });
    if learnt || known {
        return Ok(());
    }
    Err(Error::validation(
        "watermark",
        format!(
            "{column} of {} is not a date to filter and sort by; expected a column that tells what is new",
            listed.path
        ),
    ))
}

fn mapping(
    resource: &PullResource,
    listed: &'static catalog::SearchResource,
    finds: Option<&str>,
) -> Result<Option<Mapping>> {
    let Some(document) = &resource.mapping else { return Ok(None) };
    let mapping = Mapping::compiled(document.as_str()).map_err(|error| error.at("mapping"))?;
    let Some(source) = mapping.source() else {
        return Err(Error::validation(
            "mapping",
            format!("the mapping {:?} writes into Brightpearl; expected one with a `source`", mapping.name()),
        ));
    };
    let read = finds.and_then(catalog::resource).map(|resource| resource.name);
    let searched = catalog::resource(listed.path).map(|resource| resource.name);
    if read != Some(source) && searched != Some(source) {
        let expected = read.or(searched).unwrap_or(listed.path);
        return Err(Error::validation(
            "mapping",
            format!("the mapping {:?} is for {source:?}, and not for {expected:?}", mapping.name()),
        ));
    }
    Ok(Some(mapping))
}

impl DetailPlan {
    fn of(path: &str, resource: &PullResource) -> Self {
        let listed = catalog::reading(path);
        let query = resource.query.clone();
        Self {
            fetch: Fetch {
                resource: path.to_owned(),
                query,
                plan: crate::operation::Plan::Never,
                ..Fetch::default()
            },
            id_limit: listed.id_limit as usize,
            rows: catalog::rows_within(path),
            lists_ids: listed.options && catalog::find(path, Method::Options).is_some(),
        }
    }
}

impl Since {
    fn read(text: &str) -> Result<Self> {
        let refuse = || {
            Error::validation(
                "since",
                format!("{text:?} is not a moment; expected a date or a date-time with its offset"),
            )
        };
        if text.contains('/') {
            return Err(refuse());
        }
        let at = match Period::parse(text).map_err(|_| refuse())?.from() {
            Some(Moment::DateTime(moment)) => moment.milliseconds(),
            Some(Moment::Date(date)) => i64::from(date.days_since_epoch()) * A_DAY_MS - EARLIEST_ZONE_MS,
            None => return Err(refuse()),
        };
        Ok(Self { text: text.to_owned(), at })
    }
}

impl StreamPlan {
    /// The search for what has changed since a mark: from so much before it, but where the mark began at `since` not
    /// from before that.
    pub(super) fn changes(&self, column: &str, at: i64, overlap_ms: i64) -> Search {
        let from = at.saturating_sub(overlap_ms).max(0);
        let text = match &self.since {
            Some(since) if from <= since.at && since.at <= at => since.text.clone(),
            // A whole second: no source shows a filter with a fraction.
            _ => DateTime::from_milliseconds(from - from.rem_euclid(1_000), None)
                .map_or_else(|_| EPOCH.to_owned(), |from| from.to_string().replace(".000Z", "Z")),
        };
        self.search.clone().since(column, text)
    }

    /// The search that tells which of these ids it still has, where it can be asked.
    pub(super) fn which_of(&self, ids: &IdSet) -> Option<Search> {
        let ids = ids.to_string();
        (self.takes_ids && ids.len() <= MOST_ID_TEXT).then(|| self.ids().filter(self.key.as_str(), ids))
    }

    /// The search that has the rows of these ids, where it can be asked.
    pub(super) fn rows_of(&self, ids: &IdSet) -> Option<Search> {
        let ids = ids.to_string();
        (self.takes_ids && ids.len() <= MOST_ID_TEXT)
            .then(|| self.search.clone().filter(self.key.as_str(), ids))
    }

    /// The search that lists the existing ids.
    pub(super) fn ids(&self) -> Search {
        let columns = filtered_by(&self.search).filter(|name| *name != self.key);
        self.search.clone().columns(std::iter::once(self.key.as_str()).chain(columns))
    }
}
