//! One page of a search as it goes over the wire (API notes §4.2, §4.4).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::cell::{Cell, Label, ShownCell};
use super::filter::{DataType, unreadable};
use super::{Column, Direction, Lies, Question, Search};
use crate::protocol::address::Query;
use crate::protocol::answer::{self, Answer, Refusal};
use crate::protocol::json::Members;
use crate::world::World;

/// The most rows of a page, and how many it has when nobody asks for fewer.
const MOST_ROWS: u64 = 500;

/// Which part of the results is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// How many results come before the first of this page.
    skipped: usize,
    size: usize,
    count_only: bool,
}

impl Page {
    /// How many results come before it.
    pub(super) fn skipped(&self) -> usize {
        self.skipped
    }

    /// Reads `firstResult` and `pageSize`, or the other dialect, `offset` (from 0) and `limit`.
    /// *Inferred*: values outside the range count as its nearest end; what is not a number is refused as an
    /// unreadable filter is.
    pub(super) fn parse(query: &Query) -> Result<Self, Refusal> {
        let number = |name: &str| match query.get(name) {
            None => Ok(None),
            Some(text) => match text.parse::<i64>() {
                Ok(value) => Ok(Some(u64::try_from(value).unwrap_or(0))),
                Err(_) => Err(unreadable(name, text, DataType::Integer)),
            },
        };
        let first = number("firstResult")?.map(|first| first.saturating_sub(1));
        let skipped = first.or(number("offset")?).unwrap_or(0);
        let size = number("pageSize")?.or(number("limit")?).unwrap_or(MOST_ROWS).clamp(1, MOST_ROWS);
        let fitting = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
        let count_only = query.get("countOnly") == Some("true");
        Ok(Self { skipped: fitting(skipped), size: fitting(size), count_only })
    }

    /// The results as they would be if, since the page before this one, so many records had appeared in
    /// front of it: its first rows are ones that have been shown. No page is repeated by more than half, so
    /// that paging comes to an end; nor rows from before `behind`, which are repeated there already.
    pub(super) fn with_rows_repeated(&self, found: &[u32], rows: usize, behind: usize) -> Option<Vec<u32>> {
        let start = self.skipped.min(found.len());
        let repeated = rows.min(start.saturating_sub(behind)).min(self.size / 2);
        if repeated == 0 || start == found.len() {
            return None;
        }
        Some([&found[..start], &found[start - repeated..]].concat())
    }
}

#[derive(Serialize)]
pub(super) struct PageBody {
    response: PageResponse,
    reference: Members<&'static str, Members<String, Label>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageResponse {
    results: Vec<Vec<ShownCell>>,
    meta_data: MetaData,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetaData {
    more_pages_available: bool,
    results_available: u64,
    results_returned: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_result: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_result: Option<usize>,
    columns: Vec<Descriptor>,
    sorting: Vec<Sorting>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    name: &'static str,
    sortable: bool,
    filterable: bool,
    report_data_type: DataType,
    reference_data: &'static [&'static str],
    is_free_text_searchable: bool,
    required: bool,
}

#[derive(Serialize)]
struct Sorting {
    filterable: Descriptor,
    direction: &'static str,
}

impl Descriptor {
    fn of<R>(column: &Column<R>) -> Self {
        Self {
            name: column.name,
            sortable: column.sortable,
            filterable: column.filterable,
            report_data_type: column.data_type,
            reference_data: column.reference_data,
            is_free_text_searchable: false,
            required: false,
        }
    }
}

impl Sorting {
    fn by<R>(column: &Column<R>, direction: Direction) -> Self {
        Self { filterable: Descriptor::of(column), direction: direction.as_str() }
    }
}

impl PageBody {
    pub(super) fn new<R>(
        search: &Search<R>,
        world: &World,
        question: &Question<'_, R>,
        page: &Page,
        found: &[u32],
        lies: &Lies,
    ) -> Self {
        let start = page.skipped.min(found.len());
        let end = if page.count_only { start } else { start.saturating_add(page.size).min(found.len()) };
        let count = end - start;
        let results = rows(search, world, question, &found[start..end]);
        let more = !page.count_only && end < found.len();
        let meta_data = MetaData {
            more_pages_available: more != lies.more_pages_inverted,
            results_available: lies.results_available.unwrap_or(found.len() as u64),
            results_returned: count,
            first_result: (count > 0).then_some(start + 1),
            last_result: (count > 0).then_some(end),
            columns: question.shown.iter().map(|column| Descriptor::of(column)).collect(),
            sorting: question
                .sorting
                .iter()
                .map(|(column, direction)| Sorting::by(column, *direction))
                .collect(),
        };
        let reference = reference(search, world, question, &results);
        Self { response: PageResponse { results, meta_data }, reference }
    }

    pub(super) fn write(&self) -> Answer {
        answer::object(self)
    }
}

fn rows<R>(
    search: &Search<R>,
    world: &World,
    question: &Question<'_, R>,
    ids: &[u32],
) -> Vec<Vec<ShownCell>> {
    ids.iter()
        .map(|id| {
            let record = (search.record)(world, *id);
            let shown =
                |column: &&Column<R>| ShownCell { cell: (column.read)(world, &record), zone: world.zone };
            question.shown.iter().map(shown).collect()
        })
        .collect()
}

/// Explains the values of this page, and no others.
fn reference<R>(
    search: &Search<R>,
    world: &World,
    question: &Question<'_, R>,
    rows: &[Vec<ShownCell>],
) -> Members<&'static str, Members<String, Label>> {
    let mut keys = BTreeMap::<&str, BTreeSet<i64>>::new();
    for (position, column) in question.shown.iter().enumerate() {
        for map in column.reference_data {
            let values = rows.iter().filter_map(|row| match row.get(position).map(|shown| &shown.cell) {
                Some(Cell::Integer(value)) => Some(*value),
                Some(Cell::Null | Cell::Boolean(_) | Cell::Text(_) | Cell::Moment(_)) | None => None,
            });
            keys.entry(map).or_default().extend(values);
        }
    }
    let maps = search.references.iter().filter_map(|map| {
        let labels = keys
            .get(map)?
            .iter()
            .filter_map(|key| Some((key.to_string(), (search.label)(world, map, *key)?)));
        let labels: Vec<_> = labels.collect();
        (!labels.is_empty()).then_some((*map, Members(labels)))
    });
    Members(maps.collect())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetaDataOnly {
    meta_data: SearchPlan,
}

#[derive(Serialize)]
struct SearchPlan {
    columns: Vec<Descriptor>,
    sorting: Vec<Sorting>,
}

/// The answer to `/meta-data`. *Inferred*: the `metaData` of a page without its counts.
pub(super) fn meta_data<R>(search: &Search<R>) -> Answer {
    let columns = search.columns.iter().map(Descriptor::of).collect();
    let sorting = search.default_sorting().map(|column| Sorting::by(column, Direction::Ascending));
    answer::response(MetaDataOnly {
        meta_data: SearchPlan { columns, sorting: sorting.into_iter().collect() },
    })
}
