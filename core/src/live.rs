//! What live meta-data says of searches beyond the catalog: columns come and go, and whoever uses a client
//! need not wait for a new version of it (API notes §4.4).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::catalog::{self, FilterType, SearchResource};
use crate::envelope::Envelope;
use crate::error::{Error, Kind, Result};
use crate::table::{Column, Page, ReportType};
use crate::telemetry::Event;

/// The columns that a client has met, by the path of their search.
#[derive(Debug, Default)]
pub(crate) struct LiveColumns {
    searches: Mutex<BTreeMap<&'static str, Learnt>>,
}

#[derive(Debug, Default)]
struct Learnt {
    columns: BTreeMap<String, LiveColumn>,
    /// What was told already.
    told: Drift,
}

/// What live meta-data says of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LiveColumn {
    pub(crate) filter_type: FilterType,
    pub(crate) filterable: bool,
    pub(crate) sortable: bool,
}

/// How live meta-data differs from the catalog, by the names of columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drift {
    pub(crate) added: BTreeSet<String>,
    pub(crate) removed: BTreeSet<String>,
    pub(crate) changed: BTreeSet<String>,
}

impl LiveColumns {
    /// Learns from a page of a search, and unlearns what an earlier one said otherwise. `is_whole` says that the search did
    /// not choose columns, so that one which is not there is gone.
    pub(crate) fn learn_page(&self, search: &str, page: &Page, is_whole: bool) -> Option<Event> {
        let listed = catalog::search(search)?;
        let mut searches = self.lock();
        searches.entry(listed.path).or_default().take(listed, page.columns(), is_whole).1
    }

    /// Learns from the answer of `…-search/meta-data`, and says how it differs from the catalog, with the event
    /// for what was not told before. No recording shows that answer: the meta-data may stand in `metaData`, as
    /// in a page, or be the `response` itself.
    ///
    /// # Errors
    /// [`Kind::Protocol`] when the body is not meta-data.
    pub(crate) fn learn_meta_data(&self, search: &str, body: &[u8]) -> Result<(Drift, Option<Event>)> {
        let page = Page::decode(body).or_else(|error| match Envelope::read(body)?.response {
            Some(bare) => {
                let wrapped = format!(r#"{{"response":{{"metaData":{}}}}}"#, bare.get());
                Page::decode(wrapped.as_bytes()).map_err(|_| error)
            }
            None => Err(error),
        })?;
        if page.columns().is_empty() {
            let message = "the meta-data names no columns; expected those of the search";
            return Err(Error::new(Kind::Protocol, message)
                .quoting(", found ", body)
                .at("response.metaData.columns"));
        }
        let Some(listed) = catalog::search(search) else { return Ok((Drift::default(), None)) };
        Ok(self.lock().entry(listed.path).or_default().take(listed, page.columns(), true))
    }

    /// What was learnt of a column.
    pub(crate) fn column(&self, search: &str, name: &str) -> Option<LiveColumn> {
        self.lock().get(search.trim_matches('/'))?.columns.get(name).copied()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Learnt>> {
        self.searches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Learnt {
    fn take(
        &mut self,
        listed: &SearchResource,
        columns: &[Column],
        is_whole: bool,
    ) -> (Drift, Option<Event>) {
        let mut drift = Drift::default();
        for column in columns {
            let live = LiveColumn::from(column);
            match listed.column(column.name()) {
                None => _ = drift.added.insert(column.name().to_owned()),
                Some(known) if contradicts(known.filter_type, live.filter_type) => {
                    drift.changed.insert(column.name().to_owned());
                }
                Some(_) => {}
            }
            self.columns.insert(column.name().to_owned(), live);
        }
        if is_whole && !columns.is_empty() {
            let is_there = |name: &str| columns.iter().any(|column| column.name() == name);
            let gone = listed.columns.iter().filter(|known| known.in_rows && !is_there(known.name));
            drift.removed.extend(gone.map(|known| known.name.to_owned()));
        }
        let event = self.tell(listed.path, &drift);
        (drift, event)
    }

    fn tell(&mut self, search: &str, drift: &Drift) -> Option<Event> {
        let untold = Drift {
            added: &drift.added - &self.told.added,
            removed: &drift.removed - &self.told.removed,
            changed: &drift.changed - &self.told.changed,
        };
        if untold == Drift::default() {
            return None;
        }
        self.told.added.extend(untold.added.iter().cloned());
        self.told.removed.extend(untold.removed.iter().cloned());
        self.told.changed.extend(untold.changed.iter().cloned());
        Some(Event::SchemaDrift {
            resource: search.to_owned(),
            added: untold.added.into_iter().collect(),
            removed: untold.removed.into_iter().collect(),
            changed: untold.changed.into_iter().collect(),
        })
    }
}

/// Whether the live type is another than the catalog's, rather than more exact or not said.
fn contradicts(known: FilterType, live: FilterType) -> bool {
    match (known, live) {
        (FilterType::Unknown, _) | (_, FilterType::Unknown) => false,
        (FilterType::IntegerOrIdSet, live) => !matches!(live, FilterType::Integer | FilterType::IdSet),
        (known, live) => known != live,
    }
}

impl From<&Column> for LiveColumn {
    fn from(column: &Column) -> Self {
        let filter_type = match column.report_type() {
            Some(ReportType::Integer) => FilterType::Integer,
            Some(ReportType::IdSet) => FilterType::IdSet,
            Some(ReportType::String) => FilterType::Text,
            Some(ReportType::DateTime) => FilterType::DateTime,
            Some(ReportType::Boolean) => FilterType::Boolean,
            Some(ReportType::SearchString) => FilterType::SearchText,
            Some(ReportType::StringSet) => FilterType::TextSet,
            Some(ReportType::FreeTextQuery) => FilterType::FreeText,
            Some(ReportType::Period) => FilterType::Period,
            Some(ReportType::Money | ReportType::Other(_)) | None => FilterType::Unknown,
        };
        Self { filter_type, filterable: column.is_filterable(), sortable: column.is_sortable() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURRENCIES: &str = "accounting-service/currency-search";

    fn meta_data(columns: &[(&str, &str)]) -> String {
        let columns: Vec<String> = columns
            .iter()
            .map(|(name, report_type)| {
                format!(
                    r#"{{"name":"{name}","sortable":true,"filterable":true,"reportDataType":"{report_type}"}}"#
                )
            })
            .collect();
        format!(r#"{{"columns":[{}],"sorting":[]}}"#, columns.join(","))
    }

    fn names(set: &BTreeSet<String>) -> Vec<&str> {
        set.iter().map(String::as_str).collect()
    }

    const KNOWN: [(&str, &str); 7] = [
        ("id", "IDSET"),
        ("title", "STRING"),
        ("code", "STRING"),
        ("symbol", "STRING"),
        ("exchangeRate", "STRING"),
        ("isDefault", "BOOLEAN"),
        ("exchangeRateVarianceNominalCode", "STRING"),
    ];

    #[test]
    fn what_the_catalog_has_is_no_drift() {
        let live = LiveColumns::default();
        let bare = format!(r#"{{"response":{}}}"#, meta_data(&KNOWN));
        let (drift, event) = live.learn_meta_data(CURRENCIES, bare.as_bytes()).unwrap();
        assert_eq!((drift, event), (Drift::default(), None));
        assert_eq!(live.column(CURRENCIES, "id").unwrap().filter_type, FilterType::IdSet);
    }

    #[test]
    fn tells_each_difference_once() {
        let live = LiveColumns::default();
        let mut columns = KNOWN[..6].to_vec();
        columns[5].1 = "INTEGER";
        columns.push(("isCrypto", "BOOLEAN"));
        let body = format!(r#"{{"response":{{"metaData":{}}}}}"#, meta_data(&columns));
        let (drift, event) = live.learn_meta_data(CURRENCIES, body.as_bytes()).unwrap();
        assert_eq!(names(&drift.added), ["isCrypto"]);
        assert_eq!(names(&drift.removed), ["exchangeRateVarianceNominalCode"]);
        assert_eq!(names(&drift.changed), ["isDefault"]);
        assert!(event.is_some());
        let (again, event) = live.learn_meta_data(CURRENCIES, body.as_bytes()).unwrap();
        assert_eq!((again, event), (drift, None));
    }

    #[test]
    fn chosen_columns_say_nothing_of_others() {
        let live = LiveColumns::default();
        let body =
            format!(r#"{{"response":{{"metaData":{}}}}}"#, meta_data(&[("id", "IDSET"), ("new", "IDSET")]));
        let page = Page::decode(body.as_bytes()).unwrap();
        let Some(Event::SchemaDrift { added, removed, .. }) = live.learn_page(CURRENCIES, &page, false)
        else {
            panic!("a new column is drift");
        };
        assert_eq!((added.as_slice(), removed.as_slice()), (["new".to_owned()].as_slice(), [].as_slice()));
        assert_eq!(live.learn_page(CURRENCIES, &page, false), None);
        assert!(live.learn_page(CURRENCIES, &page, true).is_some(), "the others are gone");
        assert_eq!(live.learn_page(CURRENCIES, &page, true), None);
    }

    #[test]
    fn what_one_page_says_another_can_correct() {
        let live = LiveColumns::default();
        for (report_type, filter_type) in [("BOOLEAN", FilterType::Boolean), ("IDSET", FilterType::IdSet)] {
            let mut columns = KNOWN.to_vec();
            columns[0].1 = report_type;
            let body = format!(r#"{{"response":{{"metaData":{}}}}}"#, meta_data(&columns));
            live.learn_page(CURRENCIES, &Page::decode(body.as_bytes()).unwrap(), true);
            assert_eq!(live.column(CURRENCIES, "id").unwrap().filter_type, filter_type);
        }
    }

    #[test]
    fn refuses_what_is_no_meta_data() {
        let live = LiveColumns::default();
        for body in ["", "{}", r#"{"response":7}"#, r#"{"response":{"metaData":3}}"#] {
            let error = live.learn_meta_data(CURRENCIES, body.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), Kind::Protocol, "{body}");
        }
    }
}
