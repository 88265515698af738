//! Resources of whose bodies no source knows anything: any object is taken, kept, and given back (API notes §8.5).

use brightpearl_core::Method;
use serde_json::{Map, Value};

use super::Route;
use super::call::Call;
use crate::protocol::answer::{Answer, Refusal, nothing, response};
use crate::search::{Cell, Column, DataType, Search, Searchable};
use crate::world::reference::STAFF;

pub(super) const ROUTES: &[Route] = &[
    Route::read(
        Method::Get,
        "accounting-service/accounting-period-lock",
        "get-accounting-period-lock",
        get_lock,
    ),
    Route::write(
        Method::Post,
        "accounting-service/accounting-period-lock",
        "post-accounting-period-lock",
        post_lock,
    ),
    Route::write(
        Method::Delete,
        "accounting-service/accounting-period-lock",
        "delete-accounting-period-lock",
        delete_lock,
    ),
    Route::read(
        Method::Get,
        "accounting-service/payment-auth/{ids?}",
        "get-payment-auth",
        get_authorisations,
    ),
    Route::write(Method::Post, "accounting-service/payment-auth", "post-payment-auth", post_authorisation),
    Route::search("accounting-service/payment-auth-search", AUTHORISATIONS),
    Route::meta_data("accounting-service/payment-auth-search/meta-data", AUTHORISATIONS),
    Route::write(Method::Put, "product-service/product-group/{id}", "put-product-group", put_group),
    // *Inferred*: the page tells the verb alone, so that the group may stand in the body as well.
    Route::write(Method::Put, "product-service/product-group", "put-product-group", |call| {
        call.body_object()?;
        nothing()
    }),
];

/// The page prints the answer to an account without a lock with a space at its end.
const NO_LOCK: &str = "No accounting period lock is set ";

fn get_lock(call: &mut Call<'_>) -> Answer {
    match &call.world.changes.ledger.period_lock {
        Some(lock) => response(lock),
        None => Err(Refusal::not_found(NO_LOCK)),
    }
}

/// Sets the lock, or takes it over. *Inferred*: the body has the members of the answer to GET, and whoever does not
/// say for whom locks for the account's first member of staff.
fn post_lock(call: &mut Call<'_>) -> Answer {
    let mut lock = call.body_object()?;
    lock.entry("lockedBy").or_insert_with(|| STAFF[0].into());
    call.world.changes.revision += 1;
    call.world.changes.ledger.period_lock = Some(lock);
    nothing()
}

fn delete_lock(call: &mut Call<'_>) -> Answer {
    call.world.changes.revision += 1;
    match call.world.changes.ledger.period_lock.take() {
        Some(_) => nothing(),
        None => Err(Refusal::not_found(NO_LOCK)),
    }
}

type KeptColumn = Column<(u32, Option<Map<String, Value>>)>;

/// *Inferred*: no source has the columns.
const AUTHORISATIONS: &dyn Searchable = &Search::<(u32, Option<Map<String, Value>>)> {
    name: "accounting-service/payment-auth-search",
    columns: &[
        KeptColumn::new("id", DataType::IdSet, |_, (id, _)| Cell::integer(*id)),
        KeptColumn::new("code", DataType::String, |_, (_, kept)| text(kept, "code")),
        KeptColumn::new("provider", DataType::String, |_, (_, kept)| text(kept, "provider")),
        KeptColumn::new("orderId", DataType::IdSet, |_, (_, kept)| {
            let order = kept.as_ref().and_then(|kept| super::body::id(kept.get("orderId")?));
            Cell::optional_integer(order)
        }),
    ],
    filters: &[],
    ids: |world| world.changes.ledger.authorisations.ids(),
    record: |world, id| (id, world.changes.ledger.authorisations.get(id).cloned()),
    references: &[],
    label: |_, _, _| None,
};

fn text(kept: &Option<Map<String, Value>>, name: &str) -> Cell {
    let value = kept.as_ref().and_then(|kept| kept.get(name)?.as_str());
    Cell::optional_text(value.map(str::to_owned))
}

fn get_authorisations(call: &mut Call<'_>) -> Answer {
    let ids = call.many_ids(0)?;
    let kept = call.world.changes.ledger.authorisations.iter();
    let shapes: Vec<_> = kept
        .filter(|(id, _)| ids.contains(*id))
        .map(|(id, kept)| {
            let mut shape = kept.clone();
            shape.insert("id".to_owned(), id.into());
            shape
        })
        .collect();
    if shapes.is_empty() {
        return Err(Refusal::not_found("No Payment Authorisations Found"));
    }
    response(shapes)
}

fn post_authorisation(call: &mut Call<'_>) -> Answer {
    let body = call.body_object()?;
    call.world.changes.revision += 1;
    response(call.world.changes.ledger.authorisations.add(|_| body))
}

/// The reference has a page for it whose content is not known. *Inferred*: the path, and that nothing is answered.
fn put_group(call: &mut Call<'_>) -> Answer {
    call.body_object()?;
    let named = call.captured.first().map_or("", String::as_str).to_owned();
    match call.id(0) {
        Some(_) => nothing(),
        None => Err(Refusal::not_found(&format!("Cannot find product group: {named}"))),
    }
}
