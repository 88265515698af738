//! Operations through the typed functions of the contract, rather than as JSON.

use brightpearl_core::operation::{self, Operation};
use brightpearl_core::{IdSet, Method};
use wasmtime::Result;
use wasmtime::component::ResourceAny;

use crate::component::Instance;
use crate::types::{
    Batch, Deletes, Error, Existing, Fetch, FetchPlan, Method as WitMethod, OnFailure, Order, Packing,
    Paging, Pull, PullResource, Push, Search, SingleRequest, Task, UriPlan,
};

/// Starts the operation by the function that is made for it.
///
/// # Errors
/// When the component traps.
pub fn start(
    instance: &mut Instance,
    client: ResourceAny,
    operation: &Operation,
) -> Result<Result<ResourceAny, Error>> {
    let (store, clients) = instance.client();
    match operation {
        Operation::Request(request) => clients.call_request(store, client, &single_request(request)),
        Operation::Search(search) => clients.call_search(store, client, &self::search(search)),
        Operation::Fetch(fetch) => clients.call_fetch(store, client, &self::fetch(fetch)),
        Operation::Options(options) => {
            let plan = UriPlan { resource: options.resource.clone(), ids: ids(options.ids.as_ref()) };
            clients.call_options(store, client, &plan)
        }
        Operation::Batch(batch) => clients.call_batch(store, client, &self::batch(batch)),
        Operation::Task(task) => {
            let task = Task { name: task.name.clone(), arguments: task.arguments.as_str().to_owned() };
            clients.call_task(store, client, &task)
        }
        Operation::Push(push) => clients.call_push(store, client, &self::push(push)),
        Operation::Pull(pull) => clients.call_pull(store, client, &self::pull(pull)),
    }
}

fn single_request(request: &operation::SingleRequest) -> SingleRequest {
    let operation::SingleRequest { method, path, query, headers, body, idempotent, unchecked } =
        request.clone();
    SingleRequest { method: self::method(method), path, query, headers, body, idempotent, unchecked }
}

fn method(method: Method) -> WitMethod {
    match method {
        Method::Get => WitMethod::Get,
        Method::Options => WitMethod::Options,
        Method::Post => WitMethod::Post,
        Method::Put => WitMethod::Put,
        Method::Patch => WitMethod::Patch,
        Method::Delete => WitMethod::Delete,
    }
}

fn search(search: &operation::Search) -> Search {
    let operation::Search { resource, filters, columns, sort, page_size, paging, limit, key, unchecked } =
        search.clone();
    let paging = paging.map(|paging| match paging {
        operation::Paging::FirstResult => Paging::FirstResult,
        operation::Paging::Offset => Paging::Offset,
    });
    Search { resource, filters, columns, sort, page_size, paging, limit, key, unchecked }
}

fn fetch(fetch: &operation::Fetch) -> Fetch {
    Fetch {
        resource: fetch.resource.clone(),
        ids: ids(fetch.ids.as_ref()),
        query: fetch.query.clone(),
        plan: match fetch.plan {
            operation::Plan::Auto => FetchPlan::Auto,
            operation::Plan::Always => FetchPlan::Always,
            operation::Plan::Never => FetchPlan::Never,
        },
        id_limit: fetch.id_limit,
    }
}

fn ids(ids: Option<&IdSet>) -> Option<String> {
    ids.map(ToString::to_string)
}

fn batch(batch: &operation::Batch) -> Batch {
    Batch {
        requests: batch.requests.iter().map(single_request).collect(),
        order: match batch.order {
            operation::Order::Sequential => Order::Sequential,
            operation::Order::Parallel => Order::Parallel,
        },
        on_failure: match batch.on_failure {
            operation::OnFailure::Stop => OnFailure::Stop,
            operation::OnFailure::Continue => OnFailure::Continue,
        },
        packing: match batch.packing {
            operation::Packing::Auto => Packing::Auto,
            operation::Packing::Always => Packing::Always,
            operation::Packing::Never => Packing::Never,
        },
    }
}

fn push(push: &operation::Push) -> Push {
    let operation::Push {
        mapping,
        records,
        dry_run,
        write,
        max_writes,
        existing,
        journal,
        renew,
        window,
        looks_ms,
    } = push.clone();
    let texts = |records: Vec<operation::Json>| records.iter().map(text).collect();
    Push {
        mapping: text(&mapping),
        records: records.map(texts),
        dry_run,
        write,
        max_writes,
        existing: match existing {
            operation::Existing::Update => Existing::Update,
            operation::Existing::Leave => Existing::Leave,
            operation::Existing::Reject => Existing::Reject,
        },
        journal,
        window: u32::try_from(window).ok(),
        renew,
        looks: Some(looks_ms),
    }
}

fn pull(pull: &operation::Pull) -> Pull {
    let operation::Pull { resources, state, overlap_ms } = pull.clone();
    Pull { resources: resources.into_iter().map(pull_resource).collect(), state, overlap: Some(overlap_ms) }
}

fn pull_resource(pulled: operation::PullResource) -> PullResource {
    let operation::PullResource {
        resource,
        name,
        filters,
        mapping,
        since,
        watermark,
        query,
        rows,
        deletes,
        priority,
    } = pulled;
    let mapping = mapping.as_ref().map(text);
    let deletes = deletes.map(|operation::Deletes { most_percent }| Deletes { most_percent });
    PullResource { resource, name, filters, mapping, since, watermark, query, rows, deletes, priority }
}

fn text(json: &operation::Json) -> String {
    json.as_str().to_owned()
}
