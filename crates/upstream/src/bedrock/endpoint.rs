//! Where Bedrock is. The model stands in the path, and the path says whether the answer is a stream.

/// The last part of the names of a partition's hosts, by how its regions begin.
const SUFFIXES: &[(&str, &str)] = &[
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("us-iso-", "c2s.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
];

/// The base address: the region's, unless another one (a VPC endpoint, a proxy) is given.
pub fn base_url(region: &str, instead: Option<&str>) -> String {
    if let Some(instead) = instead.map(str::trim).filter(|instead| !instead.is_empty()) {
        return instead.trim_end_matches('/').to_owned();
    }
    let suffix = SUFFIXES.iter().find(|(begin, _)| region.starts_with(begin)).map_or("amazonaws.com", |row| row.1);
    format!("https://bedrock-runtime.{region}.{suffix}")
}

/// The path of a call. Everything in the model's id but letters, digits and `-._~` is percent-encoded: ids hold colons,
/// and ARNs slashes.
pub fn converse_path(model: &str, stream: bool) -> String {
    let mut path = String::with_capacity(model.len() + 32);
    path.push_str("/model/");
    for byte in model.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path.push_str(if stream { "/converse-stream" } else { "/converse" });
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_hosts() {
        for (region, instead, expected) in [
            ("us-east-1", None, "https://bedrock-runtime.us-east-1.amazonaws.com"),
            ("us-gov-west-1", Some(" "), "https://bedrock-runtime.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", None, "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"),
            ("us-isob-east-1", None, "https://bedrock-runtime.us-isob-east-1.sc2s.sgov.gov"),
            ("eusc-de-east-1", None, "https://bedrock-runtime.eusc-de-east-1.amazonaws.eu"),
            ("us-east-1", Some("http://127.0.0.1:80/x/"), "http://127.0.0.1:80/x"),
        ] {
            assert_eq!(base_url(region, instead), expected);
        }
    }

    #[test]
    fn ids_of_models_are_encoded() {
        assert_eq!(converse_path("a.b-c_d~1:0", false), "/model/a.b-c_d~1%3A0/converse");
        assert_eq!(converse_path("arn:aws:x/y z%é", true), "/model/arn%3Aaws%3Ax%2Fy%20z%25%C3%A9/converse-stream");
    }
}
