//! TLS: with a certificate that is made for this server, or with one that is given.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use brightpearl_emulator::make_certificates;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::arguments::Arguments;
use crate::connection::now_ms;

/// What a server with TLS has.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    /// Where the authority lies that made the certificate; none for one that was given.
    pub(crate) authority: Option<Authority>,
}

/// A file in a directory of its own, both of which go with the server.
pub(crate) struct Authority {
    directory: PathBuf,
    pub(crate) path: PathBuf,
}

impl Drop for Authority {
    fn drop(&mut self) {
        // Somebody may have removed them.
        let _removed = fs::remove_file(&self.path).and_then(|()| fs::remove_dir(&self.directory));
    }
}

impl Tls {
    /// What the arguments ask for, if they ask for TLS.
    pub(crate) fn of(arguments: &Arguments) -> io::Result<Option<Self>> {
        match (&arguments.certificate, &arguments.key) {
            (Some(certificate), Some(key)) => {
                let acceptor = acceptor(&read(certificate)?, &read(key)?)?;
                Ok(Some(Self { acceptor, authority: None }))
            }
            // The parser of arguments lets one without the other not pass.
            (Some(_), None) | (None, Some(_)) | (None, None) if !arguments.tls => Ok(None),
            (Some(_), None) | (None, Some(_)) | (None, None) => Self::made().map(Some),
        }
    }

    fn made() -> io::Result<Self> {
        let made = make_certificates(now_ms()).map_err(io::Error::other)?;
        let directory =
            std::env::temp_dir().join(format!("brightpearl-emulator-{}-{}", std::process::id(), now_ms()));
        // A directory that somebody put there before is refused.
        fs::create_dir(&directory)?;
        let path = directory.join("authority.pem");
        fs::write(&path, &made.authority)?;
        let acceptor = acceptor(made.certificate.as_bytes(), made.key.as_bytes())?;
        Ok(Self { acceptor, authority: Some(Authority { directory, path }) })
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

fn acceptor(certificate: &[u8], key: &[u8]) -> io::Result<TlsAcceptor> {
    let unreadable = |what: &str, error: &dyn std::fmt::Display| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("{what} is not PEM as expected: {error}"))
    };
    let chain = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unreadable("the certificate", &error))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| unreadable("the key", &error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| unreadable("the certificate with its key", &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
