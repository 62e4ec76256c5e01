//! The cryptography of this process's TLS.

/// Chooses it; from the second call on it is there already.
pub(crate) fn install() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
