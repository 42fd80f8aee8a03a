//! The rows of the table.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::load::{Expect, Outcome, Work, closed, open};

/// How a load is driven.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// So many connections, back to back.
    Closed(usize),
    /// So many requests per second.
    Open(u64),
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    /// For `--only` and the results.
    pub(crate) name: &'static str,
    /// For people.
    pub(crate) title: &'static str,
    pub(crate) shape: Shape,
    /// The answer is streamed: so many chunks, so many milliseconds apart.
    pub(crate) stream: Option<(usize, u64)>,
    /// Size of the request body.
    pub(crate) body: usize,
    /// Seconds of load per round.
    pub(crate) seconds: u64,
    /// ThinkWatch is asked in Messages, and asks the provider in Chat; the others pass Chat on.
    pub(crate) converted: bool,
    /// ThinkWatch is asked with a key that three rate limits and two budgets count; none of them is ever reached.
    pub(crate) limited: bool,
}

/// All rows, in the order they are run.
pub(crate) const ALL: &[Scenario] = &[
    Scenario {
        name: "chat-64",
        title: "1 KB chat, 64 connections",
        shape: Shape::Closed(64),
        stream: None,
        body: 1024,
        seconds: 4,
        converted: false,
        limited: false,
    },
    Scenario {
        name: "limits-64",
        title: "1 KB chat, 64 connections, three limits and two budgets",
        shape: Shape::Closed(64),
        stream: None,
        body: 1024,
        seconds: 4,
        converted: false,
        limited: true,
    },
    Scenario {
        name: "chat-1",
        title: "1 KB chat, 1 connection",
        shape: Shape::Closed(1),
        stream: None,
        body: 1024,
        seconds: 3,
        converted: false,
        limited: false,
    },
    Scenario {
        name: "stream-paced",
        title: "Stream of 200 chunks, 5 ms apart, 100 at once",
        shape: Shape::Closed(100),
        stream: Some((200, 5)),
        body: 1024,
        seconds: 4,
        converted: false,
        limited: false,
    },
    Scenario {
        name: "stream-burst",
        title: "Stream of 200 chunks back to back, 16 at once",
        shape: Shape::Closed(16),
        stream: Some((200, 0)),
        body: 1024,
        seconds: 3,
        converted: false,
        limited: false,
    },
    Scenario {
        name: "body-200k",
        title: "200 KB request body, 16 connections",
        shape: Shape::Closed(16),
        stream: None,
        body: 200 * 1024,
        seconds: 3,
        converted: false,
        limited: false,
    },
    Scenario {
        name: "open-500",
        title: "500 requests/s, open loop",
        shape: Shape::Open(500),
        stream: None,
        body: 1024,
        seconds: 6,
        converted: false,
        limited: false,
    },
    Scenario {
        name: "convert-json",
        title: "1 KB, Messages to Chat, 64 connections",
        shape: Shape::Closed(64),
        stream: None,
        body: 1024,
        seconds: 4,
        converted: true,
        limited: false,
    },
    Scenario {
        name: "convert-paced",
        title: "Stream of 200 chunks, 5 ms apart, Messages to Chat, 100 at once",
        shape: Shape::Closed(100),
        stream: Some((200, 5)),
        body: 1024,
        seconds: 4,
        converted: true,
        limited: false,
    },
    Scenario {
        name: "convert-burst",
        title: "Stream of 200 chunks back to back, Messages to Chat, 16 at once",
        shape: Shape::Closed(16),
        stream: Some((200, 0)),
        body: 1024,
        seconds: 3,
        converted: true,
        limited: false,
    },
];

impl Scenario {
    /// What is sent to a target; `ours`: to one that can convert.
    pub(crate) fn work(&self, addr: SocketAddr, key: &str, answer: usize, ours: bool) -> Work {
        let converted = self.converted && ours;
        let expect = match self.stream {
            // The words of the answer are most of it.
            None if converted => Expect::Longer(answer / 2),
            None => Expect::Length(answer),
            // The beginning and the end of the message and of its one block.
            Some((chunks, _)) if converted => Expect::Events(chunks + 5, b"data: {\"type\":\"message_stop\"}\n\n"),
            // The role, the end and `[DONE]` ride with the words. Usage was not asked for, so none may come.
            Some((chunks, _)) => Expect::Events(chunks + 3, b"data: [DONE]\n\n"),
        };
        let path = if converted { "/v1/messages" } else { "/v1/chat/completions" };
        Work { addr, path, authorization: format!("Bearer {key}"), body: self.request_body(converted), expect }
    }

    fn request_body(&self, converted: bool) -> Bytes {
        let model = match self.stream {
            None => "gpt-bench".to_owned(),
            Some((chunks, delay)) => format!("gpt-bench-{chunks}-{delay}"),
        };
        let stream = self.stream.is_some();
        let head = if converted {
            format!(
                "{{\"model\":\"{model}\",\"stream\":{stream},\"temperature\":0.2,\"max_tokens\":1000,\"system\":\
                 \"You are a helpful assistant.\",\"messages\":[{{\"role\":\"user\",\"content\":\""
            )
        } else {
            format!(
                "{{\"model\":\"{model}\",\"stream\":{stream},\"temperature\":0.2,\"messages\":[{{\"role\":\"system\",\"content\":\
                 \"You are a helpful assistant.\"}},{{\"role\":\"user\",\"content\":\""
            )
        };
        let tail = "\"}]}";
        let words = "All work and no play makes a dull benchmark. ";
        let room = self.body.saturating_sub(head.len() + tail.len());
        let text: String = words.chars().cycle().take(room).collect();
        Bytes::from(format!("{head}{text}{tail}"))
    }

    /// Drives the load once.
    pub(crate) async fn drive(&self, work: &Work, lasting: Duration) -> Outcome {
        match self.shape {
            Shape::Closed(connections) => closed::load(work, connections, lasting).await,
            Shape::Open(per_second) => open::load(work, 64, per_second, lasting).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_json_of_the_promised_size() {
        for scenario in ALL {
            for converted in [false, true] {
                let body = scenario.request_body(converted);
                assert_eq!(body.len(), scenario.body, "{}", scenario.name);
                assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok(), "{}", scenario.name);
            }
        }
    }
}
