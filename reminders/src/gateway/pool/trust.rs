//! Whom TLS towards providers trusts: the authorities of this machine, and one that the configuration names.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, LazyLock};
use tokio_rustls::TlsConnector;

/// The authorities that this machine trusts, read once for all clinics and providers.
static MACHINE: LazyLock<Vec<CertificateDer<'static>>> =
    LazyLock::new(|| rustls_native_certs::load_native_certs().certs);

/// TLS for HTTP/2 that trusts this machine's authorities and those of `extra` (PEM). `None` where `extra` holds
/// no certificate, or where there is nobody to trust.
pub(in super::super) fn tls(extra: Option<&[u8]>) -> Option<TlsConnector> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = extra {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
        if certificates.is_empty() {
            return None;
        }
        for certificate in certificates {
            roots.add(certificate).ok()?;
        }
    }
    roots.add_parsable_certificates(MACHINE.iter().cloned());
    if roots.is_empty() {
        return None;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let mut config = versions.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Some(TlsConnector::from(Arc::new(config)))
}
