//! The metadata service of an instance and the agent of a container.

use serde_json::Value;
use thinkwatch_simulator::{Fault, Running, Simulator, SimulatorConfig};

use crate::exchange::send;

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// Status and body of a request with these headers.
async fn ask(sim: &Running, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let answer = send(sim, (text + "\r\n").as_bytes()).await;
    (answer.status, answer.body)
}

#[tokio::test]
async fn credentials_are_given_out_in_sessions_only() {
    let sim = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let ttl = ("x-aws-ec2-metadata-token-ttl-seconds", "60");
    assert_eq!(ask(&sim, "GET", ROLES, &[]).await.0, 401, "version 1 is not served");
    assert_eq!(ask(&sim, "PUT", "/latest/api/token", &[]).await.0, 400);
    assert_eq!(ask(&sim, "PUT", "/latest/api/token", &[(ttl.0, "21601")]).await.0, 400);
    assert_eq!(ask(&sim, "GET", "/latest/api/token", &[ttl]).await.0, 405);
    assert_eq!(ask(&sim, "PUT", "/latest/api/token", &[ttl, ("x-forwarded-for", "1.2.3.4")]).await.0, 403);
    let (status, session) = ask(&sim, "PUT", "/latest/api/token", &[ttl]).await;
    assert_eq!(status, 200);
    let session = [("x-aws-ec2-metadata-token", session.as_str())];
    assert_eq!(ask(&sim, "GET", ROLES, &[("x-aws-ec2-metadata-token", "made-up")]).await.0, 401);
    assert_eq!(ask(&sim, "GET", ROLES, &session).await, (200, "sim-role\n".to_owned()));
    assert_eq!(ask(&sim, "GET", &format!("{ROLES}other"), &session).await.0, 404);
    let (status, body) = ask(&sim, "GET", &format!("{ROLES}sim-role"), &session).await;
    let issued: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, issued["Code"].as_str(), issued["AccessKeyId"].as_str()),
        (200, Some("Success"), Some("ASIASIM0001"))
    );

    sim.faults.inject(Fault { kind: "status=503".to_owned(), count: 1, model: Some("metadata".to_owned()) });
    assert_eq!(ask(&sim, "GET", ROLES, &session).await.0, 503);
    assert_eq!(ask(&sim, "GET", ROLES, &session).await.0, 200);
}

#[tokio::test]
async fn a_containers_agent_wants_its_token() {
    let sim = Simulator::start(SimulatorConfig::default()).await.unwrap();
    assert_eq!(ask(&sim, "GET", "/v2/credentials/task", &[]).await.0, 401);
    assert_eq!(ask(&sim, "GET", "/v2/credentials/task", &[("authorization", "Bearer x")]).await.0, 401);
    let (status, body) = ask(&sim, "GET", "/v2/credentials/task", &[("authorization", "container-sim-token")]).await;
    assert!(status == 200 && body.contains("ASIASIM0001"), "{body}");
}

#[tokio::test]
async fn an_instance_without_a_role_has_none() {
    let config = SimulatorConfig { instance_role: None, ..SimulatorConfig::default() };
    let sim = Simulator::start(config).await.unwrap();
    let (_, session) = ask(&sim, "PUT", "/latest/api/token", &[("x-aws-ec2-metadata-token-ttl-seconds", "60")]).await;
    assert_eq!(ask(&sim, "GET", ROLES, &[("x-aws-ec2-metadata-token", &session)]).await.0, 404);
}
