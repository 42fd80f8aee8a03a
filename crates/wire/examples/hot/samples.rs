//! What the works are given: calls, answers and streams as clients and providers write them.

use bytes::Bytes;

pub(crate) const PROSE: &str =
    "The quick brown fox jumps over the lazy dog, and then it rests for a while in the shade. ";

const HEAD: &str = r#"{"id":"chatcmpl-9x8y7z","object":"chat.completion.chunk","created":1763800000,"model":"gpt-bench","service_tier":"default","system_fingerprint":"fp_0aa8d3e20b","#;

/// A call in Chat of about this size, its text once and again.
pub(crate) fn chat_body(text: &str, size: usize) -> Bytes {
    let message = |content: &str| format!(r#"{{"role":"user","content":"{content}"}}"#);
    let mut messages = vec![message("Be brief.")];
    while messages.iter().map(String::len).sum::<usize>() < size - 150 {
        messages.push(message(text));
    }
    format!(r#"{{"model":"gpt-4o-mini","stream":true,"max_tokens":256,"messages":[{}]}}"#, messages.join(",")).into()
}

/// A call in Messages of 1 KB.
pub(crate) fn messages_body(stream: bool) -> String {
    let text = "All work and no play makes a dull benchmark. ".repeat(20);
    format!(
        r#"{{"model":"gpt-bench","stream":{stream},"temperature":0.2,"max_tokens":1000,"system":"You are a helpful assistant.","messages":[{{"role":"user","content":"{text}"}}]}}"#
    )
}

/// A whole answer in Chat.
pub(crate) fn chat_answer() -> String {
    let text = "x".repeat(512);
    format!(
        r#"{{"id":"chatcmpl-9x8y7z","object":"chat.completion","created":1763800000,"model":"gpt-bench","choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}","refusal":null,"annotations":[]}},"logprobs":null,"finish_reason":"stop"}}],"usage":{{"prompt_tokens":256,"completion_tokens":1,"total_tokens":257,"prompt_tokens_details":{{"cached_tokens":0,"audio_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":0}}}},"service_tier":"default","system_fingerprint":"fp_0aa8d3e20b"}}"#
    )
}

/// A stream in Chat: 200 chunks of a word each, in as many pieces.
pub(crate) fn chat_stream(null_usage: bool) -> Vec<Bytes> {
    let tail = if null_usage { r#","usage":null"# } else { "" };
    let delta = |delta: &str, finish: &str| {
        Bytes::from(format!(
            "data: {HEAD}\"choices\":[{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}]{tail}}}\n\n"
        ))
    };
    let mut chunks: Vec<Bytes> = (0..200).map(|n| delta(&format!(r#"{{"content":" word{n}"}}"#), "null")).collect();
    chunks[0] = delta(r#"{"role":"assistant","content":"","refusal":null}"#, "null");
    chunks.push(delta("{}", "\"stop\""));
    chunks.push(Bytes::from(format!(
        "data: {HEAD}\"choices\":[],\"usage\":{{\"prompt_tokens\":9,\"completion_tokens\":200,\"total_tokens\":209}}}}\n\n"
    )));
    chunks.push(Bytes::from_static(b"data: [DONE]\n\n"));
    chunks
}

/// The same in Messages.
pub(crate) fn messages_stream() -> Vec<Bytes> {
    let mut chunks = vec![Bytes::from_static(b"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n")];
    chunks.extend((0..200).map(|n| Bytes::from(format!("event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\" word{n}\"}}}}\n\n"))));
    chunks.push(Bytes::from_static(b"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":200}}\n\n"));
    chunks.push(Bytes::from_static(b"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"));
    chunks
}
