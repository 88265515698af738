//! Whether a page of a search agrees with itself and with what was asked. One that does not decides nothing: it is asked
//! for again, and what goes on disagreeing is an error.
//!
//! Rows are believed before counts, so a count that says less than there is does no harm. But nothing may say that there
//! is more than what came, or the end of a search would be taken for a fact (API notes §4.6):
//!
//! | what the answer says | may lie |
//! |---|---|
//! | `resultsAvailable` is too low | yes: rows come before it, as long as it stays so |
//! | `resultsAvailable` is lower than on a page before, and rows end there | no, until the first page says it, too |
//! | `resultsAvailable` is more than any account has | no |
//! | no row at all, where there were some a moment before | no |
//! | `resultsAvailable` is 500, whatever the truth | yes, in the search that is known for it (§4.4); elsewhere only to a plain search that has rows |
//! | `resultsAvailable` is too high at the end | no |
//! | `resultsReturned` is not the number of rows | no |
//! | `morePagesAvailable` is missing (2013), or true behind a short page | yes: the next page tells |
//! | `morePagesAvailable` is true, and no new row comes | no |
//! | `resultsAvailable` is missing at the end, where something is decided | no |
//! | `firstResult` and `lastResult` are missing without a hit | yes |
//! | `firstResult` is another than was asked for | no |
//! | `lastResult` lies before the end of the rows | yes: what follows is asked for twice |
//! | `lastResult` lies behind the rows at the end | no |
//! | a column that was asked for is missing, or the one with the key | no |
//! | a row is none that a filter lets through, as far as its columns show | no |
//! | an id is a text of digits | yes: it is read as the number that it is |
//! | a row of a sweep has no id, or that of another row | no |
//! | a search, or a sweep, has fewer rows of their own than its first page said, and its last | no |
//! | a page of a record's lines has only such as stand before those that were read | no |

use std::fmt;

use super::filtered;
pub(crate) use super::filtered::check_ids;
use crate::catalog;
use crate::error::{Error, Kind, Result};
use crate::table::{Column, Page};

/// The search that always reports 500 hits (API notes §4.4).
const ALWAYS_500: (&str, u64) = ("accounting-service/supplier-payment-search", 500);

/// So many pages more than were announced, beside as many again, are taken for rows that come while a search is read.
const PAGES_BEYOND: u64 = 50;

/// The most rows of a search that does not say how many it has.
const ROWS_UNANNOUNCED: u64 = 1_000_000;

/// More rows than any account has.
const MOST_ROWS: u64 = 200_000_000;

/// What was asked of a search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SearchAsked<'a> {
    pub(crate) resource: &'a str,
    /// The row that the page begins with, from 1.
    pub(crate) first_result: u64,
    pub(crate) page_size: u64,
    /// The columns that were asked for; none for all of them.
    pub(crate) columns: &'a [String],
    /// Which rows were asked for.
    pub(crate) filters: &'a [(String, String)],
    /// The column that tells rows apart.
    pub(crate) key: Option<&'a str>,
    /// Whether something is written, told to be gone, or passed over because of what is not in the answer.
    pub(crate) decides: bool,
}

/// How many pages may come, by what the first of them announced.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PageBound {
    pages: u64,
    most: Option<u64>,
}

/// Checks a page. `brings_new` says whether it has a row that was not seen before.
///
/// # Errors
/// [`Kind::Protocol`], which says what disagrees.
pub(crate) fn check(asked: SearchAsked<'_>, page: &Page, brings_new: bool) -> Result<()> {
    check_columns(asked, page)?;
    filtered::check(asked.resource, asked.filters, page)?;
    if asked.decides {
        filtered::check_key(asked.resource, asked.key, page)?;
    }
    let metadata = page.metadata();
    let rows = page.rows() as u64;
    let held = asked.first_result - 1 + rows;
    if let Some(returned) = metadata.results_returned.filter(|returned| *returned != rows) {
        return Err(disagrees(asked, "resultsReturned", returned, &format!("the answer has {rows} rows")));
    }
    // A server that gives its first page again and again is told by its rows.
    if let Some(first) =
        metadata.first_result.filter(|first| *first != asked.first_result && rows > 0 && brings_new)
    {
        let place = format!("row {} was asked for", asked.first_result);
        return Err(disagrees(asked, "firstResult", first, &place));
    }
    let came = || format!("only {held} came, and nothing follows");
    let says_more = metadata.more_pages_available == Some(true);
    let available = metadata
        .results_available
        .filter(|available| *available > held && !may_be_so(asked, *available, rows));
    if says_more && (rows == 0 || (rows < asked.page_size && !brings_new && available.is_some())) {
        return Err(disagrees(asked, "morePagesAvailable", true, "no new row came"));
    }
    let goes_on = rows >= asked.page_size || (rows > 0 && metadata.more_pages_available != Some(false));
    if goes_on {
        return Ok(());
    }
    if let Some(available) = available {
        return Err(disagrees(asked, "resultsAvailable", available, &came()));
    }
    // An answer of something in between has no row, and says nothing of itself.
    if asked.decides && metadata.results_available.is_none() {
        let message = format!(
            "the answer of {} has {rows} rows and does not say how many there are; expected `resultsAvailable`",
            asked.resource
        );
        return Err(Error::new(Kind::Protocol, message).at("response.metaData.resultsAvailable"));
    }
    if let Some(last) = metadata.last_result.filter(|last| *last > held) {
        return Err(disagrees(asked, "lastResult", last, &came()));
    }
    Ok(())
}

/// Whether a search may say so although fewer rows are there.
fn may_be_so(asked: SearchAsked<'_>, available: u64, rows: u64) -> bool {
    let (_, always) = ALWAYS_500;
    available == always && (is_known_for_it(asked.resource) || (!asked.decides && rows > 0))
}

/// Whether a search is known to make its count up.
pub(crate) fn is_known_for_it(resource: &str) -> bool {
    resource.trim_matches('/') == ALWAYS_500.0
}

/// The number of rows that a page announces, where the search is not known to make it up.
pub(crate) fn announced(resource: &str, page: &Page) -> Option<u64> {
    page.metadata().results_available.filter(|_| !is_known_for_it(resource))
}

/// Whether so many may be announced by a plain search that has fewer rows.
pub(crate) fn may_be_made_up(rows: u64) -> bool {
    rows == ALWAYS_500.1
}

/// The error of a search whose rows end before what it announced, though the page agrees with itself.
pub(crate) fn ends_early(resource: &str, held: u64, announced: u64) -> Error {
    let message = format!(
        "{resource} ends after {held} rows, and said before that it has {announced}; asked again, it says one or the other; expected both to agree"
    );
    Error::new(Kind::Protocol, message).at("response.metaData.resultsAvailable")
}

/// The error of a sweep that has fewer different rows than were announced, however often it is read.
pub(crate) fn gives_some_twice(resource: &str, came: u64, announced: u64) -> Error {
    let message = format!(
        "{resource} says that it has {announced} rows, and gives {came} different ones, some of them twice, however often it is read; expected all of them"
    );
    Error::new(Kind::Protocol, message).at("response.results")
}

/// The error of a page that has only rows of pages before it.
pub(crate) fn only_repeats(first_result: u64) -> Error {
    let message = format!(
        "the page from row {first_result} only repeats earlier rows, as if the server did not page; expected new rows or an end"
    );
    Error::new(Kind::Protocol, message).at("response.results")
}

/// The error of a search that has no row at all, after it had some.
pub(crate) fn has_vanished(resource: &str, before: u64) -> Error {
    let message = format!(
        "{resource} has no row at all any more, and had {before} a moment before; expected those that are still there"
    );
    Error::new(Kind::Protocol, message).at("response.results")
}

fn check_columns(asked: SearchAsked<'_>, page: &Page) -> Result<()> {
    if page.rows() == 0 && page.columns().is_empty() {
        return Ok(());
    }
    let lines_of = || catalog::search(asked.resource)?.lines_of.map(|(column, _)| column);
    let key = || asked.key.or_else(lines_of);
    let key = if asked.columns.is_empty() && page.rows() > 0 { key() } else { None };
    let wanted = asked.columns.iter().map(String::as_str).chain(key);
    let Some(missing) = wanted.into_iter().find(|name| page.column(name).is_none()) else { return Ok(()) };
    let found: Vec<&str> = page.columns().iter().map(Column::name).collect();
    let message = format!(
        "the answer of {} has no column {missing}; expected it among its columns, which are {}",
        asked.resource,
        listed(&found)
    );
    Err(Error::new(Kind::Protocol, message).at("response.metaData.columns"))
}

/// The first of them, in words.
fn listed(names: &[&str]) -> String {
    const NAMED: usize = 8;
    let mut words = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        words.push_str(", …");
    }
    words
}

fn disagrees(asked: SearchAsked<'_>, member: &str, says: impl fmt::Display, but: &str) -> Error {
    let message = format!(
        "the answer of {} disagrees with itself from row {} on: `{member}` is {says}, and {but}; expected both to say the same",
        asked.resource, asked.first_result
    );
    Error::new(Kind::Protocol, message).at(format!("response.metaData.{member}"))
}

impl PageBound {
    /// Takes note of a page with new rows.
    ///
    /// # Errors
    /// [`Kind::Protocol`] when there are more than can be, by what the first announced.
    pub(crate) fn take(&mut self, resource: &str, page_size: u64, page: &Page) -> Result<()> {
        let announced = page.metadata().results_available.filter(|_| !is_known_for_it(resource));
        if let Some(rows) = announced.filter(|rows| *rows > MOST_ROWS) {
            let message = format!(
                "{resource} says that it has {rows} rows, more than any account has; expected {MOST_ROWS} at most"
            );
            return Err(Error::new(Kind::Protocol, message).at("response.metaData.resultsAvailable"));
        }
        let most = *self.most.get_or_insert_with(|| match announced {
            Some(rows) => (rows / page_size + 1).saturating_mul(2) + PAGES_BEYOND,
            None => ROWS_UNANNOUNCED / page_size + PAGES_BEYOND,
        });
        self.pages += 1;
        if self.pages <= most {
            return Ok(());
        }
        let message = format!(
            "{resource} goes on with new rows after {most} pages, more than it can have by what its first page announced; expected an end"
        );
        Err(Error::new(Kind::Protocol, message).at("response.metaData.resultsAvailable"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEARCH: &str = "order-service/order-search";

    fn page(rows: u64, metadata: &str) -> Page {
        let cells: Vec<String> = (1..=rows).map(|row| format!("[{row}]")).collect();
        let body = format!(
            r#"{{"response":{{"results":[{}],"metaData":{{{metadata}"columns":[{{"name":"orderId"}}]}}}}}}"#,
            cells.join(",")
        );
        Page::decode(body.as_bytes()).unwrap()
    }

    fn asked(resource: &'static str, decides: bool) -> SearchAsked<'static> {
        SearchAsked {
            resource,
            first_result: 1,
            page_size: 3,
            columns: &[],
            filters: &[],
            key: catalog::search(resource).and_then(|search| search.key),
            decides,
        }
    }

    #[test]
    fn every_line_of_the_table_holds() {
        for (rows, metadata, brings_new, agrees) in [
            (2, "", true, true),
            (2, r#""resultsAvailable":1,"#, true, true),
            (
                2,
                r#""resultsAvailable":2,"resultsReturned":2,"morePagesAvailable":false,"firstResult":1,"lastResult":2,"#,
                true,
                true,
            ),
            (2, r#""resultsAvailable":5,"morePagesAvailable":false,"#, true, false),
            (2, r#""resultsAvailable":5,"#, true, true),
            (0, r#""resultsAvailable":5,"#, false, false),
            (0, r#""resultsAvailable":0,"#, false, true),
            (2, r#""resultsReturned":3,"#, true, false),
            (0, r#""resultsReturned":3,"#, false, false),
            (2, r#""morePagesAvailable":true,"#, true, true),
            (2, r#""morePagesAvailable":true,"resultsAvailable":9,"#, false, false),
            (0, r#""morePagesAvailable":true,"#, false, false),
            (3, r#""morePagesAvailable":false,"resultsAvailable":9,"#, true, true),
            (2, r#""firstResult":4,"#, true, false),
            (3, r#""firstResult":4,"#, false, true),
            (3, r#""lastResult":2,"#, true, true),
            (2, r#""lastResult":5,"morePagesAvailable":false,"#, true, false),
        ] {
            for decides in [true, false] {
                let found = check(asked(SEARCH, decides), &page(rows, metadata), brings_new);
                assert_eq!(found.is_ok(), agrees, "{rows} {metadata} {found:?}");
            }
        }
    }

    #[test]
    fn five_hundred_is_believed_to_be_a_lie_where_it_is_known_to_be_one() {
        let says = |rows| page(rows, r#""resultsAvailable":500,"morePagesAvailable":false,"#);
        for (decides, rows, agrees) in
            [(true, 2, false), (true, 0, false), (false, 2, true), (false, 0, false)]
        {
            assert_eq!(check(asked(SEARCH, decides), &says(rows), true).is_ok(), agrees, "{decides} {rows}");
        }
        let body = r#"{"response":{"results":[],"metaData":{"resultsAvailable":500,"columns":[{"name":"paymentId"}]}}}"#;
        let payments = Page::decode(body.as_bytes()).unwrap();
        assert!(check(asked(ALWAYS_500.0, true), &payments, false).is_ok());
    }

    #[test]
    fn a_column_that_was_asked_for_must_be_there() {
        let columns = ["orderId".to_owned(), "customerRef".to_owned()];
        for rows in [0, 1] {
            let asked = SearchAsked { columns: &columns, ..asked(SEARCH, true) };
            let error = check(asked, &page(rows, ""), true).unwrap_err();
            assert!(error.message().contains("no column customerRef"), "{error}");
        }
        let other = r#"{"response":{"results":[[7]],"metaData":{"columns":[{"name":"productId"}]}}}"#;
        let error = check(asked(SEARCH, false), &Page::decode(other.as_bytes()).unwrap(), true).unwrap_err();
        assert!(error.message().contains("no column orderId"), "{error}");
    }

    #[test]
    fn pages_are_bounded_by_what_the_first_announced() {
        let mut bound = PageBound::default();
        let pages =
            (0..1_000).take_while(|_| bound.take(SEARCH, 3, &page(3, r#""resultsAvailable":9,"#)).is_ok());
        assert_eq!(pages.count(), 58);
        let error = PageBound::default()
            .take(SEARCH, 3, &page(3, r#""resultsAvailable":1000000000000,"#))
            .expect_err("more than there can be");
        assert!(error.message().contains("more than any account has"), "{error}");
        let mut bound = PageBound::default();
        let pages = (0..10_000).take_while(|_| bound.take(SEARCH, 500, &page(3, "")).is_ok());
        assert_eq!(pages.count(), 2_050);
    }
}
