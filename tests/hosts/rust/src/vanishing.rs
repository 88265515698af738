//! A server that speaks bytes: it answers each GET and keeps the connection open, and lets every write down.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

const KEPT: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n";

/// What becomes of a write.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// The connection is closed when the whole of it has come.
    NoAnswer,
    /// The connection is closed when its head has come; what is still unread then resets it.
    AfterTheHead,
    /// The connection is closed in the middle of the answer's head.
    HalfAHead,
    /// The connection is closed in the middle of the answer's body.
    HalfABody,
    /// It is answered with a status.
    Status(u16),
}

/// The endings that are no answers.
pub const MISFORTUNES: [Ending; 4] =
    [Ending::NoAnswer, Ending::AfterTheHead, Ending::HalfAHead, Ending::HalfABody];

/// Answers that another try might serve better; a transport sends a write again for none of them.
pub const STATUSES: [u16; 11] = [301, 302, 307, 308, 401, 408, 421, 425, 429, 500, 503];

/// The server, which stops when it is dropped.
#[derive(Debug)]
pub struct Vanishing {
    /// Where it is.
    pub url: String,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

/// What came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Connections.
    pub connections: usize,
    /// Requests that read.
    pub reads: usize,
    /// Other requests.
    pub writes: usize,
}

#[derive(Debug, Default)]
struct Shared {
    seen: Mutex<Seen>,
    open: Mutex<HashMap<usize, TcpStream>>,
    is_over: AtomicBool,
}

impl Vanishing {
    /// Starts it.
    ///
    /// # Errors
    /// Where no port of the loopback address can be had.
    pub fn start(ending: Ending) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::default());
        let given = Arc::clone(&shared);
        let accepting = thread::spawn(move || given.accept(&listener, ending));
        Ok(Self { url, shared, accepting: Some(accepting) })
    }

    /// What came so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        *locked(&self.shared.seen)
    }
}

impl Drop for Vanishing {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes up who waits for a connection, and who waits for more of a request.
        _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        for one in locked(&self.shared.open).values() {
            _ = one.shutdown(Shutdown::Both);
        }
        if let Some(accepting) = self.accepting.take() {
            _ = accepting.join();
        }
    }
}

impl Shared {
    fn accept(self: Arc<Self>, listener: &TcpListener, ending: Ending) {
        let mut serving = Vec::new();
        while let Ok((connection, _)) = listener.accept() {
            let Ok(copy) = connection.try_clone() else { break };
            if self.is_over.load(Ordering::SeqCst) {
                break;
            }
            locked(&self.seen).connections += 1;
            let number = serving.len();
            locked(&self.open).insert(number, copy);
            let given = Arc::clone(&self);
            serving.push(thread::spawn(move || {
                // The other end may be gone.
                _ = given.serve(&connection, ending);
                // The connection is closed with the last that has it, and reset where something is unread.
                locked(&given.open).remove(&number);
            }));
        }
        for one in serving {
            _ = one.join();
        }
    }

    fn serve(&self, mut connection: &TcpStream, ending: Ending) -> io::Result<()> {
        while let Some(is_read) = receive(connection, ending)? {
            if is_read {
                locked(&self.seen).reads += 1;
                connection.write_all(&[KEPT, b"{\"response\": []}"].concat())?;
                continue;
            }
            locked(&self.seen).writes += 1;
            match ending {
                Ending::NoAnswer | Ending::AfterTheHead => break,
                Ending::HalfAHead => return connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-ty"),
                Ending::HalfABody => return connection.write_all(&[KEPT, b"{\"resp"].concat()),
                Ending::Status(status) => {
                    let lines = "location: /elsewhere\r\nretry-after: 0\r\ncontent-length: 2\r\n\r\n{}";
                    connection.write_all(format!("HTTP/1.1 {status} Said\r\n{lines}").as_bytes())?;
                }
            }
        }
        Ok(())
    }
}

/// Reads a request, as far as the server wants to; whether it is one that reads, or nothing where the connection was closed.
fn receive(mut connection: &TcpStream, ending: Ending) -> io::Result<Option<bool>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1 << 14];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        match connection.read(&mut buffer)? {
            0 => return Ok(None),
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut left = length.unwrap_or(0_usize).saturating_sub(bytes.len() - end);
    // A request without a body may say so by a last chunk.
    let is_chunked = head.contains("transfer-encoding: chunked");
    while (left > 0 || (is_chunked && !bytes.ends_with(b"0\r\n\r\n")))
        && !matches!(ending, Ending::AfterTheHead)
    {
        match connection.read(&mut buffer)? {
            0 => return Ok(None),
            count if is_chunked => bytes.extend_from_slice(&buffer[..count]),
            count => left = left.saturating_sub(count),
        }
    }
    Ok(Some(head.starts_with("get ")))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
