//! An account in which anything can happen between two requests: orders that vanish, change, or are seen late.

use std::collections::BTreeMap;

use brightpearl_core::value::{DateTime, Period};
use brightpearl_core::{IdSet, Method, Request, Response};
use serde_json::{Value, json};

use super::world::Server;

/// What happens after a request, which is counted from 1.
type Meanwhile = Box<dyn FnMut(&mut BTreeMap<u64, Order>, usize)>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Order {
    pub(crate) created: i64,
    pub(crate) updated: Option<i64>,
    pub(crate) reference: String,
    /// Refused when read, as one bad id spoils its set.
    pub(crate) is_bad: bool,
}

impl Order {
    pub(crate) fn new(created: i64) -> Self {
        Self { created, updated: None, reference: "WEB".to_owned(), is_bad: false }
    }

    pub(crate) fn updated(created: i64, updated: i64) -> Self {
        Self { updated: Some(updated), ..Self::new(created) }
    }

    fn changed(&self) -> i64 {
        self.updated.unwrap_or(self.created)
    }
}

#[derive(Default)]
pub(crate) struct Account {
    pub(crate) orders: BTreeMap<u64, Order>,
    pub(crate) meanwhile: Option<Meanwhile>,
    pub(crate) requests: usize,
    /// Paths that are answered with 403.
    pub(crate) forbidden: Vec<String>,
    /// Paths that are answered with 500.
    pub(crate) out_of_order: Vec<String>,
    pub(crate) sends_dates: bool,
    /// Whether a read of orders is answered with none.
    pub(crate) reads_nothing: bool,
    /// Whether `OPTIONS` is refused.
    pub(crate) refuses_options: bool,
}

impl Account {
    pub(crate) fn of(orders: impl IntoIterator<Item = (u64, Order)>) -> Self {
        Self { orders: orders.into_iter().collect(), sends_dates: true, ..Self::default() }
    }

    /// What a faithful copy of the account has: every order with its latest change.
    pub(crate) fn expected(&self) -> BTreeMap<u64, i64> {
        self.orders.iter().map(|(id, order)| (*id, order.changed())).collect()
    }

    fn search(&self, parameters: &BTreeMap<String, String>) -> Value {
        let period = |name: &str| {
            let from = Period::parse(parameters.get(name)?).expect("a period").from().expect("a beginning");
            let text = from.to_string();
            Some(DateTime::parse(&text).expect("a date-time").milliseconds())
        };
        let (created, updated) = (period("createdOn"), period("updatedOn"));
        let mut hits: Vec<(u64, &Order)> = self
            .orders
            .iter()
            .map(|(id, order)| (*id, order))
            .filter(|(_, order)| created.is_none_or(|from| order.created >= from))
            .filter(|(_, order)| updated.is_none_or(|from| order.updated.is_some_and(|at| at >= from)))
            .filter(|(id, _)| {
                parameters.get("orderId").is_none_or(|asked| {
                    let asked: IdSet = asked.replace("%2C", ",").parse().expect("ids");
                    asked.contains(*id)
                })
            })
            .filter(|(_, order)| {
                parameters.get("customerRef").is_none_or(|reference| order.reference == *reference)
            })
            .collect();
        match parameters.get("sort").map(String::as_str) {
            Some("orderId.ASC") | None => {}
            Some("orderId.DESC") => hits.reverse(),
            Some("createdOn.ASC,orderId.ASC") => hits.sort_by_key(|(id, order)| (order.created, *id)),
            Some("updatedOn.ASC,orderId.ASC") => hits.sort_by_key(|(id, order)| (order.updated, *id)),
            Some(other) => panic!("sorted by {other}"),
        }
        let number = |name: &str| parameters.get(name).map(|text| text.parse::<usize>().expect("a number"));
        let skipped = number("firstResult").map(|first| first - 1).or(number("offset")).expect("a place");
        let size = number("pageSize").or(number("limit")).expect("a size");
        let columns: Vec<&str> = parameters
            .get("columns")
            .map_or(vec!["orderId", "createdOn", "updatedOn", "customerRef"], |text| {
                text.split(',').collect()
            });
        let cell = |(id, order): &(u64, &Order), column: &str| match column {
            "orderId" => json!(id),
            "createdOn" => json!(moment(order.created)),
            "updatedOn" => json!(order.updated.map(moment)),
            "customerRef" => json!(order.reference),
            other => panic!("the column {other}"),
        };
        let results: Vec<Value> = hits
            .iter()
            .skip(skipped)
            .take(size)
            .map(|hit| columns.iter().map(|column| cell(hit, column)).collect())
            .collect();
        let described = columns.iter().map(|column| {
            let data = match *column {
                "orderId" => "IDSET",
                "customerRef" => "STRING",
                _ => "PERIOD",
            };
            json!({"name": column, "sortable": true, "filterable": true, "reportDataType": data})
        });
        json!({"response": {"results": results, "metaData": {
            "morePagesAvailable": skipped + size < hits.len(), "resultsAvailable": hits.len(),
            "columns": described.collect::<Vec<_>>(),
        }}, "reference": {}})
    }

    fn read(&self, ids: &IdSet) -> Result<Value, Response> {
        let there: Vec<(&u64, &Order)> = self.orders.iter().filter(|(id, _)| ids.contains(**id)).collect();
        if there.iter().any(|(_, order)| order.is_bad) {
            let body = r#"{"errors":[{"code":"ORDC-099","message":"The order cannot be shown"}]}"#;
            return Err(Response::new(400, body));
        }
        let order = |(id, order): &(&u64, &Order)| {
            json!({"id": id, "createdOn": moment(order.created), "updatedOn": order.updated.map(moment),
                "reference": order.reference, "changed": order.changed()})
        };
        let orders: Vec<Value> =
            if self.reads_nothing { Vec::new() } else { there.iter().map(order).collect() };
        Ok(json!({"response": orders}))
    }

    fn route(&self, request: &Request) -> Response {
        let (_, path) = request.url.split_once("/public-api/demo/").expect("the account");
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if self.forbidden.iter().any(|forbidden| path.starts_with(forbidden.as_str())) {
            return Response::new(403, r#"{"errors":[{"code":"CMNC-403","message":"Not for you"}]}"#);
        }
        if self.out_of_order.iter().any(|broken| path.starts_with(broken.as_str())) {
            return Response::new(500, "out of order");
        }
        let parameters = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let body = match (request.method, path) {
            (Method::Get, "order-service/order-search") => self.search(&parameters),
            (Method::Options, _) if self.refuses_options => {
                return Response::new(405, r#"{"errors":[{"code":"CMNC-405","message":"No"}]}"#);
            }
            (Method::Options, path) => {
                let asked: Option<IdSet> =
                    path.strip_prefix("order-service/order/").map(|ids| ids.parse().expect("ids"));
                let is_asked = |id: &u64| asked.as_ref().is_none_or(|asked| asked.contains(*id));
                let ids = IdSet::from_ids(self.orders.keys().copied().filter(is_asked)).unwrap();
                let uris: Vec<String> = ids.split(200, 4_000).map(|ids| format!("/order/{ids}")).collect();
                json!({"response": {"getUris": uris}})
            }
            (Method::Get, path) => {
                let ids = path.strip_prefix("order-service/order/").expect("orders").parse().unwrap();
                match self.read(&ids) {
                    Ok(body) => body,
                    Err(response) => return response,
                }
            }
            (method, path) => panic!("{method} {path}"),
        };
        Response::new(200, body.to_string())
    }
}

impl Server for Account {
    fn answer(&mut self, request: &Request, now: u64) -> Option<Response> {
        let mut response = self.route(request);
        if self.sends_dates {
            response = response.with_header("Date", http_date(now));
        }
        self.requests += 1;
        if let Some(meanwhile) = &mut self.meanwhile {
            meanwhile(&mut self.orders, self.requests);
        }
        Some(response)
    }
}

pub(crate) fn moment(milliseconds: i64) -> String {
    DateTime::from_milliseconds(milliseconds, None).unwrap().to_string()
}

/// Of the days of July 2026, in which these tests play.
fn http_date(now: u64) -> String {
    let text = moment(i64::try_from(now).unwrap());
    let (date, time) = text.split_once('T').unwrap();
    let (day, month) = (&date[8..], &date[5..7]);
    assert_eq!((&date[..4], month), ("2026", "07"), "a day in July 2026");
    format!("Wed, {day} Jul 2026 {} GMT", &time[..8])
}
