//! A replica that lags: what was created shows in searches, or can be read, a while later.

use brightpearl_core::{Method, Request, Response};
use serde_json::{Value, json};

use crate::between::altered;
use crate::draw::Draw;

/// The longest that a record may not show, in milliseconds: looks for a write of unknown outcome go on for longer, also
/// when it was held.
const MOST_LAG_MS: u64 = 20_000;

/// What a search finds: the first word of its path, the path of what creates it, and the column with its id.
const FOUND: [(&str, &[&str], &str); 2] = [
    ("order", &["order-service/sales-order", "order-service/order"], "orderId"),
    ("contact", &["contact-service/contact"], "contactId"),
];

/// Records that do not show yet.
pub(crate) struct LaggingReplica {
    draw: Draw,
    lag_ms: u64,
    fresh: Vec<Fresh>,
}

/// A record that was just created.
struct Fresh {
    of: &'static str,
    id: u64,
    /// When searches have it, and when it can be read.
    found_from: u64,
    read_from: u64,
}

impl LaggingReplica {
    pub(crate) fn faithful() -> Self {
        Self { draw: Draw::new(0, 0), lag_ms: 0, fresh: Vec::new() }
    }

    /// The replica of a seed, which is faithful in most.
    pub(crate) fn of(draw: &mut Draw) -> Self {
        let lag_ms = if draw.happens(200) { draw.between(500, MOST_LAG_MS) } else { 0 };
        Self { draw: Draw::new(lag_ms, 7), lag_ms, ..Self::faithful() }
    }

    /// From here on it has everything.
    pub(crate) fn catch_up(&mut self) {
        self.lag_ms = 0;
        self.fresh.clear();
    }

    /// Takes note that something was created at a path.
    pub(crate) fn note(&mut self, path: &str, id: Option<u64>, now: u64) {
        let found = FOUND.iter().find(|(_, paths, _)| paths.contains(&path));
        let (Some((of, ..)), Some(id), true) = (found, id, self.lag_ms > 0) else { return };
        let found_from = now + self.draw.below(self.lag_ms);
        let read_from = now + self.draw.below(self.lag_ms);
        self.fresh.push(Fresh { of, id, found_from, read_from });
    }

    /// What the replica answers where the account has answered so.
    pub(crate) fn behind(&mut self, request: &Request, path: &str, response: Response, now: u64) -> Response {
        if self.lag_ms == 0 || response.status >= 300 {
            return response;
        }
        if request.method != Method::Get {
            self.note_all(request, path, &response, now);
            return response;
        }
        self.fresh.retain(|fresh| fresh.found_from > now || fresh.read_from > now);
        if self.fresh.is_empty() {
            return response;
        }
        let hidden = |of: &str, at: fn(&Fresh) -> u64| -> Vec<u64> {
            self.fresh
                .iter()
                .filter(|fresh| fresh.of == of && at(fresh) > now)
                .map(|fresh| fresh.id)
                .collect()
        };
        for (of, _, key) in FOUND {
            if path == format!("{of}-service/{of}-search") {
                let hidden = hidden(of, |fresh| fresh.found_from);
                return altered(response, |body| {
                    if let Some(page) = body.get_mut("response").filter(|page| page.is_object()) {
                        leave_out(page, key, &hidden);
                    }
                });
            }
            if path.starts_with(&format!("{of}-service/{of}/")) {
                let hidden = hidden(of, |fresh| fresh.read_from);
                return altered(response, |body| {
                    if let Some(Value::Array(records)) = body.get_mut("response") {
                        records.retain(|record| id_of(record).is_none_or(|id| !hidden.contains(&id)));
                    }
                });
            }
        }
        response
    }

    /// Takes note of what a write has created, by itself or in a multi-message.
    fn note_all(&mut self, request: &Request, path: &str, response: &Response, now: u64) {
        let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
        let answer = read(&response.body);
        if path != "multi-message" {
            return self.note(path, answer["response"].as_u64(), now);
        }
        let packet = read(&request.body);
        for message in packet["messages"].as_array().into_iter().flatten() {
            let done = answer["response"]["processedMessages"].as_array().into_iter().flatten();
            let own = done.into_iter().find(|done| done["label"] == message["label"]);
            let content = own.and_then(|done| done["body"]["content"].as_str()).unwrap_or_default();
            let path = message["uri"].as_str().unwrap_or_default().trim_start_matches('/');
            self.note(path, read(content.as_bytes())["response"].as_u64(), now);
        }
    }
}

fn id_of(record: &Value) -> Option<u64> {
    record["id"].as_u64().or(record["contactId"].as_u64())
}

/// Leaves rows out of a page that fits into one, and out of its counts.
fn leave_out(page: &mut Value, key: &str, hidden: &[u64]) {
    let columns = page["metaData"]["columns"].as_array();
    let place = columns.and_then(|columns| columns.iter().position(|column| column["name"] == key));
    let is_whole = page["metaData"]["morePagesAvailable"] == false && page["metaData"]["firstResult"] == 1;
    let (Some(place), true) = (place, is_whole) else { return };
    let Some(rows) = page["results"].as_array_mut() else { return };
    let before = rows.len();
    rows.retain(|row| row[place].as_u64().is_none_or(|id| !hidden.contains(&id)));
    let left = rows.len();
    if left == before {
        return;
    }
    let counts = &mut page["metaData"];
    counts["resultsAvailable"] = json!(left);
    counts["resultsReturned"] = json!(left);
    counts["lastResult"] = json!(left);
    if left == 0 {
        for count in ["firstResult", "lastResult"] {
            if let Some(counts) = counts.as_object_mut() {
                counts.remove(count);
            }
        }
    }
}
