//! Pushes and pulls: what they are to do, inwards.

use brightpearl_core as core;
use core::operation::{Deletes, Existing, Json, Pull, PullResource, Push};

use crate::bindings::exports::brightpearl::connector::engine;
use crate::bindings::exports::brightpearl::connector::flows as wit;
use crate::bindings::exports::brightpearl::connector::mappings::MappingBorrow;
use crate::engine::{Client, Connector, handle};
use crate::mapping::Mapping;

impl wit::Guest for Connector {
    fn start_push(client: wit::ClientBorrow<'_>, push: wit::Push<'_>) -> Result<engine::Call, wit::Error> {
        let mapping = push.mapping.get::<Mapping>().compiled.clone();
        Ok(handle(client.get::<Client>().0.push_by(push.try_into()?, &mapping)?))
    }

    fn start_pull(client: wit::ClientBorrow<'_>, pull: wit::Pull<'_>) -> Result<engine::Call, wit::Error> {
        Ok(handle(client.get::<Client>().0.pull(pull.try_into()?)?))
    }
}

impl TryFrom<wit::Push<'_>> for Push {
    type Error = core::Error;

    fn try_from(push: wit::Push<'_>) -> core::Result<Self> {
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
        let defaults = Self::dry_run(document(&mapping))?;
        Ok(Self {
            records: records.map(json_each).transpose()?,
            dry_run,
            write,
            max_writes,
            existing: existing.map(Existing::from).unwrap_or_default(),
            journal,
            renew,
            window: window.map_or(defaults.window, |window| window as usize),
            looks_ms: looks.unwrap_or(defaults.looks_ms),
            confirm_ms: confirm.unwrap_or(defaults.confirm_ms),
            mapping: defaults.mapping,
        })
    }
}

impl From<wit::Existing> for Existing {
    fn from(existing: wit::Existing) -> Self {
        match existing {
            wit::Existing::Update => Self::Update,
            wit::Existing::Leave => Self::Leave,
            wit::Existing::Reject => Self::Reject,
        }
    }
}

fn document(mapping: &MappingBorrow<'_>) -> String {
    mapping.get::<Mapping>().document.clone()
}

fn json_each(records: Vec<String>) -> core::Result<Vec<Json>> {
    let each = records.into_iter().enumerate();
    each.map(|(place, text)| Json::new(text).map_err(|error| error.at(format!("records {place}")))).collect()
}

impl TryFrom<wit::Pull<'_>> for Pull {
    type Error = core::Error;

    fn try_from(pull: wit::Pull<'_>) -> core::Result<Self> {
        let wit::Pull { resources, state, overlap } = pull;
        let overlap_ms = overlap.unwrap_or_else(|| Self::of("").overlap_ms);
        let resources = resources.into_iter().map(PullResource::try_from).collect::<core::Result<_>>()?;
        Ok(Self { resources, state, overlap_ms })
    }
}

impl TryFrom<wit::PullResource<'_>> for PullResource {
    type Error = core::Error;

    fn try_from(pulled: wit::PullResource<'_>) -> core::Result<Self> {
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
        let mapping = mapping.map(|mapping| Json::new(document(&mapping))).transpose()?;
        Ok(Self {
            resource,
            name,
            filters,
            mapping,
            since,
            watermark,
            query,
            rows,
            deletes: deletes.map(Deletes::from),
            reconcile,
            priority: priority.unwrap_or_default(),
        })
    }
}

impl From<wit::Deletes> for Deletes {
    fn from(deletes: wit::Deletes) -> Self {
        let default = Self::default();
        Self { most_percent: deletes.most_percent.unwrap_or(default.most_percent) }
    }
}
