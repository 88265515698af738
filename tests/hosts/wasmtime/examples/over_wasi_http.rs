//! Has the component that drives itself search for orders: wasmtime supplies `wasi:http`, clocks and randomness.
//!
//! `over-wasi-http COMPONENT BASE_URL ACCOUNT`, with `BRIGHTPEARL_APP_REF` and `BRIGHTPEARL_ACCOUNT_TOKEN` in the
//! environment. Prints how many rows came.

mod platform;

use std::env;
use std::process::ExitCode;

use serde_json::{Value, json};
use wasmtime::{Result, format_err};

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
    let search = json!({"search": {"resource": "order-service/order-search", "columns": ["orderId"]}});
    let pages = platform::carry_out(component, config, &search)?.map_err(|error| format_err!("{error:?}"))?;
    Ok(pages.iter().filter_map(|page| page.pointer("/page/rows")?.as_array()).map(Vec::len).sum())
}
