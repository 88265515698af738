//! Measures the component beside the engine itself: `measure COMPONENT`.
//!
//! One round of a search is: start the call, poll the request, answer with a page, poll the page, drop the
//! call. The component's round includes the page's way through the boundary, in both directions.

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use brightpearl_core as core;
use brightpearl_host_wasmtime::component::{Instance, Loaded};
use brightpearl_host_wasmtime::synthetic::{COLUMNS, ROWS, body};
use brightpearl_host_wasmtime::types::{Output, Response, Search, Step};
use wasmtime::component::ResourceAny;
use wasmtime::{Result, format_err};

const CONFIG: &str = r#"{"account":"acme","base_url":"http://127.0.0.1:9",
    "credentials":{"type":"private-app","app_ref":"acme_measure","account_token":"none"}}"#;
const RESOURCE: &str = "order-service/order-search";
/// Far enough apart that the request cap never stands in the way.
const MILLISECONDS_PER_ROUND: u64 = 1_000;
const ROUNDS: u64 = 2_000;

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: measure COMPONENT");
        return ExitCode::from(2);
    };
    match report(Path::new(&path)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:?}");
            ExitCode::FAILURE
        }
    }
}

fn report(path: &Path) -> Result<()> {
    let size = std::fs::metadata(path)?.len();
    let start = Instant::now();
    let component = Loaded::from_file(path)?;
    let compilation = start.elapsed();
    let instantiation = median(ROUNDS, || component.instantiate().map(drop))?;
    let pooled = Loaded::pooled(path)?;
    let pooled_instantiation = median(ROUNDS, || pooled.instantiate().map(drop))?;

    let body = body();
    let mut native = Native::open()?;
    let mut hosted = Hosted::open(&component)?;
    // Turn about, so that a busy moment of the machine hits both.
    let (mut natives, mut components) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        natives.push(timed(|| native.round(&body))?);
        components.push(timed(|| hosted.round(&body))?);
    }
    let (native_page, component_page) = (middle(natives), middle(components));
    let native_step = median(ROUNDS, || native.step())?;
    let component_step = median(ROUNDS, || hosted.step())?;

    println!("component size            {size:>10} bytes");
    println!("compilation by cranelift  {:>10.1} ms", compilation.as_secs_f64() * 1e3);
    println!("instantiation             {:>10.1} µs", micros(instantiation));
    println!("  from a pool             {:>10.1} µs      target 25", micros(pooled_instantiation));
    println!("search page of {ROWS} x {COLUMNS}, {} bytes:", body.len());
    println!("  native                  {:>10.1} µs", micros(native_page));
    println!(
        "  component               {:>10.1} µs      {:.2} x native, target 1.2",
        micros(component_page),
        ratio(component_page, native_page)
    );
    println!("start, poll a request, drop:");
    println!("  native                  {:>10.2} µs", micros(native_step));
    println!(
        "  component               {:>10.2} µs      {:.2} x native",
        micros(component_step),
        ratio(component_step, native_step)
    );
    Ok(())
}

/// The engine itself.
struct Native {
    client: core::Client,
    now: u64,
}

impl Native {
    fn open() -> Result<Self> {
        let client = core::Config::from_json(CONFIG).and_then(core::Client::new)?;
        Ok(Self { client, now: 0 })
    }

    fn round(&mut self, body: &[u8]) -> Result<()> {
        self.now += MILLISECONDS_PER_ROUND;
        let mut call = self.client.search(core::operation::Search::new(RESOURCE))?;
        let core::Step::Send(exchange) = call.poll(self.now)? else { return Err(unexpected()) };
        call.answer(exchange.id, core::Response::new(200, body), self.now)?;
        let core::Step::Output(core::Output::Page(page)) = call.poll(self.now)? else {
            return Err(unexpected());
        };
        check(black_box(page).page.rows())
    }

    fn step(&mut self) -> Result<()> {
        self.now += MILLISECONDS_PER_ROUND;
        let mut call = self.client.search(core::operation::Search::new(RESOURCE))?;
        black_box(call.poll(self.now)?);
        Ok(())
    }
}

/// The component.
struct Hosted {
    instance: Instance,
    client: ResourceAny,
    now: u64,
}

impl Hosted {
    fn open(component: &Loaded) -> Result<Self> {
        let mut instance = component.instantiate()?;
        let (store, clients) = instance.client();
        let client = clients.call_open_json(store, CONFIG, None)?.map_err(|error| format_err!("{error}"))?;
        Ok(Self { instance, client, now: 0 })
    }

    fn round(&mut self, body: &[u8]) -> Result<()> {
        let call = self.start()?;
        let (store, calls) = self.instance.call();
        let Step::Send(exchange) = calls.call_poll(&mut *store, call, self.now)?? else {
            return Err(unexpected());
        };
        let response = Response { status: 200, headers: Vec::new(), body: body.to_vec() };
        calls.call_answer(&mut *store, call, exchange.id, &response, self.now)??;
        let Step::Output(Output::Page(page)) = calls.call_poll(&mut *store, call, self.now)?? else {
            return Err(unexpected());
        };
        let rows = black_box(page).rows as usize;
        self.instance.release(call)?;
        check(rows)
    }

    fn step(&mut self) -> Result<()> {
        let call = self.start()?;
        let (store, calls) = self.instance.call();
        black_box(calls.call_poll(store, call, self.now)??);
        self.instance.release(call)
    }

    fn start(&mut self) -> Result<ResourceAny> {
        self.now += MILLISECONDS_PER_ROUND;
        let search = Search {
            resource: RESOURCE.to_owned(),
            filters: Vec::new(),
            columns: Vec::new(),
            sort: Vec::new(),
            page_size: None,
            paging: None,
            limit: None,
            key: None,
            unchecked: false,
        };
        let (store, clients) = self.instance.client();
        Ok(clients.call_search(store, self.client, &search)??)
    }
}

fn check(rows: usize) -> Result<()> {
    if rows == ROWS { Ok(()) } else { Err(format_err!("a page of {rows} rows; expected {ROWS}")) }
}

fn unexpected() -> wasmtime::Error {
    format_err!("the call went another way than a request and its page")
}

fn median(rounds: u64, mut work: impl FnMut() -> Result<()>) -> Result<Duration> {
    (0..rounds).map(|_| timed(&mut work)).collect::<Result<_>>().map(middle)
}

fn timed(work: impl FnOnce() -> Result<()>) -> Result<Duration> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

fn middle(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn ratio(duration: Duration, anchor: Duration) -> f64 {
    duration.as_secs_f64() / anchor.as_secs_f64()
}
