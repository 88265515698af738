//! Pulls orders through the component: a search for their ids, then all of them in detail, in the fewest
//! requests.
//!
//! `cargo run --locked --release -p brightpearl-host-wasmtime --example pull-component -- COMPONENT BASE_URL ACCOUNT`, with
//! `BRIGHTPEARL_APP_REF` and `BRIGHTPEARL_ACCOUNT_TOKEN` in the environment. Prints a line per order: its id, a
//! tab, its JSON.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use brightpearl_host_rust::transport::Transport;
use brightpearl_host_wasmtime::component::Loaded;
use brightpearl_host_wasmtime::drive::drive;
use brightpearl_host_wasmtime::types::{
    ColumnData, Config, Credentials, Error, Fetch, FetchPlan, Location, Output, PrivateApp, Search,
};
use wasmtime::Result;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let secrets = (env::var("BRIGHTPEARL_APP_REF"), env::var("BRIGHTPEARL_ACCOUNT_TOKEN"));
    let ([component, base_url, account], (Ok(app_ref), Ok(account_token))) = (arguments.as_slice(), secrets)
    else {
        eprintln!(
            "usage: pull-component COMPONENT BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN set"
        );
        return ExitCode::from(2);
    };
    let config = Config {
        account: account.clone(),
        location: Location::BaseUrl(base_url.clone()),
        credentials: Credentials::PrivateApp(PrivateApp { app_ref, account_token }),
        retry: None,
        pool: None,
        lane: None,
        max_in_flight: None,
        max_body_bytes: None,
        read_only: None,
        paging: None,
        page_size: None,
        unknown_members: None,
        seed: None,
    };
    match pull(Path::new(component), &config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref::<Error>() {
                Some(error) => eprintln!("{}\n{}", error.message, error.advice),
                None => eprintln!("{error:?}"),
            }
            ExitCode::FAILURE
        }
    }
}

fn pull(component: &Path, config: &Config) -> Result<()> {
    let mut instance = Loaded::from_file(component)?.instantiate()?;
    let (store, clients) = instance.client();
    let client = clients.call_open(store, config, None)??;
    let transport = Transport::default();

    let (store, clients) = instance.client();
    let call = clients.call_search(store, client, &search())??;
    let mut ids = Vec::new();
    drive(&mut instance, call, &transport, |output| {
        if let Output::Page(page) = output
            && let Some(column) = page.columns.iter().find(|column| column.name == "orderId")
            && let ColumnData::Integer(values) = &column.data
        {
            ids.extend(values.iter().map(i64::to_string));
        }
    })?;

    let (store, clients) = instance.client();
    let call = clients.call_fetch(store, client, &fetch(&ids))??;
    let mut count = 0;
    drive(&mut instance, call, &transport, |output| {
        if let Output::Resources(orders) = output {
            for (id, json) in orders.each() {
                println!("{}\t{}", id.unwrap_or_default(), String::from_utf8_lossy(json));
                count += 1;
            }
        }
    })?;

    let (store, clients) = instance.client();
    let requests = clients.call_statistics(store, client)?.requests;
    eprintln!("{count} orders in {requests} requests");
    Ok(())
}

fn search() -> Search {
    Search {
        resource: "order-service/order-search".to_owned(),
        filters: Vec::new(),
        columns: vec!["orderId".to_owned()],
        sort: Vec::new(),
        page_size: None,
        paging: None,
        limit: None,
        key: None,
        unchecked: false,
    }
}

fn fetch(ids: &[String]) -> Fetch {
    Fetch {
        resource: "order-service/order".to_owned(),
        ids: Some(ids.join(",")),
        query: Vec::new(),
        // The search has just said that they exist.
        plan: Some(FetchPlan::Never),
        id_limit: None,
    }
}
