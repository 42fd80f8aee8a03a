//! `HTTPS_PROXY` and `NO_PROXY`: which hosts go through a proxy, and how a tunnel is asked for.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::error::CallError;

/// A head longer than this is not a proxy's answer to CONNECT.
const MAX_HEAD: usize = 8 * 1024;

/// Why a proxy setting is not usable. The value is not repeated: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Not a URL.
    #[error("HTTPS_PROXY must be a URL such as http://proxy.example:3128")]
    NotUrl,
    /// A kind of proxy that is not supported.
    #[error("HTTPS_PROXY must begin with http://: other kinds of proxy are not supported")]
    Scheme,
}

/// Which hosts are reached through a proxy. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct ProxyRules {
    inner: Option<Arc<Rules>>,
}

#[derive(Debug)]
struct Rules {
    proxy: Proxy,
    except: Vec<Exception>,
}

/// The proxy.
pub(crate) struct Proxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    authorization: Option<String>,
}

impl Proxy {
    /// Host and port.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({})", self.authority())
    }
}

/// One entry of `NO_PROXY`.
#[derive(Debug, PartialEq, Eq)]
enum Exception {
    /// `*`
    Everything,
    /// `10.0.0.0/8`, or one address.
    Network(IpNet),
    /// `example.com` and everything below it, perhaps only on one port.
    Domain(String, Option<u16>),
}

impl ProxyRules {
    /// No proxy.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads the two variables. An empty `HTTPS_PROXY` means none.
    pub fn parse(https_proxy: Option<&str>, no_proxy: Option<&str>) -> Result<Self, ProxyError> {
        let Some(text) = https_proxy.map(str::trim).filter(|t| !t.is_empty()) else { return Ok(Self::none()) };
        let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
        let url = url.map_err(|_| ProxyError::NotUrl)?;
        if url.scheme() != "http" {
            return Err(ProxyError::Scheme);
        }
        let host = url.host_str().ok_or(ProxyError::NotUrl)?.trim_matches(['[', ']']).to_owned();
        let authorization = (!url.username().is_empty()).then(|| {
            let decode = |text: &str| percent_decode(text);
            let pair = [decode(url.username()), decode(url.password().unwrap_or_default())].join(&b':');
            format!("Basic {}", STANDARD.encode(pair))
        });
        let proxy = Proxy { host, port: url.port_or_known_default().unwrap_or(80), authorization };
        let except = no_proxy.unwrap_or_default().split(',').filter_map(Exception::parse).collect();
        Ok(Self { inner: Some(Arc::new(Rules { proxy, except })) })
    }

    /// The proxy for a host, if there is one. Only `https` is tunnelled; this machine is never reached through a
    /// proxy, where "this machine" would be another one.
    pub(crate) fn for_target(&self, https: bool, host: &str, port: u16) -> Option<&Proxy> {
        let rules = self.inner.as_ref().filter(|_| https)?;
        let ip = host.parse::<IpAddr>().ok();
        if host.eq_ignore_ascii_case("localhost") || ip.is_some_and(|ip| ip.is_loopback()) {
            return None;
        }
        (!rules.except.iter().any(|e| e.covers(host, ip, port))).then_some(&rules.proxy)
    }
}

impl Exception {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if text == "*" {
            return Some(Self::Everything);
        }
        if let Ok(net) = text.parse::<IpNet>() {
            return Some(Self::Network(net));
        }
        if let Ok(ip) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Some(Self::Network(ip.into()));
        }
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) => (name, port.parse().ok()),
            None => (text, None),
        };
        let name = name.trim_start_matches('*').trim_start_matches('.').to_ascii_lowercase();
        (!name.is_empty()).then_some(Self::Domain(name, port))
    }

    fn covers(&self, host: &str, ip: Option<IpAddr>, port: u16) -> bool {
        match self {
            Self::Everything => true,
            Self::Network(net) => ip.is_some_and(|ip| net.contains(&ip)),
            Self::Domain(name, only) => {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                let below = host.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
                below && only.is_none_or(|only| only == port)
            }
        }
    }
}

/// User and password may hold any byte, percent-encoded.
fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match pair.filter(|_| bytes[at] == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

/// Asks a proxy for a tunnel and reads its answer, byte by byte at the end so that nothing of the tunnel is eaten.
pub(crate) async fn tunnel(mut tcp: TcpStream, proxy: &Proxy, target: &str) -> Result<TcpStream, CallError> {
    let failed = |reason: String| CallError::Proxy { host: target.to_owned(), reason };
    let mut ask = format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n");
    if let Some(authorization) = &proxy.authorization {
        ask.push_str("proxy-authorization: ");
        ask.push_str(authorization);
        ask.push_str("\r\n");
    }
    ask.push_str("\r\n");
    tcp.write_all(ask.as_bytes()).await.map_err(|error| failed(error.to_string()))?;
    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MAX_HEAD {
            return Err(failed("its answer is too long".to_owned()));
        }
        // A few hundred one-byte reads, once per connection: cheaper to read than to get wrong.
        match tcp.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(error) => return Err(failed(error.to_string())),
        }
    }
    let line = String::from_utf8_lossy(head.split(|b| *b == b'\r').next().unwrap_or_default()).into_owned();
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1));
    match status {
        Some(code) if code.len() == 3 && code.starts_with('2') => Ok(tcp),
        Some("407") => Err(failed("it wants other credentials (407)".to_owned())),
        Some(code) => Err(failed(format!("it answered {}", code.chars().take(3).collect::<String>()))),
        None => Err(failed("it does not speak HTTP".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::{ProxyError, ProxyRules};

    #[test]
    fn no_proxy_entries_cover_what_they_name() {
        let rules = ProxyRules::parse(
            Some("http://us%40er:p%3Aw@proxy.example:3128"),
            Some("internal.example, .corp , 10.0.0.0/8,192.0.2.7, *.wild.example,ported.example:8443"),
        )
        .unwrap();
        let proxy = rules.for_target(true, "api.openai.com", 443).unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.example", 3128));
        assert_eq!(proxy.authorization.as_deref(), Some("Basic dXNAZXI6cDp3"));
        for (https, host, port, proxied) in [
            (true, "api.openai.com", 443, true),
            (false, "api.openai.com", 80, false),
            (true, "internal.example", 443, false),
            (true, "INTERNAL.example.", 443, false),
            (true, "a.internal.example", 443, false),
            (true, "notinternal.example", 443, true),
            (true, "x.corp", 443, false),
            (true, "10.2.3.4", 443, false),
            (true, "11.2.3.4", 443, true),
            (true, "192.0.2.7", 443, false),
            (true, "a.wild.example", 443, false),
            (true, "ported.example", 8443, false),
            (true, "ported.example", 443, true),
            (true, "localhost", 443, false),
            (true, "127.0.0.1", 443, false),
            (true, "::1", 443, false),
        ] {
            assert_eq!(rules.for_target(https, host, port).is_some(), proxied, "{host}:{port}");
        }
        let all = ProxyRules::parse(Some("proxy:1"), Some("*")).unwrap();
        assert!(all.for_target(true, "api.openai.com", 443).is_none());
        assert!(ProxyRules::parse(Some(" "), None).unwrap().for_target(true, "a", 443).is_none());
        assert!(!format!("{rules:?}").contains("dXNA"), "credentials are not printed");
    }

    #[test]
    fn unsupported_proxies_are_refused() {
        for (text, error) in [
            ("socks5://p:1080", ProxyError::Scheme),
            ("https://p", ProxyError::Scheme),
            ("http://", ProxyError::NotUrl),
        ] {
            assert_eq!(ProxyRules::parse(Some(text), None).unwrap_err(), error, "{text}");
        }
    }
}
