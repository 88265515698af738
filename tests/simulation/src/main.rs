//! Carries out many seeds, or one of them with everything that happens in it.

#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use brightpearl_simulation::{Flow, Trace, simulate};
use clap::Parser;

/// Pushes, pulls and webhooks under virtual time with seeded misfortunes. A seed that breaks a promise is printed with the command
/// that replays it.
#[derive(Parser)]
struct Arguments {
    /// How many seeds of each flow; of webhooks, whose seeds take longest, a tenth unless they alone are asked for.
    #[arg(long, default_value_t = 5_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Only this flow: push, pull, rivals or webhooks.
    #[arg(long, value_parser = flow)]
    flow: Option<Flow>,
    /// One seed, with everything that happens in it.
    #[arg(long)]
    replay: Option<u64>,
}

/// How many failing seeds are enough to look into.
const SHOWN: usize = 5;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let flows: Vec<Flow> = arguments.flow.map_or_else(|| Flow::ALL.to_vec(), |only| vec![only]);
    if let Some(seed) = arguments.replay {
        return flows.into_iter().map(|flow| replay(flow, seed)).max().unwrap_or(0).into();
    }
    let began = Instant::now();
    let seeds_of = |flow: Flow| match flow {
        Flow::Webhooks if flows.len() > 1 => arguments.seeds.div_ceil(10),
        Flow::Push | Flow::Pull | Flow::Rivals | Flow::Webhooks => arguments.seeds,
    };
    let failures: Vec<String> =
        flows.iter().flat_map(|flow| run_all(*flow, arguments.from, seeds_of(*flow))).collect();
    for failure in failures.iter().take(SHOWN) {
        eprintln!("{failure}");
    }
    let seconds = began.elapsed().as_secs_f64();
    let count: u64 = flows.iter().map(|flow| seeds_of(*flow)).sum();
    println!("{count} seeds in {seconds:.1} s, {} of them broke a promise", failures.len());
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn replay(flow: Flow, seed: u64) -> u8 {
    let mut trace = Trace::kept();
    let verdict = simulate(flow, seed, None, &mut trace);
    trace.lines().iter().for_each(|line| println!("{line}"));
    match verdict {
        Ok(()) => {
            println!("{} {seed}: every promise was kept", flow.as_str());
            0
        }
        Err(promise) => {
            println!("{} {seed}: {promise}", flow.as_str());
            1
        }
    }
}

fn run_all(flow: Flow, from: u64, seeds: u64) -> Vec<String> {
    let next = AtomicU64::new(from);
    let failures = Mutex::new(Vec::new());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds {
                        return;
                    }
                    if let Err(promise) = simulate(flow, seed, None, &mut Trace::default()) {
                        let command =
                            format!("tests/simulation/run.sh --flow {} --replay {seed}", flow.as_str());
                        let mut failures = failures.lock().expect("no thread panics while it holds this");
                        failures.push(format!("{} {seed}: {promise}\n  {command}", flow.as_str()));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no thread panics while it holds this");
    failures.sort();
    failures
}

fn flow(name: &str) -> Result<Flow, String> {
    let names: Vec<&str> = Flow::ALL.into_iter().map(Flow::as_str).collect();
    Flow::ALL
        .into_iter()
        .find(|flow| flow.as_str() == name)
        .ok_or_else(|| format!("expected one of {}", names.join(", ")))
}
