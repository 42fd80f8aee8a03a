//! What real clients sent: bodies of `google-genai` for Python, as they came.

use serde_json::json;

use super::{notes, request, target};
use crate::canonical::{Block, Maker, MediaSource, Role, Signature, Thinking, Tool, ToolCall, ToolResult};
use crate::gemini::convert::{decode_request, encode_request};

macro_rules! body {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/convert/gemini/clients/", $name, ".json"))
    };
}

/// A chat whose last answer was a stream of another provider's: a turn per chunk, proofs encoded anew, results without
/// the ids of their calls.
#[test]
fn a_chat_after_a_stream() {
    let request = request(body!("google_genai_chat"));
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::User]);
    let thinking = Thinking {
        text: "hm".to_owned(),
        signature: Some(Signature::new(Maker::Anthropic, "EqQB+/==")),
        redacted: false,
    };
    let call = ToolCall {
        id: "toolu_1".to_owned(),
        name: "get_weather".to_owned(),
        arguments: "{\"town\": \"Bonn\"}".to_owned(),
        ..ToolCall::default()
    };
    let expected = vec![Block::Thinking(thinking), Block::text("Hello"), Block::ToolCall(call)];
    assert_eq!(request.messages[1].content, expected);
    let result = ToolResult {
        call_id: "toolu_1".to_owned(),
        name: Some("get_weather".to_owned()),
        content: vec![Block::text("rain")],
        ..ToolResult::default()
    };
    assert_eq!(request.messages[2].content, [Block::ToolResult(result)]);
}

#[test]
fn a_call_of_a_python_function() {
    let body = body!("google_genai_tools");
    let mut notes = notes();
    let request = decode_request::decode(body.as_bytes(), &mut notes).unwrap();
    let lost: Vec<&str> = notes.lost().iter().map(|lost| lost.field.as_str()).collect();
    assert_eq!(lost, ["tools[0].functionDeclarations[0].response_json_schema"]);
    assert_eq!(request.top_k, Some(40));
    assert!(matches!(&request.tools[0], Tool::Client(tool) if tool.schema.is_some()));
    let Block::ToolCall(call) = &request.messages[2].content[0] else { panic!("{request:?}") };
    let Block::ToolResult(result) = &request.messages[3].content[0] else { panic!("{request:?}") };
    assert_eq!(call.id, result.call_id);
    assert_eq!(result.content, [Block::text(r#"{"result": {"weather": "rain"}}"#)]);
}

#[test]
fn media_and_a_schema_in_googles_words() {
    let request = request(body!("google_genai_media"));
    let Block::Media(picture) = &request.messages[0].content[0] else { panic!("{request:?}") };
    assert_eq!(picture.source, MediaSource::Base64("//79+z4=".to_owned()));
    let again = super::json(&encode_request::encode(&request, &target("m"), &mut notes()).unwrap());
    let schema = &again["generationConfig"]["responseJsonSchema"];
    assert_eq!(schema["properties"]["b"]["type"], json!(["array", "null"]));
    let parameters = &again["tools"][1]["functionDeclarations"][0]["parametersJsonSchema"];
    assert_eq!(parameters["properties"]["a"], json!({"minLength": 3, "type": ["string", "null"]}));
}

/// Gemini CLI keeps none of the thoughts, and gives calls without a proof Google's word for that.
#[test]
fn gemini_cli_after_calls() {
    let request = request(body!("gemini_cli"));
    let last = &request.messages[request.messages.len() - 2..];
    let calls: Vec<(&str, Option<&Signature>)> = last[0]
        .content
        .iter()
        .filter_map(|block| match block {
            Block::ToolCall(call) => Some((call.id.as_str(), call.signature.as_ref())),
            _ => None,
        })
        .collect();
    assert_eq!(calls, [("toolu_1", None), ("toolu_2", None)]);
    let results: Vec<&str> = last[1]
        .content
        .iter()
        .filter_map(|block| match block {
            Block::ToolResult(result) => Some(result.call_id.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(results, ["toolu_1", "toolu_2"]);
    let again = super::json(&encode_request::encode(&request, &target("gemini-3-pro"), &mut notes()).unwrap());
    let mut expected = super::json(body!("gemini_cli").as_bytes());
    // It says that the system is the user, which nobody needs.
    expected["systemInstruction"].as_object_mut().unwrap().remove("role");
    assert_eq!(again, expected);
}
