//! Credentials of the machine: where they are fetched, how long they are kept, who waits for whom.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use thinkwatch_outbound::{FetchLimits, ProxyRules, Tls};
use thinkwatch_policy::aws::{ContainerToken, InstanceSource};
use thinkwatch_policy::catalogue::Provider;
use thinkwatch_policy::catalogue::ProviderKind::Bedrock;
use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_upstream::{CredentialError, Inbound, InstanceCredentials, RequestError, Unsignable, Upstream};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::{pools, provider};

/// Answers each question with the next of these, and keeps what was asked.
struct Service {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    task: JoinHandle<()>,
}

impl Service {
    async fn start(answers: impl IntoIterator<Item = (u16, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(answers.into_iter().collect())));
        let (heads, queue): (Arc<Mutex<Vec<String>>>, Arc<Mutex<VecDeque<_>>>) =
            (Arc::clone(&asked), Arc::clone(&answers));
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                heads.lock().unwrap().push(String::from_utf8(head).unwrap());
                let (status, body) = queue.lock().unwrap().pop_front().unwrap_or((500, String::new()));
                let head =
                    format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            }
        });
        Self { url, asked, answers, task }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The lines of requests.
    fn paths(&self) -> Vec<String> {
        self.asked().iter().map(|head| head.split(" HTTP").next().unwrap().to_owned()).collect()
    }

    fn will_answer(&self, more: impl IntoIterator<Item = (u16, String)>) {
        self.answers.lock().unwrap().extend(more);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

fn after(seconds: u64) -> SystemTime {
    NOW + Duration::from_secs(seconds)
}

fn credentials(id: &str, ends: u64) -> String {
    let ends = OffsetDateTime::from(after(ends)).format(&Rfc3339).unwrap();
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{id}","SecretAccessKey":"secret-of-{id}","Token":"token-of-{id}","Expiration":"{ends}"}}"#
    )
}

/// The three answers of the metadata service.
fn issued(id: &str, ends: u64) -> [(u16, String); 3] {
    [(200, "session==".to_owned()), (200, "my-role\n".to_owned()), (200, credentials(id, ends))]
}

fn of(source: InstanceSource) -> Arc<InstanceCredentials> {
    Arc::new(InstanceCredentials::new(source, &Tls::new(None).unwrap(), &ProxyRules::none()))
}

fn metadata(service: &Service) -> Arc<InstanceCredentials> {
    of(InstanceSource::Metadata { endpoint: service.url.clone() })
}

fn upstream(instance: &Arc<InstanceCredentials>) -> Upstream {
    let base = "https://bedrock-runtime.eu-west-1.amazonaws.com";
    let bare = Provider { credential: None, ..provider(Bedrock, base) };
    pools().with_instance_credentials(Arc::clone(instance)).make(&bare).unwrap()
}

/// The id and the token that a call at that time is signed with.
fn signed(upstream: &Upstream, now: SystemTime) -> Result<String, RequestError> {
    let headers = HeaderMap::new();
    let inbound = Inbound { headers: &headers, query: None, traceparent: None };
    let request = upstream.request(Endpoint::Converse, "m", inbound, [bytes::Bytes::from_static(b"{}")], now)?;
    let text = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
    let id = text("authorization").split_once("Credential=").unwrap().1.split('/').next().unwrap().to_owned();
    assert_eq!(text("x-amz-security-token"), format!("token-of-{id}"));
    Ok(id)
}

#[tokio::test]
async fn the_metadata_service_is_asked_in_a_session_once() {
    let service = Service::start(issued("A", 3600)).await;
    let instance = metadata(&service);
    let upstream = upstream(&instance);
    assert!(matches!(signed(&upstream, NOW), Err(RequestError::Unsignable(Unsignable::NoCredentials))));
    assert_eq!(upstream.credential_source(), None);
    for _ in 0..3 {
        upstream.obtain_credentials(NOW).await.unwrap();
        assert_eq!(signed(&upstream, NOW).unwrap(), "A");
    }
    let roles = "GET /latest/meta-data/iam/security-credentials/";
    assert_eq!(service.paths(), ["PUT /latest/api/token", roles, &format!("{roles}my-role")]);
    let asked = service.asked();
    assert!(asked[0].contains("x-aws-ec2-metadata-token-ttl-seconds: 60\r\n"), "{}", asked[0]);
    assert!(asked[1..].iter().all(|head| head.contains("x-aws-ec2-metadata-token: session==\r\n")), "{asked:?}");
    assert_eq!(upstream.credential_source().as_deref(), Some("EC2 instance role my-role"));
    assert_eq!(upstream.safe_message("it said token-of-A, secret-of-A"), "it said [credential], [credential]");
    assert!(!format!("{instance:?} {upstream:?}").contains("-of-A"));
}

#[tokio::test]
async fn many_calls_at_once_ask_once() {
    let service = Service::start(issued("A", 3600)).await;
    let upstream = Arc::new(upstream(&metadata(&service)));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let upstream = Arc::clone(&upstream);
        calls.spawn(async move { upstream.obtain_credentials(NOW).await.map(|()| signed(&upstream, NOW)) });
    }
    while let Some(done) = calls.join_next().await {
        assert_eq!(done.unwrap().unwrap().unwrap(), "A");
    }
    assert_eq!(service.asked().len(), 3);
}

#[tokio::test]
async fn they_are_renewed_before_they_end_and_the_old_ones_are_used_meanwhile() {
    let service = Service::start(issued("A", 3600)).await;
    let instance = metadata(&service);
    let upstream = upstream(&instance);
    instance.tend(NOW).await;
    assert_eq!(service.asked().len(), 0, "nobody needs any");
    upstream.obtain_credentials(NOW).await.unwrap();
    instance.tend(after(3299)).await;
    assert_eq!(service.asked().len(), 3, "they hold for long");

    // It is time, and the service fails: the old ones go on, and it is left alone for a while.
    instance.tend(after(3300)).await;
    instance.tend(after(3305)).await;
    assert_eq!(service.asked().len(), 4);
    upstream.obtain_credentials(after(3310)).await.unwrap();
    assert_eq!(signed(&upstream, after(3310)).unwrap(), "A");

    service.will_answer(issued("B", 7200));
    instance.tend(after(3310)).await;
    assert_eq!(signed(&upstream, after(3310)).unwrap(), "B");

    // Nobody tended: past their end a call waits for new ones.
    service.will_answer(issued("C", 9000));
    assert!(signed(&upstream, after(7195)).is_err());
    upstream.obtain_credentials(after(7195)).await.unwrap();
    assert_eq!(signed(&upstream, after(7195)).unwrap(), "C");
    assert_eq!(service.asked().len(), 10);
}

#[tokio::test]
async fn a_failure_is_told_and_remembered_for_a_while() {
    let refused = Service::start([(200, "session==".to_owned()), (404, String::new())]).await;
    let upstream = upstream(&metadata(&refused));
    let error = upstream.obtain_credentials(NOW).await.unwrap_err();
    assert!(
        matches!(error, CredentialError::Refused { status: 404, question: "the instance's role", .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("attach an IAM role"), "{error}");
    for _ in 0..5 {
        assert_eq!(upstream.obtain_credentials(after(9)).await.unwrap_err(), error);
    }
    assert_eq!(refused.asked().len(), 2, "while it rests, nobody asks again");
    refused.will_answer(issued("A", 3600));
    upstream.obtain_credentials(after(10)).await.unwrap();
    assert_eq!(signed(&upstream, after(10)).unwrap(), "A");

    for (answers, says) in [
        (vec![(403, String::new())], "answered 403 to a session"),
        (vec![(200, "s".to_owned()), (200, "r".to_owned()), (200, "<html>".to_owned())], "JSON is missing"),
        (vec![(200, "s".to_owned()), (200, String::new())], "a role is missing"),
        (issued("A", 4).to_vec(), "have ended already"),
    ] {
        let service = Service::start(answers).await;
        let error = metadata(&service).obtain(NOW).await.unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
    let closed = Service::start([]).await.url.clone();
    let gone = of(InstanceSource::Metadata { endpoint: closed }).obtain(NOW).await.unwrap_err();
    assert!(gone.to_string().contains("is this an EC2 instance"), "{gone}");
    assert_eq!(of(InstanceSource::Disabled).obtain(NOW).await, Err(CredentialError::Disabled));
}

#[tokio::test]
async fn a_container_shows_its_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "from-file\n").unwrap();
    for (token, expected) in [
        (None, None),
        (Some(ContainerToken::Text("from-text".into())), Some("authorization: from-text\r\n")),
        (Some(ContainerToken::File(file.clone())), Some("authorization: from-file\r\n")),
    ] {
        let service = Service::start([(200, credentials("A", 3600))]).await;
        let instance = of(InstanceSource::Container { url: format!("{}/v2/x?y=1", service.url), token });
        instance.obtain(NOW).await.unwrap();
        let asked = service.asked();
        assert!(asked[0].starts_with("GET /v2/x?y=1 HTTP/1.1\r\n"), "{}", asked[0]);
        assert_eq!(asked[0].contains("authorization"), expected.is_some());
        assert!(asked[0].contains(expected.unwrap_or_default()), "{}", asked[0]);
        assert!(instance.of().unwrap().starts_with("container credentials of 127.0.0.1:"));
    }
    let token = Some(ContainerToken::File(folder.path().join("none")));
    let missing = of(InstanceSource::Container { url: "http://127.0.0.1:1/".to_owned(), token }).obtain(NOW).await;
    assert!(matches!(missing, Err(CredentialError::TokenFile { .. })), "{missing:?}");
}

#[tokio::test]
async fn a_web_identity_is_changed_for_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, "header.payload.signature").unwrap();
    let body = "<R><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>secret-of-A</SecretAccessKey><SessionToken>\
                token-of-A</SessionToken><Expiration>1970-01-01T01:00:00Z</Expiration></Credentials></R>";
    let service = Service::start([(200, body.to_owned())]).await;
    let role_arn = "arn:aws:iam::1:role/r".to_owned();
    let source =
        InstanceSource::WebIdentity { token_file, role_arn, session_name: "me".to_owned(), sts: service.url.clone() };
    let instance = of(source);
    let upstream = upstream(&instance);
    upstream.obtain_credentials(NOW).await.unwrap();
    assert_eq!(signed(&upstream, NOW).unwrap(), "A");
    assert!(service.asked()[0].starts_with("POST / HTTP/1.1\r\n"));
    assert_eq!(instance.of().as_deref(), Some("web identity of arn:aws:iam::1:role/r"));
}

#[tokio::test]
async fn only_who_has_nothing_else_signs_with_them_and_their_address_opens_nothing_for_others() {
    let hour = SystemTime::now().duration_since(NOW).unwrap().as_secs() + 3600;
    let service = Service::start(issued("A", hour)).await;
    let instance = metadata(&service);
    let pools = pools().with_instance_credentials(Arc::clone(&instance));
    let with_key = pools.make(&provider(Bedrock, "https://bedrock-runtime.eu-west-1.amazonaws.com")).unwrap();
    with_key.obtain_credentials(NOW).await.unwrap();
    assert_eq!(service.asked().len(), 0);

    let limits = FetchLimits { total: Duration::from_secs(5), max_bytes: 100_000 };
    let at_metadata = Provider { credential: None, ..provider(Bedrock, "http://169.254.169.254") };
    let probe = pools.make(&at_metadata).unwrap().probe(limits).await;
    assert_eq!(probe.result.unwrap_err().class.label(), "private_address");
    assert_eq!(probe.credential_source.as_deref(), Some("EC2 instance role my-role"));
}
