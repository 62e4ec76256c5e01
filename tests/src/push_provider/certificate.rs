//! The authority that vouches for the simulator.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;
use tempfile::NamedTempFile;

/// The names that clients may ask for, the providers' own among them.
const NAMES: [&str; 7] = [
    "localhost",
    "127.0.0.1",
    "api.push.apple.com",
    "api.sandbox.push.apple.com",
    "fcm.googleapis.com",
    "oauth2.googleapis.com",
    "www.googleapis.com",
];

/// An authority made for one test, with the certificate that the simulator shows.
pub struct Authority {
    /// Its certificate as PEM, for clients that take the text.
    pub pem: String,
    /// The same as DER.
    pub der: CertificateDer<'static>,
    file: NamedTempFile,
    leaf: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Another name than that of the certificate below, which clients took for self-signed otherwise.
        params.distinguished_name.push(DnType::CommonName, "Plumbline tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().unwrap();
        let names = NAMES.map(str::to_owned);
        let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
        let file = NamedTempFile::new().unwrap();
        std::fs::write(file.path(), certificate.pem()).unwrap();
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            file,
            leaf: leaf.der().clone(),
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        }
    }

    /// The file with its certificate as PEM, for clients that read one; gone with the simulator.
    pub fn file(&self) -> &Path {
        self.file.path()
    }

    /// What a server of these protocols shows.
    pub(super) fn server(&self, protocols: &[&[u8]]) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.leaf.clone()], self.key.clone_key())
            .unwrap();
        server.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Arc::new(server)
    }
}
