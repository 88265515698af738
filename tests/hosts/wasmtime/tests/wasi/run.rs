//! The component that drives itself gives an operation piece by piece, and goes on with it elsewhere.

use serde_json::{Value, json};
use wasmtime::component::Val;

use crate::driver::{Runner, answer, configuration, parsed};
use crate::server::{Conduct, Server};

/// The first page, which is full, or the second, which is not.
fn page(number: u64) -> Conduct {
    let rows: &[[u64; 1]] = if number == 1 { &[[101], [102]] } else { &[[103]] };
    let first = number * 2 - 1;
    let body = json!({"response": {
        "metaData": {
            "morePagesAvailable": number == 1, "resultsAvailable": 3, "resultsReturned": rows.len(),
            "firstResult": first, "lastResult": first + rows.len() as u64 - 1,
            "columns": [{"name": "orderId", "sortable": true, "filterable": true, "reportDataType": "IDSET",
                "required": false, "isFreeTextSearchable": false, "referenceData": []}],
            "sorting": [{"filterable": {"name": "orderId"}, "direction": "ASC"}],
        },
        "results": rows,
    }});
    answer(&body.to_string())
}

fn search(server: &Server) -> [Val; 2] {
    let mut config = configuration(&server.url(), 1);
    config["page_size"] = 2.into();
    let search = json!({"search": {"resource": "order-service/order-search", "columns": ["orderId"]}});
    [Val::String(config.to_string()), Val::String(search.to_string())]
}

/// The rows of the next piece; none once everything was given.
fn next(runner: &mut Runner, run: &Val) -> Option<Value> {
    match runner.call("[method]run.next", std::slice::from_ref(run)).unwrap() {
        Some(Val::Option(piece)) => piece.map(|text| parsed(*text)["page"]["rows"].clone()),
        other => panic!("{other:?} is not a piece"),
    }
}

#[test]
fn an_operation_comes_piece_by_piece() {
    let server = Server::start(vec![page(1), page(2)]);
    let mut runner = Runner::new();
    let run = runner.call("[static]run.begin", &search(&server)).unwrap().unwrap();
    assert_eq!(server.asked().len(), 0, "nothing is sent yet");
    assert_eq!(next(&mut runner, &run), Some(json!([[101], [102]])));
    assert_eq!(server.asked().len(), 1, "the second page is not asked for before the first was consumed");
    assert_eq!(next(&mut runner, &run), Some(json!([[103]])));
    assert_eq!(next(&mut runner, &run), None);
    let error = runner.call("[method]run.next", std::slice::from_ref(&run)).unwrap_err();
    assert_eq!((error.text("kind"), error.text("delivery")), ("misuse", "not-sent"));
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn another_instance_goes_on_behind_what_was_consumed() {
    let server = Server::start(vec![page(1), page(2), page(2)]);
    let mut first = Runner::new();
    let run = first.call("[static]run.begin", &search(&server)).unwrap().unwrap();
    assert_eq!(next(&mut first, &run), Some(json!([[101], [102]])));
    // Asking again says that the piece before was consumed.
    assert_eq!(next(&mut first, &run), Some(json!([[103]])));
    let checkpoint = first.call("[method]run.checkpoint", std::slice::from_ref(&run)).unwrap().unwrap();
    drop(first);

    let mut second = Runner::new();
    let [config, _] = search(&server);
    let run = second.call("[static]run.resume", &[config, checkpoint, Val::Bool(false)]).unwrap().unwrap();
    assert_eq!(next(&mut second, &run), Some(json!([[103]])));
    assert_eq!(next(&mut second, &run), None);
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[1], asked[2], "the same next request");
}

#[test]
fn a_run_of_nonsense_is_refused_before_anything_is_sent() {
    let server = Server::start(vec![page(1)]);
    let [config, _] = search(&server);
    let error = Runner::new().call("[static]run.begin", &[config, Val::String("{}".to_owned())]).unwrap_err();
    assert_eq!((error.text("kind"), error.text("delivery")), ("validation", "not-sent"));
    assert_eq!(server.asked(), Vec::<String>::new());
}
