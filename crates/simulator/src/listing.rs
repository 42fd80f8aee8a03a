//! The lists of models, in each provider's shape.

use crate::config::SimulatorConfig;
use crate::errors::Provider;
use crate::json::{Raw, object};

pub(crate) fn models(provider: Provider, config: &SimulatorConfig) -> Raw {
    let names = config.models_of(provider);
    let list = |item: fn(String) -> Raw| names.iter().cloned().map(item).collect::<Vec<Raw>>();
    match provider {
        Provider::Anthropic => {
            let data = list(|id| {
                object! { "type": "model", "id": id, "display_name": id, "created_at": "2025-09-29T00:00:00Z" }
            });
            object! { "data": data, "has_more": false, "first_id": names.first(), "last_id": names.last() }
        }
        Provider::OpenAi => {
            let item = |id| object! { "id": id, "object": "model", "created": 1_700_000_000, "owned_by": "simulator" };
            object! { "object": "list", "data": list(item) }
        }
        Provider::Azure => object! { "data": list(azure), "object": "list" },
        Provider::Google => object! { "models": list(google) },
        Provider::Bedrock => object! { "modelSummaries": list(bedrock) },
    }
}

fn azure(id: String) -> Raw {
    let embeds = id.contains("embedding");
    let capabilities = object! {
        "fine_tune": false, "inference": true, "completion": !embeds, "chat_completion": !embeds, "embeddings": embeds,
    };
    object! {
        "status": "succeeded", "capabilities": capabilities, "lifecycle_status": "generally-available",
        "deprecation": object! { "inference": 1_900_000_000 }, "id": id, "created_at": 1_700_000_000, "object": "model",
    }
}

fn google(name: String) -> Raw {
    let methods = if name.contains("embedding") {
        vec!["embedContent", "batchEmbedContents"]
    } else {
        vec!["generateContent", "countTokens"]
    };
    object! {
        "name": format!("models/{name}"), "version": "001", "displayName": name, "description": "A simulated model.",
        "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536, "supportedGenerationMethods": methods,
        "temperature": 1, "topP": 1, "topK": 64, "maxTemperature": 2, "thinking": true,
    }
}

fn bedrock(id: String) -> Raw {
    let maker = id.split('.').next().unwrap_or_default().to_owned();
    object! {
        "modelArn": format!("arn:aws:bedrock:us-east-1::foundation-model/{id}"), "modelId": id, "modelName": id,
        "providerName": maker, "inputModalities": vec!["TEXT", "IMAGE"], "outputModalities": vec!["TEXT"],
        "responseStreamingSupported": true, "customizationsSupported": Vec::<Raw>::new(),
        "inferenceTypesSupported": vec!["ON_DEMAND"], "modelLifecycle": object! { "status": "ACTIVE" },
    }
}
