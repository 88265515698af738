//! One connection: HTTP in and out, and the faults that only a connection can have.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use brightpearl_core::{Headers, Method, Request, Response};
use brightpearl_emulator::Outcome;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::Shared;
use crate::exchange_log::ExchangeLog;

/// The largest body that is read: states are longer than what the API takes.
const MOST_BODY_BYTES: usize = 256 * 1024 * 1024;

/// Why a connection ends before its request is answered.
#[derive(Debug)]
struct ConnectionLost;

impl fmt::Display for ConnectionLost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the fault plan closes this connection")
    }
}

impl std::error::Error for ConnectionLost {}

/// How long a client may take for what TLS begins with.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers the requests of one connection until either side closes it.
pub(crate) async fn serve(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    emulator: Shared,
    log: Option<Arc<ExchangeLog>>,
) {
    // An answer is two small writes, and waiting for the peer's acknowledgement between them costs 40 ms.
    if let Err(error) = stream.set_nodelay(true) {
        eprintln!("brightpearl-emulator: a connection stays slow: {error}");
    }
    match acceptor {
        None => speak(stream, emulator, log).await,
        Some(acceptor) => {
            // Whoever does not get on with the certificate says so to its own user.
            if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
                speak(stream, emulator, log).await;
            }
        }
    }
}

async fn speak<S>(stream: S, emulator: Shared, log: Option<Arc<ExchangeLog>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(move |request| answer(request, Arc::clone(&emulator), log.clone()));
    let mut http = hyper::server::conn::http1::Builder::new();
    // As Brightpearl writes them, for hosts that mind the case of header names though they should not.
    http.title_case_headers(true);
    // How a connection ends concerns its peer; there is nobody here to tell.
    let _ended = http.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    request: hyper::Request<Incoming>,
    emulator: Shared,
    log: Option<Arc<ExchangeLog>>,
) -> Result<hyper::Response<Full<Bytes>>, ConnectionLost> {
    let (head, body) = request.into_parts();
    // A HEAD is a GET whose body the HTTP stack leaves out.
    let verb = if head.method == hyper::Method::HEAD { "GET" } else { head.method.as_str() };
    let Ok(method) = Method::from_str(verb) else {
        return Ok(plain(405, "Brightpearl has no such method"));
    };
    let Ok(body) = Limited::new(body, MOST_BODY_BYTES).collect().await else {
        return Ok(plain(413, "the body is too long or broke off"));
    };
    let request = Request {
        method,
        url: head.uri.to_string(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect::<Headers>(),
        body: body.to_bytes().to_vec(),
    };
    let served = emulator.lock().unwrap_or_else(PoisonError::into_inner).respond(&request, now_ms());
    if let (Some(log), Some(line)) = (&log, &served.logged) {
        log.write(line);
    }
    match served.outcome {
        Outcome::Answer { response, after_ms } => {
            if after_ms > 0 {
                tokio::time::sleep(Duration::from_millis(after_ms)).await;
            }
            Ok(on_the_wire(response))
        }
        Outcome::ConnectionLost { applied: _ } => Err(ConnectionLost),
    }
}

fn on_the_wire(response: Response) -> hyper::Response<Full<Bytes>> {
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in response.headers.iter() {
        builder = builder.header(name, value);
    }
    builder.body(Full::new(response.body.into())).unwrap_or_else(|error| {
        plain(500, &format!("the emulator made a header that cannot be sent: {error}"))
    })
}

fn plain(status: u16, text: &str) -> hyper::Response<Full<Bytes>> {
    let mut response = hyper::Response::new(Full::new(Bytes::from(format!("{text}\n"))));
    *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::BAD_REQUEST);
    response
}

/// Milliseconds since the epoch; 0 on a machine whose clock stands before it.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
