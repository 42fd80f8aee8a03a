//! OpenAI Images. A picture is its prompt in base64.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::dialects::Event;
use crate::form::file_size;
use crate::json::{Raw, object};
use crate::magic::Magic;
use crate::prompt::{Prompt, count_tokens, note_unknown};
use crate::route::Endpoint;

const MADE: &[&str] = &[
    "model",
    "prompt",
    "background",
    "moderation",
    "n",
    "output_compression",
    "output_format",
    "partial_images",
    "quality",
    "response_format",
    "safety_identifier",
    "size",
    "stream",
    "style",
    "user",
];
/// Beside those.
const EDITED: &[&str] = &["image", "images", "mask", "markup", "input_fidelity"];

/// A checked request.
pub(crate) struct Wanted {
    count: usize,
    sketches: usize,
    /// What its events begin with.
    word: &'static str,
    /// Old models give addresses and tell no usage.
    old: bool,
}

/// Checks a body, or the fields of a form.
pub(crate) fn check(endpoint: Endpoint, body: &Value, form: bool) -> Result<(Prompt, Wanted), String> {
    let mut prompt = Prompt { model: super::text(body, "model", "body")?.to_owned(), ..Prompt::default() };
    let known = if endpoint == Endpoint::ImageGenerations { MADE.to_vec() } else { [MADE, EDITED].concat() };
    note_unknown(body, &known, &mut prompt.notes);
    let varied = endpoint == Endpoint::ImageVariations;
    if !varied {
        let said = super::text(body, "prompt", "body")?;
        prompt.conversation.user(said);
    }
    if endpoint != Endpoint::ImageGenerations {
        images(body, form)?;
    }
    let old = varied || prompt.model.starts_with("dall-e");
    if !old && body.get("response_format").is_some() {
        return Err("Unknown parameter: 'response_format'.".to_owned());
    }
    let number = |key: &str, range: std::ops::RangeInclusive<u64>, absent: u64| match body.get(key) {
        None | Some(Value::Null) => Ok(absent),
        Some(given) => {
            let given = if form { given.as_str().and_then(|digits| digits.parse().ok()) } else { given.as_u64() };
            given.filter(|n| range.contains(n)).ok_or_else(|| format!("{key}: out of range"))
        }
    };
    let count = number("n", 1..=10, 1)? as usize;
    prompt.stream = if form { super::form_flag(body, "stream")? } else { super::flag(body, "stream")? };
    let sketches = number("partial_images", 0..=3, 0)? as usize;
    if prompt.stream && old {
        return Err("stream: not supported by this model".to_owned());
    }
    prompt.input_tokens = count_tokens(&[body.get("prompt")]);
    let word = if endpoint == Endpoint::ImageEdits { "image_edit" } else { "image_generation" };
    Ok((prompt, Wanted { count, sketches, word, old }))
}

fn images(body: &Value, form: bool) -> Result<(), String> {
    if !form {
        let given = super::list(body, "images")?;
        let fits = |one: &Value| one.get("image_url").is_some() || one.get("file_id").is_some();
        return if !given.is_empty() && given.iter().all(fits) { Ok(()) } else { Err("images: required".to_owned()) };
    }
    let given = match body.get("image") {
        Some(Value::Array(several)) => several.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let fits = !given.is_empty() && given.len() <= 16 && given.iter().all(|image| file_size(image).is_some());
    if fits { Ok(()) } else { Err("image: must be 1 to 16 files".to_owned()) }
}

fn usage(prompt: &Prompt, count: usize) -> Raw {
    let output = 100 * count as u64;
    object! {
        "total_tokens": prompt.input_tokens + output, "input_tokens": prompt.input_tokens, "output_tokens": output,
        "input_tokens_details": object! { "text_tokens": prompt.input_tokens, "image_tokens": 0 },
    }
}

fn picture(prompt: &Prompt, place: usize, magic: &Magic) -> String {
    let size = magic.big_answer.unwrap_or(0);
    BASE64_STANDARD.encode(format!("{place}:{}{}", prompt.conversation.last_user, "x".repeat(size)))
}

/// The answer in one piece.
pub(crate) fn whole(prompt: &Prompt, wanted: &Wanted, magic: &Magic) -> Raw {
    let image = |place: usize| match wanted.old {
        true => object! { "url": format!("https://images.example/{place}.png") },
        false => object! { "b64_json": picture(prompt, place, magic) },
    };
    let data: Vec<Raw> = (0..wanted.count).map(image).collect();
    if wanted.old || magic.no_usage {
        return object! { "created": 1_700_000_000, "data": data };
    }
    object! {
        "created": 1_700_000_000, "background": "opaque", "data": data, "output_format": "png", "quality": "low",
        "size": "1024x1024", "usage": usage(prompt, wanted.count),
    }
}

/// The answer as a stream.
pub(crate) fn events(prompt: &Prompt, wanted: &Wanted, magic: &Magic) -> Vec<Event> {
    let mut events = Vec::new();
    let image = |kind: &str, place: usize, more: Raw, key: &str| {
        let kind = format!("{}.{kind}", wanted.word);
        let mut json = object! {
            "type": kind, "b64_json": picture(prompt, place, magic), "created_at": 1_700_000_000,
            "size": "1024x1024", "quality": "low", "background": "opaque", "output_format": "png",
        };
        json.0.pop();
        crate::json::field(&mut json.0, key, &more);
        json.0.push('}');
        json
    };
    let named = |kind: &'static str| match (wanted.word, kind) {
        ("image_edit", "completed") => "image_edit.completed",
        ("image_edit", _) => "image_edit.partial_image",
        (_, "completed") => "image_generation.completed",
        _ => "image_generation.partial_image",
    };
    for place in 0..wanted.count {
        for sketch in 0..wanted.sketches {
            let more = Raw(sketch.to_string());
            let json = image("partial_image", place, more, "partial_image_index");
            events.push(Event::named(named("partial_image"), json));
        }
        let last = place + 1 == wanted.count;
        let json = image("completed", place, usage(prompt, 1), "usage");
        events.push(Event { terminal: last, ..Event::named(named("completed"), json) });
    }
    events
}
