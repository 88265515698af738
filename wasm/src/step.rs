//! Steps and outputs, outwards.

use brightpearl_core as core;

use crate::wit;

impl From<core::Step> for wit::Step {
    fn from(step: core::Step) -> Self {
        match step {
            core::Step::Send(exchange) => Self::Send(exchange.into()),
            core::Step::Wait { until, reason } => Self::Wait(wit::Wait { until, reason: reason.into() }),
            core::Step::Pending => Self::Pending,
            // Nothing of this size fits into the memory of a component.
            core::Step::Feed { room } => Self::Feed(u32::try_from(room).unwrap_or(u32::MAX)),
            core::Step::Output(output) => Self::Output(output.into()),
            core::Step::Done => Self::Done,
        }
    }
}

impl From<core::Exchange> for wit::Exchange {
    fn from(exchange: core::Exchange) -> Self {
        let core::Exchange { id, request, attempt, is_login } = exchange;
        Self { id, request: request.into(), attempt, is_login }
    }
}

impl From<core::Output> for wit::Output {
    fn from(output: core::Output) -> Self {
        match output.shaped() {
            core::ShapedOutput::Page(page) => Self::Page(page.into()),
            core::ShapedOutput::Resources(resources) => Self::Resources(resources.into()),
            core::ShapedOutput::Reply(reply) => Self::Reply(reply.into()),
            core::ShapedOutput::Journal(text) => Self::Journal(text),
            core::ShapedOutput::Data(data) => Self::Data(data.into()),
        }
    }
}

impl From<core::Data> for wit::Data {
    fn from(data: core::Data) -> Self {
        let core::Data { kind, name, items } = data;
        // What crosses to the host is the host's; what stays here wipes itself.
        let items = items.into_iter().map(|mut item| std::mem::take(&mut *item.json)).collect();
        Self { kind: kind.to_string(), name, items }
    }
}

impl From<core::Resources> for wit::Resources {
    fn from(resources: core::Resources) -> Self {
        let core::Resources { body, items, requested, missing, refused } = resources;
        Self {
            body,
            ids: items.iter().map(|item| item.id.unwrap_or(0)).collect(),
            // Places in memory are 32 bits wide here.
            offsets: items.iter().map(|item| item.span.start as u32).collect(),
            lengths: items.iter().map(|item| item.span.len() as u32).collect(),
            requested: requested.to_string(),
            missing: missing.to_string(),
            refused: refused.into_iter().map(wit::Refusal::from).collect(),
        }
    }
}

impl From<core::Refusal> for wit::Refusal {
    fn from(refusal: core::Refusal) -> Self {
        let core::Refusal { id, error } = refusal;
        Self { id, error: error.into() }
    }
}

impl From<core::Explanation> for wit::Explanation {
    fn from(explanation: core::Explanation) -> Self {
        let core::Explanation { requests_sent, requests_needed, exact, items, milliseconds } = explanation;
        Self { requests_sent, requests_needed, exact, items, duration: milliseconds }
    }
}
