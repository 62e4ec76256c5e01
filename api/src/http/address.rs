//! Whose request it is, by address.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// What proxies add the address of their client to. The other such header, `Forwarded`, is never
/// read: a proxy that writes one of them passes the other on as the client made it up.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the client, an extension of each request: the peer's, or what trusted proxies
/// say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The network that `text` names, for example `10.0.0.0/8`; a lone address is a network of one.
pub fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|address: IpAddr| IpNet::from(address)))
}

/// Whether `address` is a trusted proxy's.
pub(super) fn trusts(trusted: &[IpNet], address: IpAddr) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// The client behind `peer`. Each proxy adds whom it saw at the end, so what it says is read from
/// there, as long as those who say it are trusted.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> ClientAddress {
    let mut known = peer.to_canonical();
    if trusts(trusted, known) {
        let said = headers.get_all(FORWARDED_FOR).iter().rev();
        let steps = said.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        for step in steps {
            let Some(address) = address(step.trim()) else { break };
            known = address;
            if !trusts(trusted, known) {
                break;
            }
        }
    }
    ClientAddress(known)
}

/// An address, perhaps with a port.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    text.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn client_of(peer: &str, said: &[&'static str]) -> String {
        let trusted = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"].map(|text| network(text).unwrap());
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        headers.insert("forwarded", HeaderValue::from_static("for=203.0.113.66"));
        client(peer.parse().unwrap(), &headers, &trusted).0.to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        assert_eq!(client_of("203.0.113.5", &["198.51.100.1"]), "203.0.113.5");
        assert_eq!(client_of("192.0.2.8", &["198.51.100.1"]), "192.0.2.8");
        assert_eq!(client_of("192.0.2.7", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client_of("::ffff:10.1.1.1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_counts() {
        assert_eq!(client_of("10.0.0.1", &["198.51.100.1, 203.0.113.5, 10.0.0.2"]), "203.0.113.5");
        assert_eq!(client_of("10.0.0.1", &["198.51.100.1", "203.0.113.5", "fd00::2"]), "203.0.113.5");
        assert_eq!(client_of("10.0.0.1", &["198.51.100.1, 203.0.113.5:4711"]), "203.0.113.5");
        assert_eq!(client_of("10.0.0.1", &["[2001:db8::5]:4711"]), "2001:db8::5");
        assert_eq!(client_of("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn what_is_no_address_ends_the_trail() {
        assert_eq!(client_of("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client_of("10.0.0.1", &[""]), "10.0.0.1");
        assert_eq!(client_of("10.0.0.1", &["198.51.100.1, unknown, 10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn a_network_is_written_by_its_length_or_as_one_address() {
        assert!(network("10.0.0.0/8").is_some() && network("::1").is_some());
        assert!(network("10.0.0.0/33").is_none() && network("proxy.example").is_none());
    }
}
