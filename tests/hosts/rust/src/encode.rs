//! What the engine says, in the JSON form of the vectors.

use brightpearl_core::table::{Cell, Page};
use brightpearl_core::{
    Data, Demand, Error, Exchange, Explanation, Headers, IdSet, Item, Output, Reply, Resources, Result,
    SearchPage, ShapedOutput, Step,
};
use serde_json::{Map, Value, json};

/// The result of a poll.
pub fn step(result: Result<Step>) -> Value {
    match result {
        Err(error) => json!({ "error": self::error(&error) }),
        Ok(Step::Send(exchange)) => json!({ "send": send(&exchange) }),
        Ok(Step::Wait { until, reason }) => json!({ "wait": { "until": until, "reason": reason.as_str() } }),
        Ok(Step::Pending) => json!("pending"),
        Ok(Step::Feed { room }) => json!({ "feed": { "room": room } }),
        Ok(Step::Done) => json!("done"),
        Ok(Step::Output(output)) => self::output(output),
    }
}

/// The result of anything that only succeeds or fails.
pub fn outcome(result: &Result<()>) -> Value {
    match result {
        Ok(()) => json!("ok"),
        Err(error) => json!({ "error": self::error(error) }),
    }
}

/// The result of taking a checkpoint.
pub fn checkpoint(result: &Result<String>) -> Value {
    match result {
        Ok(text) => json!({ "checkpoint": text }),
        Err(error) => json!({ "error": self::error(error) }),
    }
}

/// An explanation.
pub fn explanation(explanation: &Explanation) -> Value {
    json!({ "explanation": explanation })
}

/// What a pool tells a coordinator.
pub fn demand(demand: &Demand) -> Value {
    json!({ "demand": demand })
}

/// An error.
pub fn error(error: &Error) -> Value {
    present(json!({
        "kind": error.kind().as_str(),
        "message": error.message(),
        "location": error.location(),
        "delivery": error.delivery().as_str(),
        "status": error.status(),
        "errors": error.errors(),
        "retry_after": error.retry_after(),
        "request": error.request(),
        "advice": error.advice(),
        "retryable": error.is_retryable(),
        "violations": error.violations(),
        "verifications": error.verifications(),
        "progress": error.progress().map(json_value),
    }))
}

/// An object without the members that say nothing.
fn present(mut object: Value) -> Value {
    if let Value::Object(members) = &mut object {
        members.retain(|_, value| !value.is_null() && *value != json!(false) && *value != json!([]));
    }
    object
}

fn send(exchange: &Exchange) -> Value {
    let mut sent = json!({
        "exchange": exchange.id,
        "attempt": exchange.attempt,
        "method": exchange.request.method.as_str(),
        "url": exchange.request.url,
        "headers": headers(&exchange.request.headers),
        "body": String::from_utf8_lossy(&exchange.request.body),
    });
    if exchange.is_login {
        sent["is_login"] = json!(true);
    }
    sent
}

fn headers(headers: &Headers) -> Value {
    headers.iter().map(|(name, value)| json!([name, value])).collect()
}

fn output(output: Output) -> Value {
    match output.shaped() {
        ShapedOutput::Page(page) => json!({ "page": search_page(&page) }),
        ShapedOutput::Resources(resources) => json!({ "resources": self::resources(&resources) }),
        ShapedOutput::Reply(reply) => json!({ "reply": self::reply(&reply) }),
        ShapedOutput::Journal(text) => json!({ "journal": text }),
        ShapedOutput::Data(data) => self::data(&data),
    }
}

/// Data has the form of the vectors already, but for what its name is the name of.
fn data(data: &Data) -> Value {
    let mut items: Vec<Value> = data.items.iter().map(item).collect();
    let value = match (data.kind.as_str(), &data.name) {
        ("task", name) => json!({ "name": name, "result": items.pop() }),
        (_, Some(resource)) => json!({ "resource": resource, "records": items }),
        (_, None) => Value::Array(items),
    };
    json!({ data.kind.as_str(): value })
}

/// An item, whose error and record are those of its JSON.
fn item(item: &Item) -> Value {
    let value = json_value(&item.json);
    if let Some(error) = &item.error {
        assert_eq!(value["error"], self::error(error), "the error of {}", *item.json);
    }
    if let Some(place) = &item.record {
        assert_eq!(value["record"], json_value(&item.json[place.clone()]), "the record of {}", *item.json);
    }
    value
}

fn reply(reply: &Reply) -> Value {
    json!({
        "status": reply.status,
        "headers": headers(&reply.headers),
        "body": String::from_utf8_lossy(&reply.body),
    })
}

/// JSON that the engine gives as text. Text that is not JSON stays text, and will be seen.
pub fn json_value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

fn search_page(output: &SearchPage) -> Value {
    let page = &output.page;
    json!({
        "first_result": output.first_result,
        "duplicates": output.duplicates,
        "columns": page.columns().iter().map(|column| column.name()).collect::<Vec<_>>(),
        "rows": (0..page.rows()).map(|row| cells(page, row)).collect::<Vec<_>>(),
        "labels": (0..page.rows()).map(|row| labels(page, row)).collect::<Vec<_>>(),
        "more_pages_available": page.metadata().more_pages_available,
        "results_available": page.metadata().results_available,
    })
}

fn cells(page: &Page, row: usize) -> Value {
    (0..page.columns().len()).map(|column| cell(page.cell(column, row))).collect()
}

fn cell(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Integer(number) => json!(number),
        Cell::Boolean(truth) => json!(truth),
        Cell::Text(text) => json!(text),
        Cell::DateTime(moment) => json!(moment.to_string()),
        Cell::Decimal(text) => json!({ "decimal": text }),
        Cell::Json(text) => json!({ "json": text }),
    }
}

fn labels(page: &Page, row: usize) -> Value {
    let mut labels = Map::new();
    for (index, column) in page.columns().iter().enumerate() {
        if let Some(text) = page.label(index, row).and_then(|label| label.text()) {
            labels.insert(column.name().to_owned(), json!(text));
        }
    }
    Value::Object(labels)
}

fn resources(resources: &Resources) -> Value {
    let items = resources.items.iter().enumerate().map(|(index, item)| {
        let text = resources.json(index).map(String::from_utf8_lossy);
        json!({ "id": item.id, "json": text })
    });
    let refused =
        resources.refused.iter().map(|refusal| json!({ "id": refusal.id, "error": error(&refusal.error) }));
    json!({
        "items": items.collect::<Vec<_>>(),
        "requested": ids(&resources.requested),
        "missing": ids(&resources.missing),
        "refused": refused.collect::<Vec<_>>(),
    })
}

fn ids(ids: &IdSet) -> String {
    ids.to_string()
}
