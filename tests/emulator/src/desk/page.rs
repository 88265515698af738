//! The page at `/`: the account, the last requests, and the faults. It needs nothing from elsewhere, and no script.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use brightpearl_core::Response;
use sha2::{Digest, Sha256};

use super::administration::shown;
use super::{Desk, LoggedExchange};
use crate::protocol::html::escaped;
use crate::world::World;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;\
color-scheme:light dark}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .8rem .2rem 0;\
vertical-align:top;overflow-wrap:anywhere}h2{margin-top:2rem;font-size:1.1rem}";

/// The page as an answer. Its policy lets a browser load nothing and run nothing, but this style.
pub(super) fn response(desk: &Desk, machine_ms: u64) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        STANDARD.encode(Sha256::digest(STYLE))
    );
    Response::new(200, html(desk, machine_ms))
        .with_header("Content-Type", "text/html;charset=UTF-8")
        .with_header("Content-Security-Policy", policy)
        .with_header("Cache-Control", "no-store")
        .with_header("X-Content-Type-Options", "nosniff")
        .with_header("Referrer-Policy", "no-referrer")
}

fn html(desk: &Desk, machine_ms: u64) -> String {
    let emulator = &desk.emulator;
    let (config, statistics) = (emulator.config(), emulator.statistics());
    let account = escaped(&config.account);
    let cap = if config.uncapped {
        "off".to_owned()
    } else {
        format!("{} requests in {} ms", config.quota, config.period_ms)
    };
    let facts = [
        ("API", format!("/public-api/{account}/")),
        ("Clock", shown(desk.now(machine_ms))),
        ("Orders, contacts, products", counts(&emulator.world)),
        ("Request cap", cap),
        ("Requests", statistics.requests.to_string()),
        ("Writes that were applied", statistics.applied_writes.to_string()),
        ("Refused by the cap", statistics.throttled.to_string()),
        ("Webhooks that wait", emulator.undelivered().to_string()),
    ];
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Emulated Brightpearl: {account}</title>\
         <style>{STYLE}</style></head><body><h1>Emulated Brightpearl: {account}</h1><table>"
    );
    let row = |page: &mut String, cells: &[&str]| {
        // Writing to a string cannot fail.
        let _written = write!(
            page,
            "<tr>{}</tr>",
            cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>()
        );
    };
    for (name, value) in &facts {
        row(&mut page, &[name, value]);
    }
    page.push_str("</table><h2>Faults</h2><table>");
    let plan = &config.faults;
    for scripted in &plan.script {
        row(&mut page, &[&format!("request {}", scripted.request), scripted.fault.kind()]);
    }
    for rated in &plan.rates {
        row(&mut page, &[&format!("{} of requests", rated.rate), rated.fault.kind()]);
    }
    for bad in &plan.bad_ids {
        row(&mut page, &[&escaped(&bad.resource), &format!("unreadable: {:?}", bad.ids)]);
    }
    for (kind, count) in &statistics.faults {
        row(&mut page, &[&format!("struck {count} times"), &escaped(kind)]);
    }
    page.push_str("</table><h2>Last requests</h2><table>");
    for LoggedExchange { at, method, uri, status, fault } in desk.recent.iter().rev() {
        let status = status.map_or_else(|| "connection lost".to_owned(), |status| status.to_string());
        let cells = [at.as_str(), method.as_str(), &escaped(uri), &status, fault.unwrap_or_default()];
        row(&mut page, &cells);
    }
    page.push_str("</table></body></html>\n");
    page
}

fn counts(world: &World) -> String {
    let (orders, products) = (world.orders.as_slice().len(), world.products.as_slice().len());
    format!("{orders}, {}, {products}", world.all_contacts.len())
}
