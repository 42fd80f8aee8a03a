//! An OpenAI client on Google: `batchEmbedContents`, whose answers have an order and no numbers.

use std::borrow::Cow;

use thinkwatch_policy::usage::Usage;

use super::{Asked, Back, Stopped, check_count};
use crate::canonical::Refusal;
use crate::canonical::notes::Notes;
use crate::converse::convert::blob::encode as base64;
use crate::gemini;
use crate::json::node::{Fault, Node};
use crate::json::write;

pub(super) fn request(body: &[u8], model: &str, notes: &mut Notes) -> Result<Asked, Stopped> {
    let mut fields = Node::root(body)?.object()?;
    fields.take("model");
    let texts = texts(fields.need("input")?)?;
    let dimensions = fields.whole("dimensions")?;
    let as_base64 = match fields.some("encoding_format") {
        None => false,
        Some(format) => match format.text()?.as_ref() {
            "float" => false,
            "base64" => true,
            _ => return Err(format.fault("must be `float` or `base64`").into()),
        },
    };
    for (name, _) in fields.rest() {
        notes.lose(name, "Gemini's embeddings have no such field")?;
    }
    let model = format!("models/{}", model.strip_prefix("models/").unwrap_or(model));
    let mut out = Vec::with_capacity(body.len() + 128 * texts.len());
    {
        let mut whole = write::object(&mut out);
        let mut requests = whole.list("requests");
        for text in &texts {
            let mut request = requests.push_object();
            request.text("model", &model);
            request.object("content").list("parts").push_object().text("text", text);
            request.whole_some("outputDimensionality", dimensions);
        }
    }
    Ok(Asked { body: out, as_base64, count: texts.len() })
}

fn texts(input: Node<'_>) -> Result<Vec<Cow<'_, str>>, Stopped> {
    if input.is_text() {
        return Ok(vec![input.text()?]);
    }
    let elements = input.list()?;
    if elements.iter().any(|element| !element.is_text()) {
        let why = "Gemini takes texts, not the numbers of tokens".to_owned();
        return Err(Refusal { field: "input".to_owned(), why }.into());
    }
    Ok(elements.iter().map(Node::text).collect::<Result<_, _>>()?)
}

pub(super) fn answer(back: &Back, body: &[u8]) -> Result<(Vec<u8>, Option<Usage>), Fault> {
    let mut answer = Node::root(body)?.object()?;
    let vectors = answer.need("embeddings")?.list()?;
    check_count(back, vectors.len())?;
    let usage = answer.some("usageMetadata").and_then(|told| gemini::usage::read(told.raw().as_bytes()));
    let mut out = Vec::with_capacity(body.len() + 64 * vectors.len());
    {
        let mut whole = write::object(&mut out);
        whole.text("object", "list");
        {
            let mut data = whole.list("data");
            for (index, vector) in (0..).zip(&vectors) {
                let values = vector.object()?.need("values")?;
                let numbers = values.list()?;
                let mut one = data.push_object();
                one.text("object", "embedding").whole("index", index);
                if back.as_base64 {
                    one.text("embedding", &base64(&bytes(&numbers)?));
                } else {
                    one.raw("embedding", values.raw());
                }
            }
        }
        whole.text("model", &back.model);
        // The object must be there for clients to read the answer; zeros stand for a provider that does not count.
        let tokens = usage.map_or(0, |usage| usage.total_input());
        whole.object("usage").whole("prompt_tokens", tokens).whole("total_tokens", tokens);
    }
    Ok((out, usage))
}

/// The numbers as OpenAI packs them: four bytes each, the lowest first.
fn bytes(numbers: &[Node<'_>]) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(4 * numbers.len());
    for node in numbers {
        let number: f32 = node.number()?.parse().map_err(|_| node.fault("must be a number"))?;
        bytes.extend(number.to_le_bytes());
    }
    Ok(bytes)
}
