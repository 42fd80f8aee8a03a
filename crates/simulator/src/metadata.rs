//! The metadata service of an EC2 instance, version 2, and the agent of a container: both give out credentials that end, and
//! with which Bedrock's calls here may be signed until then.

use std::collections::BTreeMap;

use http::request::Parts;
use http::{Method, StatusCode};
use parking_lot::Mutex;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::config::SimulatorConfig;

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
const CONTAINER: &str = "/v2/credentials/";

/// What a key that was given out must come with.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) secret: String,
    /// Missing where keys are for good.
    pub(crate) token: Option<String>,
}

/// What was given out, and until when (seconds).
#[derive(Debug, Default)]
pub(crate) struct Issuer {
    issued: Mutex<BTreeMap<String, i64>>,
    sessions: Mutex<BTreeMap<String, i64>>,
}

/// Whether a path is one of these services'.
pub(crate) fn is_here(path: &str) -> bool {
    path.starts_with("/latest/") || path.starts_with(CONTAINER)
}

impl Issuer {
    /// What a key must come with, as long as it holds.
    pub(crate) fn known(&self, id: &str, config: &SimulatorConfig, now: i64) -> Option<Known> {
        if id == config.bedrock_access_key_id {
            return Some(Known { secret: config.bedrock_secret_access_key.clone(), token: None });
        }
        let holds = self.issued.lock().get(id).is_some_and(|until| now < *until);
        holds.then(|| Known { secret: secret_of(id), token: Some(token_of(id)) })
    }

    /// Answers with a status and a text; strict as the services are.
    pub(crate) fn answer(&self, head: &Parts, config: &SimulatorConfig, now: i64) -> (StatusCode, String) {
        let refuse = |status, why: &str| (status, why.to_owned());
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let path = head.uri.path();
        // Through a proxy they answer nobody.
        if header("x-forwarded-for").is_some() {
            return refuse(StatusCode::FORBIDDEN, "forwarded");
        }
        if let Some(role) = path.strip_prefix(CONTAINER) {
            return match (&head.method, header("authorization")) {
                (&Method::GET, Some(token)) if token == config.container_token => {
                    (StatusCode::OK, self.issue(role, config, now))
                }
                (&Method::GET, _) => refuse(StatusCode::UNAUTHORIZED, "authorization"),
                _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "method"),
            };
        }
        if path == "/latest/api/token" {
            let seconds = header("x-aws-ec2-metadata-token-ttl-seconds").and_then(|text| text.parse::<i64>().ok());
            return match (&head.method, seconds) {
                (&Method::PUT, Some(seconds @ 1..=21_600)) => {
                    let mut sessions = self.sessions.lock();
                    let session = format!("session-{}==", sessions.len());
                    sessions.insert(session.clone(), now + seconds);
                    (StatusCode::OK, session)
                }
                (&Method::PUT, _) => refuse(StatusCode::BAD_REQUEST, "ttl"),
                _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "method"),
            };
        }
        let session = header("x-aws-ec2-metadata-token").and_then(|token| self.sessions.lock().get(token).copied());
        if session.is_none_or(|until| until <= now) {
            return refuse(StatusCode::UNAUTHORIZED, "a session of version 2 is needed");
        }
        match (&head.method, path.strip_prefix(ROLES), config.instance_role.as_deref()) {
            (&Method::GET, Some(""), Some(role)) => (StatusCode::OK, format!("{role}\n")),
            (&Method::GET, Some(asked), Some(role)) if asked == role => (StatusCode::OK, self.issue(role, config, now)),
            _ => refuse(StatusCode::NOT_FOUND, "not found"),
        }
    }

    fn issue(&self, role: &str, config: &SimulatorConfig, now: i64) -> String {
        let mut issued = self.issued.lock();
        let id = format!("ASIASIM{:04}", issued.len() + 1);
        let until = now + config.instance_credentials_seconds;
        issued.insert(id.clone(), until);
        let time = OffsetDateTime::from_unix_timestamp(until).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        serde_json::json!({
            "Code": "Success", "Type": "AWS-HMAC", "RoleArn": format!("arn:aws:iam::1:role/{role}"), "AccessKeyId": id,
            "SecretAccessKey": secret_of(&id), "Token": token_of(&id),
            "Expiration": time.format(&Rfc3339).unwrap_or_default(),
        })
        .to_string()
    }
}

fn secret_of(id: &str) -> String {
    format!("issued-secret-of-{id}")
}

fn token_of(id: &str) -> String {
    format!("issued-token-of-{id}==")
}
