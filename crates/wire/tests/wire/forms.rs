//! Forms: what is found in them, what is replaced, what is refused.

use bytes::Bytes;
use proptest::prelude::*;
use thinkwatch_policy::dialect::Endpoint::{self, ImageEdits, ImageVariations, Transcriptions, Translations};
use thinkwatch_wire::multipart::{Boundary, FormFault, boundary, peek};
use thinkwatch_wire::request::{BadRequest, Peek};
use thinkwatch_wire::splice::patch;

const KIND: &[u8] = b"multipart/form-data; boundary=bnd-1";

fn bound() -> Boundary {
    boundary([KIND]).expect("a content type of a form").expect("a form")
}

fn read(endpoint: Endpoint, body: &[u8]) -> Result<Peek, BadRequest> {
    peek(endpoint, &bound(), body)
}

/// A part with a plain value.
fn field(name: &str, value: &str) -> String {
    part(&format!("Content-Disposition: form-data; name=\"{name}\"\r\n"), value)
}

fn part(headers: &str, value: &str) -> String {
    format!("--bnd-1\r\n{headers}\r\n{value}\r\n")
}

fn file(name: &str, value: &str) -> String {
    let disposition = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"a\\b.mp3\"\r\n");
    part(&format!("{disposition}Content-Type: audio/mpeg\r\n"), value)
}

fn form(parts: &[String]) -> String {
    format!("{}--bnd-1--\r\n", parts.concat())
}

fn good() -> String {
    let noise = "\0\r\n\r\n--bnd\n-- bnd-1 x--bnd-1--\r\nmodel\r\r\n\n";
    form(&[field("stream", "true"), file("file", noise), field("model", "whisper-1"), field("temperature", "0.2")])
}

#[test]
fn a_form_is_read_and_only_the_models_name_is_replaced() {
    let body = Bytes::from(good());
    let seen = read(Transcriptions, &body).unwrap();
    assert_eq!((seen.model.as_str(), seen.stream, seen.is_form), ("whisper-1", true, true));
    assert_eq!(&body[seen.model_span.clone()], b"whisper-1");
    assert!(!read(Translations, &body).unwrap().stream, "translations never stream");

    let same = patch(&body, &seen, "whisper-1", false);
    assert_eq!(same.segments.len(), 1);
    assert_eq!(same.segments[0].as_ptr(), body.as_ptr(), "not even copied");
    let other = patch(&body, &seen, "local/\"whisper\" é", false).into_bytes();
    assert_eq!(other, good().replace("\r\nwhisper-1\r\n", "\r\nlocal/\"whisper\" é\r\n").as_bytes());
}

#[test]
fn images_are_counted_by_what_is_asked_for() {
    let of = |n: &str| {
        let parts = [field("model", "m"), file("image[]", "x"), file("image[]", "y"), field("n", n)];
        read(ImageEdits, form(&parts).as_bytes()).unwrap().images
    };
    assert_eq!(["1", "3", "10", "11", "0", "x", ""].map(of), [1, 3, 10, 10, 1, 1, 1]);
    assert_eq!(read(Transcriptions, good().as_bytes()).unwrap().images, 0);
}

/// What is read alike everywhere is taken, in whatever way it is written.
#[test]
fn forms_of_all_kinds_of_clients_are_taken() {
    let model = |headers: &str| form(&[part(headers, "m"), file("file", "x")]);
    for body in [
        good(),
        good().trim_end().to_owned(),
        format!("\r\n{}", good()),
        good().replace("\r\nContent-Disposition", " \t\r\nContent-Disposition"),
        model("content-disposition:form-data;name=model\r\n"),
        model("CONTENT-DISPOSITION: Form-Data; NAME=\"model\";\r\nContent-Length: 1\r\n"),
        model("Content-Disposition: form-data; name=\"model\"\r\nContent-Type: text/plain; charset=UTF-8\r\n"),
        model("Content-Type: text/plain\r\nContent-Disposition: form-data; name=\"model\"\r\n"),
        model("Content-Disposition: form-data; name=\"model\"\r\nContent-Transfer-Encoding: 8bit\r\n"),
        form(&[field("model", "m"), field("stream", "FALSE"), file("file", "")]),
        form(&[field("model", "m"), file("file[0]", ""), field("models", "n"), field("x model", "o")]),
    ] {
        if let Err(error) = read(Transcriptions, body.as_bytes()) {
            panic!("{error}: {body}");
        }
    }
}

/// The field, and a form in which it is wrong.
#[test]
fn wrong_fields_are_named() {
    let m = || field("model", "m");
    let f = || file("file", "x");
    let model_as = |headers: &str| part(&format!("Content-Disposition: form-data; name=\"model\"{headers}\r\n"), "m");
    for (param, code, parts) in [
        ("model", "missing_required_parameter", vec![f()]),
        ("model", "invalid_value", vec![field("model", ""), f()]),
        ("model", "invalid_value", vec![field("model", &"x".repeat(257)), f()]),
        ("model", "invalid_value", vec![field("model", "a\r\nb"), f()]),
        ("model", "invalid_value", vec![model_as("; filename=\"x\""), f()]),
        ("model", "invalid_value", vec![model_as("; filename*=utf-8''x"), f()]),
        ("model", "invalid_value", vec![model_as("\r\nContent-Type: text/plain; charset=utf-16"), f()]),
        ("model", "invalid_value", vec![model_as("\r\nContent-Type: application/json"), f()]),
        ("model", "duplicate_field", vec![m(), f(), m()]),
        ("model", "duplicate_field", vec![m(), f(), field("Model", "m")]),
        ("model", "duplicate_field", vec![m(), f(), field("model[]", "n")]),
        ("model", "duplicate_field", vec![m(), f(), field(" model ", "n")]),
        ("stream", "invalid_value", vec![m(), f(), field("stream", "yes")]),
        ("stream", "duplicate_field", vec![m(), f(), field("stream", "true"), field("stream", "false")]),
        ("file", "missing_required_parameter", vec![m()]),
    ] {
        let body = form(&parts);
        let error = read(Transcriptions, body.as_bytes()).unwrap_err();
        assert_eq!((error.param(), error.code()), (Some(param), code), "{body}");
    }
    let error = read(ImageVariations, form(&[m(), f()]).as_bytes()).unwrap_err();
    assert_eq!(error.param(), Some("image"));
    let latin = [form(&[field("model", "m"), f()]).into_bytes()].concat();
    let at = latin.windows(3).position(|bytes| bytes == b"\nm\r").unwrap() + 1;
    let mut latin = latin;
    latin[at] = 0xE9;
    assert_eq!(read(Transcriptions, &latin).unwrap_err().param(), Some("model"));
}

#[test]
fn forms_that_servers_read_differently_are_refused() {
    use FormFault::{AfterEnd, Ambiguous, Beginning, CutShort, Encoded, Headers, LongHeaders, Name, TooManyParts};
    let start = form(&[field("model", "m")]);
    let named = |disposition: &str| form(&[part(&format!("Content-Disposition: {disposition}\r\n"), "m")]);
    let at = "--bnd-1\r\n".len();
    let second = "--bnd-1\r\nContent-Disposition: form-data; name=\"model\"\r\n".len();
    for (body, fault) in [
        (String::new(), Beginning),
        ("model=m".to_owned(), Beginning),
        (format!("x{start}"), Beginning),
        (format!("preamble\r\n{start}"), Beginning),
        (format!("\n{start}"), Ambiguous { offset: 1 }),
        (start.replace("--bnd-1--\r\n", ""), CutShort),
        (start.replace("--bnd-1--\r\n", "--bnd-1-"), CutShort),
        (format!("{start}x"), AfterEnd { offset: start.len() }),
        (format!("{start}{start}"), AfterEnd { offset: start.len() }),
        (start.replace("\r\n", "\n"), Ambiguous { offset: 0 }),
        (
            form(&[field("a", "b\n--bnd-1\nContent-Disposition: form-data; name=\"model\"\n\nx")]),
            Ambiguous { offset: 55 },
        ),
        (form(&[field("a", "b\r--bnd-1")]), Ambiguous { offset: 55 }),
        (form(&[field("a", "b\r\n--bnd-12\r\n")]), Ambiguous { offset: 56 }),
        ("--bnd-1\r\n--bnd-1--".to_owned(), Name { offset: at }),
        (form(&[part("", "m")]), Name { offset: at }),
        (form(&[part("X: y\r\n", "m")]), Name { offset: at }),
        (named("form-data"), Name { offset: at }),
        (named("attachment; name=\"model\""), Name { offset: at }),
        (named("form-data; name=\"model\"; name=\"other\""), Name { offset: at }),
        (named("form-data; name*=utf-8''model"), Name { offset: at }),
        (named("form-data; name=\"mod\\el\""), Name { offset: at }),
        (named("form-data; filename=\"a\\\"; name=\"model\""), Name { offset: at }),
        (named("form-data; name=\"model"), Name { offset: at }),
        (named("form-data; name=\"model\"\r\nContent-Disposition: form-data; name=\"x\""), Name { offset: second }),
        (named("form-data;\r\n name=\"model\""), Name { offset: at }),
        (named("form-data; name=\"model\"\r\n ; name=\"other\""), Headers { offset: second }),
        (named("form-data; name=\"model\"\nX: y"), Headers { offset: at }),
        (named("form-data; name=\"mo\0del\""), Headers { offset: at }),
        (named("form-data; name=\"model\"\r\nno colon"), Headers { offset: second }),
        (named("form-data; name=\"model\"\r\nContent-Type: a/b\r\nContent-Type: c/d"), Headers { offset: second + 19 }),
        (named("form-data; name=\"model\"\r\nContent-Transfer-Encoding: base64"), Encoded { offset: second }),
        (named(&format!("form-data; name=\"model\"\r\nX: {}", "y".repeat(9000))), LongHeaders { offset: at }),
        (form(&vec![field("x", "y"); 257]), TooManyParts),
    ] {
        let found = read(Transcriptions, body.as_bytes());
        let shown: String = body.chars().take(300).collect();
        assert_eq!(found, Err(BadRequest::Form(fault)), "{shown}");
        let error = found.unwrap_err();
        assert_eq!((error.code(), error.offset()), ("invalid_form", fault.offset()), "{shown}");
    }
    read(Transcriptions, form(&vec![field("x", "y"); 256]).as_bytes()).expect_err("but for the model it could be read");
}

#[test]
fn a_form_that_is_cut_anywhere_is_refused() {
    let body = good();
    // Without the last line break it is whole.
    for end in 0..body.len() - 2 {
        let error = read(Transcriptions, &body.as_bytes()[..end]).expect_err("cut");
        assert!(matches!(error, BadRequest::Form(_)), "{end}: {error}");
    }
}

/// Another reader, made another way: splits at the boundary, and its line at the semicolons.
fn model_of(body: &[u8]) -> Option<Vec<u8>> {
    let text: String = b"\r\n".iter().chain(body).map(|byte| char::from(*byte)).collect();
    let mut models = text.split("\r\n--bnd-1").filter_map(|part| {
        let (head, value) = part.split_once("\r\n\r\n")?;
        let head = head.to_lowercase();
        let line = head.lines().find(|line| line.starts_with("content-disposition"))?;
        let named = |word: &str| matches!(word.trim(), "name=\"model\"" | "name=model");
        let bytes = |text: &str| text.chars().map(|c| u8::try_from(c).expect("made of a byte")).collect();
        line.split(';').any(named).then(|| bytes(value))
    });
    let found = models.next();
    assert_eq!(models.next(), None, "two models in {text}");
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// However a form is spoilt: it never panics, and where it is still taken, another reader finds the same model, and a
    /// replacement changes that alone.
    #[test]
    fn spoilt_forms_are_refused_or_read_alike(
        edits in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec![
            &b"\r"[..], b"\n", b"\r\n", b"--", b"--bnd-1", b"--bnd-1\r\n", b"\"", b"\\", b";", b"=", b":", b" ", b"\0", b"\xFF",
            b"model", b"name=\"model\"", b"-", b"x", b"",
        ]), 0..3usize), 1..4)
    ) {
        let mut body = good().into_bytes();
        for (place, with, cut) in edits {
            let at = place.index(body.len());
            let end = (at + cut).min(body.len());
            body.splice(at..end, with.iter().copied());
        }
        let body = Bytes::from(body);
        if let Ok(seen) = read(Transcriptions, &body) {
            prop_assert_eq!(Some(seen.model.clone().into_bytes()), model_of(&body));
            let span = seen.model_span.clone();
            let renamed = patch(&body, &seen, "another", false).into_bytes();
            prop_assert_eq!(&renamed[..span.start], &body[..span.start]);
            prop_assert_eq!(&renamed[span.start + 7..], &body[span.end..]);
            prop_assert_eq!(read(Transcriptions, &renamed).map(|seen| seen.model), Ok("another".to_owned()));
        }
    }

    #[test]
    fn noise_never_panics(body in prop::collection::vec(any::<u8>(), 0..300), kind in prop::collection::vec(any::<u8>(), 0..60)) {
        drop(read(ImageEdits, &body));
        drop(boundary([kind.as_slice()]));
        drop(boundary([[b"multipart/form-data; ".as_slice(), &kind].concat().as_slice()]));
    }
}
