//! The form of a subscription's requests, which is what a notification is read by.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::subscription::{WebhookSubscription, has_body};
use super::template::NotificationTemplate;
use super::variable::{Variable, VariableValues};

/// What the requests of a subscription look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotificationForm {
    pub(super) method: String,
    path: Vec<NotificationTemplate>,
    query: Vec<(String, NotificationTemplate)>,
    body: Option<BodyForm>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct BodyForm {
    /// The body as Brightpearl writes it.
    whole: NotificationTemplate,
    /// Whatever else makes the same of it: a gateway may have written it anew.
    parsed: Option<ParsedBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ParsedBody {
    Json(Value),
    Pairs(Vec<(String, NotificationTemplate)>),
}

/// The deepest template of a body.
const DEEPEST_BODY: usize = 64;

impl NotificationForm {
    /// Reads the templates; what is wrong comes with the member in which it stands.
    pub(super) fn of(subscription: &WebhookSubscription) -> Result<Self, (&'static str, String)> {
        let wrong_address = |why: String| ("uriTemplate", why);
        let (path, query) = parts(&subscription.uri_template)
            .ok_or_else(|| wrong_address("expected an absolute address with a host".to_owned()))?;
        let path = segments(path)
            .map(NotificationTemplate::parse)
            .collect::<Result<_, _>>()
            .map_err(wrong_address)?;
        let query = template_pairs(query).map_err(wrong_address)?;
        let body = match subscription.body_template.as_deref().filter(|_| has_body(&subscription.http_method))
        {
            Some(template) => {
                let content_type = subscription.content_type.as_deref().unwrap_or_default();
                let is_id_set = subscription.id_set_accepted;
                Some(BodyForm::of(template, content_type, is_id_set).map_err(|why| ("bodyTemplate", why))?)
            }
            None => None,
        };
        Ok(Self { method: subscription.http_method.clone(), path, query, body })
    }

    /// What the address of a request says; `None` when it is another's.
    pub(super) fn read_address(&self, url: &str) -> Option<VariableValues> {
        let (path, query) = parts(url)?;
        let segments: Vec<&str> = segments(path).collect();
        if segments.len() != self.path.len() {
            return None;
        }
        let mut values = VariableValues::default();
        for (template, segment) in self.path.iter().zip(segments) {
            values.join(&template.read(&decoded(segment))?).ok()?;
        }
        let pairs = decoded_pairs(query);
        read_pairs(&self.query, &pairs, &mut values).then_some(values)
    }

    /// What the body of a request says; `None` when it is not written as the template.
    pub(super) fn read_body(&self, body: &str) -> Option<VariableValues> {
        let Some(form) = &self.body else { return Some(VariableValues::default()) };
        let text = body.strip_prefix('\u{feff}').unwrap_or(body).trim();
        if let Some(values) = form.whole.read(text) {
            return Some(values);
        }
        let mut values = VariableValues::default();
        let is_read = match form.parsed.as_ref()? {
            ParsedBody::Json(template) => {
                let value: Value = serde_json::from_str(text).ok()?;
                read_json(template, &value, &mut values)
            }
            ParsedBody::Pairs(template) => read_pairs(template, &decoded_pairs(text), &mut values),
        };
        is_read.then_some(values)
    }
}

impl BodyForm {
    fn of(template: &str, content_type: &str, is_id_set: bool) -> Result<Self, String> {
        let whole = NotificationTemplate::parse(template.trim())?;
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let parsed = if media_type.ends_with("json") {
            let (text, has_bare_ids) = with_quotes(template);
            if has_bare_ids && is_id_set {
                return Err(
                    "`${resource-id}` stands without quotation marks, and several ids would not be JSON; \
                            expected \"${resource-id}\", or `idSetAccepted` false"
                        .to_owned(),
                );
            }
            let value: Value =
                serde_json::from_str(&text).map_err(|error| format!("the body is not JSON: {error}"))?;
            if depth(&value) > DEEPEST_BODY {
                return Err(format!("the body is nested too deeply; expected at most {DEEPEST_BODY} levels"));
            }
            Some(ParsedBody::Json(value))
        } else if media_type == "application/x-www-form-urlencoded" {
            Some(ParsedBody::Pairs(template_pairs(template.trim())?))
        } else {
            None
        };
        Ok(Self { whole, parsed })
    }
}

/// Path and query of an address that is absolute, or begins with its path. A fragment never travels.
fn parts(url: &str) -> Option<(&str, &str)> {
    let url = url.split('#').next().unwrap_or_default();
    let below = match url.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?']) => {
            let start = rest.find(['/', '?']).unwrap_or(rest.len());
            if start == 0 {
                return None;
            }
            &rest[start..]
        }
        Some(_) | None if url.starts_with('/') => url,
        Some(_) | None => return None,
    };
    Some(below.split_once('?').unwrap_or((below, "")))
}

/// The segments of a path, of which empty ones, as doubled slashes make them, do not count.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The pairs of a query or form, with `+` as the blank that it stands for.
fn decoded_pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
        })
        .collect()
}

fn template_pairs(text: &str) -> Result<Vec<(String, NotificationTemplate)>, String> {
    decoded_pairs(text)
        .into_iter()
        .map(|(name, value)| {
            if name.contains("${") {
                return Err(format!("a variable stands in the name {name:?}; expected it in a value"));
            }
            Ok((name, NotificationTemplate::parse(&value)?))
        })
        .collect()
}

/// Reads every pair that the template has; others may stand beside them, in any order. A `+` of an offset that was not
/// escaped has become a blank.
fn read_pairs(
    template: &[(String, NotificationTemplate)],
    pairs: &[(String, String)],
    values: &mut VariableValues,
) -> bool {
    template.iter().all(|(name, template)| {
        pairs.iter().filter(|(given, _)| given == name).any(|(_, value)| {
            let read = template.read(value).or_else(|| template.read(&value.replace(' ', "+")));
            read.is_some_and(|read| values.join(&read).is_ok())
        })
    })
}

/// Reads every text of the template that has variables where it stands in the value.
fn read_json(template: &Value, value: &Value, values: &mut VariableValues) -> bool {
    match template {
        Value::String(text) => {
            let Ok(template) = NotificationTemplate::parse(text) else { return false };
            if template.variables().next().is_none() {
                return true;
            }
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return false,
            };
            template.read(text.trim()).is_some_and(|read| values.join(&read).is_ok())
        }
        Value::Object(members) => members.iter().all(|(name, template)| {
            let inner = value.get(name).unwrap_or(&Value::Null);
            !has_variable(template) || read_json(template, inner, values)
        }),
        Value::Array(elements) => elements.iter().enumerate().all(|(place, template)| {
            let inner = value.get(place).unwrap_or(&Value::Null);
            !has_variable(template) || read_json(template, inner, values)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

fn has_variable(template: &Value) -> bool {
    match template {
        Value::String(text) => text.contains("${"),
        Value::Object(members) => members.values().any(has_variable),
        Value::Array(elements) => elements.iter().any(has_variable),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// A template of JSON with quotation marks around the variables that have none, and whether an id is among those.
fn with_quotes(template: &str) -> (String, bool) {
    let mut text = String::with_capacity(template.len() + 16);
    let (mut is_within, mut has_bare_ids) = (false, false);
    let mut rest = template;
    while let Some(character) = rest.chars().next() {
        let variable = rest.strip_prefix("${").and_then(|inner| inner.split_once('}'));
        match (character, variable) {
            ('$', Some((name, behind))) if !is_within => {
                has_bare_ids |= name == Variable::ResourceId.name();
                text.push_str(&format!("\"${{{name}}}\""));
                rest = behind;
                continue;
            }
            ('\\', _) if is_within => {
                let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
                text.push_str(&rest[..1 + escaped]);
                rest = &rest[1 + escaped..];
                continue;
            }
            ('"', _) => is_within = !is_within,
            _ => {}
        }
        text.push(character);
        rest = &rest[character.len_utf8()..];
    }
    (text, has_bare_ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::subscription::STANDARD_BODY;

    fn form(
        uri: &str,
        body: Option<&str>,
        content_type: &str,
    ) -> Result<NotificationForm, (&'static str, String)> {
        NotificationForm::of(&WebhookSubscription {
            subscribe_to: "order.modified".to_owned(),
            http_method: if body.is_some() { "POST" } else { "GET" }.to_owned(),
            uri_template: uri.to_owned(),
            body_template: body.map(str::to_owned),
            content_type: Some(content_type.to_owned()),
            id_set_accepted: true,
            quality_of_service: 1,
        })
    }

    fn id(values: Option<VariableValues>) -> Option<String> {
        values?.get(Variable::ResourceId).map(str::to_owned)
    }

    #[test]
    fn addresses_are_read_by_path_and_query() {
        let form = form("https://h.example.com/bp/${secret}/x?id=${resource-id}&a=${account-code}", None, "")
            .unwrap();
        for url in [
            "/bp/s3cret/x?id=1,2&a=acct",
            "//bp//s3cret/x/?a=acct&more=1&id=1%2C2",
            "http://internal:8000/bp/s3cret/x?id=1,2&a=acct#f",
        ] {
            let values = form.read_address(url);
            assert_eq!(
                values.as_ref().and_then(|values| values.get(Variable::Secret)),
                Some("s3cret"),
                "{url}"
            );
            assert_eq!(id(values).as_deref(), Some("1,2"), "{url}");
        }
        for url in
            ["", "bp/s/x?id=1&a=acct", "/bp/s/x?a=acct", "/bp/s/x?id=&a=acct", "/bp/s?id=1&a=acct", "://"]
        {
            assert_eq!(form.read_address(url), None, "{url}");
        }
    }

    #[test]
    fn bodies_are_read_as_they_were_written_and_as_they_were_written_anew() {
        let json =
            form("https://h.example.com/", Some(STANDARD_BODY), "application/json; charset=utf-8").unwrap();
        let delivered = STANDARD_BODY.replace("${resource-id}", "7,9");
        let filled = |text: &str| {
            text.replace("${account-code}", "acct")
                .replace("${resource-type}", "order")
                .replace("${lifecycle-event}", "modified")
        };
        let rest = |text: String| {
            text.replace("${full-event}", "order.modified")
                .replace("${raised-on}", "2024-02-03T09:08:07.123Z")
                .replace("${brightpearl-version}", "4.95")
        };
        let delivered = rest(filled(&delivered));
        assert_eq!(id(json.read_body(&delivered)).as_deref(), Some("7,9"));
        let mut parsed: Value = serde_json::from_str(&delivered).unwrap();
        parsed["added"] = true.into();
        assert_eq!(
            id(json.read_body(&serde_json::to_string_pretty(&parsed).unwrap())).as_deref(),
            Some("7,9")
        );
        parsed["id"] = 12.into();
        assert_eq!(id(json.read_body(&parsed.to_string())).as_deref(), Some("12"));
        parsed["id"] = Value::Null;
        assert_eq!(json.read_body(&parsed.to_string()), None);
        assert_eq!(json.read_body("no JSON"), None);

        let pairs = form(
            "https://h.example.com/",
            Some("id=${resource-id}&at=${raised-on}"),
            "application/x-www-form-urlencoded",
        )
        .unwrap();
        assert_eq!(id(pairs.read_body("at=2024-02-03T09:08:07.123+01:00&id=5%2C6")).as_deref(), Some("5,6"));
        let xml = form("https://h.example.com/", Some("<n><id>${resource-id}</id></n>"), "text/xml").unwrap();
        assert_eq!(id(xml.read_body("\u{feff}<n><id>5</id></n>\n")).as_deref(), Some("5"));
        assert_eq!(xml.read_body("<n><id>five</id></n>"), None);
    }

    #[test]
    fn ids_without_quotation_marks_are_only_for_one() {
        let (member, why) =
            form("https://h.example.com/", Some(r#"{"id":${resource-id}}"#), "application/json").unwrap_err();
        assert!(member == "bodyTemplate" && why.contains("without quotation marks"), "{why}");
        assert_eq!(with_quotes(r#"{"a\"${x}":${y},"b":"${z}"}"#).0, r#"{"a\"${x}":"${y}","b":"${z}"}"#);
    }
}
