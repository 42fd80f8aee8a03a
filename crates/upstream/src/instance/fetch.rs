//! How each source is asked.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use secrecy::{ExposeSecret as _, SecretString};
use thinkwatch_outbound::{Client, ClientConfig, FetchLimits, Fetched, ProxyRules, SegmentedBody, Tls};
use thinkwatch_policy::aws::{ContainerToken, InstanceSource};

use super::{CredentialError, Issued, read};
use crate::kind::{secret_header, segment};

/// For the whole of one question. The services are on the machine itself; only the token service is further away.
const LIMITS: FetchLimits = FetchLimits { total: Duration::from_secs(5), max_bytes: 64 << 10 };
const CONNECT: Duration = Duration::from_secs(2);

/// How long the session with the metadata service may be used, in seconds; we end it with one fetch.
const SESSION_SECONDS: HeaderValue = HeaderValue::from_static("60");
const SESSION_TTL: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
const SESSION: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

const ADVICE_METADATA: &str = ": is this an EC2 instance, and does the hop limit of its metadata service reach into a \
                               container (2)? Otherwise give the provider an access key";

/// A source, and the way to it.
pub(super) struct Place {
    source: InstanceSource,
    client: Client,
}

impl Place {
    /// The client reaches the one address that is meant and nothing else, whatever a redirect or a name may say.
    pub(super) fn new(source: InstanceSource, tls: &Tls, proxy: &ProxyRules) -> Self {
        let (at, proxy) = match &source {
            InstanceSource::Metadata { endpoint } => (Some(endpoint.as_str()), ProxyRules::none()),
            InstanceSource::Container { url, .. } => (Some(url.as_str()), ProxyRules::none()),
            InstanceSource::WebIdentity { .. } => (None, proxy.clone()),
            InstanceSource::Disabled => (None, ProxyRules::none()),
        };
        let client = Client::new(&ClientConfig {
            // A name, which only an environment can have given: it may be private, and must not be link-local.
            allow_private_network: true,
            only: at.and_then(address),
            connect_timeout: CONNECT,
            proxy,
            ..ClientConfig::new(tls.clone())
        });
        Self { source, client }
    }

    /// Whom it asks, in words for people.
    pub(super) fn name(&self) -> String {
        match &self.source {
            InstanceSource::WebIdentity { sts, .. } => format!("the AWS token service at {sts}"),
            InstanceSource::Container { url, .. } => format!("the container's credential agent at {}", host(url)),
            InstanceSource::Metadata { endpoint } => format!("the EC2 metadata service at {endpoint}"),
            InstanceSource::Disabled => "nobody".to_owned(),
        }
    }

    /// Asks for credentials.
    pub(super) async fn fetch(&self) -> Result<Issued, CredentialError> {
        match &self.source {
            InstanceSource::Disabled => Err(CredentialError::Disabled),
            InstanceSource::Metadata { endpoint } => self.of_instance(endpoint).await,
            InstanceSource::Container { url, token } => self.of_container(url, token.as_ref()).await,
            InstanceSource::WebIdentity { token_file, role_arn, session_name, sts } => {
                self.of_web_identity(token_file, role_arn, session_name, sts).await
            }
        }
    }

    /// Version 2 of the metadata service: a session first, then the role's name, then its credentials.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html>
    async fn of_instance(&self, endpoint: &str) -> Result<Issued, CredentialError> {
        const NO_ROLE: &str = ": attach an IAM role to the instance, or give the provider an access key";
        let url = format!("{endpoint}/latest/api/token");
        let ttl = [(SESSION_TTL, SESSION_SECONDS)].into_iter().collect();
        let session = self.answer(Method::PUT, &url, ttl, "", "a session", ADVICE_METADATA).await?;
        let session = secret_header(session.trim()).ok_or_else(|| self.unreadable("the session's token"))?;
        let headers = || HeaderMap::from_iter([(SESSION, session.clone())]);
        let roles = format!("{endpoint}{ROLES}");
        let role = self.answer(Method::GET, &roles, headers(), "", "the instance's role", NO_ROLE).await?;
        let role = role.lines().next().map(str::trim).and_then(segment).ok_or_else(|| self.unreadable("a role"))?;
        let url = format!("{roles}{role}");
        let body = self.answer(Method::GET, &url, headers(), "", "the role's credentials", NO_ROLE).await?;
        read::json(&body, format!("EC2 instance role {role}")).map_err(|reason| self.unreadable(reason))
    }

    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
    async fn of_container(&self, url: &str, token: Option<&ContainerToken>) -> Result<Issued, CredentialError> {
        let mut headers = HeaderMap::new();
        let token = match token {
            None => None,
            Some(ContainerToken::Text(text)) => Some(text.clone()),
            Some(ContainerToken::File(path)) => Some(token_of(path).await?),
        };
        if let Some(token) = token {
            let value =
                secret_header(token.expose_secret()).ok_or_else(|| self.unreadable("a token that can be sent"))?;
            headers.insert(header::AUTHORIZATION, value);
        }
        let advice = ": does the task or pod have a role?";
        let body = self.answer(Method::GET, url, headers, "", "credentials", advice).await?;
        read::json(&body, format!("container credentials of {}", host(url))).map_err(|reason| self.unreadable(reason))
    }

    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
    async fn of_web_identity(
        &self,
        token_file: &Path,
        role_arn: &str,
        session_name: &str,
        sts: &str,
    ) -> Result<Issued, CredentialError> {
        let token = token_of(token_file).await?;
        let part = |text: &str| segment(text).unwrap_or_default();
        let body = format!(
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn={}&RoleSessionName={}&WebIdentityToken={}",
            part(role_arn),
            part(session_name),
            part(token.expose_secret())
        );
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, form)]);
        let advice = ": does the role trust this cluster?";
        let answer = self.answer(Method::POST, &format!("{sts}/"), headers, &body, "credentials", advice).await?;
        read::xml(&answer, format!("web identity of {role_arn}")).map_err(|reason| self.unreadable(reason))
    }

    /// The body of a good answer.
    async fn answer(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: &str,
        question: &'static str,
        advice: &'static str,
    ) -> Result<String, CredentialError> {
        let unreachable = |reason: String| CredentialError::Unreachable { place: self.name(), reason, advice };
        let body = SegmentedBody::from(Bytes::from(body.to_owned()));
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .body(body)
            .map_err(|error| unreachable(format!("its address is none: {error}")))?;
        *request.headers_mut() = headers;
        let host = request.uri().authority().and_then(|at| HeaderValue::from_str(at.as_str()).ok());
        request.headers_mut().extend(host.map(|host| (header::HOST, host)));
        let Fetched { status, body, .. } =
            self.client.fetch(request, LIMITS).await.map_err(|error| unreachable(error.to_string()))?;
        if status != StatusCode::OK {
            return Err(CredentialError::Refused { place: self.name(), status: status.as_u16(), question, advice });
        }
        String::from_utf8(body.to_vec()).map_err(|_| self.unreadable("text"))
    }

    fn unreadable(&self, missing: impl Into<String>) -> CredentialError {
        CredentialError::Unreadable { place: self.name(), reason: format!("{} is missing", missing.into()) }
    }
}

async fn token_of(path: &Path) -> Result<SecretString, CredentialError> {
    let read = tokio::fs::read_to_string(path).await;
    let text = read
        .map_err(|error| CredentialError::TokenFile { path: path.display().to_string(), reason: error.to_string() })?;
    Ok(text.trim().into())
}

/// The address that a URL has written out, or that everybody's own name stands for.
fn address(url: &str) -> Option<IpAddr> {
    let host = url.parse::<Uri>().ok()?.host()?.to_owned();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host == "localhost" { Some(IpAddr::from([127, 0, 0, 1])) } else { host.parse().ok() }
}

fn host(url: &str) -> String {
    url.parse::<Uri>().ok().and_then(|uri| Some(uri.authority()?.to_string())).unwrap_or_default()
}
