//! A certificate for a server on the loopback, and the authority that made it.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};

use crate::config::UtcOffset;
use crate::desk::HOSTS;
use crate::protocol::moment::{DAY, year_of};
use crate::protocol::zone::AccountZone;

/// What a server needs for TLS, and what its clients need to trust it; all in PEM.
#[derive(Clone)]
pub struct Certificates {
    /// What clients trust: the authority, which is good for this one server, as its key is gone.
    pub authority: String,
    /// What the server shows: for `localhost`, the loopback's addresses, and the hosts of [`HOSTS`].
    pub certificate: String,
    /// The server's private key.
    pub key: String,
}

/// Makes a certificate that is good from the year before `now_ms` for about two years.
///
/// # Errors
/// The library's own, when the machine has no randomness.
pub fn make_certificates(now_ms: u64) -> Result<Certificates, Error> {
    let year = |days: i64| {
        let ms = i64::try_from(now_ms).unwrap_or_default().saturating_add(days * DAY);
        i32::from(year_of(ms, AccountZone::Fixed(UtcOffset { minutes: 0 })))
    };
    // Some clients refuse certificates that live longer than 825 days.
    let dated = |mut params: CertificateParams, name: &str| {
        params.not_before = date_time_ymd(year(0), 1, 1);
        params.not_after = date_time_ymd(year(366) + 1, 1, 1);
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let mut authority = dated(CertificateParams::default(), "Emulated Brightpearl, made for one server");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    names.extend(HOSTS.map(str::to_owned));
    let mut own = dated(CertificateParams::new(names)?, "localhost");
    own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    own.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = own.signed_by(&key, &authority)?;
    Ok(Certificates { authority: authority.pem(), certificate: certificate.pem(), key: key.serialize_pem() })
}
