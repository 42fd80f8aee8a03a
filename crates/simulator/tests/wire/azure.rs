//! OpenAI's formats behind Azure's doors.

use serde_json::{Value, json};
use thinkwatch_simulator::{Simulator, SimulatorConfig};

use crate::exchange::{last, request, send};

const AZURE: &[(&str, &str)] = &[("api-key", "sk-sim-openai"), ("content-type", "application/json")];
const CHAT: &str = "/openai/deployments/gpt-sim/chat/completions";

fn hello(text: &str) -> Value {
    json!({"messages": [{"role": "user", "content": text}]})
}

#[tokio::test]
async fn the_deployment_is_the_model() {
    let sim = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let path = format!("{CHAT}?api-version=2024-10-21");
    for model in [None, Some("anything")] {
        let mut body = hello("hi");
        body["model"] = json!(model);
        let answer = send(&sim, &request(&path, AZURE, &body.to_string())).await;
        assert_eq!((answer.status, answer.json()["model"].as_str()), (200, Some("gpt-sim")), "{model:?}");
        assert_eq!((last(&sim).model.as_deref(), last(&sim).stream), (Some("gpt-sim"), false));
    }
    let mut streamed = hello("hi [[sim: tokens=3]]");
    streamed["stream"] = json!(true);
    assert!(send(&sim, &request(&path, AZURE, &streamed.to_string())).await.body.ends_with("data: [DONE]\n\n"));
    let vectors = "/openai/deployments/text-embedding-3-small/embeddings?api-version=2024-10-21";
    let answer = send(&sim, &request(vectors, AZURE, r#"{"input":"a"}"#)).await;
    assert_eq!(answer.json()["model"], "text-embedding-3-small");
    for path in ["/openai/v1/responses?api-version=preview", "/openai/v1/responses"] {
        let answer = send(&sim, &request(path, AZURE, r#"{"model":"gpt-5","input":"hi"}"#)).await;
        assert_eq!((answer.status, answer.json()["object"].as_str()), (200, Some("response")));
    }
    sim.stop().await;
}

#[tokio::test]
async fn azures_own_conditions_are_checked() {
    let sim = Simulator::start(SimulatorConfig::default()).await.unwrap();
    let version = "?api-version=2024-10-21";
    let json = ("content-type", "application/json");
    let bearer = [AZURE, &[("authorization", "Bearer sk-sim-openai")]].concat();
    let unknown = CHAT.replace("gpt-sim", "nobody");
    for (path, headers, status, code, message) in [
        (format!("{CHAT}{version}"), vec![json], 401, "401", "Access denied"),
        (format!("{CHAT}{version}"), vec![json, ("api-key", "other")], 401, "401", "Access denied"),
        (format!("{CHAT}{version}"), bearer, 400, "", "leaked header: authorization"),
        (CHAT.to_owned(), AZURE.to_vec(), 400, "", "api-version"),
        (format!("{CHAT}?api-version=latest"), AZURE.to_vec(), 400, "", "not supported"),
        (format!("{unknown}{version}"), AZURE.to_vec(), 404, "DeploymentNotFound", "deployment"),
        (format!("/openai/deployments/gpt-sim/images{version}"), AZURE.to_vec(), 404, "404", "Resource not found"),
    ] {
        let answer = send(&sim, &request(&path, &headers, &hello("hi").to_string())).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status, error["code"].as_str().unwrap_or_default()), (status, code), "{path} {headers:?}");
        assert!(error["message"].as_str().unwrap().contains(message), "{error}");
        assert!(last(&sim).refused.is_some());
    }
    // And Azure's key is nothing for OpenAI to see.
    let headers = [AZURE, &[("authorization", "Bearer sk-sim-openai")]].concat();
    let answer = send(&sim, &request("/v1/chat/completions", &headers, &hello("hi").to_string())).await;
    assert_eq!((answer.status, last(&sim).leaked), (400, vec!["api-key".to_owned()]));
    sim.stop().await;
}
