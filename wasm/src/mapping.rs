//! Mapping documents, both ways.

use brightpearl_core as core;
use core::mapping;

use crate::bindings::exports::brightpearl::connector::mappings::{self, Finding};
use crate::engine::Connector;
use crate::wit;

/// `resource mapping`, with its document, which the checkpoints of flows hold.
pub(crate) struct Mapping {
    pub(crate) compiled: mapping::Mapping,
    pub(crate) document: String,
}

impl mappings::GuestMapping for Mapping {
    fn open(document: String) -> Result<mappings::Mapping, wit::Error> {
        let compiled = mapping::Mapping::compiled(&document)?;
        Ok(mappings::Mapping::new(Mapping { compiled, document }))
    }

    fn run(&self, record: String, resolved: Option<String>) -> Result<String, wit::Error> {
        let resolved = resolved.unwrap_or_default();
        Ok(core::discovery::map_record(&self.compiled, record.as_bytes(), &resolved)?)
    }

    fn name(&self) -> String {
        self.compiled.name().to_owned()
    }

    fn target(&self) -> Option<(wit::Method, String)> {
        self.compiled.target().map(|path| (self.compiled.method().into(), path.to_owned()))
    }

    fn source(&self) -> Option<String> {
        self.compiled.source().map(str::to_owned)
    }
}

impl mappings::Guest for Connector {
    type Mapping = Mapping;

    fn check(document: String) -> Vec<Finding> {
        let findings = match mapping::Mapping::compile(&document) {
            Ok(mapping) => mapping.findings().to_vec(),
            Err(findings) => findings,
        };
        findings.into_iter().map(Finding::from).collect()
    }

    fn explain(document: String) -> Result<String, wit::Error> {
        Ok(core::discovery::explain_mapping(&document)?)
    }

    fn ready() -> String {
        core::discovery::ready_mappings()
    }

    fn schema() -> String {
        mapping::schema().to_owned()
    }
}

impl From<mapping::Finding> for Finding {
    fn from(finding: mapping::Finding) -> Self {
        let mapping::Finding { pointer, severity, message } = finding;
        Self { pointer, severity: severity.into(), message }
    }
}
