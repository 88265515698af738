//! Plays the vectors of functions that need no account.

use brightpearl_host_rust::functions::{Function, FunctionVector, picked};
use serde_json::{Value, json};
use wasmtime::{Result, format_err};

use crate::component::{Instance, Loaded};
use crate::difference::differences;
use crate::encode;
use crate::types::Error;

/// Every difference between what the vector expects and what the component says.
///
/// # Errors
/// When the component traps.
pub fn play(component: &Loaded, vector: &FunctionVector) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (index, call) in vector.calls.iter().enumerate() {
        let said = match run(component, &call.function)? {
            Ok(value) => json!({ "value": picked(value, call.pick.as_deref()) }),
            Err(error) => json!({ "error": encode::error(&error) }),
        };
        let differences = differences(&call.expect, &said);
        found.extend(differences.into_iter().map(|difference| format!("call {index}: {difference}")));
    }
    Ok(found)
}

fn run(component: &Loaded, function: &Function) -> Result<Result<Value, Error>> {
    let mut instance = component.instantiate()?;
    let (store, discovery) = instance.discovery();
    let text = match function {
        Function::Catalog {} => Ok(discovery.call_catalog(store)?),
        Function::Describe { resource } => discovery.call_describe(store, resource)?,
        Function::Tasks {} => Ok(discovery.call_tasks(store)?),
        Function::Errors {} => Ok(discovery.call_errors(store)?),
        Function::Validate { path, verb, body, unknown_members } => {
            discovery.call_validate(store, path, verb, body.as_bytes(), unknown_members)?
        }
        Function::CheckMapping { document } => Ok(discovery.call_check_mapping(store, document)?),
        Function::RunMapping { document, record, resolved } => {
            return run_mapping(&mut instance, document, record, resolved);
        }
        Function::ExplainMapping { document } => discovery.call_explain_mapping(store, document)?,
        Function::ReadyMappings {} => Ok(discovery.call_ready_mappings(store)?),
        Function::MappingSchema {} => Ok(discovery.call_mapping_schema(store)?),
        Function::Ask { question } => discovery.call_ask(store, question)?,
        Function::VerifyCallback { parameters, dev_secret, max_age_ms, now } => {
            let now = now.unwrap_or_default();
            discovery
                .call_verify_callback(store, parameters, dev_secret, *max_age_ms, now)?
                .map(|_| "null".to_owned())
        }
    };
    Ok(text.map(|text| encode::json_value(&text)))
}

/// Compiles the document, and maps the record twice: a mapping keeps nothing of what it mapped.
fn run_mapping(
    instance: &mut Instance,
    document: &str,
    record: &str,
    resolved: &str,
) -> Result<Result<Value, Error>> {
    let (store, discovery) = instance.discovery();
    let mappings = discovery.mapping();
    let mapping = match mappings.call_open(&mut *store, document)? {
        Ok(mapping) => mapping,
        Err(error) => return Ok(Err(error)),
    };
    let first = mappings.call_run(&mut *store, mapping, record.as_bytes(), resolved)?;
    let second = mappings.call_run(&mut *store, mapping, record.as_bytes(), resolved)?;
    instance.release(mapping)?;
    let value = |text: &String| encode::json_value(text);
    if first.as_ref().ok().map(value) != second.as_ref().ok().map(value) {
        return Err(format_err!("the second run of a mapping gave something else than the first"));
    }
    Ok(first.map(|text| value(&text)))
}
