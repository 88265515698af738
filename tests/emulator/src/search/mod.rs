//! Resource search: filters, sorting, columns and pages over any kind of record (API notes §4).

pub(crate) mod cell;
pub(crate) mod filter;
pub(crate) mod found;
mod page;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::protocol::address::Query;
use crate::protocol::answer::{Answer, Refusal};
use crate::world::World;
pub(crate) use cell::{Cell, Label};
pub(crate) use filter::DataType;
use filter::Filter;
use page::{Page, PageBody};

/// A column that a search shows, or a name that it only filters by.
pub(crate) struct Column<R: 'static> {
    pub(crate) name: &'static str,
    pub(crate) data_type: DataType,
    pub(crate) sortable: bool,
    pub(crate) filterable: bool,
    /// The maps of the reference that explain its values.
    pub(crate) reference_data: &'static [&'static str],
    pub(crate) read: fn(&World, &R) -> Cell,
    role: Role,
}

/// What a column is to its search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The first column is the id and what is sorted by, unless another one is.
    Usual,
    /// It is the id.
    Id,
    /// It is what is sorted by when nobody asks for a sorting, and not the id.
    Sorting,
}

impl<R> Column<R> {
    /// A column that can be sorted and filtered by and needs no explanation.
    pub(crate) const fn new(name: &'static str, data_type: DataType, read: fn(&World, &R) -> Cell) -> Self {
        Self {
            name,
            data_type,
            sortable: true,
            filterable: true,
            reference_data: &[],
            read,
            role: Role::Usual,
        }
    }

    pub(crate) const fn explained_by(mut self, reference_data: &'static [&'static str]) -> Self {
        self.reference_data = reference_data;
        self
    }

    /// Says that this column, and not the first, is the id.
    pub(crate) const fn identifies(mut self) -> Self {
        self.role = Role::Id;
        self
    }

    /// Says that this column is what is sorted by when nobody asks for a sorting.
    pub(crate) const fn sorts(mut self) -> Self {
        self.role = Role::Sorting;
        self
    }

    pub(crate) const fn not_sortable(mut self) -> Self {
        self.sortable = false;
        self
    }

    pub(crate) const fn not_filterable(mut self) -> Self {
        self.filterable = false;
        self
    }
}

/// A search over records of one kind.
pub(crate) struct Search<R: 'static> {
    /// The resource, such as `order-service/order-search`.
    pub(crate) name: &'static str,
    /// In their default order; the first is the id, unless another one is marked as such.
    pub(crate) columns: &'static [Column<R>],
    /// Names to filter by that are not columns.
    pub(crate) filters: &'static [Column<R>],
    /// Every id, ascending.
    pub(crate) ids: fn(&World) -> &[u32],
    pub(crate) record: fn(&World, u32) -> R,
    /// The maps of the reference, in the order in which answers have them.
    pub(crate) references: &'static [&'static str],
    pub(crate) label: fn(&World, &str, i64) -> Option<Label>,
}

/// What a fault makes a page say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lies {
    pub(crate) results_available: Option<u64>,
    pub(crate) more_pages_inverted: bool,
    pub(crate) repeated_rows: usize,
}

/// A search, whatever its records are.
pub(crate) trait Searchable: Sync {
    /// One page of results.
    fn page(&self, world: &mut World, query: &Query, lies: &Lies) -> Answer;

    /// The columns and the default sorting.
    fn meta_data(&self) -> Answer;
}

impl<R> Searchable for Search<R> {
    fn page(&self, world: &mut World, query: &Query, lies: &Lies) -> Answer {
        let page = Page::parse(query)?;
        let question = Question::parse(self, query)?;
        let mut found = self.found(world, &question);
        let (revision, mut behind) = (world.changes.revision, 0);
        if let Some((place, ids)) = world.found.repeated(self.name, &question.text, revision, page.skipped())
        {
            (behind, found) = (place, ids);
        }
        if let Some(repeating) = page.with_rows_repeated(&found, lies.repeated_rows, behind) {
            found = repeating.into();
            let ids = Arc::clone(&found);
            world.found.note_repeated(self.name, question.text.clone(), revision, page.skipped(), ids);
        }
        PageBody::new(self, world, &question, &page, &found, lies).write()
    }

    fn meta_data(&self) -> Answer {
        page::meta_data(self)
    }
}

/// The most parameters of one search. *Inferred*: the real limit is not known.
const MOST_PARAMETERS: usize = 200;

/// What is asked for, apart from which page of it.
struct Question<'a, R: 'static> {
    /// Equal texts have equal results.
    text: String,
    filters: Vec<(&'a Column<R>, Filter)>,
    shown: Vec<&'a Column<R>>,
    sorting: Vec<(&'a Column<R>, Direction)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

impl<'a, R> Question<'a, R> {
    /// Reads the parameters. *Inferred*: names that the search does not know, also in `columns` and
    /// `sort`, are ignored, as are columns that cannot be filtered or sorted by.
    fn parse(search: &'a Search<R>, query: &Query) -> Result<Self, Refusal> {
        if query.iter().count() > MOST_PARAMETERS {
            let message = format!("A search has at most {MOST_PARAMETERS} parameters");
            return Err(Refusal::coded(400, "CMNC-010", &message));
        }
        let mut text = String::new();
        let mut filters = Vec::new();
        for (name, value) in query.iter() {
            let named = |column: &&Column<R>| column.name == name && column.filterable;
            if let Some(column) = search.columns.iter().chain(search.filters).find(named) {
                let filter = column.data_type.read_filter(name, value)?;
                filters.push((column, filter));
                text.push_str(&format!("{name}={value}\n"));
            }
        }
        let column_named = |name: &str| search.columns.iter().find(|column| column.name == name);
        let list = |parameter: &str| query.get(parameter).unwrap_or_default().to_owned();
        let mut shown: Vec<_> =
            list("columns").split(',').filter_map(|name| column_named(name.trim())).collect();
        keep_first(&mut shown, |column| column.name);
        if shown.is_empty() {
            shown = search.columns.iter().collect();
        }
        let sort_text = list("sort");
        let mut sorting: Vec<_> = sort_text
            .split(',')
            .filter_map(|key| {
                let (name, direction) = sort_key(key.trim());
                column_named(name).filter(|column| column.sortable).map(|column| (column, direction))
            })
            .collect();
        keep_first(&mut sorting, |(column, _)| column.name);
        if sorting.is_empty() {
            sorting.extend(search.default_sorting().map(|column| (column, Direction::Ascending)));
        }
        for (column, direction) in &sorting {
            text.push_str(&format!("{} {}\n", column.name, direction.as_str()));
        }
        Ok(Self { text, filters, shown, sorting })
    }

    fn is_in_default_order(&self, search: &Search<R>) -> bool {
        let by_id = |(column, direction): &(&Column<R>, Direction)| {
            search.is_id(column) && *direction == Direction::Ascending
        };
        self.sorting.first().is_some_and(by_id)
    }
}

/// Names that were met before say nothing new. *Inferred*.
fn keep_first<T>(named: &mut Vec<T>, name: impl Fn(&T) -> &'static str) {
    let mut met = BTreeSet::new();
    named.retain(|one| met.insert(name(one)));
}

/// `column.DESC`, the older `column|DESC`, or a column alone.
fn sort_key(text: &str) -> (&str, Direction) {
    match text.split_once(['.', '|']) {
        Some((name, direction)) if direction.eq_ignore_ascii_case("DESC") => (name, Direction::Descending),
        Some((name, _)) => (name, Direction::Ascending),
        None => (text, Direction::Ascending),
    }
}

impl Direction {
    fn as_str(self) -> &'static str {
        match self {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        }
    }
}

impl<R> Search<R> {
    fn is_id(&self, column: &Column<R>) -> bool {
        let marked = self.columns.iter().find(|column| column.role == Role::Id);
        let other_sorting = self.columns.iter().any(|column| column.role == Role::Sorting);
        match marked {
            Some(id) => id.name == column.name,
            // The records come in the order of their ids; a first column that is not an id would mislead.
            None => !other_sorting && self.columns.first().is_some_and(|first| first.name == column.name),
        }
    }

    fn default_sorting(&self) -> Option<&Column<R>> {
        let marked = |role: Role| self.columns.iter().find(move |column| column.role == role);
        marked(Role::Sorting).or_else(|| marked(Role::Id)).or(self.columns.first())
    }

    fn found(&self, world: &mut World, question: &Question<'_, R>) -> Arc<[u32]> {
        match world.found.get(self.name, &question.text, world.changes.revision) {
            Some(found) => found,
            None => {
                let found = self.find(world, question);
                self.remember(world, question, found)
            }
        }
    }

    fn remember(&self, world: &mut World, question: &Question<'_, R>, found: Vec<u32>) -> Arc<[u32]> {
        let found: Arc<[u32]> = found.into();
        world.found.put(self.name, question.text.clone(), world.changes.revision, Arc::clone(&found));
        found
    }

    fn find(&self, world: &World, question: &Question<'_, R>) -> Vec<u32> {
        let all = (self.ids)(world);
        let mut candidates = all.to_vec();
        let mut others = Vec::new();
        for (column, filter) in &question.filters {
            match filter {
                // The ids are known without looking at the records: a filter on them costs nothing.
                Filter::Ids(set) if self.is_id(column) => candidates = set.pick(&candidates),
                Filter::Ids(_)
                | Filter::Integer(_)
                | Filter::Exactly(_)
                | Filter::Containing(_)
                | Filter::Boolean(_)
                | Filter::During(_) => others.push((column, filter)),
            }
        }
        let in_order = question.is_in_default_order(self);
        if others.is_empty() && in_order {
            return candidates;
        }
        let matching = candidates.into_iter().filter_map(|id| {
            let record = (self.record)(world, id);
            let passes = others.iter().all(|(column, filter)| filter.accepts(&(column.read)(world, &record)));
            passes.then_some((record, id))
        });
        if in_order {
            return matching.map(|(_, id)| id).collect();
        }
        let mut hits: Vec<Hit> = matching.map(|(record, id)| question.hit(world, &record, id)).collect();
        hits.sort_unstable_by(|one, other| question.compare(one, other));
        hits.into_iter().map(|hit| hit.id).collect()
    }
}

/// A record that passed, with what it is sorted by.
struct Hit {
    /// Apart from the others, because most sorting is by one column and then needs no list.
    first: Cell,
    others: Vec<Cell>,
    id: u32,
}

impl<R> Question<'_, R> {
    fn hit(&self, world: &World, record: &R, id: u32) -> Hit {
        let mut keys = self.sorting.iter().map(|(column, _)| (column.read)(world, record));
        Hit { first: keys.next().unwrap_or(Cell::Null), others: keys.collect(), id }
    }

    fn compare(&self, one: &Hit, other: &Hit) -> Ordering {
        let ones = std::iter::once(&one.first).chain(&one.others);
        let others = std::iter::once(&other.first).chain(&other.others);
        let differing = self
            .sorting
            .iter()
            .zip(ones.zip(others))
            .map(|((_, direction), (one, other))| match direction {
                Direction::Ascending => one.cmp(other),
                Direction::Descending => other.cmp(one),
            })
            .find(|ordering| ordering.is_ne());
        differing.unwrap_or_else(|| one.id.cmp(&other.id))
    }
}
