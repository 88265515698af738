//! The command line.

use std::error::Error;
use std::fs;

use brightpearl_emulator::{Config, FaultPlan};
use clap::Parser;

/// A stateful Brightpearl on a loopback port, for tests and for trying things out.
#[derive(Debug, Parser)]
#[command(name = "brightpearl-emulator", version)]
pub(crate) struct Arguments {
    /// The port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// The whole configuration as JSON, or @FILE; the options below change it
    #[arg(long, value_name = "JSON|@FILE")]
    config: Option<String>,
    /// The account code in the path
    #[arg(long)]
    account: Option<String>,
    /// Where all data and faults are drawn from
    #[arg(long)]
    seed: Option<u64>,
    /// How many orders the account has
    #[arg(long)]
    orders: Option<u32>,
    /// How many contacts it has
    #[arg(long)]
    contacts: Option<u32>,
    /// How many products it has
    #[arg(long)]
    products: Option<u32>,
    /// Requests per throttle period
    #[arg(long)]
    quota: Option<u32>,
    /// The fault plan as JSON, or @FILE
    #[arg(long, value_name = "JSON|@FILE")]
    faults: Option<String>,
    /// Print what was counted, as JSON on standard error, when stopping
    #[arg(long)]
    pub(crate) statistics: bool,
}

impl Arguments {
    /// The configuration that the arguments describe.
    pub(crate) fn config(&self) -> Result<Config, Box<dyn Error>> {
        let mut config = match &self.config {
            Some(text) => Config::from_json(&contents(text)?)?,
            None => Config::default(),
        };
        if let Some(text) = &self.faults {
            config.faults = FaultPlan::from_json(&contents(text)?)?;
        }
        if let Some(account) = &self.account {
            config.account.clone_from(account);
        }
        config.seed = self.seed.unwrap_or(config.seed);
        config.orders = self.orders.unwrap_or(config.orders);
        config.contacts = self.contacts.unwrap_or(config.contacts);
        config.products = self.products.unwrap_or(config.products);
        config.quota = self.quota.unwrap_or(config.quota);
        Ok(config)
    }
}

/// The text itself, or the contents of the file that it names behind an `@`.
fn contents(text: &str) -> Result<String, Box<dyn Error>> {
    match text.strip_prefix('@') {
        None => Ok(text.to_owned()),
        Some(path) => fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}").into()),
    }
}
