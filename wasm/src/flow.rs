//! Pushes and pulls: what they are to do, inwards, and what they put out, outwards.

use brightpearl_core as core;
use core::flow;
use core::mapping::Failure;
use core::operation::{Deletes, Existing, Json, Pull, PullResource, Push};

use crate::wit;

impl TryFrom<wit::Push> for Push {
    type Error = core::Error;

    fn try_from(push: wit::Push) -> core::Result<Self> {
        let wit::Push { mapping, records, dry_run, write, max_writes, existing, journal, window, looks } =
            push;
        let defaults = Self::dry_run(mapping)?;
        Ok(Self {
            records: records.map(json_each).transpose()?,
            dry_run,
            write,
            max_writes,
            existing: match existing {
                wit::Existing::Update => Existing::Update,
                wit::Existing::Leave => Existing::Leave,
                wit::Existing::Reject => Existing::Reject,
            },
            journal,
            window: window.map_or(defaults.window, |window| window as usize),
            looks_ms: looks.unwrap_or(defaults.looks_ms),
            mapping: defaults.mapping,
        })
    }
}

fn json_each(records: Vec<String>) -> core::Result<Vec<Json>> {
    let each = records.into_iter().enumerate();
    each.map(|(place, text)| Json::new(text).map_err(|error| error.at(format!("records {place}")))).collect()
}

impl TryFrom<wit::Pull> for Pull {
    type Error = core::Error;

    fn try_from(pull: wit::Pull) -> core::Result<Self> {
        let wit::Pull { resources, state, overlap } = pull;
        let overlap_ms = overlap.unwrap_or_else(|| Self::of("").overlap_ms);
        let resources = resources.into_iter().map(PullResource::try_from).collect::<core::Result<_>>()?;
        Ok(Self { resources, state, overlap_ms })
    }
}

impl TryFrom<wit::PullResource> for PullResource {
    type Error = core::Error;

    fn try_from(pulled: wit::PullResource) -> core::Result<Self> {
        let wit::PullResource {
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
        let mapping = mapping.map(|text| Json::new(text).map_err(|error| error.at("mapping"))).transpose()?;
        let deletes = deletes.map(|wit::Deletes { most_percent }| Deletes { most_percent });
        Ok(Self { resource, name, filters, mapping, since, watermark, query, rows, deletes, priority })
    }
}

impl From<flow::Outcome> for wit::Outcome {
    fn from(outcome: flow::Outcome) -> Self {
        let flow::Outcome {
            record,
            key,
            state,
            id,
            dry_run,
            journaled,
            verified,
            reason,
            failures,
            error,
            created,
            differences,
        } = outcome;
        Self {
            record,
            key,
            state: state.into(),
            id,
            dry_run,
            journaled,
            verified,
            reason,
            failures: failures.into_iter().map(wit::MappingFailure::from).collect(),
            error: error.map(wit::Error::from),
            created: created.into_iter().map(wit::Created::from).collect(),
            differences: differences.into_iter().map(wit::Difference::from).collect(),
        }
    }
}

impl From<flow::Created> for wit::Created {
    fn from(created: flow::Created) -> Self {
        let flow::Created { mapping, id } = created;
        Self { mapping, id }
    }
}

impl From<flow::Difference> for wit::Difference {
    fn from(difference: flow::Difference) -> Self {
        let flow::Difference { pointer, before, after, changeable } = difference;
        Self {
            pointer,
            before: before.map(|json| json.get().to_owned()),
            after: after.get().to_owned(),
            changeable,
        }
    }
}

impl From<Failure> for wit::MappingFailure {
    fn from(failure: Failure) -> Self {
        let Failure { record, rule, target, source, value, reason } = failure;
        Self { record, rule, target, source, value, reason }
    }
}

impl From<flow::Records> for wit::Records {
    fn from(records: flow::Records) -> Self {
        let flow::Records { resource, records } = records;
        Self { resource, records: records.into_iter().map(wit::PulledRecord::from).collect() }
    }
}

impl From<flow::PulledRecord> for wit::PulledRecord {
    fn from(pulled: flow::PulledRecord) -> Self {
        let flow::PulledRecord { id, changed, deleted, record, skipped, failures, source } = pulled;
        Self {
            id,
            changed,
            deleted,
            record: record.map(|json| json.get().to_owned()),
            skipped,
            failures: failures.into_iter().map(wit::MappingFailure::from).collect(),
            source: source.map(|json| json.get().to_owned()),
        }
    }
}
