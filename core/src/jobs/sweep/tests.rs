//! Sweeps over a search that changes between its pages.

use proptest::prelude::*;

use super::*;
use crate::account::Location;
use crate::auth::PrivateApp;
use crate::error::Kind;
use crate::value::DateTime;

const ORDERS: &str = "order-service/order-search";

/// A search of two columns, and what is wrong with it.
#[derive(Clone, Default)]
struct SearchServer {
    /// Key and watermark, the latter in seconds.
    rows: Vec<(u64, Option<i64>)>,
    lies: Lies,
    asked: Vec<String>,
}

#[derive(Clone, Copy, Default)]
struct Lies {
    more_pages: Option<bool>,
    available: Option<u64>,
    ignores_sort: bool,
    ignores_paging: bool,
}

impl SearchServer {
    fn of(rows: impl IntoIterator<Item = (u64, Option<i64>)>) -> Self {
        Self { rows: rows.into_iter().collect(), ..Self::default() }
    }

    fn answer(&mut self, query: &str) -> Response {
        self.asked.push(query.to_owned());
        let parameter = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).map(str::to_owned)
        };
        let number = |name: &str| parameter(name).and_then(|text| text.parse::<usize>().ok());
        let mut rows = self.rows.clone();
        if !self.lies.ignores_sort {
            match parameter("sort").as_deref() {
                Some("updatedOn.ASC,orderId.ASC") => rows.sort_by_key(|(key, date)| (*date, *key)),
                Some("orderId.ASC") => rows.sort_unstable(),
                Some("orderId.DESC") => rows.sort_by_key(|(key, _)| u64::MAX - key),
                other => panic!("sorted by {other:?}"),
            }
        }
        let skipped = number("firstResult").map(|first| first - 1).or(number("offset")).unwrap();
        let skipped = if self.lies.ignores_paging { 0 } else { skipped };
        let size = number("pageSize").or(number("limit")).unwrap();
        let page: Vec<String> = rows
            .iter()
            .skip(skipped)
            .take(size)
            .map(|(key, date)| {
                let date = date.map(|seconds| {
                    format!("\"{}\"", DateTime::from_milliseconds(seconds * 1000, None).unwrap())
                });
                format!("[{key},{}]", date.unwrap_or("null".to_owned()))
            })
            .collect();
        let more = self.lies.more_pages.unwrap_or(skipped + size < rows.len());
        let available = self.lies.available.unwrap_or(rows.len() as u64);
        Response::new(
            200,
            format!(
                r#"{{"response":{{"results":[{}],"metaData":{{"morePagesAvailable":{more},"resultsAvailable":{available},"columns":[
                {{"name":"orderId","sortable":true,"filterable":true,"reportDataType":"IDSET"}},
                {{"name":"updatedOn","sortable":true,"filterable":true,"reportDataType":"PERIOD"}}]}}}}}}"#,
                page.join(",")
            ),
        )
    }
}

fn sweep(page_size: u32, paging: Paging) -> SweepJob {
    let credentials = PrivateApp { app_ref: "a".into(), account_token: "t".into() }.into();
    let config = Config::new("acme", Location::Datacentre("use1".to_owned()), credentials);
    let search = Search { page_size: Some(page_size), paging: Some(paging), ..Search::new(ORDERS) };
    let search = search.columns(["orderId", "updatedOn"]);
    SweepJob::new(&search, &config, Arc::default()).unwrap()
}

fn by_key(page_size: u32) -> SweepJob {
    sweep(page_size, Paging::FirstResult)
}

fn by_date(page_size: u32) -> SweepJob {
    by_key(page_size).by_watermark("updatedOn")
}

/// Sweeps to the end. `meanwhile` changes the rows after each answer, the first of which is number 1.
fn run(
    mut job: SweepJob,
    server: &mut SearchServer,
    mut meanwhile: impl FnMut(&mut Vec<(u64, Option<i64>)>, usize),
) -> Result<Vec<(u64, Option<i64>)>> {
    let mut seen = Vec::new();
    for number in 1..2_000 {
        let Some(draft) = job.next() else {
            assert!(job.is_finished(), "a sweep without a request is at its end");
            return Ok(seen);
        };
        let response = server.answer(&draft.query);
        match job.accept(draft.tag, response, &mut Vec::new()) {
            Ok(()) => {}
            Err(
                Unusable::Unreadable(error)
                | Unusable::Refused(error)
                | Unusable::Hopeless(error)
                | Unusable::Unwieldy(error),
            ) => return Err(error),
        }
        while let Some(Output::Page(SearchPage { page, .. })) = job.outputs().pop_front() {
            let (keys, dates) = (page.column("orderId").unwrap(), page.column("updatedOn").unwrap());
            seen.extend((0..page.rows()).map(|row| {
                (key_of(keys, row).unwrap(), instant_of(dates, row).map(|instant| instant / 1000))
            }));
        }
        meanwhile(&mut server.rows, number);
    }
    panic!("the sweep does not end");
}

fn numbered(count: u64) -> Vec<(u64, Option<i64>)> {
    (1..=count).map(|key| (key, Some(key as i64))).collect()
}

#[test]
fn a_quiet_search_costs_one_row_more_a_page() {
    for paging in [Paging::FirstResult, Paging::Offset] {
        let mut server = SearchServer::of(numbered(10_000));
        let seen = run(sweep(500, paging), &mut server, |_, _| {}).unwrap();
        assert_eq!(seen, numbered(10_000));
        assert_eq!(server.asked.len(), 21);
        let place = if paging == Paging::FirstResult {
            "firstResult=500&pageSize=500"
        } else {
            "offset=499&limit=500"
        };
        assert_eq!(server.asked[1], format!("columns=orderId,updatedOn&sort=orderId.ASC&{place}"));
    }
}

#[test]
fn a_full_last_page_is_asked_behind() {
    for count in [0, 1, 9, 10, 11, 19, 20, 28, 29] {
        let mut server = SearchServer::of(numbered(count));
        assert_eq!(run(by_key(10), &mut server, |_, _| {}).unwrap(), numbered(count), "{count}");
    }
}

#[test]
fn rows_that_move_up_are_not_lost() {
    let mut server = SearchServer::of(numbered(1_000));
    let seen = run(by_key(100), &mut server, |rows, number| {
        if number == 3 {
            rows.drain(0..130);
        }
    })
    .unwrap();
    assert_eq!(seen, numbered(1_000));
}

#[test]
fn nothing_is_lost_when_all_that_was_seen_is_gone() {
    let mut server = SearchServer::of(numbered(1_000));
    let seen = run(by_key(100), &mut server, |rows, number| {
        if number == 4 {
            rows.drain(0..700);
        }
    })
    .unwrap();
    let left = |key: &u64| *key <= 397 || *key > 700;
    assert_eq!(seen.iter().map(|(key, _)| *key).filter(left).count(), seen.len());
    assert_eq!(seen.last(), Some(&(1_000, Some(1_000))));
    assert_eq!(seen.len(), 397 + 300);
}

#[test]
fn an_empty_page_behind_rows_that_vanished_is_no_end() {
    // 105 rows: the second page begins at row 100; six rows less, and nothing stands there any more.
    let mut server = SearchServer::of(numbered(105));
    let seen = run(by_key(100), &mut server, |rows, number| {
        if number == 1 {
            rows.drain(0..6);
        }
    })
    .unwrap();
    assert_eq!(seen, numbered(105));
}

#[test]
fn a_row_that_changes_comes_again_at_the_end() {
    let mut server = SearchServer::of(numbered(300));
    let seen = run(by_date(100), &mut server, |rows, number| {
        if number <= 2 {
            rows[number] = (number as u64 + 1, Some(1_000 + number as i64));
        }
    })
    .unwrap();
    let mut expected = numbered(300);
    expected.extend([(2, Some(1_001)), (3, Some(1_002))]);
    assert_eq!(seen, expected);
}

#[test]
fn equal_dates_over_whole_pages_lose_nothing() {
    let rows: Vec<(u64, Option<i64>)> = (1..=1_000).map(|key| (key, Some(7))).collect();
    let mut server = SearchServer::of(rows.clone());
    let seen = run(by_date(50), &mut server, |rows, number| {
        if number == 5 {
            rows.retain(|(key, _)| *key > 60);
        }
    })
    .unwrap();
    assert_eq!(seen, rows);
}

#[test]
fn counts_may_say_less_than_there_is_and_not_more() {
    for more_pages in [Some(true), Some(false), None] {
        for available in [None, Some(0), Some(50), Some(100_000)] {
            let lies = Lies { more_pages, available, ..Lies::default() };
            let mut server = SearchServer { lies, ..SearchServer::of(numbered(333)) };
            let swept = run(by_key(50), &mut server, |_, _| {});
            assert!(server.asked.len() <= 8, "{} requests", server.asked.len());
            match swept {
                Ok(rows) => assert!(available < Some(100_000) && rows == numbered(333), "{more_pages:?}"),
                Err(error) => {
                    assert_eq!((error.kind(), available), (Kind::Protocol, Some(100_000)), "{error}");
                }
            }
        }
    }
}

/// Sweeps 700 orders, where every answer behind the first is `altered`.
fn altered(mut job: SweepJob, altered: impl Fn(&str, usize) -> Option<Vec<u64>>) -> (usize, Option<Error>) {
    let mut server = SearchServer::of(numbered(700));
    let mut rows = 0;
    for number in 0..200 {
        let Some(draft) = job.next() else { return (rows, None) };
        let honest = server.rows.clone();
        if let Some(keys) = altered(&draft.query, number) {
            server.rows = keys.into_iter().map(|key| (key, Some(key as i64))).collect();
        }
        let response = server.answer(&draft.query);
        server.rows = honest;
        match job.accept(draft.tag, response, &mut Vec::new()) {
            Ok(()) => {}
            Err(Unusable::Unreadable(error) | Unusable::Hopeless(error)) => return (rows, Some(error)),
            Err(error) => panic!("{error:?}"),
        }
        while let Some(Output::Page(SearchPage { page, .. })) = job.outputs().pop_front() {
            rows += page.rows();
        }
    }
    panic!("the sweep does not end");
}

#[test]
fn an_end_before_what_was_announced_is_held_against_the_first_row() {
    // One answer says that there are fewer, and the first row says otherwise.
    assert_eq!(altered(by_key(500), |_, number| (number == 1).then(|| (1..=550).collect())).0, 700);
    // Every answer behind the first row says so.
    let shorter = |query: &str, _| (!query.contains("firstResult=1&")).then(|| (1..=550).collect());
    let (rows, error) = altered(by_key(500), shorter);
    let error = error.expect("an end that contradicts the first row is refused");
    assert_eq!(rows, 500);
    assert!(error.message().contains("ends after 550 rows, and said before that it has 700"), "{error}");
    // All of them do: rows are gone.
    assert_eq!(altered(by_key(500), |_, number| (number > 0).then(|| (1..=550).collect())), (550, None));
}

#[test]
fn that_all_rows_are_gone_is_not_believed() {
    let (rows, error) = altered(by_key(500), |_, number| (number > 0).then(Vec::new));
    assert_eq!((rows, error.expect("an answer without rows does not end it").kind()), (500, Kind::Protocol));
    let mut server = SearchServer::of([]);
    assert_eq!(run(by_key(500), &mut server, |_, _| {}).unwrap(), [], "where there never were any, it is");
}

#[test]
fn a_server_that_does_not_page_is_told_of() {
    let lies = Lies { ignores_paging: true, ..Lies::default() };
    let mut server = SearchServer { lies, ..SearchServer::of(numbered(100)) };
    let error = run(by_key(50), &mut server, |_, _| {}).unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol);
    assert!(server.asked.len() <= 6);
}

#[test]
fn a_server_that_does_not_sort_loses_nothing_either() {
    let mut rows = numbered(500);
    rows.reverse();
    rows.swap(3, 400);
    let lies = Lies { ignores_sort: true, ..Lies::default() };
    let mut server = SearchServer { lies, ..SearchServer::of(rows.clone()) };
    let mut seen = run(by_key(50), &mut server, |rows, number| {
        if number == 4 {
            rows.drain(0..20);
        }
    })
    .unwrap();
    seen.sort_unstable();
    assert_eq!(seen, numbered(500));
}

#[test]
fn a_sweep_downwards_ends_where_it_is_told() {
    let mut server = SearchServer::of(numbered(1_000));
    let seen = run(by_key(100).down_to(850), &mut server, |rows, number| {
        if number == 1 {
            rows.push((1_001, None));
        }
    })
    .unwrap();
    assert_eq!(seen.iter().map(|(key, _)| *key).collect::<Vec<_>>(), (851..=1_000).rev().collect::<Vec<_>>());
    assert_eq!(server.asked.len(), 2);
}

#[test]
fn a_sweep_goes_on_behind_an_earlier_one_though_rows_are_gone() {
    let mut rows = numbered(1_000);
    rows.drain(100..180);
    let mut server = SearchServer::of(rows);
    // Row 500 had key 500 then.
    let seen = run(by_key(100).behind(500, 500), &mut server, |_, _| {}).unwrap();
    assert_eq!(seen, numbered(1_000).split_off(500));
}

#[test]
fn what_is_to_come_is_known_after_the_first_page() {
    let mut server = SearchServer::of(numbered(10_000));
    let mut job = by_key(500);
    assert_eq!(job.outlook(), Outlook { requests: 1, exact: false, items: None });
    let draft = job.next().unwrap();
    let response = server.answer(&draft.query);
    job.accept(draft.tag, response, &mut Vec::new()).unwrap();
    job.outputs().clear();
    assert_eq!(job.outlook(), Outlook { requests: 20, exact: true, items: Some(10_000) });
}

/// What happens between two pages.
#[derive(Clone, Debug)]
enum Change {
    Delete(usize),
    Date(usize),
    Add,
}

fn changes() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let change = prop_oneof![
        any::<usize>().prop_map(Change::Delete),
        any::<usize>().prop_map(Change::Date),
        Just(Change::Add)
    ];
    proptest::collection::vec(proptest::collection::vec(change, 0..12), 0..20)
}

proptest! {
    #[test]
    fn whatever_happens_what_is_there_at_the_end_was_seen(
        count in 0u64..200,
        page_size in 2u32..40,
        dated in any::<bool>(),
        equal in 1i64..60,
        changes in changes(),
    ) {
        let rows: Vec<_> = (1..=count).map(|key| (key, Some(key as i64 / equal))).collect();
        let mut server = SearchServer::of(rows);
        let (mut next_key, mut next_date) = (count + 1, count as i64 + 1);
        let job = if dated { by_date(page_size) } else { by_key(page_size) };
        let mut at_the_last_answer = server.rows.clone();
        let (mut has_vanished, mut deleting) = (false, 0);
        let swept = run(job, &mut server, |rows, number| {
            at_the_last_answer.clone_from(rows);
            let before = rows.len();
            for change in changes.get(number - 1).into_iter().flatten() {
                match change {
                    Change::Delete(place) if !rows.is_empty() => _ = rows.remove(place % rows.len()),
                    Change::Date(place) if !rows.is_empty() => {
                        let place = place % rows.len();
                        rows[place].1 = Some(next_date);
                        next_date += 1;
                    }
                    Change::Add => {
                        rows.push((next_key, Some(next_date)));
                        (next_key, next_date) = (next_key + 1, next_date + 1);
                    }
                    Change::Delete(_) | Change::Date(_) => {}
                }
            }
            has_vanished |= rows.is_empty();
            deleting += usize::from(rows.len() < before);
        });
        // That all rows are gone, or fewer at every look, is asked for again, and not believed: an index that is out of
        // order says the same.
        if swept.is_err() && (has_vanished || deleting >= 3) {
            return Ok(());
        }
        let seen = swept.unwrap();
        let mut distinct = seen.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(distinct.len(), seen.len(), "nothing comes twice");
        // What changed after the last page was read is for the next sweep.
        for row in &at_the_last_answer {
            let is_seen = if dated { seen.contains(row) } else { seen.iter().any(|(key, _)| *key == row.0) };
            prop_assert!(is_seen, "{row:?} is lost");
        }
    }
}
