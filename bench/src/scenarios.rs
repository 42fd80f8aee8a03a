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
    },
    Scenario {
        name: "chat-1",
        title: "1 KB chat, 1 connection",
        shape: Shape::Closed(1),
        stream: None,
        body: 1024,
        seconds: 3,
    },
    Scenario {
        name: "stream-paced",
        title: "Stream of 200 chunks, 5 ms apart, 100 at once",
        shape: Shape::Closed(100),
        stream: Some((200, 5)),
        body: 1024,
        seconds: 4,
    },
    Scenario {
        name: "stream-burst",
        title: "Stream of 200 chunks back to back, 16 at once",
        shape: Shape::Closed(16),
        stream: Some((200, 0)),
        body: 1024,
        seconds: 3,
    },
    Scenario {
        name: "body-200k",
        title: "200 KB request body, 16 connections",
        shape: Shape::Closed(16),
        stream: None,
        body: 200 * 1024,
        seconds: 3,
    },
    Scenario {
        name: "open-500",
        title: "500 requests/s, open loop",
        shape: Shape::Open(500),
        stream: None,
        body: 1024,
        seconds: 6,
    },
];

impl Scenario {
    /// What is sent to a target.
    pub(crate) fn work(&self, addr: SocketAddr, key: &str, answer: usize) -> Work {
        let expect = match self.stream {
            None => Expect::Length(answer),
            // The role, the end and `[DONE]` ride with the words. Usage was not asked for, so none may come.
            Some((chunks, _)) => Expect::Events(chunks + 3),
        };
        Work { addr, authorization: format!("Bearer {key}"), body: self.request_body(), expect }
    }

    fn request_body(&self) -> Bytes {
        let model = match self.stream {
            None => "gpt-bench".to_owned(),
            Some((chunks, delay)) => format!("gpt-bench-{chunks}-{delay}"),
        };
        let head = format!(
            "{{\"model\":\"{model}\",\"stream\":{},\"temperature\":0.2,\"messages\":[{{\"role\":\"system\",\"content\":\
             \"You are a helpful assistant.\"}},{{\"role\":\"user\",\"content\":\"",
            self.stream.is_some()
        );
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
            let body = scenario.request_body();
            assert_eq!(body.len(), scenario.body, "{}", scenario.name);
            assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok(), "{}", scenario.name);
        }
    }
}
