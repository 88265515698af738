//! What is believed of a search: an answer that agrees with itself and with what was asked. Any other decides nothing: it
//! is asked for again, and what goes on disagreeing is an error.

use crate::small_account::{Account, Given, Ran, altered, client, push_of, run};
use brightpearl_core::operation::{Fetch, Plan, Pull, PullResource, Push, Search};
use brightpearl_core::{Kind, Method, Request};
use serde_json::{Value, json};

const SEARCH: &str = "order-service/order-search";

/// What somebody in between makes of an answer.
type Lie = fn(&mut Value);

/// Lies by which something that is there seems not to be.
const LIES: [(&str, Lie); 10] = [
    ("no rows, and the counts as they were", |body| body["response"]["results"] = json!([])),
    ("no rows, and only the number of hits", |body| {
        body["response"]["results"] = json!([]);
        let meta = &mut body["response"]["metaData"];
        meta["resultsReturned"] = json!(0);
        meta["morePagesAvailable"] = json!(false);
        meta["resultsAvailable"] = json!(600);
    }),
    ("no rows, and more pages", |body| {
        body["response"]["results"] = json!([]);
        body["response"]["metaData"] = json!({"morePagesAvailable": true, "resultsReturned": 0,
            "resultsAvailable": 0, "columns": body["response"]["metaData"]["columns"]});
    }),
    ("fewer rows than are returned", |body| {
        let rows = body["response"]["results"].as_array_mut().expect("rows");
        rows.truncate(rows.len().saturating_sub(1));
        body["response"]["metaData"]["resultsReturned"] = json!(rows.len() + 1);
    }),
    ("fewer rows than there are, and nothing follows", |body| {
        let rows = body["response"]["results"].as_array_mut().expect("rows");
        let all = rows.len();
        rows.truncate(all.saturating_sub(1));
        let meta = &mut body["response"]["metaData"];
        meta["resultsAvailable"] = json!(all.max(1));
        meta["resultsReturned"] = json!(all.saturating_sub(1));
        meta["morePagesAvailable"] = json!(false);
    }),
    ("a last result behind the rows", |body| {
        let rows = body["response"]["results"].as_array_mut().expect("rows");
        rows.clear();
        body["response"]["metaData"] =
            json!({"lastResult": 9, "columns": body["response"]["metaData"]["columns"]});
    }),
    ("renamed columns", |body| {
        for column in body["response"]["metaData"]["columns"].as_array_mut().expect("columns") {
            column["name"] = json!(format!("x{}", column["name"].as_str().unwrap_or_default()));
        }
    }),
    ("a column less", |body| {
        body["response"]["metaData"]["columns"].as_array_mut().expect("columns").remove(0);
        for row in body["response"]["results"].as_array_mut().expect("rows") {
            row.as_array_mut().expect("cells").remove(0);
        }
    }),
    ("another search", |body| {
        *body = json!({"response": {"results": [[7, "MUG"]], "metaData": {"morePagesAvailable": false,
            "resultsAvailable": 1, "resultsReturned": 1, "firstResult": 1, "lastResult": 1,
            "columns": [{"name": "productId"}, {"name": "SKU"}]}}});
    }),
    ("no rows, and not a word about them", |body| *body = json!({"response": {"results": []}})),
];

fn is_search(request: &Request) -> bool {
    request.method == Method::Get && request.url.contains(SEARCH)
}

/// Lies about so many searches.
fn lying<'a>(lie: Lie, mut times: usize) -> impl FnMut(&Request, &Account) -> Given + 'a {
    move |request, account| {
        if times == 0 || !is_search(request) {
            return Given::Own;
        }
        times -= 1;
        Given::Instead(altered(&account.clone().serve(request), lie))
    }
}

fn pull(deletes: bool) -> Pull {
    let deletes = if deletes { r#","deletes":{"most_percent":100}"# } else { "" };
    let resource = format!(r#"{{"resource":"order"{deletes}}}"#);
    let resource: PullResource = serde_json::from_str(&resource).expect("a resource of a pull");
    Pull { resources: vec![resource], ..Pull::of("order") }
}

fn push(numbers: &[&str], lie: Lie, times: usize, account: &mut Account) -> Ran {
    run(client("").push(push_of(numbers)).unwrap(), account, lying(lie, times))
}

#[test]
fn nothing_is_created_on_the_word_of_a_look_up_that_disagrees() {
    for numbers in [&["O-2"][..], &["O-1", "O-2", "O-3"]] {
        for (name, lie) in LIES {
            for times in [1, usize::MAX] {
                let mut account = Account::with_orders(3);
                let ran = push(numbers, lie, times, &mut account);
                assert_eq!(account.orders.len(), 3, "{name}: {:?}", ran.outcomes);
                assert_eq!(ran.outcomes.len(), numbers.len(), "{name}");
                if times == 1 {
                    assert!(ran.error.is_none(), "{name}: {:?}", ran.error);
                    assert!(
                        ran.states().iter().all(|state| *state == "unchanged" || *state == "updated"),
                        "{name}"
                    );
                } else {
                    let error = ran.error.expect(name);
                    assert_eq!(error.kind(), Kind::Protocol, "{name}: {error}");
                    assert!(ran.sent.len() <= 10, "{name}: {} requests", ran.sent.len());
                }
            }
        }
    }
}

#[test]
fn a_pull_moves_past_nothing_on_the_word_of_a_page_that_disagrees() {
    for (name, lie) in LIES {
        for times in [1, usize::MAX] {
            let mut account = Account::with_orders(600);
            let config = r#","page_size":250"#;
            let ran = run(client(config).pull(pull(false)).unwrap(), &mut account, lying(lie, times));
            if times == 1 {
                assert_eq!(ran.pulled().len(), 600, "{name}");
                continue;
            }
            assert_eq!(ran.error.as_ref().expect(name).kind(), Kind::Protocol, "{name}");
            assert!(ran.pulled().is_empty() && ran.sent.len() <= 10, "{name}");
        }
    }
}

#[test]
fn the_error_says_what_disagreed() {
    let said = |lie| {
        let call = client("").search(Search::new(SEARCH)).unwrap();
        let error = run(call, &mut Account::with_orders(3), lying(lie, usize::MAX)).error.unwrap();
        (error.message().to_owned(), error.location().map(str::to_owned))
    };
    let (message, place) = said(LIES[1].1);
    assert!(message.contains("`resultsAvailable` is 600") && message.contains("only 0 came"), "{message}");
    assert_eq!(place.as_deref(), Some("response.metaData.resultsAvailable"));
    let (message, _) = said(LIES[6].1);
    assert!(message.contains("has no column orderId") && message.contains("xorderId"), "{message}");
}

#[test]
fn a_row_without_its_id_is_no_absence() {
    let lie: Lie = |body| {
        for row in body["response"]["results"].as_array_mut().expect("rows") {
            row.as_array_mut()
                .expect("cells")
                .iter_mut()
                .filter(|cell| cell.is_u64())
                .for_each(|id| *id = json!(null));
        }
    };
    let mut account = Account::with_orders(3);
    let ran = push(&["O-2"], lie, usize::MAX, &mut account);
    assert_eq!((account.orders.len(), ran.states()), (3, vec!["rejected"]), "{:?}", ran.outcomes);
}

fn cells(body: &mut Value) -> impl Iterator<Item = &mut Value> {
    let rows = body["response"]["results"].as_array_mut().expect("rows").iter_mut();
    rows.flat_map(|row| row.as_array_mut().expect("cells"))
}

#[test]
fn an_answer_to_another_question_is_no_absence() {
    let lies: [(&str, Lie); 3] = [
        ("the rows of another key", |body| {
            cells(body).filter(|cell| cell.is_string()).for_each(|key| *key = json!("O-9"))
        }),
        ("rows without a key", |body| {
            cells(body).filter(|cell| cell.is_string()).for_each(|key| *key = json!(null))
        }),
        ("ids where keys are", |body| {
            body["response"]["metaData"]["columns"].as_array_mut().expect("columns").reverse()
        }),
    ];
    for (name, lie) in lies {
        for times in [1, usize::MAX] {
            let mut account = Account::with_orders(3);
            let ran = push(&["O-2"], lie, times, &mut account);
            assert_eq!(account.orders.len(), 3, "{name}: {:?}", ran.outcomes);
            match times {
                1 => assert!(
                    matches!(ran.states()[..], ["unchanged" | "updated"]),
                    "{name}: {:?}",
                    ran.outcomes
                ),
                _ => assert_eq!(ran.error.expect(name).kind(), Kind::Protocol, "{name}"),
            }
        }
    }
    // Of a reading of the whole search, that rows have ids where their keys are.
    let mut account = Account::with_orders(3);
    let ran = push(&["O-1", "O-2", "O-3"], lies[2].1, usize::MAX, &mut account);
    assert_eq!((account.orders.len(), ran.error.expect("an error").kind()), (3, Kind::Protocol));
}

#[test]
fn a_server_that_makes_up_rows_for_ever_is_left() {
    let made_up = |request: &Request| {
        let parameter = |name: &str| {
            let query = request.url.split_once('?').map_or("", |(_, query)| query);
            query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).map(str::to_owned)
        };
        let number = |name: &str| parameter(name).and_then(|text| text.parse::<u64>().ok());
        let (first, size) = (number("firstResult").unwrap_or(1), number("pageSize").unwrap_or(500));
        let columns =
            parameter("columns").map(|text| text.replace("%2C", ",")).unwrap_or_else(|| "orderId".to_owned());
        let columns: Vec<&str> = columns.split(',').collect();
        let cell = |row: u64, column: &str| match column {
            "orderId" => json!(row),
            "customerRef" => json!(format!("made up {row}")),
            _ => Value::Null,
        };
        let rows: Vec<Value> = (first..first + size)
            .map(|row| columns.iter().map(|column| cell(row, column)).collect())
            .collect();
        let columns: Vec<Value> = columns.iter().map(|name| json!({"name": name})).collect();
        json!({"response": {"results": rows, "metaData": {"morePagesAvailable": true, "resultsAvailable": first + 9 * size,
            "resultsReturned": size, "firstResult": first, "lastResult": first + size - 1, "columns": columns}}})
        .to_string()
    };
    let between = |request: &Request, account: &Account| match is_search(request) {
        true => Given::Instead(account.response(200, made_up(request))),
        false => Given::Own,
    };
    let calls = [
        client("").search(Search::new(SEARCH)).unwrap(),
        client("").pull(pull(false)).unwrap(),
        client("").push(Push { ..push_of(&["A"]) }).unwrap(),
    ];
    for call in calls {
        let ran = run(call, &mut Account::new(), between);
        assert_eq!(ran.error.expect("an end").kind(), Kind::Protocol);
        assert!(ran.sent.len() < 400, "{} requests", ran.sent.len());
    }
}

#[test]
fn a_last_result_behind_the_rows_of_a_page_skips_none() {
    let mut account = Account::with_orders(20);
    let search = Search { page_size: Some(5), ..Search::new(SEARCH) };
    let ran = run(client("").search(search).unwrap(), &mut account, |request, account| {
        Given::Instead(altered(&account.clone().serve(request), |body| {
            let meta = &mut body["response"]["metaData"];
            if meta["morePagesAvailable"] == json!(true) {
                meta["lastResult"] = json!(meta["lastResult"].as_u64().expect("a number") + 3);
            }
        }))
    });
    assert_eq!((ran.rows, ran.error.map(|error| error.to_string())), (20, None));
}

#[test]
fn a_read_without_what_the_plan_names_does_not_make_it_gone() {
    let mut account = Account::with_orders(3);
    for ids in ["2", "1-3"] {
        let fetch =
            Fetch { plan: Plan::Always, ..Fetch::new("order-service/order", ids.parse().expect("ids")) };
        let ran =
            run(client("").fetch(fetch).unwrap(), &mut account, |request, account| match request.method {
                Method::Get => Given::Instead(account.response(200, r#"{"response":[]}"#)),
                _ => Given::Own,
            });
        let error = ran.error.expect("an error");
        assert_eq!(error.kind(), Kind::Protocol);
        assert!(error.to_string().contains("though the server's plan names them"), "{error}");
    }
}

#[test]
fn half_a_reading_of_the_whole_search_finds_nothing() {
    // Two orders of one reference, the second on the page that cannot be read.
    let mut account = Account::with_orders(600);
    account.orders.get_mut(&600).expect("an order").reference = "O-1".to_owned();
    let refusal = r#"{"errors":[{"code":"CMNC-017","message":"Invalid search"}]}"#;
    let call = client("").push(push_of(&["O-1", "O-2", "O-3"])).unwrap();
    let ran = run(call, &mut account, |request, account| match is_search(request) {
        true if request.url.contains("firstResult=500&") => Given::Instead(account.response(400, refusal)),
        _ => Given::Own,
    });
    assert!(ran.sent.iter().any(|(_, path, _)| path.contains("firstResult=500&")), "{:?}", ran.sent);
    assert_eq!(ran.states(), ["rejected", "unchanged", "unchanged"], "{:?}", ran.outcomes);
    assert_eq!(account.orders.len(), 600);
}
