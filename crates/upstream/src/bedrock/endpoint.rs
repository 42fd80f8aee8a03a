//! Where Bedrock is. The model stands in the path, and the path says whether the answer is a stream.

use thinkwatch_policy::dialect::Endpoint;

use crate::kind::{Address, Place, bare};

/// The last part of the names of a partition's hosts, by how its regions begin.
const SUFFIXES: &[(&str, &str)] = &[
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("us-iso-", "c2s.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
];

/// The first parts of the names of hosts that answer calls, and of those beside them that list models.
const HOSTS: &[(&str, &str)] = &[("bedrock-runtime.", "bedrock."), ("bedrock-runtime-fips.", "bedrock-fips.")];

/// What is signed for where neither a region is given nor the address tells one: a proxy or a simulator, which signs anew or
/// does not look.
const NO_REGION: &str = "us-east-1";

/// The base address: the region's, unless another one (a VPC endpoint, a proxy) is given.
pub fn base_url(region: &str, instead: Option<&str>) -> String {
    if let Some(instead) = instead.map(str::trim).filter(|instead| !instead.is_empty()) {
        return instead.trim_end_matches('/').to_owned();
    }
    let suffix = SUFFIXES.iter().find(|(begin, _)| region.starts_with(begin)).map_or("amazonaws.com", |row| row.1);
    format!("https://bedrock-runtime.{region}.{suffix}")
}

/// The region that stands in an address of AWS (`https://vpce-1.bedrock-runtime.eu-west-1.vpce.amazonaws.com`).
pub(crate) fn region_of(base: &str) -> &str {
    let host = base.split_once("://").map_or(base, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    let mut labels = host.split('.').skip_while(|label| !label.starts_with("bedrock-runtime"));
    let is_region = |label: &&str| label.contains('-') && label.ends_with(|end: char| end.is_ascii_digit());
    labels.nth(1).filter(is_region).unwrap_or(NO_REGION)
}

/// Where an endpoint is.
pub(crate) fn address(place: Place<'_>, endpoint: Endpoint) -> Option<Address> {
    let base = bare(place.base);
    matches!(endpoint, Endpoint::Converse | Endpoint::ConverseStream)
        .then(|| Address::OfModel(format!("{base}/model/"), endpoint.path().to_owned()))
}

/// The URL of the list of models: on the host beside the one that answers calls where that is AWS's own.
pub(crate) fn models_url(place: Place<'_>) -> String {
    let base = bare(place.base);
    let beside = HOSTS.iter().find_map(|(runtime, control)| {
        let (scheme, rest) = base.split_once("://")?;
        Some(format!("{scheme}://{control}{}", rest.strip_prefix(runtime)?))
    });
    format!("{}/foundation-models", beside.as_deref().unwrap_or(base))
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
    fn an_address_tells_its_region_and_where_models_are_listed() {
        for (base, region, models) in [
            (
                "https://bedrock-runtime.eu-west-1.amazonaws.com",
                "eu-west-1",
                "https://bedrock.eu-west-1.amazonaws.com/foundation-models",
            ),
            (
                "https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com",
                "us-gov-west-1",
                "https://bedrock-fips.us-gov-west-1.amazonaws.com/foundation-models",
            ),
            (
                "https://vpce-1.bedrock-runtime.eu-west-2.vpce.amazonaws.com",
                "eu-west-2",
                "https://vpce-1.bedrock-runtime.eu-west-2.vpce.amazonaws.com/foundation-models",
            ),
            ("http://127.0.0.1:9000/x", "us-east-1", "http://127.0.0.1:9000/x/foundation-models"),
            ("https://bedrock-runtime.example", "us-east-1", "https://bedrock.example/foundation-models"),
            ("https://proxy.example", "us-east-1", "https://proxy.example/foundation-models"),
        ] {
            let place = Place { base, api_version: None };
            assert_eq!((region_of(base), models_url(place).as_str()), (region, models), "{base}");
        }
    }
}
