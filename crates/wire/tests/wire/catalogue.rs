//! The classes of mistakes that gateways make, as data: `tests/convert/catalogue/<class>/<case>.json`. A case is a call, an
//! answer or a stream in one dialect, and what must come out in each other one, byte for byte.
//!
//! Members of a case: `what` it shows; `kind` (`request`, `answer`, `stream`); `from`, the dialect; `input` (for a stream: a list
//! of events, each a name or `null` and its data) or `raw`, its text where that is no proper JSON; `model`, the provider's model
//! by dialect, where it matters; `asked`, what the client had asked by dialect, where it matters; `expect` by dialect. Of a
//! request that is what the provider gets (`body`), or `refused` with the message; `lost` names what was left out. Of a stream
//! it is the list of events the client gets.
//!
//! Where a result differs, the case as it is now stands below `CARGO_TARGET_TMPDIR`: to be looked at, not to be copied.

#![expect(clippy::unwrap_used, reason = "what reads the cases is a test too")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_wire::canonical::{Client, Target};
use thinkwatch_wire::convert::translate::Translator;
use thinkwatch_wire::convert::{self, Asked};
use thinkwatch_wire::frames;
use thinkwatch_wire::json::node::{Node, Object};
use thinkwatch_wire::sse::{self, Framer};

const CLIENTS: [Dialect; 4] = [Dialect::Chat, Dialect::Messages, Dialect::Responses, Dialect::Gemini];
const ALL: [Dialect; 5] = [Dialect::Chat, Dialect::Messages, Dialect::Responses, Dialect::Gemini, Dialect::Converse];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/convert/catalogue")
}

#[expect(clippy::disallowed_methods, reason = "a catalogue is files")]
fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands in a folder, in order.
fn inside(path: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn dialect(name: &str) -> Dialect {
    ALL.into_iter().find(|dialect| dialect.as_str() == name).unwrap_or_else(|| panic!("no dialect {name}"))
}

/// JSON without the white space between its words.
fn compact(text: &str) -> String {
    let (mut out, mut quoted, mut escaped) = (String::with_capacity(text.len()), false, false);
    for character in text.chars() {
        if quoted || !character.is_ascii_whitespace() {
            out.push(character);
        }
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
    }
    out
}

struct Case {
    kind: String,
    from: Dialect,
    input: String,
    models: BTreeMap<String, String>,
    asked: BTreeMap<String, String>,
    expect: BTreeMap<String, String>,
}

impl Case {
    fn read(text: &str) -> Self {
        let mut case = Node::root(text.as_bytes()).unwrap().object().unwrap();
        case.need_text("what").unwrap();
        let (kind, from) = (case.need_text("kind").unwrap().into_owned(), dialect(&case.need_text("from").unwrap()));
        let input = match case.text("raw").unwrap() {
            Some(raw) => raw,
            None => compact(case.need("input").unwrap().raw()),
        };
        let models =
            members(&mut case, "model").into_iter().map(|(name, raw)| (name, raw.trim_matches('"').to_owned()));
        let (models, asked, expect) = (models.collect(), members(&mut case, "asked"), members(&mut case, "expect"));
        assert_eq!(case.rest().map(|(name, _)| name.into_owned()).collect::<Vec<_>>(), [""; 0]);
        Self { kind, from, input, models, asked, expect }
    }

    fn model(&self, of: Dialect) -> &str {
        let usual = match of {
            Dialect::Messages => "claude-sonnet-4-5",
            Dialect::Gemini => "gemini-3-pro",
            Dialect::Converse => "anthropic.claude-sonnet-4-5-20250929-v1:0",
            _ => "gpt-5.2",
        };
        self.models.get(of.as_str()).map_or(usual, String::as_str)
    }

    fn targets(&self) -> impl Iterator<Item = Dialect> {
        let all: &[Dialect] = if self.kind == "request" { &ALL } else { &CLIENTS };
        let from = self.from;
        all.iter().copied().filter(move |to| *to != from)
    }

    /// The client and the provider of the pair that this is a case of.
    fn pair(&self, to: Dialect) -> (Dialect, Dialect) {
        if self.kind == "request" { (self.from, to) } else { (to, self.from) }
    }

    fn outcome(&self, to: Dialect) -> String {
        match self.kind.as_str() {
            "request" => self.request(to),
            "answer" => self.answer(to),
            "stream" => self.stream(to),
            other => panic!("no kind {other}"),
        }
    }

    fn request(&self, to: Dialect) -> String {
        let asked = Asked { dialect: self.from, body: self.input.as_bytes(), model: "the-model", stream: false };
        let target = Target { model: self.model(to), default_max_output_tokens: 4096, ask_usage: false };
        match convert::request(asked, to, &target, false) {
            Ok(made) => {
                let body = String::from_utf8(made.body).unwrap();
                format!("{{\"body\":{body}{}}}", lost(made.lost.iter().map(|lost| lost.field.as_str())))
            }
            Err(error) => format!("{{\"refused\":{}}}", quoted(&error.into_error().message)),
        }
    }

    fn client(&self, to: Dialect) -> Client {
        let usual = match to {
            Dialect::Chat => {
                r#"{"model":"the-model","stream_options":{"include_usage":true},"stream":true,"messages":[{"role":"user","content":"q"}]}"#
            }
            Dialect::Messages => r#"{"model":"the-model","max_tokens":99,"messages":[{"role":"user","content":"q"}]}"#,
            Dialect::Responses => r#"{"model":"the-model","input":"q"}"#,
            _ => r#"{"contents":[{"parts":[{"text":"q"}]}]}"#,
        };
        let body = self.asked.get(to.as_str()).map_or(usual, String::as_str);
        let asked = Asked { dialect: to, body: body.as_bytes(), model: "the-model", stream: false };
        let target = Target { model: self.model(self.from), default_max_output_tokens: 4096, ask_usage: false };
        let request = convert::request(asked, self.from, &target, false).unwrap().request;
        Client {
            request,
            model: "the-model".to_owned(),
            request_id: "req1".to_owned(),
            now_s: 1_800_000_000,
            as_list: false,
        }
    }

    fn answer(&self, to: Dialect) -> String {
        match convert::answer(self.from, self.input.as_bytes(), &self.client(to)) {
            Ok(made) => {
                let body = String::from_utf8(made.body).unwrap();
                format!("{{\"body\":{body}{}}}", lost(made.lost.iter().map(|lost| lost.field.as_str())))
            }
            Err(error) => format!("{{\"refused\":{}}}", quoted(&error)),
        }
    }

    /// The provider's stream as it comes from the network.
    fn bytes(&self) -> Vec<u8> {
        if !self.input.starts_with('[') {
            return self.input.clone().into_bytes();
        }
        let mut bytes = Vec::new();
        for event in Node::root(self.input.as_bytes()).unwrap().list().unwrap() {
            let parts = event.list().unwrap();
            let [name, data] = parts.as_slice() else { panic!("an event is a name and its data") };
            let name = (!name.is_null()).then(|| name.text().unwrap().into_owned());
            let data = if data.is_text() { data.text().unwrap().into_owned() } else { data.raw().to_owned() };
            if self.from == Dialect::Converse {
                let name = name.unwrap();
                if name.ends_with("Exception") {
                    frames::exception(&name, data.as_bytes(), &mut bytes);
                } else {
                    frames::event(&name, data.as_bytes(), &mut bytes);
                }
            } else {
                bytes.extend(sse::encode(name.as_deref().map(str::as_bytes), data.as_bytes()));
            }
        }
        bytes
    }

    fn stream(&self, to: Dialect) -> String {
        let bytes = self.bytes();
        let whole = self.translated(to, &bytes, usize::MAX);
        for size in [1, 3, 7] {
            assert_eq!(self.translated(to, &bytes, size), whole, "in pieces of {size} bytes");
        }
        whole
    }

    fn translated(&self, to: Dialect, bytes: &[u8], size: usize) -> String {
        let mut translator = Translator::new(self.from, self.client(to), 1 << 20);
        let mut out: Vec<Bytes> = Vec::new();
        let mut nonsense = None;
        for piece in bytes.chunks(size.min(bytes.len())) {
            if let Err(error) = translator.feed(piece, &mut out) {
                nonsense = Some(error.to_string());
                break;
            }
        }
        let end = if nonsense.is_none() { format!("{:?}", translator.finish()) } else { "Nonsense".to_owned() };
        out.extend(translator.take_held());
        let mut told = String::from("{\"events\":[");
        let (text, mut framer, mut at) = (out.concat(), Framer::default(), 0);
        let mut events = Vec::new();
        while let Some(length) = framer.boundary(&text[at..]) {
            let event = sse::Event::parse(&text[at..at + length], at == 0);
            at += length;
            at += usize::from(framer.take_owed_line_feed() && text.get(at) == Some(&b'\n'));
            let data = String::from_utf8(event.data().unwrap().to_vec()).unwrap();
            let data = if data == "[DONE]" { quoted(&data) } else { data };
            let name = event.name.map_or("null".to_owned(), |name| quoted(&String::from_utf8_lossy(name)));
            events.push(format!("[{name},{data}]"));
        }
        told.push_str(&events.join(","));
        told.push(']');
        if !end.starts_with("Complete") {
            write!(told, ",\"end\":{}", quoted(end.split('(').next().unwrap())).unwrap();
        }
        if let Some(error) = nonsense {
            write!(told, ",\"nonsense\":{}", quoted(&error)).unwrap();
        }
        told.push_str(&lost(translator.lost().iter().map(|lost| lost.field.as_str())));
        told.push('}');
        told
    }
}

/// The members of an object that is a member, in no particular order, without white space.
fn members(case: &mut Object<'_>, name: &str) -> BTreeMap<String, String> {
    let Some(object) = case.some(name) else { return BTreeMap::new() };
    object.object().unwrap().rest().map(|(name, value)| (name.into_owned(), compact(value.raw()))).collect()
}

fn quoted(text: &str) -> String {
    String::from_utf8(thinkwatch_wire::json::text::quote(text)).unwrap()
}

fn lost<'l>(fields: impl Iterator<Item = &'l str>) -> String {
    let fields: Vec<_> = fields.map(quoted).collect();
    if fields.is_empty() { String::new() } else { format!(",\"lost\":[{}]", fields.join(",")) }
}

#[test]
fn every_case_comes_out_as_it_must() {
    let mut wrong = Vec::new();
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("catalogue");
    for class in inside(&folder()).into_iter().filter(|path| path.is_dir()) {
        for path in inside(&class) {
            let case = Case::read(&text_of(&path));
            let outcomes: Vec<(Dialect, String)> = case.targets().map(|to| (to, case.outcome(to))).collect();
            let name = format!("{}/{}", name_of(&class), name_of(&path));
            let known: BTreeSet<&str> = case.expect.keys().map(String::as_str).collect();
            let tried: BTreeSet<&str> = outcomes.iter().map(|(to, _)| to.as_str()).collect();
            let mut differs = known != tried;
            for (to, outcome) in &outcomes {
                let expected = case.expect.get(to.as_str()).map_or("nothing", String::as_str);
                if expected != compact(outcome) {
                    wrong.push(format!("{name} in {}:\n  must be {expected}\n  is      {outcome}", to.as_str()));
                    differs = true;
                }
            }
            if differs {
                let now: Vec<_> =
                    outcomes.iter().map(|(to, told)| format!("    \"{}\": {told}", to.as_str())).collect();
                let into = scratch.join(name_of(&class));
                fs::create_dir_all(&into).unwrap();
                fs::write(into.join(path.file_name().unwrap()), format!("{{\n{}\n}}\n", now.join(",\n"))).unwrap();
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong; as they are now below {}\n{}",
        wrong.len(),
        scratch.display(),
        wrong.join("\n")
    );
}

/// The classes, and for each the pairs of client and provider where it cannot occur, with the reason.
fn classes() -> Vec<(String, String, BTreeMap<String, String>)> {
    let text = text_of(&folder().join("classes.json"));
    let list = Node::root(text.as_bytes()).unwrap().list().unwrap();
    list.into_iter()
        .map(|class| {
            let mut class = class.object().unwrap();
            let (folder, title) = (class.need_text("folder").unwrap(), class.need_text("title").unwrap());
            (folder.into_owned(), title.into_owned(), members(&mut class, "never"))
        })
        .collect()
}

#[test]
fn every_class_is_tried_with_every_pair_where_it_occurs() {
    let mut table = String::from("| class |");
    let pairs: Vec<(Dialect, Dialect)> = CLIENTS
        .into_iter()
        .flat_map(|from| ALL.into_iter().filter(move |to| *to != from).map(move |to| (from, to)))
        .collect();
    for (client, provider) in &pairs {
        write!(table, " {} on {} |", client.as_str(), provider.as_str()).unwrap();
    }
    let mut missing = Vec::new();
    let (mut cases, mut outcomes) = (0, 0);
    let mut folders = BTreeSet::new();
    for (folder_name, title, never) in classes() {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for path in inside(&folder().join(&folder_name)) {
            let case = Case::read(&text_of(&path));
            cases += 1;
            for to in case.targets() {
                let (client, provider) = case.pair(to);
                *counts.entry((client.as_str().to_owned(), provider.as_str().to_owned())).or_default() += 1;
                outcomes += 1;
            }
        }
        write!(table, "\n| {title} |").unwrap();
        for (client, provider) in &pairs {
            let count = counts.get(&(client.as_str().to_owned(), provider.as_str().to_owned())).copied().unwrap_or(0);
            let reason = [client.as_str(), "*"]
                .into_iter()
                .flat_map(|client| [provider.as_str(), "*"].map(|provider| format!("{client} on {provider}")))
                .find_map(|pair| never.get(&pair));
            match (count, reason) {
                (0, Some(reason)) => write!(table, " never: {reason} |").unwrap(),
                (0, None) => missing.push(format!("{folder_name}: {} on {}", client.as_str(), provider.as_str())),
                _ => write!(table, " {count} |").unwrap(),
            }
        }
        folders.insert(folder_name);
    }
    println!("{table}\n{cases} cases, {outcomes} outcomes");
    assert_eq!(missing, [""; 0], "no case and no reason");
    assert_eq!(folders.len(), 18, "the classes of the catalogue");
    let there: BTreeSet<String> =
        inside(&folder()).iter().filter(|path| path.is_dir()).map(|path| name_of(path)).collect();
    assert_eq!(there, folders);
}
