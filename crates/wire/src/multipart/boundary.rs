//! What stands between the parts, as the `content-type` names it.

use super::disposition::parameters;
use super::fault::FormFault;

const FORM: &[u8] = b"multipart/form-data";

/// The boundary of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundary {
    /// With the two hyphens before it.
    pub(super) dashed: Vec<u8>,
}

/// The boundary, if the values of `content-type` name a form. `None` where they name something else, or nothing.
pub fn boundary<'a>(content_types: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<Boundary>, FormFault> {
    let mut values = content_types.into_iter();
    let Some(value) = values.next() else { return Ok(None) };
    let again = values.next().is_some();
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    if !value[..end].trim_ascii().eq_ignore_ascii_case(FORM) {
        return Ok(None);
    }
    if again {
        return Err(FormFault::ContentType);
    }
    let mut found = None;
    for parameter in parameters(&value[end..]).ok_or(FormFault::Boundary)? {
        let name = parameter.name.to_ascii_lowercase();
        // `boundary*=` and `boundary*0=` are other ways to write it, which few read.
        if name.starts_with(b"boundary") && found.replace((name, parameter.value)).is_some() {
            return Err(FormFault::Boundary);
        }
    }
    match found {
        Some((name, text)) if name == b"boundary" && is_boundary(text) => {
            Ok(Some(Boundary { dashed: [b"--", text].concat() }))
        }
        _ => Err(FormFault::Boundary),
    }
}

/// RFC 2046, section 5.1.1.
fn is_boundary(text: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(byte);
    (1..=70).contains(&text.len()) && text.iter().all(allowed) && !text.ends_with(b" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_is_found_or_refused() {
        let form = |dashed: &str| Ok(Some(Boundary { dashed: dashed.as_bytes().to_vec() }));
        for (value, expected) in [
            ("multipart/form-data; boundary=abc", form("--abc")),
            ("Multipart/Form-Data;charset=utf-8;BOUNDARY=\"a b:c\"", form("--a b:c")),
            ("multipart/form-data; boundary=----WebKitFormBoundaryx;", form("------WebKitFormBoundaryx")),
            ("application/json", Ok(None)),
            ("multipart/mixed; boundary=abc", Ok(None)),
            ("", Ok(None)),
            ("multipart/form-data", Err(FormFault::Boundary)),
            ("multipart/form-data; boundary=", Err(FormFault::Boundary)),
            ("multipart/form-data; boundary=\"\"", Err(FormFault::Boundary)),
            ("multipart/form-data; boundary=a; boundary=b", Err(FormFault::Boundary)),
            ("multipart/form-data; boundary*=utf-8''a", Err(FormFault::Boundary)),
            ("multipart/form-data; boundary=a; boundary*0=b", Err(FormFault::Boundary)),
            ("multipart/form-data; boundary=\"a", Err(FormFault::Boundary)),
            ("multipart/form-data; boundary=\"a\\\"b\"", Err(FormFault::Boundary)),
            ("multipart/form-data; boundary=\"a \"", Err(FormFault::Boundary)),
            ("multipart/form-data boundary=a", Ok(None)),
        ] {
            assert_eq!(boundary([value.as_bytes()]), expected, "{value}");
        }
        let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
        assert_eq!(boundary([long.as_bytes()]), Err(FormFault::Boundary));
        let one: &[u8] = b"multipart/form-data; boundary=a";
        assert_eq!(boundary([one, b"application/json"]), Err(FormFault::ContentType));
        assert_eq!(boundary(std::iter::empty()), Ok(None));
    }
}
