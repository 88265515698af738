//! A server of a test's own on a real port, and what is sent to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use brightpearl_emulator::Config;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// A running server; it is stopped when dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
    /// The file that it says is to be trusted.
    pub(crate) authority_file: PathBuf,
    /// What it trusts over HTTPS.
    authority: Option<Vec<u8>>,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_brightpearl-emulator"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}"));
        let (url, authority) = said.split_once(", trusted by ").unwrap_or((said, ""));
        Self { url: url.to_owned(), process, authority_file: PathBuf::from(authority), authority: None }
    }

    /// Trusts this authority from now on, and no other.
    pub(crate) fn trust(&mut self, authority: &[u8]) {
        self.authority = Some(authority.to_vec());
    }

    /// A GET of the API, by the first of the account's credentials.
    pub(crate) fn get(&self, path: &str) -> Result<(u16, String), ureq::Error> {
        self.send("GET", &format!("/public-api/demo/{path}"), "")
    }

    /// Any request, with a JSON body unless that is empty.
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Result<(u16, String), ureq::Error> {
        let mut builder = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in Config::default().credentials[0].headers().iter() {
            builder = builder.header(name, value);
        }
        let mut response = if body.is_empty() {
            self.agent().run(builder.body(())?)?
        } else {
            self.agent().run(builder.header("content-type", "application/json").body(body.to_owned())?)?
        };
        let status = response.status().as_u16();
        Ok((status, response.body_mut().read_to_string()?))
    }

    fn agent(&self) -> ureq::Agent {
        let trusted = self.authority.iter().map(|pem| Certificate::from_pem(pem).unwrap());
        let roots = RootCerts::Specific(Arc::new(trusted.collect()));
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build()
            .into()
    }

    /// What comes back on the socket itself.
    pub(crate) fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Tells it to stop, and hands back how it ended and what it said on standard error.
    pub(crate) fn stop(mut self) -> (ExitStatus, String) {
        let killed = Command::new("kill").arg("-TERM").arg(self.process.id().to_string()).status().unwrap();
        assert!(killed.success());
        let mut errors = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.process.wait().unwrap(), errors)
    }

    /// Ends it without a word, as a crash would.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Either may fail because the server has stopped already, which is what is wanted.
        let _stopped = self.process.kill();
        let _reaped = self.process.wait();
    }
}
