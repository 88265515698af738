//! Has the component that drives itself search for orders: wasmtime supplies `wasi:http`, clocks and randomness.
//!
//! `over-wasi-http COMPONENT BASE_URL ACCOUNT`, with `BRIGHTPEARL_APP_REF` and `BRIGHTPEARL_ACCOUNT_TOKEN` in the
//! environment. Prints how many rows came.

use std::env;
use std::process::ExitCode;

use serde_json::{Value, json};
use wasmtime::component::{Component, Linker, Val};
use wasmtime::{Engine, Result, Store, format_err};
use wasmtime_wasi_http::p2::add_to_linker_sync;

#[path = "../tests/wasi/platform.rs"]
mod platform;

use platform::Platform;

const RUNNER: &str = "brightpearl:connector/runner@0.1.0";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let secrets = (env::var("BRIGHTPEARL_APP_REF"), env::var("BRIGHTPEARL_ACCOUNT_TOKEN"));
    let ([component, base_url, account], (Ok(app_ref), Ok(account_token))) = (arguments.as_slice(), secrets)
    else {
        eprintln!(
            "usage: over-wasi-http COMPONENT BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN set"
        );
        return ExitCode::from(2);
    };
    let config = json!({
        "account": account,
        "base_url": base_url,
        "credentials": {"type": "private-app", "app_ref": app_ref, "account_token": account_token},
        "page_size": 100,
    });
    match rows(component, &config) {
        Ok(rows) => {
            println!("{rows} rows");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

fn rows(component: &str, config: &Value) -> Result<usize> {
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

    let search = json!({"search": {"resource": "order-service/order-search", "columns": ["orderId"]}});
    let mut results = [Val::Bool(false)];
    let arguments = [Val::String(config.to_string()), Val::String(search.to_string())];
    carry_out.call(&mut store, &arguments, &mut results)?;
    let [Val::Result(Ok(Some(outputs)))] = results else { return Err(format_err!("{results:?}")) };
    let Val::String(outputs) = *outputs else { return Err(format_err!("{outputs:?}; expected a text")) };
    let pages: Vec<Value> = serde_json::from_str(&outputs)?;
    Ok(pages.iter().filter_map(|page| page.pointer("/page/rows")?.as_array()).map(Vec::len).sum())
}
