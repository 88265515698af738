//! Prints the ratios that the speed targets speak of: `cargo run --release -p brightpearl-bench`.

use brightpearl_bench::ratio::{self, Comparison, Contender, Target};
use brightpearl_bench::{pages, readers, steps};
use std::time::Duration;

const ROUNDS: usize = 100;

fn main() {
    search_page("order search, 500 rows x 19 columns", &pages::order_search(500));
    search_page("product search, 500 rows x 18 columns", &pages::product_search(500));
    steps();
}

/// A step without a body: target 200 ns (ARCHITECTURE.md).
fn steps() {
    let rounds: Vec<steps::Round> = (0..ROUNDS).map(|_| steps::round()).collect();
    let median = |time: fn(&steps::Round) -> Duration| {
        let mut times: Vec<Duration> = rounds.iter().map(time).collect();
        times.sort_unstable();
        times[times.len() / 2]
    };
    println!("one step of the engine, {} rounds of single GETs", rounds.len());
    for (name, time) in [
        ("poll, nothing to do", median(|round| round.idle)),
        ("poll, builds a request", median(|round| round.send)),
        ("answer and poll its output", median(|round| round.answer)),
    ] {
        let reached = if time <= Duration::from_nanos(200) { "yes" } else { "no" };
        println!("  {name:<28} {:>6} ns  target <= 200 ns  {reached}", time.as_nanos());
    }
}

fn search_page(title: &str, body: &str) {
    let body = body.as_bytes();
    let mut contenders = [
        Contender::new("page to columns", || readers::columns(body)),
        Contender::new("serde_json::Value", || readers::tree(body)),
        Contender::new("Value + map per row", || readers::maps(body)),
        Contender::new("serde_json IgnoredAny", || readers::skip(body)),
    ];
    ratio::race(&mut contenders, ROUNDS);
    let [columns, tree, maps, skip] = &contenders;
    let rate = body.len() as f64 / columns.median().as_secs_f64() / 1e6;
    ratio::print(
        &format!("{title}, {} bytes, {rate:.0} MB/s", body.len()),
        &[
            Comparison::new(columns, tree, Target::Faster(4.0)),
            Comparison::new(columns, skip, Target::AtMost(2.0)),
            Comparison::new(columns, maps, Target::Faster(10.0)),
        ],
    );
}
