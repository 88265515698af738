//! Who stands between a host and Brightpearl: gateways that answer in its place, caches, proxies that deliver twice, swap
//! or rewrite, replicas that lag, clocks that are wrong. What they do can be noticed: the answer itself, or the next
//! one, tells. Nobody could notice a cache that hides behind a fresh date.

use std::collections::BTreeMap;

use brightpearl_core::{Headers, Method, Request, Response};
use brightpearl_emulator::{Emulator, Outcome};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};

use crate::draw::Draw;
use crate::replica::LaggingReplica;

/// What is done to one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trick {
    /// A gateway answers, and Brightpearl never hears of it.
    GatewayBefore,
    /// A gateway answers, after Brightpearl has carried it out.
    GatewayAfter,
    /// A cache answers with what was, and says so.
    ToldCache,
    /// A cache answers with what was where the request lets it.
    ObedientCache,
    /// What may be repeated is delivered twice.
    Twice,
    /// The answer of another request comes.
    Swapped,
    /// Pages are shorter than was asked for.
    ShortPages,
    /// A search says that its page ends elsewhere.
    OtherLastResult,
    /// A search loses its rows, or the last of them, and its counts stay.
    FewerRows,
    /// A search calls its columns otherwise.
    OtherColumns,
    /// The clock of who answers is slow or fast.
    WrongDate,
}

impl Trick {
    const ALL: [Trick; 11] = [
        Trick::GatewayBefore,
        Trick::GatewayAfter,
        Trick::ToldCache,
        Trick::ObedientCache,
        Trick::Twice,
        Trick::Swapped,
        Trick::ShortPages,
        Trick::OtherLastResult,
        Trick::FewerRows,
        Trick::OtherColumns,
        Trick::WrongDate,
    ];

    /// Whether it can befall such a request.
    fn concerns(self, method: Method, path: &str) -> bool {
        let is_search = method == Method::Get && path.ends_with("-search");
        match self {
            Trick::GatewayBefore | Trick::GatewayAfter | Trick::WrongDate => true,
            Trick::ToldCache | Trick::ObedientCache => method == Method::Get,
            // A proxy that delivers a POST twice makes two of it, and nobody can help that.
            Trick::Twice => method != Method::Post,
            Trick::Swapped => is_search || method == Method::Post,
            Trick::ShortPages | Trick::OtherLastResult | Trick::FewerRows | Trick::OtherColumns => is_search,
        }
    }
}

/// The world between.
pub(crate) struct Between {
    draw: Draw,
    /// What happens in this seed, and how likely it is in a thousand.
    tricks: Vec<(Trick, u64)>,
    /// What was answered last, by what was asked for.
    cache: BTreeMap<String, Response>,
    /// The latest page of each search that had rows, by its path.
    pages: BTreeMap<String, Response>,
    /// The latest answer to a write.
    written: Option<Response>,
    was_wrong: bool,
    pub(crate) replica: LaggingReplica,
}

impl Between {
    /// Nobody stands between.
    pub(crate) fn nobody() -> Self {
        Self {
            draw: Draw::new(0, 0),
            tricks: Vec::new(),
            cache: BTreeMap::new(),
            pages: BTreeMap::new(),
            written: None,
            was_wrong: false,
            replica: LaggingReplica::faithful(),
        }
    }

    /// Who stands between in a seed: nobody in most, and seldom everybody.
    pub(crate) fn of(seed: u64) -> Self {
        let mut draw = Draw::new(seed, 6);
        let mut tricks = Vec::new();
        if draw.happens(600) {
            for trick in Trick::ALL {
                if draw.happens(250) {
                    tricks.push((trick, draw.between(10, 150)));
                }
            }
        }
        let replica = LaggingReplica::of(&mut draw);
        Self { draw, tricks, replica, ..Self::nobody() }
    }

    /// What was created shows at once.
    pub(crate) fn without_lag(&mut self) {
        self.replica.catch_up();
    }

    /// From here on everybody is honest.
    pub(crate) fn clear_up(&mut self) {
        self.tricks.clear();
        self.replica.catch_up();
    }

    /// Carries a request out, or does not, and says what comes back, and in a word what was done to it.
    pub(crate) fn pass(
        &mut self,
        emulator: &mut Emulator,
        request: &Request,
        now: u64,
    ) -> (Outcome, Option<String>) {
        let path = path_of(&request.url);
        let trick = self.trick(request.method, path);
        let before = match trick {
            Some(Trick::GatewayBefore) => Some(self.gateway(request.method)),
            Some(Trick::ToldCache) => self.cached(&request.url, true),
            Some(Trick::ObedientCache) if !forbids_caches(&request.headers) => {
                self.cached(&request.url, false)
            }
            Some(Trick::Swapped) if self.draw.happens(300) => self.swapped(request.method, path),
            Some(_) | None => None,
        };
        if let Some(response) = before {
            return (Outcome::Answer { response, after_ms: 0 }, trick.map(in_words));
        }
        let sent = match trick {
            Some(Trick::ShortPages) => shortened(request, self.draw.between(1, 5)),
            Some(_) | None => None,
        };
        if trick == Some(Trick::Twice) {
            emulator.respond(request, now);
        }
        let outcome = emulator.respond(sent.as_ref().unwrap_or(request), now);
        let Outcome::Answer { response, after_ms } = outcome else { return (outcome, None) };
        let response = self.replica.behind(request, path, response, now);
        self.keep(request, path, &response);
        let response = self.rewritten(trick, request.method, path, response, now);
        (Outcome::Answer { response, after_ms }, trick.map(in_words))
    }

    fn trick(&mut self, method: Method, path: &str) -> Option<Trick> {
        let draw = &mut self.draw;
        // Everyone draws, so that what concerns one request does not shift the luck of the next.
        let hit: Vec<Trick> =
            self.tricks.iter().filter(|(_, likely)| draw.happens(*likely)).map(|(trick, _)| *trick).collect();
        hit.into_iter().find(|trick| trick.concerns(method, path))
    }

    fn keep(&mut self, request: &Request, path: &str, response: &Response) {
        if response.status != 200 {
            return;
        }
        if request.method != Method::Get {
            self.written = Some(response.clone());
            return;
        }
        if self.tricks.is_empty() {
            return;
        }
        self.cache.insert(request.url.clone(), response.clone());
        if path.ends_with("-search") && !response.body.windows(12).any(|part| part == b"\"results\":[]") {
            self.pages.insert(path.to_owned(), response.clone());
        }
    }

    fn rewritten(
        &mut self,
        trick: Option<Trick>,
        method: Method,
        path: &str,
        response: Response,
        now: u64,
    ) -> Response {
        let was_wrong = std::mem::take(&mut self.was_wrong);
        match trick {
            Some(Trick::GatewayAfter) => self.gateway(method),
            Some(Trick::Swapped) => self.swapped(method, path).unwrap_or(response),
            Some(Trick::OtherLastResult) => {
                let by = self.draw.between(1, 3);
                let is_more = self.draw.happens(500);
                altered(response, |body| {
                    if let Some(last) = body.pointer_mut("/response/metaData/lastResult")
                        && let Some(number) = last.as_u64()
                    {
                        *last = json!(if is_more { number + by } else { number.saturating_sub(by) });
                    }
                })
            }
            Some(Trick::FewerRows) => {
                let is_all = self.draw.happens(500);
                altered(response, |body| {
                    if let Some(Value::Array(rows)) = body.pointer_mut("/response/results") {
                        let left = if is_all { 0 } else { rows.len().saturating_sub(1) };
                        rows.truncate(left);
                    }
                })
            }
            Some(Trick::OtherColumns) => altered(response, |body| {
                let columns = body.pointer_mut("/response/metaData/columns").and_then(Value::as_array_mut);
                for column in columns.into_iter().flatten() {
                    let name = format!("x{}", column["name"].as_str().unwrap_or_default());
                    column["name"] = json!(name);
                }
            }),
            // Never twice in a row: that the clock of all answers is wrong cannot be told.
            Some(Trick::WrongDate) if !was_wrong => {
                self.was_wrong = true;
                let by = *self.draw.pick(&[-86_400_000, -3_600_000, -60_000, 60_000, 3_600_000, 86_400_000]);
                redated(response, now, by)
            }
            Some(
                Trick::GatewayBefore
                | Trick::ToldCache
                | Trick::ObedientCache
                | Trick::Twice
                | Trick::ShortPages
                | Trick::WrongDate,
            )
            | None => response,
        }
    }

    /// What a gateway, a firewall or a login page says.
    fn gateway(&mut self, method: Method) -> Response {
        let html = "<html><body>Please try again</body></html>";
        let own = [
            (403, html),
            (404, html),
            (408, ""),
            (502, html),
            (504, ""),
            (302, ""),
            (400, "Bad Request"),
            (413, html),
            (401, html),
        ];
        // Whoever reads is told that there is nothing, whoever writes that all is well.
        let invented = [
            (200, html),
            (204, ""),
            (200, ""),
            (200, "{}"),
            (200, r#"{"response": {}}"#),
            (200, r#"{"errors": [{"code": "GATEWAY", "message": "busy"}]}"#),
            (200, r#"{"response": {"results": []}}"#),
        ];
        let is_invented = self.draw.happens(500);
        let (status, body) = *self.draw.pick(if is_invented { &invented[..] } else { &own[..] });
        // A read may be let in anew; a login page in its place would end it.
        let status = if status == 401 && method == Method::Get { 403 } else { status };
        Response::new(status, body.as_bytes().to_vec())
    }

    fn cached(&mut self, url: &str, says_so: bool) -> Option<Response> {
        let was = self.cache.get(url)?.clone();
        let word =
            *self.draw.pick(&[("Age", "40"), ("X-Cache", "HIT from edge"), ("CF-Cache-Status", "STALE")]);
        Some(if says_so { was.with_header(word.0, word.1) } else { was })
    }

    /// The answer of another request, of which can be told that it is not of this one.
    fn swapped(&mut self, method: Method, path: &str) -> Option<Response> {
        if method == Method::Get && self.draw.happens(500) {
            return self.written.clone();
        }
        self.pages.iter().find(|(other, _)| *other != path).map(|(_, page)| page.clone())
    }
}

fn in_words(trick: Trick) -> String {
    format!("{trick:?}")
}

/// What follows the account, without the query.
pub(crate) fn path_of(url: &str) -> &str {
    let path = url.split_once("/public-api/demo/").map_or(url, |(_, path)| path);
    path.split_once('?').map_or(path, |(path, _)| path)
}

fn forbids_caches(headers: &Headers) -> bool {
    headers.get("cache-control").is_some_and(|value| value.contains("no-cache") || value.contains("no-store"))
}

/// The same request for pages of fewer rows.
fn shortened(request: &Request, rows: u64) -> Option<Request> {
    let (name, rest) = ["pageSize=", "limit="]
        .iter()
        .find_map(|name| request.url.split_once(name).map(|(_, rest)| (*name, rest)))?;
    let asked: String = rest.chars().take_while(char::is_ascii_digit).collect();
    if asked.parse::<u64>().ok()? <= rows {
        return None;
    }
    let url = request.url.replacen(&format!("{name}{asked}"), &format!("{name}{rows}"), 1);
    let mut shortened = request.clone();
    shortened.url = url;
    Some(shortened)
}

/// A response with another body.
pub(crate) fn altered(response: Response, change: impl FnOnce(&mut Value)) -> Response {
    let Ok(mut body) = serde_json::from_slice::<Value>(&response.body) else { return response };
    change(&mut body);
    Response { body: body.to_string().into_bytes(), ..response }
}

/// A response whose date is so many milliseconds off.
fn redated(response: Response, now: u64, by_ms: i64) -> Response {
    let time = now.checked_add_signed(by_ms).and_then(|time| i64::try_from(time).ok());
    let time = time.and_then(|time| Timestamp::from_millisecond(time).ok()).unwrap_or_default();
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap_or_default();
    let mut headers = Headers::new();
    for (name, value) in response.headers.iter() {
        let value = if name.eq_ignore_ascii_case("date") { date.as_str() } else { value };
        headers.push(name.to_owned(), value);
    }
    Response { headers, ..response }
}
