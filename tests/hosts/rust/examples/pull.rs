//! Pulls orders: a search for their ids, then all of them in detail, in the fewest requests.
//!
//! `cargo run --locked -p brightpearl-host-rust --example pull -- BASE_URL ACCOUNT`, with `BRIGHTPEARL_APP_REF` and
//! `BRIGHTPEARL_ACCOUNT_TOKEN` in the environment. Prints a line per order: its id, a tab, its JSON.

use std::env;
use std::process::ExitCode;

use brightpearl_core::auth::PrivateApp;
use brightpearl_core::operation::{Fetch, Plan, Search};
use brightpearl_core::table::{Column, ColumnData};
use brightpearl_core::{Client, Config, IdSet, Location, Output, Result};
use brightpearl_host_rust::drive::drive;
use brightpearl_host_rust::transport::Transport;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let secrets = (env::var("BRIGHTPEARL_APP_REF"), env::var("BRIGHTPEARL_ACCOUNT_TOKEN"));
    let ([base_url, account], (Ok(app_ref), Ok(account_token))) = (arguments.as_slice(), secrets) else {
        eprintln!("usage: pull BASE_URL ACCOUNT, with BRIGHTPEARL_APP_REF and BRIGHTPEARL_ACCOUNT_TOKEN set");
        return ExitCode::from(2);
    };
    let credentials = PrivateApp { app_ref, account_token: account_token.into() }.into();
    match pull(Config::new(account, Location::BaseUrl(base_url.clone()), credentials)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\n{}", error.kind().advice());
            ExitCode::FAILURE
        }
    }
}

fn pull(config: Config) -> Result<()> {
    let client = Client::new(config)?;
    let transport = Transport::default();
    let mut ids = Vec::new();
    let search = Search::new("order-service/order-search").columns(["orderId"]);
    drive(&mut client.search(search)?, &transport, |output| {
        if let Output::Page(found) = output
            && let Some(ColumnData::Integer(column)) = found.page.column("orderId").map(Column::data)
        {
            ids.extend(column.iter().filter_map(|id| u64::try_from(*id).ok()));
        }
    })?;
    let fetch = Fetch { plan: Plan::Never, ..Fetch::new("order-service/order", IdSet::from_ids(ids)?) };
    let mut count = 0;
    drive(&mut client.fetch(fetch)?, &transport, |output| {
        if let Output::Resources(orders) = output {
            for (index, order) in orders.items.iter().enumerate() {
                let json = String::from_utf8_lossy(orders.json(index).unwrap_or_default());
                println!("{}\t{json}", order.id.unwrap_or_default());
            }
            count += orders.items.len();
        }
    })?;
    eprintln!("{count} orders in {} requests", client.statistics().requests);
    Ok(())
}
