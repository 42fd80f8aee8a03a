//! OpenAI Audio: speech that is only bytes, and transcriptions that did not listen.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde_json::Value;

use crate::dialects::Event;
use crate::form::file_size;
use crate::json::{Raw, object};
use crate::magic::Magic;
use crate::prompt::{Prompt, count_tokens, note_unknown};
use crate::route::Endpoint;
use crate::turn::Turn;

const SPEECH: &[&str] = &["model", "input", "voice", "instructions", "response_format", "speed", "stream_format"];
const TRANSLATION: &[&str] = &["file", "model", "prompt", "response_format", "temperature"];
/// Beside those.
const TRANSCRIPTION: &[&str] = &[
    "language",
    "languages",
    "keywords",
    "stream",
    "include",
    "timestamp_granularities",
    "chunking_strategy",
    "known_speaker_names",
    "known_speaker_references",
];

/// How much is said at a time.
const PIECE: usize = 1024;

/// Speech that is wanted.
pub(crate) struct Speech {
    kind: &'static str,
}

/// Checks a request for speech.
pub(crate) fn check_speech(body: &Value) -> Result<(Prompt, Speech), String> {
    let mut prompt = Prompt { model: super::text(body, "model", "body")?.to_owned(), ..Prompt::default() };
    note_unknown(body, SPEECH, &mut prompt.notes);
    let said = super::text(body, "input", "body")?;
    if said.is_empty() || said.chars().count() > 4096 {
        return Err("input: must be a string of 1 to 4096 characters".to_owned());
    }
    if !body.get("voice").is_some_and(|voice| voice.is_string() || voice.get("id").is_some()) {
        return Err("voice: required".to_owned());
    }
    let kind = match body.get("response_format").map_or(Some("mp3"), Value::as_str) {
        Some("mp3") => "audio/mpeg",
        Some("opus") => "audio/opus",
        Some("aac") => "audio/aac",
        Some("flac") => "audio/flac",
        Some("wav") => "audio/wav",
        Some("pcm") => "audio/pcm",
        other => return Err(format!("response_format: invalid value {other:?}")),
    };
    prompt.stream = match body.get("stream_format").map_or(Some("audio"), Value::as_str) {
        Some("audio") => false,
        Some("sse") if prompt.model.starts_with("tts-1") => return Err("stream_format: not for this model".to_owned()),
        Some("sse") => true,
        other => return Err(format!("stream_format: invalid value {other:?}")),
    };
    prompt.conversation.user(said);
    prompt.input_tokens = count_tokens(&[body.get("input")]);
    Ok((prompt, Speech { kind }))
}

impl Speech {
    pub(crate) const fn content_type(&self) -> &'static str {
        self.kind
    }

    /// The sound, in the pieces it is sent in: bytes of all values, line breaks among them.
    pub(crate) fn pieces(magic: &Magic) -> Vec<Bytes> {
        let size = magic.big_answer.unwrap_or(4 * PIECE);
        let sound: Bytes = (0..size).map(|place| (place * 7 % 256) as u8).collect::<Vec<u8>>().into();
        sound.chunks(PIECE).map(|piece| sound.slice_ref(piece)).collect()
    }

    pub(crate) fn events(prompt: &Prompt, magic: &Magic) -> Vec<Event> {
        let pieces = Self::pieces(magic);
        let output = pieces.len() as u64;
        let say = |piece: &Bytes| object! { "type": "speech.audio.delta", "audio": BASE64_STANDARD.encode(piece) };
        let mut events: Vec<Event> = pieces.iter().map(|piece| Event::plain(say(piece))).collect();
        let input = prompt.input_tokens;
        let usage = object! { "input_tokens": input, "output_tokens": output, "total_tokens": input + output };
        let done = object! { "type": "speech.audio.done", "usage": usage };
        events.push(Event { terminal: true, ..Event::plain(done) });
        events
    }
}

/// How a transcription is wanted.
pub(crate) struct Transcript {
    format: String,
    bytes: u64,
    /// Whisper bills by the second.
    by_time: bool,
    translated: bool,
}

/// Checks the fields of a form with a recording.
pub(crate) fn check_transcript(endpoint: Endpoint, body: &Value, form: bool) -> Result<(Prompt, Transcript), String> {
    if !form {
        return Err("content-type must be multipart/form-data".to_owned());
    }
    let translated = endpoint == Endpoint::Translations;
    let mut prompt = Prompt { model: super::text(body, "model", "body")?.to_owned(), ..Prompt::default() };
    let known = if translated { TRANSLATION.to_vec() } else { [TRANSLATION, TRANSCRIPTION].concat() };
    note_unknown(body, &known, &mut prompt.notes);
    let bytes = body.get("file").and_then(file_size).ok_or("file: required")?;
    let by_time = prompt.model.starts_with("whisper");
    let format = body.get("response_format").map_or(Some("json"), Value::as_str).unwrap_or_default();
    let fits = match format {
        "json" => true,
        "text" | "srt" | "verbose_json" | "vtt" => by_time,
        _ => false,
    };
    if !fits {
        return Err(format!("response_format: '{format}' is not compatible with this model"));
    }
    // Whisper takes the wish and answers in one piece.
    prompt.stream = super::form_flag(body, "stream")? && !by_time;
    prompt.conversation.user(body.get("prompt").and_then(Value::as_str).unwrap_or_default());
    prompt.input_tokens = bytes / 100 + 1;
    Ok((prompt, Transcript { format: format.to_owned(), bytes, by_time, translated }))
}

impl Transcript {
    fn usage(&self, prompt: &Prompt, turn: &Turn) -> Raw {
        if self.by_time {
            return object! { "type": "duration", "seconds": self.bytes / 1000 + 1 };
        }
        let (input, output) = (prompt.input_tokens, turn.usage.output);
        object! {
            "type": "tokens", "input_tokens": input,
            "input_token_details": object! { "text_tokens": 0, "audio_tokens": input },
            "output_tokens": output, "total_tokens": input + output,
        }
    }

    /// The answer in one piece, and its type.
    pub(crate) fn whole(&self, prompt: &Prompt, turn: &Turn) -> (&'static str, String) {
        let text = turn.text();
        let plain = "text/plain; charset=utf-8";
        match self.format.as_str() {
            "text" => (plain, format!("{text}\n")),
            "srt" => (plain, format!("1\n00:00:00,000 --> 00:00:01,000\n{text}\n\n")),
            "vtt" => (plain, format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{text}\n\n")),
            "verbose_json" => {
                let task = if self.translated { "translate" } else { "transcribe" };
                let segments = Vec::<Raw>::new();
                let json = object! {
                    "task": task, "language": "english", "duration": 1, "text": text, "segments": segments,
                    "usage": self.usage(prompt, turn),
                };
                ("application/json", json.0)
            }
            _ if self.translated || turn.no_usage => ("application/json", object! { "text": text }.0),
            _ => ("application/json", object! { "text": text, "usage": self.usage(prompt, turn) }.0),
        }
    }

    pub(crate) fn events(&self, prompt: &Prompt, turn: &Turn) -> Vec<Event> {
        let say = |piece: &String| Event::plain(object! { "type": "transcript.text.delta", "delta": piece });
        let mut events: Vec<Event> = turn.deltas.iter().map(say).collect();
        let done = if turn.no_usage {
            object! { "type": "transcript.text.done", "text": turn.text() }
        } else {
            object! { "type": "transcript.text.done", "text": turn.text(), "usage": self.usage(prompt, turn) }
        };
        events.push(Event { terminal: true, ..Event::plain(done) });
        events
    }
}
