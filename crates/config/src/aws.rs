//! Where AWS credentials of the machine come from. The names are those of AWS's own SDKs, so that ECS, EKS and whoever set up
//! the machine for those need do nothing for us.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use thinkwatch_policy::aws::{ContainerToken, InstanceSource, METADATA};
use url::{Host, Url};

use crate::reader::Reader;

/// Where relative addresses of a container's agent are.
const CONTAINER_HOST: &str = "http://169.254.170.2";

/// Whose agents speak without TLS: ECS's and EKS's, which never leave the machine.
const AGENTS: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
];

/// Reads the first source that is set up.
pub(crate) fn read(reader: &mut Reader<'_>) -> InstanceSource {
    // All are read whichever is taken: what is wrong is said at once.
    let web_identity = web_identity(reader);
    let container = container(reader);
    let endpoint = reader.parse("AWS_EC2_METADATA_SERVICE_ENDPOINT", "write it as http://169.254.169.254", web_url);
    let disabled = reader.text("AWS_EC2_METADATA_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    web_identity.or(container).unwrap_or_else(|| match (disabled, endpoint) {
        (true, _) => InstanceSource::Disabled,
        (false, Some(endpoint)) => InstanceSource::Metadata { endpoint },
        (false, None) => InstanceSource::Metadata { endpoint: METADATA.to_owned() },
    })
}

/// Both or none: one alone says nothing, and the SDKs ignore it too.
fn web_identity(reader: &mut Reader<'_>) -> Option<InstanceSource> {
    let token_file = reader.text("AWS_WEB_IDENTITY_TOKEN_FILE");
    let role = reader.text("AWS_ROLE_ARN");
    let session = reader.text("AWS_ROLE_SESSION_NAME").unwrap_or("thinkwatch");
    let region = reader.text("AWS_REGION");
    let region = region.or(reader.text("AWS_DEFAULT_REGION"));
    let told = reader.parse("AWS_ENDPOINT_URL_STS", "write it as https://sts.us-east-1.amazonaws.com", web_url);
    let sts = told.unwrap_or_else(|| match region {
        Some(region) if region.starts_with("cn-") => format!("https://sts.{region}.amazonaws.com.cn"),
        Some(region) => format!("https://sts.{region}.amazonaws.com"),
        None => "https://sts.amazonaws.com".to_owned(),
    });
    Some(InstanceSource::WebIdentity {
        token_file: PathBuf::from(token_file.filter(|text| !text.is_empty())?),
        role_arn: role.filter(|text| !text.is_empty())?.to_owned(),
        session_name: session.to_owned(),
        sts,
    })
}

fn container(reader: &mut Reader<'_>) -> Option<InstanceSource> {
    let relative = reader.parse("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "write a path that begins with /", |path| {
        path.starts_with('/').then(|| format!("{CONTAINER_HOST}{path}"))
    });
    let mend = "use https, or an address of the container's own agent (127.0.0.1, 169.254.170.2, 169.254.170.23)";
    let full = reader.parse("AWS_CONTAINER_CREDENTIALS_FULL_URI", mend, agent_url);
    let file = reader.text("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").map(|path| ContainerToken::File(path.into()));
    let text = reader.secret("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(ContainerToken::Text);
    Some(InstanceSource::Container { url: relative.or(full)?, token: file.or(text) })
}

/// Without TLS only to where nobody can listen on the way.
fn agent_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let near = match url.host()? {
        Host::Ipv4(v4) => v4.is_loopback() || AGENTS.contains(&IpAddr::V4(v4)),
        Host::Ipv6(v6) => v6.is_loopback() || AGENTS.contains(&IpAddr::V6(v6)),
        Host::Domain(name) => name == "localhost",
    };
    let safe = url.scheme() == "https" || (url.scheme() == "http" && near);
    (safe && url.username().is_empty() && url.password().is_none()).then(|| text.to_owned())
}

fn web_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let known = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    (known && plain).then(|| text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;

    #[test]
    fn the_first_that_is_set_up_is_asked() {
        let metadata = |at: &str| format!("Metadata {{ endpoint: \"{at}\" }}");
        let container = |url: &str, token: &str| format!("Container {{ url: \"{url}\", token: {token} }}");
        let full = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
        let file = ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/run/token");
        let identity = [("AWS_WEB_IDENTITY_TOKEN_FILE", "/token"), ("AWS_ROLE_ARN", "arn:aws:iam::1:role/r")];
        let sts = |host: &str| {
            format!(
                "WebIdentity {{ token_file: \"/token\", role_arn: \"arn:aws:iam::1:role/r\", session_name: \"thinkwatch\", \
                 sts: \"https://{host}\" }}"
            )
        };
        for (given, expected) in [
            (vec![], metadata(METADATA)),
            (
                vec![("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://[fd00:ec2::254]/")],
                metadata("http://[fd00:ec2::254]"),
            ),
            (vec![("AWS_EC2_METADATA_DISABLED", "TRUE")], "Disabled".to_owned()),
            (vec![("AWS_EC2_METADATA_DISABLED", "false")], metadata(METADATA)),
            (
                vec![("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"), full, ("AWS_EC2_METADATA_DISABLED", "true")],
                container("http://169.254.170.2/v2/x", "None"),
            ),
            (vec![full, file], container(full.1, "Some(File(\"/var/run/token\"))")),
            (vec![identity[0]], metadata(METADATA)),
            (vec![identity[0], identity[1], full], sts("sts.amazonaws.com")),
            (vec![identity[0], identity[1], ("AWS_REGION", "eu-west-1")], sts("sts.eu-west-1.amazonaws.com")),
            (
                vec![identity[0], identity[1], ("AWS_DEFAULT_REGION", "cn-north-1")],
                sts("sts.cn-north-1.amazonaws.com.cn"),
            ),
        ] {
            let environment = Environment::from_pairs(given.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
            let mut reader = Reader::new(&environment);
            assert_eq!(format!("{:?}", read(&mut reader)), expected, "{given:?}");
            assert!(reader.problems.is_empty(), "{given:?}");
        }
    }

    #[test]
    fn what_would_give_a_token_away_is_refused() {
        for (name, value) in [
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/x"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://agent.example/x"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "ftp://127.0.0.1/x"),
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "v2/x"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "169.254.169.254"),
            ("AWS_ENDPOINT_URL_STS", "sts"),
        ] {
            let environment = Environment::from_pairs([(name.to_owned(), value.to_owned())]);
            let mut reader = Reader::new(&environment);
            drop(read(&mut reader));
            assert_eq!(reader.problems.len(), 1, "{name}={value}");
        }
        for near in
            ["http://127.0.0.1:1338/x", "http://localhost/x", "http://[fd00:ec2::23]/x", "https://agent.example/x"]
        {
            assert!(agent_url(near).is_some(), "{near}");
        }
    }
}
