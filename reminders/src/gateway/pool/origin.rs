//! Where a provider is: an address of the form `https://host:port`.

use hyper::Uri;
use rustls::pki_types::ServerName;

/// Host and port of a provider, and what its requests' addresses begin with.
#[derive(Debug, Clone)]
pub(in super::super) struct Origin {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) name: ServerName<'static>,
    base: Uri,
}

impl Origin {
    /// The origin of `https://host[:port][/path]`, and the path; `None` for anything else.
    pub(in super::super) fn parse(text: &str) -> Option<(Self, String)> {
        let base: Uri = text.parse().ok()?;
        if base.scheme_str() != Some("https") {
            return None;
        }
        let host = base.host()?.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host.clone()).ok()?;
        let path = base.path().to_owned();
        Some((Self { host, port: base.port_u16().unwrap_or(443), name, base }, path))
    }

    /// The address of `path` there; `None` where it is no path.
    pub(in super::super) fn uri(&self, path: &str) -> Option<Uri> {
        let mut parts = self.base.clone().into_parts();
        parts.path_and_query = Some(path.parse().ok()?);
        Uri::from_parts(parts).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_a_port_and_a_path() {
        let (origin, path) = Origin::parse("https://oauth.example/token").unwrap();
        assert_eq!((origin.host.as_str(), origin.port, path.as_str()), ("oauth.example", 443, "/token"));
        assert_eq!(origin.uri("/3/device/ab").unwrap(), "https://oauth.example/3/device/ab");
        let (origin, path) = Origin::parse("https://[::1]:2197").unwrap();
        assert_eq!((origin.host.as_str(), origin.port, path.as_str()), ("::1", 2197, "/"));
        for bad in ["http://push.example", "push.example", "https://", ""] {
            assert!(Origin::parse(bad).is_none(), "{bad}");
        }
    }
}
