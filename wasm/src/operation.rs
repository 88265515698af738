//! What a call is to do, inwards.

use brightpearl_core as core;
use core::operation::{
    Batch, Fetch, OnFailure, Options, Order, Packing, Paging, Plan, Search, SingleRequest, Task,
};
use core::{CallAdjustment, IdSet};

use crate::wit;

impl From<wit::CallAdjustment> for CallAdjustment {
    fn from(adjustment: wit::CallAdjustment) -> Self {
        let wit::CallAdjustment { max_attempts, headers, query } = adjustment;
        Self { max_attempts, headers, query }
    }
}

impl From<wit::SingleRequest> for SingleRequest {
    fn from(request: wit::SingleRequest) -> Self {
        let wit::SingleRequest { method, path, query, headers, body, idempotent, unchecked } = request;
        let body = body.unwrap_or_default();
        Self { method: method.into(), path, query, headers, body, idempotent, unchecked }
    }
}

impl From<wit::Batch> for Batch {
    fn from(batch: wit::Batch) -> Self {
        let wit::Batch { requests, order, on_failure, packing } = batch;
        Self {
            requests: requests.into_iter().map(SingleRequest::from).collect(),
            order: order.map(Order::from).unwrap_or_default(),
            on_failure: on_failure.map(OnFailure::from).unwrap_or_default(),
            packing: packing.map(Packing::from).unwrap_or_default(),
        }
    }
}

impl From<wit::Order> for Order {
    fn from(order: wit::Order) -> Self {
        match order {
            wit::Order::Sequential => Self::Sequential,
            wit::Order::Parallel => Self::Parallel,
        }
    }
}

impl From<wit::OnFailure> for OnFailure {
    fn from(on_failure: wit::OnFailure) -> Self {
        match on_failure {
            wit::OnFailure::Stop => Self::Stop,
            wit::OnFailure::Continue => Self::Continue,
        }
    }
}

impl From<wit::Packing> for Packing {
    fn from(packing: wit::Packing) -> Self {
        match packing {
            wit::Packing::Auto => Self::Auto,
            wit::Packing::Always => Self::Always,
            wit::Packing::Never => Self::Never,
        }
    }
}

impl TryFrom<wit::Task> for Task {
    type Error = core::Error;

    fn try_from(task: wit::Task) -> core::Result<Self> {
        let wit::Task { name, arguments } = task;
        Self::new(name, arguments)
    }
}

impl From<wit::Search> for Search {
    fn from(search: wit::Search) -> Self {
        let wit::Search { resource, filters, columns, sort, page_size, paging, limit, key, unchecked } =
            search;
        let paging = paging.map(Paging::from);
        Self { resource, filters, columns, sort, page_size, paging, limit, key, unchecked }
    }
}

impl TryFrom<wit::Fetch> for Fetch {
    type Error = core::Error;

    fn try_from(fetch: wit::Fetch) -> core::Result<Self> {
        let wit::Fetch { resource, ids, query, plan, id_limit } = fetch;
        Ok(Self {
            resource,
            ids: id_set(ids)?,
            query,
            plan: plan.map(Plan::from).unwrap_or_default(),
            id_limit,
        })
    }
}

impl TryFrom<wit::UriPlan> for Options {
    type Error = core::Error;

    fn try_from(plan: wit::UriPlan) -> core::Result<Self> {
        let wit::UriPlan { resource, ids } = plan;
        Ok(Self { resource, ids: id_set(ids)? })
    }
}

impl From<wit::FetchPlan> for Plan {
    fn from(plan: wit::FetchPlan) -> Self {
        match plan {
            wit::FetchPlan::Auto => Self::Auto,
            wit::FetchPlan::Always => Self::Always,
            wit::FetchPlan::Never => Self::Never,
        }
    }
}

/// The text of no ids is empty, as the engine writes it. Errors say that they are about `ids`, as those of the
/// JSON form do.
fn id_set(text: Option<String>) -> core::Result<Option<IdSet>> {
    match text {
        None => Ok(None),
        Some(text) if text.is_empty() => Ok(Some(IdSet::new())),
        Some(text) => match IdSet::parse(&text) {
            Ok(ids) => Ok(Some(ids)),
            Err(error) => {
                let place = format!("ids {}", error.location().unwrap_or_default());
                Err(error.at(place))
            }
        },
    }
}
