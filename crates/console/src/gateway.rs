//! Where clients reach the gateway.

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::Serialize;
use thinkwatch_policy::access::Action;
use url::Url;
use utoipa::ToSchema;

use crate::error::{Answer, ErrorBody};
use crate::signed::Signed;
use crate::state::{App, Options};

/// Where clients reach the gateway.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct GatewayAddress {
    /// Without a slash at the end: `https://ai.example.com`.
    pub(crate) url: String,
    /// `configured` (PUBLIC_GATEWAY_URL), or `detected` from how the console was reached and the gateway's port.
    pub(crate) source: &'static str,
}

/// Where clients reach the gateway.
#[utoipa::path(get, path = "/api/gateway/address", tag = "system",
    responses((status = 200, body = GatewayAddress), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn address(
    State(app): State<App>,
    Signed(caller): Signed,
    Host(host): Host,
) -> Answer<Json<GatewayAddress>> {
    caller.may(Action::AccountOwn)?;
    Ok(Json(find(&app.options, host.as_deref())))
}

/// The host that the client named, if it is a plain name or address.
pub(crate) struct Host(pub(crate) Option<String>);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Host {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let authority = parts.uri.authority().map(|authority| authority.as_str());
        Ok(Self(authority.or_else(|| host_header(&parts.headers)).and_then(plain_host)))
    }
}

fn host_header(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

/// The name without its port. Only what can be nothing but a name or an address: it goes into a header that says what
/// a page may do.
fn plain_host(authority: &str) -> Option<String> {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((v6, rest)) => {
            v6.parse::<std::net::Ipv6Addr>().ok()?;
            (format!("[{v6}]"), rest.strip_prefix(':').unwrap_or(rest))
        }
        None => {
            let (name, port) = authority.split_once(':').unwrap_or((authority, ""));
            let label = |label: &str| {
                !label.is_empty()
                    && label.len() <= 63
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            };
            if name.len() > 253 || !name.trim_end_matches('.').split('.').all(label) {
                return None;
            }
            (name.to_ascii_lowercase(), port)
        }
    };
    (port.is_empty() || port.parse::<u16>().is_ok()).then_some(host)
}

/// The address for a client that reached the console under this host.
pub(crate) fn find(options: &Options, host: Option<&str>) -> GatewayAddress {
    if let Some(url) = &options.public_gateway_url {
        return GatewayAddress { url: url.trim_end_matches('/').to_owned(), source: "configured" };
    }
    let scheme = if options.https() { "https" } else { "http" };
    let url = format!("{scheme}://{}:{}", host.unwrap_or("localhost"), options.gateway_port);
    GatewayAddress { url, source: "detected" }
}

/// The origin of the gateway, for the policy of the page.
pub(crate) fn origin(options: &Options, host: Option<&str>) -> Option<String> {
    let url = Url::parse(&find(options, host).url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_and_addresses_and_nothing_else() {
        for (given, host) in [
            ("Console.example.org", Some("console.example.org")),
            ("localhost:3001", Some("localhost")),
            ("127.0.0.1:3001", Some("127.0.0.1")),
            ("[::1]:3001", Some("[::1]")),
            ("[fd00::7]", Some("[fd00::7]")),
            ("my_host.internal.", Some("my_host.internal.")),
            ("", None),
            ("a b", None),
            ("x; script-src *", None),
            ("x'unsafe-inline'", None),
            ("evil.example/..", None),
            ("user@host", None),
            ("host:99999", None),
            ("[::1]x", None),
            ("[nonsense]", None),
            ("*", None),
            ("a..b", None),
        ] {
            assert_eq!(plain_host(given).as_deref(), host, "{given}");
        }
    }

    #[test]
    fn the_configured_address_wins() {
        let options = Options { gateway_port: 3100, ..Options::default() };
        assert_eq!(find(&options, Some("ai.lan")).url, "http://ai.lan:3100");
        assert_eq!(origin(&options, None).as_deref(), Some("http://localhost:3100"));
        let options = Options { public_gateway_url: Some("https://ai.example.com:8443/base/".to_owned()), ..options };
        assert_eq!(
            find(&options, Some("ai.lan")),
            GatewayAddress { url: "https://ai.example.com:8443/base".to_owned(), source: "configured" }
        );
        assert_eq!(origin(&options, None).as_deref(), Some("https://ai.example.com:8443"));
    }
}
