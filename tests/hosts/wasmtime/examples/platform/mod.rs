//! What wasmtime supplies to the component that drives itself: `wasi:http`, clocks and randomness.

use serde_json::Value;
use wasmtime::component::{Component, Linker, ResourceTable, Val};
use wasmtime::{Engine, Result, Store, format_err};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::p2::add_to_linker_sync;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

const RUNNER: &str = "brightpearl:connector/runner@0.1.0";

/// What WASI keeps for an instance.
#[derive(Default)]
struct Platform {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
}

impl WasiView for Platform {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Platform {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: Default::default() }
    }
}

/// Has the component in a file carry an operation out: what it put out, or the error of the contract.
pub(crate) fn carry_out(
    component: &str,
    config: &Value,
    operation: &Value,
) -> Result<Result<Vec<Value>, Val>> {
    let engine = Engine::default();
    let component = Component::from_file(&engine, component)?;
    let mut linker = Linker::new(&engine);
    add_to_linker_sync(&mut linker)?;
    let mut store = Store::new(&engine, Platform::default());
    let instance = linker.instantiate(&mut store, &component)?;
    let runner = instance.get_export_index(&mut store, None, RUNNER);
    let carry_out =
        runner.and_then(|runner| instance.get_export_index(&mut store, Some(&runner), "carry-out"));
    let carry_out = carry_out
        .and_then(|index| instance.get_func(&mut store, index))
        .ok_or_else(|| format_err!("the component has no {RUNNER}"))?;

    let mut results = [Val::Bool(false)];
    let arguments = [Val::String(config.to_string()), Val::String(operation.to_string())];
    carry_out.call(&mut store, &arguments, &mut results)?;
    let [result] = results;
    match result {
        Val::Result(Ok(Some(outputs))) => {
            let Val::String(outputs) = *outputs else {
                return Err(format_err!("{outputs:?}; expected a text"));
            };
            Ok(Ok(serde_json::from_str(&outputs)?))
        }
        Val::Result(Err(Some(error))) => Ok(Err(*error)),
        other => Err(format_err!("{other:?}; expected outputs, or an error")),
    }
}
