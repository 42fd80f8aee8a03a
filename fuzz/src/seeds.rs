//! What the fuzzer begins with: the wire crate's samples, a dictionary of their words, and what was once found.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use thinkwatch_policy::dialect::Dialect;

use crate::Seeds;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/wire/tests/convert")
}

/// The inputs of this kind, ready to be thrown.
pub fn of(seeds: Seeds) -> Vec<Vec<u8>> {
    match seeds {
        Seeds::Requests(dialect) => chosen(&read(dialect, "requests"), 5),
        Seeds::Answers(dialect) => chosen(&read(dialect, "answers"), 4),
        Seeds::Streams(dialect) => streams(dialect),
        Seeds::Forms => forms(),
        Seeds::Embeddings => EMBEDDINGS.iter().map(|(n, call, answer)| with(&[*n], &two(call, answer))).collect(),
        Seeds::Turns => turns(),
        Seeds::All => crate::CONVERTED
            .iter()
            .flat_map(|&dialect| [read(dialect, "requests"), read(dialect, "answers")].concat())
            .enumerate()
            .map(|(n, body)| with(&[u8::try_from(n % 16).unwrap_or_default()], &body))
            .collect(),
    }
}

/// Inputs that once broke something, kept in `fuzz/found/<target>`.
pub fn found(target: &str) -> Vec<Vec<u8>> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("found").join(target))
}

/// The words of all samples, in libFuzzer's format.
pub fn dictionary() -> String {
    let mut words = BTreeSet::new();
    for dialect in crate::CONVERTED {
        for kind in ["requests", "answers", "streams"] {
            for text in read(dialect, kind) {
                for word in text.split(|byte| *byte == b'"').skip(1).step_by(2) {
                    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
                    if (2..40).contains(&word.len()) && word.iter().all(plain) {
                        words.insert(format!("\"\\\"{}\\\"\"\n", String::from_utf8_lossy(word)));
                    }
                }
            }
        }
    }
    for word in [
        "data: ",
        "event: ",
        "[DONE]",
        "\\x0a\\x0a",
        "\\x0d\\x0a",
        "null",
        "true",
        "false",
        "[]",
        "{}",
        "\\\\ud800",
        "tw1.",
    ] {
        words.insert(format!("\"{word}\"\n"));
    }
    words.into_iter().collect()
}

/// Each of the bodies once for each of the `choices`; compact, since a fuzzer does more with short inputs.
fn chosen(bodies: &[Vec<u8>], choices: u8) -> Vec<Vec<u8>> {
    bodies
        .iter()
        .flat_map(|body| {
            let body = match serde_json::from_slice::<serde_json::Value>(body) {
                Ok(value) => value.to_string().into_bytes(),
                Err(_) => body.clone(),
            };
            (0..choices).map(move |choice| with(&[choice], &body))
        })
        .collect()
}

fn streams(dialect: Dialect) -> Vec<Vec<u8>> {
    read(dialect, "streams")
        .iter()
        .flat_map(|stream| {
            let stream = if dialect == Dialect::Converse { lines(stream) } else { stream.clone() };
            (0..8).map(move |choice| with(&[choice, 7], &stream))
        })
        .collect()
}

/// `[["messageStart", {…}], …]` as a line per event.
fn lines(sample: &[u8]) -> Vec<u8> {
    let events: Vec<(String, serde_json::Value)> = serde_json::from_slice(sample).unwrap_or_default();
    events.iter().map(|(name, payload)| format!("{name} {payload}\n")).collect::<String>().into_bytes()
}

fn forms() -> Vec<Vec<u8>> {
    let part =
        |headers: &str, value: &str| format!("--bnd-1\r\nContent-Disposition: form-data; {headers}\r\n\r\n{value}\r\n");
    let file = |name: &str| {
        part(&format!("name=\"{name}\"; filename=\"a.bin\"\r\nContent-Type: audio/mpeg"), "\0--bnd\r\n\r\n")
    };
    let whole = |parts: &[String]| format!("{}--bnd-1--\r\n", parts.concat());
    let sound = whole(&[part("name=\"model\"", "whisper-1"), file("file"), part("name=stream", "true")]);
    let image = whole(&[file("image"), part("name=\"prompt\"", "a"), part("name=\"model\"", "gpt-image-1")]);
    let typed = format!("multipart/form-data; charset=utf-8; boundary=\"bnd-1\"\0{sound}");
    vec![
        with(&[0], image.as_bytes()),
        with(&[1], image.as_bytes()),
        with(&[2], sound.as_bytes()),
        with(&[3], sound.as_bytes()),
        with(&[0x82], typed.as_bytes()),
    ]
}

fn turns() -> Vec<Vec<u8>> {
    let (calls, answers) = (read(Dialect::Responses, "requests"), read(Dialect::Responses, "answers"));
    calls.iter().zip(answers.iter().cycle()).map(|(call, answer)| [call.as_slice(), &[0], answer].concat()).collect()
}

fn two(call: &str, answer: &str) -> Vec<u8> {
    [call.as_bytes(), &[0], answer.as_bytes()].concat()
}

const EMBEDDINGS: &[(u8, &str, &str)] = &[
    (
        0,
        r#"{"model":"ours","input":["a","b"],"dimensions":8,"encoding_format":"base64","user":"u"}"#,
        r#"{"embeddings":[{"values":[0.5,-1e-3]},{"values":[1,2]}],"usageMetadata":{"promptTokenCount":3}}"#,
    ),
    (0, r#"{"model":"ours","input":"a"}"#, r#"{"embeddings":[{"values":[0.1]}]}"#),
    (
        1,
        r#"{"content":{"parts":[{"text":"a"}]},"outputDimensionality":4,"taskType":"RETRIEVAL_QUERY"}"#,
        r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,1]}],"usage":{"prompt_tokens":1}}"#,
    ),
    (
        2,
        r#"{"requests":[{"model":"models/ours","content":{"parts":[{"text":"a"}]}},{"model":"models/ours","content":{"parts":[{"text":"b"}]}}]}"#,
        r#"{"data":[{"index":1,"embedding":[1]},{"index":0,"embedding":[2]}]}"#,
    ),
];

fn with(choice: &[u8], body: &[u8]) -> Vec<u8> {
    [choice, body].concat()
}

fn read(dialect: Dialect, kind: &str) -> Vec<Vec<u8>> {
    files(&samples().join(dialect.as_str()).join(kind))
}

/// The files of a folder, in the order of their names; none if there is no such folder.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).collect()
}
