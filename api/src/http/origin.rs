//! Which web pages may speak to this server.

use axum::http::{HeaderMap, Uri, header};
use std::sync::Arc;

/// The names of this machine for itself: pages may use one while the configuration says another.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The origins of the web pages that may speak to this server: its own and those it allows.
#[derive(Debug, Clone)]
pub struct Origins {
    own: Arc<[String]>,
    allowed: Arc<[String]>,
}

impl Origins {
    /// Those of a server that people reach at `public_url`, and the origins `allowed`.
    pub fn new(public_url: &str, allowed: &[String]) -> Self {
        let own = parts(public_url).map(|(scheme, host, port)| {
            let names =
                if LOOPBACK.contains(&host.as_str()) { LOOPBACK.to_vec() } else { vec![host.as_str()] };
            names.into_iter().map(|name| written(&scheme, name, port)).collect()
        });
        Self { own: own.unwrap_or_default(), allowed: allowed.into() }
    }

    /// The other origins whose pages may read answers.
    pub(super) fn allowed(&self) -> &[String] {
        &self.allowed
    }
}

/// Whether a request comes from a page of the server's own origin or of one it allows, or from no
/// page at all: only browsers send `Origin`.
pub fn origin_allowed(origins: &Origins, headers: &HeaderMap) -> bool {
    let known = |origin: &str| origins.own.iter().chain(origins.allowed.iter()).any(|known| known == origin);
    headers.get_all(header::ORIGIN).iter().all(|origin| origin.to_str().is_ok_and(known))
}

/// The origin of a web address, as browsers write it: `https://care.example`, with a port where it
/// is not the scheme's own. `None` when `url` is no address of the web.
pub fn origin_of(url: &str) -> Option<String> {
    parts(url).map(|(scheme, host, port)| written(&scheme, &host, port))
}

fn parts(url: &str) -> Option<(String, String, Option<u16>)> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str()?.to_owned();
    let own_port = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    let host = authority.host().to_ascii_lowercase();
    let port = authority.port_u16().filter(|port| *port != own_port);
    Some((scheme, host, port))
}

fn written(scheme: &str, host: &str, port: Option<u16>) -> String {
    match port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn allowed(public_url: &str, origin: &'static str) -> bool {
        let origins = Origins::new(public_url, &["https://dashboard.example".to_owned()]);
        let headers = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static(origin))]);
        origin_allowed(&origins, &headers)
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        assert_eq!(origin_of("https://care.example").as_deref(), Some("https://care.example"));
        assert_eq!(origin_of("HTTPS://Care.Example:443/app").as_deref(), Some("https://care.example"));
        assert_eq!(origin_of("http://[::1]:8080/").as_deref(), Some("http://[::1]:8080"));
        for wrong in
            ["", "*", "null", "care.example", "ftp://care.example", "https://", "https://a@b.example"]
        {
            assert_eq!(origin_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_own_origin_and_the_allowed_ones_may_speak() {
        let url = "https://care.example/";
        assert!(allowed(url, "https://care.example") && allowed(url, "https://dashboard.example"));
        for foreign in [
            "http://care.example",
            "https://care.example:8443",
            "https://care.example.evil.example",
            "https://evil.example",
            "https://dashboard.example/",
            "null",
            "",
        ] {
            assert!(!allowed(url, foreign), "{foreign}");
        }
        assert!(origin_allowed(&Origins::new(url, &[]), &HeaderMap::new()), "an app is no page");
    }

    #[test]
    fn one_allowed_origin_does_not_cover_for_another() {
        let origins = Origins::new("https://care.example", &[]);
        let mut headers = HeaderMap::new();
        headers.append(header::ORIGIN, HeaderValue::from_static("https://care.example"));
        headers.append(header::ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert!(!origin_allowed(&origins, &headers));
    }

    #[test]
    fn this_machine_goes_by_all_its_names() {
        let url = "http://127.0.0.1:8080";
        assert!(allowed(url, "http://localhost:8080") && allowed(url, "http://[::1]:8080"));
        assert!(
            !allowed(url, "http://localhost:8081") && !allowed("https://care.example", "https://localhost")
        );
    }
}
