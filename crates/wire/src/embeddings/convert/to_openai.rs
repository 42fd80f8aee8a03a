//! A client of Google's `embedContent` or `batchEmbedContents` on OpenAI's Embeddings, which take many texts at once.

use thinkwatch_policy::dialect::Endpoint;
use thinkwatch_policy::usage::Usage;

use super::{Asked, Back, Stopped, check_count};
use crate::canonical::Refusal;
use crate::canonical::notes::Notes;
use crate::embeddings;
use crate::json::node::{Fault, Node, Object};
use crate::json::write;

pub(super) fn request(endpoint: Endpoint, body: &[u8], model: &str, notes: &mut Notes) -> Result<Asked, Stopped> {
    let mut fields = Node::root(body)?.object()?;
    let mut wanted = Vec::new();
    if endpoint == Endpoint::BatchEmbedContents {
        for request in fields.need("requests")?.list()? {
            wanted.push(one(request.object()?, notes)?);
        }
        fields.take("model");
        for (name, _) in fields.rest() {
            notes.lose(name, LOST)?;
        }
    } else {
        wanted.push(one(fields, notes)?);
    }
    let dimensions = wanted.first().and_then(|(_, dimensions)| *dimensions);
    if wanted.iter().any(|(_, other)| *other != dimensions) {
        let why = "this provider makes all vectors of a call of one size".to_owned();
        return Err(Refusal { field: "requests.outputDimensionality".to_owned(), why }.into());
    }
    let mut out = Vec::with_capacity(body.len() + 64);
    {
        let mut whole = write::object(&mut out);
        whole.text("model", model);
        {
            let mut input = whole.list("input");
            for (text, _) in &wanted {
                input.push_text(text);
            }
        }
        whole.text("encoding_format", "float").whole_some("dimensions", dimensions);
    }
    Ok(Asked { body: out, as_base64: false, count: wanted.len() })
}

const LOST: &str = "OpenAI's embeddings have no such field";

/// The text of one request, and of which size its vector shall be.
fn one(mut request: Object<'_>, notes: &mut Notes) -> Result<(String, Option<u64>), Stopped> {
    request.take("model");
    let mut content = request.need("content")?.object()?;
    let mut text = String::new();
    for part in content.need("parts")?.list()? {
        let mut part = part.object()?;
        text.push_str(&part.need_text("text").map_err(|fault| Refusal {
            field: "content.parts".to_owned(),
            why: format!("this provider makes vectors of text alone: a part {}", fault.message),
        })?);
    }
    let camel = request.whole("outputDimensionality")?;
    let dimensions = camel.or(request.whole("output_dimensionality")?);
    for (name, value) in request.rest() {
        if !value.is_null() {
            notes.lose(name, LOST)?;
        }
    }
    Ok((text, dimensions))
}

pub(super) fn answer(back: &Back, body: &[u8]) -> Result<(Vec<u8>, Option<Usage>), Fault> {
    let mut answer = Node::root(body)?.object()?;
    let mut vectors = Vec::new();
    for (place, one) in (0..).zip(answer.need("data")?.list()?) {
        let mut one = one.object()?;
        let values = one.need("embedding")?;
        // Only what is a list of numbers is one for the client, too.
        for number in values.list()? {
            number.number()?;
        }
        vectors.push((one.whole("index")?.unwrap_or(place), values));
    }
    check_count(back, vectors.len())?;
    vectors.sort_by_key(|(index, _)| *index);
    let usage = answer.some("usage").and_then(|told| embeddings::usage::read(told.raw().as_bytes()));
    let mut out = Vec::with_capacity(body.len());
    {
        let mut whole = write::object(&mut out);
        match vectors.as_slice() {
            [(_, values)] if back.endpoint == Endpoint::EmbedContent => {
                whole.object("embedding").raw("values", values.raw());
            }
            all => {
                let mut list = whole.list("embeddings");
                for (_, values) in all {
                    list.push_object().raw("values", values.raw());
                }
            }
        }
        if let Some(usage) = usage {
            let tokens = usage.total_input();
            whole.object("usageMetadata").whole("promptTokenCount", tokens).whole("totalTokenCount", tokens);
        }
    }
    Ok((out, usage))
}
