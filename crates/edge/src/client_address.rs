//! Who is at the other end, when proxies stand in between.

use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

/// The client's address as far as it can be trusted; in the extensions of every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The proxies whose `X-Forwarded-For` is believed. Default: none.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
}

impl TrustedProxies {
    /// Believes the hosts in these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self { networks }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The client: the peer itself unless it is a trusted proxy; then the rightmost hop that is not one.
    ///
    /// A hop that is not an address ends the walk: what stands left of it was written by somebody unknown.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let peer = peer.to_canonical();
        if self.networks.is_empty() || !self.trusts(peer) {
            return ClientAddress(peer);
        }
        let mut client = peer;
        let values: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
        for hop in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            let Some(address) = parse_hop(hop.trim()) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        ClientAddress(client)
    }
}

/// An address, with or without a port (`192.0.2.1:80`, `[2001:db8::1]:443`).
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(hop, |(inside, _)| inside);
    let parsed = bare.parse::<IpAddr>().ok().or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|s| s.ip()));
    parsed.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rightmost_untrusted_hop_is_the_client() {
        let trusted = TrustedProxies::new(vec!["10.0.0.0/8".parse().expect("cidr"), "fd00::/8".parse().expect("cidr")]);
        let none = TrustedProxies::default();
        let cases: &[(&TrustedProxies, &str, &[&str], &str)] = &[
            (&none, "203.0.113.9", &["1.2.3.4"], "203.0.113.9"),
            (&trusted, "203.0.113.9", &["1.2.3.4"], "203.0.113.9"),
            (&trusted, "10.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            (&trusted, "10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.2.2.2"], "1.2.3.4"),
            (&trusted, "10.0.0.1", &["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
            (&trusted, "10.0.0.1", &["6.6.6.6, garbage, 10.2.2.2"], "10.2.2.2"),
            (&trusted, "10.0.0.1", &["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
            (&trusted, "10.0.0.1", &[], "10.0.0.1"),
            (&trusted, "10.0.0.1", &["1.2.3.4:5678"], "1.2.3.4"),
            (&trusted, "fd00::1", &["[2001:db8::7]:443"], "2001:db8::7"),
            (&trusted, "::ffff:10.0.0.1", &["::ffff:1.2.3.4"], "1.2.3.4"),
        ];
        for (proxies, peer, forwarded, expected) in cases {
            let mut headers = HeaderMap::new();
            for value in *forwarded {
                headers.append("x-forwarded-for", value.parse().expect("ascii"));
            }
            let client = proxies.client(peer.parse().expect("address"), &headers);
            assert_eq!(client.0.to_string(), *expected, "{peer} {forwarded:?}");
        }
    }
}
