//! Prints the ratios that the speed targets speak of: `cargo run --locked --release -p brightpearl-bench`.

use brightpearl_bench::ratio::{self, Comparison, Contender, Target};
use std::time::{Duration, Instant};

use brightpearl_bench::economy::{self, Economy};
use brightpearl_bench::{emulated, orders, pages, readers, steps};
use brightpearl_core::mapping::{Mapping, Resolution, ready};

const ROUNDS: usize = 100;

fn main() {
    search_page("order search, 500 rows x 19 columns", &pages::order_search(500));
    search_page("product search, 500 rows x 18 columns", &pages::product_search(500));
    steps();
    emulator();
    mapping();
    println!("requests of flows, beside one by one");
    requests("pull 10 000 orders in detail", economy::pull(), Some(71));
    requests("push 1 000 orders, 3 references each", economy::push(), None);
}

/// A search page that the emulator has in memory.
fn emulator() {
    const GOAL: f64 = 500_000.0;
    let own = emulated::in_process();
    let a_second = 1.0 / own.time.as_secs_f64();
    let reached = if a_second >= GOAL { "yes" } else { "no" };
    println!("the emulator, a search page of 20 rows ({} bytes) from memory", own.bytes);
    println!(
        "  in process                   {:>6} ns  {a_second:>7.0}/s  target >= {GOAL:.0}/s  {reached}",
        own.time.as_nanos()
    );
    let program = std::env::current_exe().ok().map(|own| own.with_file_name("brightpearl-emulator"));
    match program.as_deref().and_then(emulated::through_server) {
        Some(served) => println!(
            "  through its server           {:>6} ns  {:>7.0}/s  {:.0}x as long",
            served.time.as_nanos(),
            1.0 / served.time.as_secs_f64(),
            served.time.as_secs_f64() / own.time.as_secs_f64()
        ),
        None => println!("  through its server           not measured: the program is not beside this one"),
    }
}

/// 10 000 orders of about 3 KB by the ready document, ids included; the Python bench has the same by hand beside it.
fn mapping() {
    let document = ready().iter().find(|ready| ready.name == "shopify-order").map(|ready| ready.document);
    let mapping = Mapping::compile(document.unwrap_or_default()).expect("the ready document is right");
    let orders = orders::orders(10_000);
    let bytes: usize = orders.iter().map(String::len).sum();
    let mut times: Vec<Duration> = (0..9)
        .map(|_| {
            let start = Instant::now();
            let bodies = orders.iter().map(|order| {
                mapping.map(order.as_bytes()).body(&|_| Resolution::Id(1_007)).expect("a body").len()
            });
            std::hint::black_box(bodies.sum::<usize>());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let seconds = times[times.len() / 2].as_secs_f64();
    println!("mapping 10 000 orders of {} bytes, one core", bytes / orders.len());
    println!(
        "  by the ready document        {:>6.1} us each  {:.0} orders/s  {:.0} MB/s; by hand in Python: below",
        seconds * 100.0,
        1e4 / seconds,
        bytes as f64 / seconds / 1e6
    );
}

fn requests(name: &str, economy: Economy, target: Option<u64>) {
    let Economy { requests, naive, milliseconds } = economy;
    let ratio = naive as f64 / requests as f64;
    let target = target.map_or(String::new(), |most| {
        format!("  target <= {most}  {}", if requests <= most { "yes" } else { "no" })
    });
    let seconds = milliseconds as f64 / 1_000.0;
    println!(
        "  {name:<38} {requests:>5} of {naive:>6}  {ratio:>5.1}x fewer  {seconds:>4.0} s at the cap{target}"
    );
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
