//! Steps as JSON text, for hosts that pay for each element of a list but copy a text at once.

use std::fmt::Write;

use brightpearl_core as core;
use core::table::{Cell, Column, ColumnData, Label, Metadata, ReferenceMap, Sorting};

/// What `call.poll-json` gives.
pub(crate) fn step(step: core::Step) -> String {
    match step {
        core::Step::Send(exchange) => send(exchange),
        core::Step::Wait { until, reason } => {
            format!(r#"{{"wait":{{"until":{until},"reason":"{reason}"}}}}"#)
        }
        core::Step::Pending => "\"pending\"".to_owned(),
        core::Step::Feed { room } => format!(r#"{{"feed":{{"room":{room}}}}}"#),
        core::Step::Output(output) => self::output(output),
        core::Step::Done => "\"done\"".to_owned(),
    }
}

/// The text has room for all of it from the start, so that no shorter copy of a credential is left behind.
fn send(exchange: core::Exchange) -> String {
    let core::Exchange { id, request, attempt, is_login } = exchange;
    let header_bytes = request.headers.iter().map(|(name, value)| 2 * (name.len() + value.len()) + 8);
    let room = 128 + 2 * request.url.len() + 2 * request.body.len() + header_bytes.sum::<usize>();
    let mut out = Text::with_capacity(room);
    out.raw(r#"{"send":{"exchange":"#).number(id);
    out.raw(r#","attempt":"#).number(attempt);
    out.raw(r#","method":""#).raw(request.method.as_str());
    out.raw(r#"","url":"#).string(&request.url);
    out.raw(r#","headers":"#).lines(&request.headers);
    out.raw(r#","body":"#).string(&String::from_utf8_lossy(&request.body));
    if is_login {
        out.raw(r#","is_login":true"#);
    }
    out.raw("}}");
    out.0
}

fn output(output: core::Output) -> String {
    match output.shaped() {
        core::ShapedOutput::Page(page) => self::page(&page),
        core::ShapedOutput::Resources(resources) => self::resources(&resources),
        core::ShapedOutput::Reply(reply) => self::reply(&reply),
        core::ShapedOutput::Journal(lines) => {
            let mut out = Text::with_capacity(2 * lines.len() + 16);
            out.raw(r#"{"journal":"#).string(&lines).raw("}");
            out.0
        }
        core::ShapedOutput::Data(data) => self::data(&data),
    }
}

fn page(page: &core::SearchPage) -> String {
    let core::SearchPage { page, first_result, duplicates } = page;
    // A cell takes about ten bytes.
    let mut out = Text::with_capacity(1024 + page.rows() * page.columns().len() * 12);
    out.raw(r#"{"page":{"first_result":"#).number(first_result);
    out.raw(r#","duplicates":"#).number(duplicates);
    out.raw(r#","columns":"#).list(page.columns(), Text::column);
    out.raw(r#","rows":"#).list(0..page.rows(), |out, row| page.row_json(row, &mut out.0));
    out.raw(r#","references":"#);
    match page.reference().raw() {
        Some(raw) => out.raw(raw),
        None => out.object(page.reference().maps(), Text::reference),
    };
    out.raw(r#","metadata":"#).metadata(page.metadata());
    out.raw("}}");
    out.0
}

fn resources(resources: &core::Resources) -> String {
    let core::Resources { body, items, requested, missing, refused } = resources;
    let mut out = Text::with_capacity(256 + body.len() + 32 * items.len());
    out.raw(r#"{"resources":{"items":"#).list(0..items.len(), |out, place| {
        let id = items.get(place).and_then(|item| item.id);
        out.raw(r#"{"id":"#).optional(id.as_ref());
        out.raw(r#","resource":"#).bytes(resources.json(place).unwrap_or(b"null")).raw("}");
    });
    out.raw(r#","requested":"#).string(&requested.to_string());
    out.raw(r#","missing":"#).string(&missing.to_string());
    out.raw(r#","refused":"#).list(refused, |out, core::Refusal { id, error }| {
        out.raw(r#"{"id":"#).number(id);
        out.raw(r#","error":"#).raw(&serde_json::to_string(error).unwrap_or_default()).raw("}");
    });
    out.raw("}}");
    out.0
}

fn reply(reply: &core::Reply) -> String {
    let core::Reply { status, headers, body } = reply;
    let mut out = Text::with_capacity(1024 + 2 * body.len());
    out.raw(r#"{"reply":{"status":"#).number(status);
    out.raw(r#","headers":"#).lines(headers);
    // An answer that is no text is no reply.
    out.raw(r#","body":"#).string(&String::from_utf8_lossy(body)).raw("}}");
    out.0
}

fn data(data: &core::Data) -> String {
    let core::Data { kind, name, items } = data;
    let mut out = Text::with_capacity(64 + items.iter().map(|item| item.json.len() + 1).sum::<usize>());
    out.raw(r#"{"data":{"kind":""#).number(kind).raw("\"");
    if let Some(name) = name {
        out.raw(r#","name":"#).string(name);
    }
    out.raw(r#","items":"#).list(items, |out, item| {
        out.raw(&item.json);
    });
    out.raw("}}");
    out.0
}

/// JSON that grows.
struct Text(String);

impl Text {
    fn with_capacity(capacity: usize) -> Self {
        Self(String::with_capacity(capacity))
    }

    /// What is JSON already.
    fn raw(&mut self, json: &str) -> &mut Self {
        self.0.push_str(json);
        self
    }

    /// What is JSON already, by its bytes, which the engine has read as text before.
    fn bytes(&mut self, json: &[u8]) -> &mut Self {
        self.raw(&String::from_utf8_lossy(json))
    }

    /// What is written without quotes and escapes.
    fn number(&mut self, number: impl std::fmt::Display) -> &mut Self {
        // Writing into a `String` cannot fail.
        _ = write!(self.0, "{number}");
        self
    }

    fn string(&mut self, text: &str) -> &mut Self {
        Cell::Text(text).write_json(&mut self.0);
        self
    }

    fn optional(&mut self, value: Option<impl std::fmt::Display>) -> &mut Self {
        match value {
            Some(value) => self.number(value),
            None => self.raw("null"),
        }
    }

    fn list<T>(&mut self, items: impl IntoIterator<Item = T>, write: impl FnMut(&mut Self, T)) -> &mut Self {
        self.raw("[").separated(items, write).raw("]")
    }

    fn object<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.raw("{").separated(items, write).raw("}")
    }

    fn separated<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (place, item) in items.into_iter().enumerate() {
            if place > 0 {
                self.raw(",");
            }
            write(self, item);
        }
        self
    }

    fn lines(&mut self, headers: &core::Headers) -> &mut Self {
        self.list(headers.iter(), |out, (name, value)| {
            out.raw("[").string(name).raw(",").string(value).raw("]");
        })
    }

    fn column(&mut self, column: &Column) {
        self.raw(r#"{"name":"#).string(column.name());
        self.raw(r#","kind":""#).raw(kind(column.data()));
        self.raw(r#"","report_type":"#);
        match column.report_type() {
            Some(report_type) => self.string(report_type.name()),
            None => self.raw("null"),
        };
        self.raw(r#","sortable":"#).number(column.is_sortable());
        self.raw(r#","filterable":"#).number(column.is_filterable());
        self.raw(r#","required":"#).number(column.is_required());
        self.raw(r#","free_text_searchable":"#).optional(column.is_free_text_searchable());
        self.raw(r#","reference_data":"#).list(column.reference_data(), |out, name| {
            out.string(name);
        });
        self.raw("}");
    }

    fn reference(&mut self, map: &ReferenceMap) {
        self.string(map.name()).raw(":");
        match map.raw() {
            Some(raw) => self.raw(raw),
            None => self.object(map.iter(), |out, (key, label)| {
                out.string(key).raw(":");
                match label {
                    Label::Text(text) => out.string(text),
                    Label::Json(json) => out.raw(json),
                };
            }),
        };
    }

    fn metadata(&mut self, metadata: &Metadata) -> &mut Self {
        let Metadata {
            more_pages_available,
            results_available,
            results_returned,
            first_result,
            last_result,
            sorting,
        } = metadata;
        self.raw(r#"{"more_pages_available":"#).optional(*more_pages_available);
        self.raw(r#","results_available":"#).optional(*results_available);
        self.raw(r#","results_returned":"#).optional(*results_returned);
        self.raw(r#","first_result":"#).optional(*first_result);
        self.raw(r#","last_result":"#).optional(*last_result);
        self.raw(r#","sorting":"#).list(sorting, |out, Sorting { name, direction }| {
            out.raw("[").string(name).raw(",").string(direction).raw("]");
        });
        self.raw("}")
    }
}

/// The cases of `column-data`.
fn kind(data: &ColumnData) -> &'static str {
    match data {
        ColumnData::Null => "null",
        ColumnData::Integer(_) => "integer",
        ColumnData::Boolean(_) => "boolean",
        ColumnData::Text(_) => "text",
        ColumnData::DateTime { .. } => "date-time",
        ColumnData::Decimal(_) => "decimal",
        ColumnData::Json(_) => "json",
    }
}
