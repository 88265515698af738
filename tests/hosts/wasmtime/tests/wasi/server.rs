//! A server that misbehaves as it is told, connection by connection, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// What becomes of a request that was read whole. The connection is closed behind it.
#[derive(Clone)]
pub(crate) enum Conduct {
    /// These bytes, which may be less than a whole answer.
    Writes(String),
    /// An answer of 200 with a body of so many bytes.
    Floods(usize),
    /// Nothing.
    Closes,
}

/// The server; it stops when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on a free port. The last conduct is that of all further connections.
    pub(crate) fn start(conducts: Vec<Conduct>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, is_over) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (heard, over) = (Arc::clone(&asked), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            for (place, connection) in listener.incoming().enumerate() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let conduct = conducts.get(place).or(conducts.last()).cloned().unwrap_or(Conduct::Closes);
                // A client that goes away early is a part of the game.
                let _ = serve(connection.unwrap(), &conduct, &heard);
            }
        });
        Self { address, asked, is_over, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first line of each request, and its body.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes it up.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(mut connection: TcpStream, conduct: &Conduct, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    asked.lock().unwrap().push(format!("{} {}", first.trim(), String::from_utf8_lossy(&body)));
    match conduct {
        Conduct::Closes => Ok(()),
        Conduct::Writes(text) => connection.write_all(text.as_bytes()),
        Conduct::Floods(bytes) => {
            write!(connection, "HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n")?;
            let part = [b' '; 64 << 10];
            for _ in 0..bytes / part.len() {
                connection.write_all(&part)?;
            }
            Ok(())
        }
    }
}
