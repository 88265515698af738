//! How fast the emulator answers a search page that it has in memory: in process, and through its server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use brightpearl_core::{Method, Request};
use brightpearl_emulator::{Config, Emulator};

/// What is asked for: a page of twenty orders.
const PATH: &str = "/public-api/demo/order-service/order-search?pageSize=20";
/// 2026-07-01T00:00:00Z.
const NOW: u64 = 1_782_864_000_000;

/// The time of one request, and the bytes of its answer.
pub struct Answered {
    /// The middle of several rounds.
    pub time: Duration,
    /// The length of the body.
    pub bytes: usize,
}

/// In this process, without a cap.
pub fn in_process() -> Answered {
    const REQUESTS: u32 = 100_000;
    let mut emulator =
        Emulator::new(Config { uncapped: true, ..Config::default() }).expect("the configuration is right");
    let headers = emulator.config().credentials[0].headers();
    let request = Request { method: Method::Get, url: PATH.to_owned(), headers, body: Vec::new() };
    let bytes = emulator.answer(&request, NOW).body.len();
    let mut times: Vec<Duration> = (0..7)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..REQUESTS {
                std::hint::black_box(emulator.answer(std::hint::black_box(&request), NOW));
            }
            start.elapsed() / REQUESTS
        })
        .collect();
    times.sort_unstable();
    Answered { time: times[times.len() / 2], bytes }
}

/// Through the server, on one connection that stays open; none where the program is not there.
pub fn through_server(program: &Path) -> Option<Answered> {
    const REQUESTS: u32 = 2_000;
    let server = Server::start(program)?;
    let mut stream = TcpStream::connect(&server.address).ok()?;
    stream.set_nodelay(true).ok()?;
    let headers = Config::default().credentials[0].headers();
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request = format!("GET {PATH} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n");
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut bytes = exchange(&mut stream, &mut reader, &request)?;
    let mut times = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..REQUESTS {
            bytes = exchange(&mut stream, &mut reader, &request)?;
        }
        times.push(start.elapsed() / REQUESTS);
    }
    times.sort_unstable();
    Some(Answered { time: times[times.len() / 2], bytes })
}

/// Sends a request and reads its answer; the length of the body.
fn exchange(stream: &mut TcpStream, reader: &mut BufReader<TcpStream>, request: &str) -> Option<usize> {
    stream.write_all(request.as_bytes()).ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(digits) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = digits.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(length)
}

/// A running server, which ends with its value.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(program: &Path) -> Option<Self> {
        let mut process = Command::new(program)
            .args(["--cap", "off"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take()?).read_line(&mut line).ok()?;
        let address = line.trim_end().strip_prefix("listening on http://")?.to_owned();
        Some(Self { process, address })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _stopped = self.process.kill();
        let _reaped = self.process.wait();
    }
}
