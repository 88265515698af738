//! Plays the vectors of functions that need no account.

use brightpearl_host_rust::functions::{Function, FunctionVector, picked};
use serde_json::{Value, json};
use wasmtime::Result;

use crate::component::Loaded;
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
        Function::VerifyCallback { parameters, dev_secret } => {
            discovery.call_verify_callback(store, parameters, dev_secret)?.map(|()| "null".to_owned())
        }
    };
    Ok(text.map(|text| encode::json_value(&text)))
}
