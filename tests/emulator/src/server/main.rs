//! Puts the emulator on a loopback port.
//!
//! It prints one line, `listening on http://127.0.0.1:PORT` (or `https`, and then `, trusted by FILE`), and serves until it is told to stop. It delivers
//! the webhooks that are due, and keeps the account in a file when told so. This is the only part of the crate
//! that has sockets, files and a clock.
//!
//! It stands on `hyper` and not on a framework above it, because a fault may be a connection that closes
//! without an answer, and only a service that can fail is able to do that.
#![forbid(unsafe_code)]

mod arguments;
mod connection;
mod delivery;
mod exchange_log;
mod state_file;
mod tls;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use brightpearl_emulator::{Desk, HOSTS};
use clap::Parser;
use tokio::net::TcpListener;

use arguments::Arguments;
use exchange_log::ExchangeLog;
use state_file::StateFile;
use tls::Tls;

/// The emulator as the connections share it.
type Shared = Arc<Mutex<Desk>>;

/// How often the state is written, if anything has changed.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// Exit code for arguments that cannot be used, the one that the argument parser uses too.
const BAD_ARGUMENTS: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let emulator = match arguments.emulator() {
        Ok(emulator) => emulator,
        Err(error) => {
            eprintln!("brightpearl-emulator: {error}");
            return ExitCode::from(BAD_ARGUMENTS);
        }
    };
    let desk = Desk::new(emulator, arguments.settings(), connection::now_ms());
    match run(&arguments, Arc::new(Mutex::new(desk))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("brightpearl-emulator: cannot serve on port {}: {error}", arguments.port);
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(arguments: &Arguments, emulator: Shared) -> std::io::Result<()> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port))).await?;
    let tls = Tls::of(arguments)?;
    let log = arguments.log.as_deref().map(ExchangeLog::open).transpose()?.map(Arc::new);
    announce(&listener, &emulator, tls.as_ref())?;
    let mut state_file = arguments.state.clone().map(StateFile::new);
    let mut save = tokio::time::interval(SAVE_EVERY);
    tokio::spawn(delivery::deliver(Arc::clone(&emulator)));
    let mut told_to_stop = std::pin::pin!(told_to_stop());
    let mut input_ended = std::pin::pin!(input_ended(arguments.until_input_ends));
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let acceptor = tls.as_ref().map(|tls| tls.acceptor.clone());
                    tokio::spawn(connection::serve(stream, acceptor, Arc::clone(&emulator), log.clone()));
                }
                // The peer was gone before it was accepted, or files have run out: the next may do better.
                Err(error) => eprintln!("brightpearl-emulator: a connection was not accepted: {error}"),
            },
            _ = save.tick() => {
                if let Some(Err(error)) = state_file.as_mut().map(|file| file.keep_up(&emulator)) {
                    eprintln!("brightpearl-emulator: the state was not saved: {error}");
                }
            }
            told = &mut told_to_stop => {
                told?;
                break;
            }
            () = &mut input_ended => break,
        }
    }
    if let Some(file) = &mut state_file {
        file.keep(&emulator)?;
    }
    if arguments.statistics {
        let emulator = emulator.lock().unwrap_or_else(PoisonError::into_inner);
        eprintln!(
            "{}",
            serde_json::to_string_pretty(emulator.emulator().statistics()).map_err(std::io::Error::other)?
        );
    }
    Ok(())
}

/// Comes to an end with Ctrl-C or, where there is such a thing, a request to terminate.
async fn told_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Comes to an end with the standard input, if that is of interest. A thread of its own reads it, which does not keep
/// the server from ending.
async fn input_ended(is_watched: bool) {
    let ended = Arc::new(tokio::sync::Notify::new());
    if is_watched {
        let ended = Arc::clone(&ended);
        std::thread::spawn(move || {
            // An input that cannot be read has ended as well.
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            ended.notify_one();
        });
    }
    ended.notified().await;
}

/// Tells whoever started the server where it is, and whoever reads along how to be let in.
fn announce(listener: &TcpListener, emulator: &Shared, tls: Option<&Tls>) -> std::io::Result<()> {
    let desk = emulator.lock().unwrap_or_else(PoisonError::into_inner);
    let config = desk.emulator().config();
    let scheme = if tls.is_some() { "https" } else { "http" };
    let address = listener.local_addr()?;
    eprintln!("account {} at {scheme}://{address}/public-api/{}/", config.account, config.account);
    for credential in &config.credentials {
        let headers = credential.headers();
        let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        eprintln!("let in: {}", lines.join(", "));
    }
    for client in &config.oauth.clients {
        let page = format!("{scheme}://{address}/authorize/{}", config.account);
        eprintln!("oauth: client_id {}, approve at {page}", client.app_ref);
    }
    if let Some(authority) = tls.and_then(|tls| tls.authority.as_ref()) {
        let path = authority.path.display();
        eprintln!("trust this server by the authority in {path}, for as long as it runs:");
        eprintln!("  curl --cacert {path}    NODE_EXTRA_CA_CERTS={path}");
        eprintln!("  SSL_CERT_FILE={path}    REQUESTS_CA_BUNDLE={path}");
    }
    eprintln!("a hosts file that leads clients here: 127.0.0.1 {}", HOSTS.join(" "));
    let mut output = std::io::stdout().lock();
    write!(output, "listening on {scheme}://{address}")?;
    if let Some(authority) = tls.and_then(|tls| tls.authority.as_ref()) {
        write!(output, ", trusted by {}", authority.path.display())?;
    }
    writeln!(output)?;
    output.flush()
}
