//! What the component says, in the JSON form of the vectors (`tests/vectors/README.md`).

use serde_json::{Map, Value, json};

use crate::names::{delivery, error_kind, fault, severity, wait_reason};
use crate::page::{Cell, Labels};
use crate::types::{
    Data, Error, Exchange, Explanation, Header, Method, Output, Page, Resources, Response, Step,
    Verification, Violation,
};

/// The result of a poll.
pub fn step(result: &Result<Step, Error>) -> Value {
    match result {
        Err(error) => json!({ "error": self::error(error) }),
        Ok(Step::Send(exchange)) => json!({ "send": send(exchange) }),
        Ok(Step::Wait(wait)) => {
            json!({ "wait": { "until": wait.until, "reason": wait_reason(wait.reason) } })
        }
        Ok(Step::Pending) => json!("pending"),
        Ok(Step::Feed(room)) => json!({ "feed": { "room": room } }),
        Ok(Step::Done) => json!("done"),
        Ok(Step::Output(output)) => self::output(output),
    }
}

/// The result of anything that only succeeds or fails.
pub fn outcome(result: &Result<(), Error>) -> Value {
    match result {
        Ok(()) => json!("ok"),
        Err(error) => json!({ "error": self::error(error) }),
    }
}

/// The result of taking a checkpoint.
pub fn checkpoint(result: &Result<String, Error>) -> Value {
    match result {
        Ok(text) => json!({ "checkpoint": text }),
        Err(error) => json!({ "error": self::error(error) }),
    }
}

/// An explanation.
pub fn explanation(explanation: &Explanation) -> Value {
    json!({ "explanation": {
        "requests_sent": explanation.requests_sent,
        "requests_needed": explanation.requests_needed,
        "exact": explanation.exact,
        "items": explanation.items,
        "milliseconds": explanation.duration,
    } })
}

/// An error.
pub fn error(error: &Error) -> Value {
    let errors = error.errors.iter().map(|error| json!({ "code": error.code, "message": error.message }));
    let request =
        error.request.as_ref().map(|request| json!({ "method": method(request.method), "url": request.url }));
    present(json!({
        "kind": error_kind(error.kind),
        "message": error.message,
        "location": error.location,
        "delivery": delivery(error.delivery),
        "status": error.status,
        "errors": errors.collect::<Vec<_>>(),
        "retry_after": error.retry_after,
        "request": request,
        "advice": error.advice,
        "retryable": error.retryable,
        "violations": error.violations.iter().map(violation).collect::<Vec<_>>(),
        "verifications": error.verifications.iter().map(verification).collect::<Vec<_>>(),
        "progress": error.progress.as_deref().map(json_value),
    }))
}

/// An object without the members that say nothing.
fn present(mut object: Value) -> Value {
    if let Value::Object(members) = &mut object {
        members.retain(|_, value| !value.is_null() && *value != json!(false) && *value != json!([]));
    }
    object
}

fn violation(violation: &Violation) -> Value {
    json!({
        "pointer": violation.pointer,
        "severity": severity(violation.severity),
        "fault": fault(violation.fault),
        "found": violation.found,
        "expected": violation.expected,
    })
}

fn verification(verification: &Verification) -> Value {
    match verification {
        Verification::Search(search) => json!({
            "type": "search",
            "search": search.search,
            "filters": search.filters,
            "unique": search.unique,
        }),
        Verification::Read(read) => json!({ "type": "read", "path": read.path, "compare": read.compare }),
    }
}

/// JSON that the component gives as text. Text that is not JSON stays text, and will be seen.
pub fn json_value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

fn send(exchange: &Exchange) -> Value {
    let mut sent = json!({
        "exchange": exchange.id,
        "attempt": exchange.attempt,
        "method": method(exchange.request.method),
        "url": exchange.request.url,
        "headers": headers(&exchange.request.headers),
        "body": text(&exchange.request.body),
    });
    if exchange.is_login {
        sent["is_login"] = json!(true);
    }
    sent
}

fn headers(headers: &[Header]) -> Value {
    headers.iter().map(|(name, value)| json!([name, text(value)])).collect()
}

fn output(output: &Output) -> Value {
    match output {
        Output::Page(page) => json!({ "page": self::page(page) }),
        Output::Resources(resources) => json!({ "resources": self::resources(resources) }),
        Output::Reply(reply) => json!({ "reply": self::reply(reply) }),
        Output::Journal(text) => json!({ "journal": text }),
        Output::Data(data) => self::data(data),
    }
}

fn reply(reply: &Response) -> Value {
    json!({
        "status": reply.status,
        "headers": headers(&reply.headers),
        "body": text(&reply.body),
    })
}

/// Data has the form of the vectors already, but for what its name is the name of.
fn data(data: &Data) -> Value {
    let mut items: Vec<Value> = data.items.iter().map(|item| json_value(item)).collect();
    let value = match (data.kind.as_str(), &data.name) {
        ("task", name) => json!({ "name": name, "result": items.pop() }),
        (_, Some(resource)) => json!({ "resource": resource, "records": items }),
        (_, None) => Value::Array(items),
    };
    json!({ data.kind.as_str(): value })
}

fn page(page: &Page) -> Value {
    let known = Labels::of(page);
    let rows = 0..page.rows as usize;
    json!({
        "first_result": page.first_result,
        "duplicates": page.duplicates,
        "columns": page.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
        "rows": rows.clone().map(|row| cells(page, row)).collect::<Vec<_>>(),
        "labels": rows.map(|row| labels(page, &known, row)).collect::<Vec<_>>(),
        "more_pages_available": page.metadata.more_pages_available,
        "results_available": page.metadata.results_available,
    })
}

fn cells(page: &Page, row: usize) -> Value {
    page.columns.iter().map(|column| cell(column.cell(row))).collect()
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

fn labels(page: &Page, known: &Labels<'_>, row: usize) -> Value {
    let labels = page.columns.iter().filter_map(|column| {
        let label = known.get(column, row)?;
        Some((column.name.clone(), json!(label)))
    });
    Value::Object(labels.collect::<Map<_, _>>())
}

fn resources(resources: &Resources) -> Value {
    let items = resources.each().map(|(id, json)| json!({ "id": id, "json": text(json) }));
    let refused =
        resources.refused.iter().map(|refusal| json!({ "id": refusal.id, "error": error(&refusal.error) }));
    json!({
        "items": items.collect::<Vec<_>>(),
        "requested": resources.requested,
        "missing": resources.missing,
        "refused": refused.collect::<Vec<_>>(),
    })
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(bytes.as_ref()).into_owned()
}

/// The verb as it stands on the wire.
pub fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Options => "OPTIONS",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}
