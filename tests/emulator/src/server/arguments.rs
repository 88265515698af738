//! The command line.

use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use brightpearl_emulator::{Config, DeskSettings, Emulator, FAULT_WORDS, FaultPlan, clock_of};
use clap::Parser;

/// A stateful Brightpearl on a loopback port, for tests and for trying things out.
#[derive(Debug, Parser)]
#[command(name = "brightpearl-emulator", version, after_help = after_help())]
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
    /// Requests per throttle period, or `off` for no cap at all
    #[arg(long, value_name = "NUMBER|off", value_parser = read_cap, conflicts_with = "quota")]
    cap: Option<Cap>,
    /// How long every answer takes longer, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// What the emulator's clock shows at the start, such as 2026-07-01T09:30:00Z; it goes on from there
    #[arg(long, value_name = "TIME", value_parser = read_clock)]
    clock: Option<u64>,
    /// The account's time zone, such as Europe/London; every date is then written with the offset of its clocks
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// A fault in short, such as lost-response:8 for the eighth request, slow=1500:5% for one in twenty, or
    /// outage+applied:3-6; as often as you like. The kinds stand below
    #[arg(long = "fault", value_name = "KIND:WHEN")]
    fault: Vec<String>,
    /// The fault plan as JSON, or @FILE
    #[arg(long, value_name = "JSON|@FILE")]
    faults: Option<String>,
    /// Print what was counted, as JSON on standard error, when stopping
    #[arg(long)]
    pub(crate) statistics: bool,
    /// Continue the account that FILE holds, and keep it there: it is written while the server runs and when
    /// it stops. A new file is begun with the other options; an old one keeps its own configuration, and only
    /// --faults and --fault change it. The file holds tokens and secrets
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Append every exchange to FILE as a line of JSON, without secrets
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Serve HTTPS with a certificate that is made for the loopback and for Brightpearl's hosts; how to trust it is
    /// printed
    #[arg(long)]
    pub(crate) tls: bool,
    /// Serve HTTPS with this certificate (PEM, the chain behind it)
    #[arg(long, value_name = "FILE", requires = "key", conflicts_with = "tls")]
    pub(crate) certificate: Option<PathBuf>,
    /// The key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
    /// Stop when the standard input ends too, as it does when the program that holds its other end is gone
    #[arg(long)]
    pub(crate) until_input_ends: bool,
    /// Answer to the administration below /~emulator/ as well
    #[arg(long)]
    pub(crate) admin: bool,
}

/// What the help says of the administration.
const ADMINISTRATION: &str = "\
Administration (with --admin; no account's name can hold a tilde, so it hides nothing of the API):
  GET  /~emulator/statistics   what was counted
  GET  /~emulator/config       the configuration, with its secrets
  PUT  /~emulator/faults       another fault plan from now on
  POST /~emulator/reset        back to how the account was made
  GET  /~emulator/state        the account as --state keeps it
  PUT  /~emulator/state        continue such an account instead
  GET  /~emulator/webhooks     how many notifications wait, and when the next is due
  GET  /~emulator/audit        everything in which the account contradicts itself
  GET  /~emulator/clock        what the emulator's clock shows
  PUT  /~emulator/clock        set it to a time such as 2026-07-01T09:30:00Z

A page at / shows the account, the last requests and the faults. Webhooks are delivered over HTTP and HTTPS while the
server runs. With Brightpearl's hosts in a hosts file, one port serves all of them; without a port of its own a client
asks for 443, so run with --port 443 --tls then.";

/// What stands at the end of the help.
fn after_help() -> String {
    let width = FAULT_WORDS.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
    let kinds = FAULT_WORDS.map(|(word, what)| format!("  {word:width$}  {what}"));
    format!("Kinds of faults:\n{}\n\n{ADMINISTRATION}", kinds.join("\n"))
}

/// The cap of an account.
#[derive(Clone, Copy, Debug)]
enum Cap {
    Off,
    Requests(u32),
}

fn read_cap(text: &str) -> Result<Cap, String> {
    match text {
        "off" => Ok(Cap::Off),
        digits => {
            digits.parse().map(Cap::Requests).map_err(|_| "expected a number of requests, or off".to_owned())
        }
    }
}

fn read_clock(text: &str) -> Result<u64, String> {
    clock_of(text).ok_or_else(|| "expected a time such as 2026-07-01T09:30:00Z".to_owned())
}

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
        if let Some(faults) = self.fault_plan(emulator.config().faults.clone())? {
            emulator.set_faults(faults)?;
        }
        Ok(emulator)
    }

    /// What the server does besides answering.
    pub(crate) fn settings(&self) -> DeskSettings {
        DeskSettings {
            is_administered: self.admin,
            latency_ms: self.latency,
            clock_ms: self.clock,
            is_logged: self.log.is_some(),
        }
    }

    /// The plan that the arguments ask for, if they ask for one: `--faults` instead of the plan there is, and every
    /// `--fault` besides.
    fn fault_plan(&self, present: FaultPlan) -> Result<Option<FaultPlan>, Box<dyn Error>> {
        if self.faults.is_none() && self.fault.is_empty() {
            return Ok(None);
        }
        let mut plan = match &self.faults {
            Some(text) => FaultPlan::from_json(&contents(text)?)?,
            None => present,
        };
        for fault in &self.fault {
            plan.add(fault)?;
        }
        Ok(Some(plan))
    }

    /// The configuration that the arguments describe.
    fn config(&self) -> Result<Config, Box<dyn Error>> {
        let mut config = match &self.config {
            Some(text) => Config::from_json(&contents(text)?)?,
            None => Config::default(),
        };
        if let Some(faults) = self.fault_plan(config.faults.clone())? {
            config.faults = faults;
        }
        if let Some(account) = &self.account {
            config.account.clone_from(account);
        }
        config.seed = self.seed.unwrap_or(config.seed);
        config.orders = self.orders.unwrap_or(config.orders);
        config.contacts = self.contacts.unwrap_or(config.contacts);
        config.products = self.products.unwrap_or(config.products);
        config.quota = self.quota.unwrap_or(config.quota);
        match self.cap {
            Some(Cap::Off) => config.uncapped = true,
            Some(Cap::Requests(quota)) => config.quota = quota,
            None => {}
        }
        config.strict |= self.strict;
        if self.time_zone.is_some() {
            config.time_zone.clone_from(&self.time_zone);
        }
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
