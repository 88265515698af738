//! The command line.

use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use brightpearl_emulator::{Config, Emulator, FaultPlan};
use clap::Parser;

/// A stateful Brightpearl on a loopback port, for tests and for trying things out.
#[derive(Debug, Parser)]
#[command(name = "brightpearl-emulator", version, after_help = ADMINISTRATION)]
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
    /// Refuse what is uncertain too: what no source says that Brightpearl refuses, and none that it takes
    #[arg(long)]
    strict: bool,
    /// The fault plan as JSON, or @FILE
    #[arg(long, value_name = "JSON|@FILE")]
    faults: Option<String>,
    /// Print what was counted, as JSON on standard error, when stopping
    #[arg(long)]
    pub(crate) statistics: bool,
    /// Continue the account that FILE holds, and keep it there: it is written while the server runs and when
    /// it stops. A new file is begun with the other options; an old one keeps its own configuration, and only
    /// --faults changes it. The file holds tokens and secrets
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Answer to the administration below /~emulator/ as well
    #[arg(long)]
    pub(crate) admin: bool,
}

/// What stands at the end of the help.
const ADMINISTRATION: &str = "\
Administration (with --admin; no account's name can hold a tilde, so it hides nothing of the API):
  GET  /~emulator/statistics   what was counted
  GET  /~emulator/config       the configuration, with its secrets
  PUT  /~emulator/faults       another fault plan from now on
  POST /~emulator/reset        back to how the account was made
  GET  /~emulator/state        the account as --state keeps it
  PUT  /~emulator/state        continue such an account instead
  GET  /~emulator/webhooks     how many notifications wait, and when the next is due

Webhooks are delivered over HTTP and HTTPS while the server runs.";

impl Arguments {
    /// The account that the arguments describe, or the one that the state file holds.
    pub(crate) fn emulator(&self) -> Result<Emulator, Box<dyn Error>> {
        let Some(path) = &self.state else { return Ok(Emulator::new(self.config()?)?) };
        let in_file = |error: &dyn Error| format!("{}: {error}", path.display());
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Emulator::new(self.config()?)?),
            Err(error) => return Err(in_file(&error).into()),
        };
        let mut emulator = Emulator::load(&text).map_err(|error| in_file(&error))?;
        eprintln!("continuing the account in {}", path.display());
        if let Some(text) = &self.faults {
            emulator.set_faults(FaultPlan::from_json(&contents(text)?)?)?;
        }
        Ok(emulator)
    }

    /// The configuration that the arguments describe.
    fn config(&self) -> Result<Config, Box<dyn Error>> {
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
        config.strict |= self.strict;
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
