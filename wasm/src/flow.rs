//! Pushes and pulls: what they are to do, inwards.

use brightpearl_core as core;
use core::operation::{Deletes, Existing, Json, Pull, PullResource, Push};

use crate::wit;

impl TryFrom<wit::Push> for Push {
    type Error = core::Error;

    fn try_from(push: wit::Push) -> core::Result<Self> {
        let wit::Push {
            mapping,
            records,
            dry_run,
            write,
            max_writes,
            existing,
            journal,
            renew,
            window,
            looks,
            confirm,
        } = push;
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
            renew,
            window: window.map_or(defaults.window, |window| window as usize),
            looks_ms: looks.unwrap_or(defaults.looks_ms),
            confirm_ms: confirm.unwrap_or(defaults.confirm_ms),
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
            reconcile,
            priority,
        } = pulled;
        let mapping = mapping.map(|text| Json::new(text).map_err(|error| error.at("mapping"))).transpose()?;
        let deletes = deletes.map(|wit::Deletes { most_percent }| Deletes { most_percent });
        Ok(Self {
            resource,
            name,
            filters,
            mapping,
            since,
            watermark,
            query,
            rows,
            deletes,
            reconcile,
            priority,
        })
    }
}
