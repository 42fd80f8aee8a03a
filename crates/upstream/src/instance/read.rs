//! Reading credentials out of what each service answers. What is missing is named; nothing of the answer is repeated.

use std::time::SystemTime;

use secrecy::SecretString;
use serde::Deserialize;
use thinkwatch_policy::catalogue::AwsKeys;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Issued;
use crate::bedrock;

/// As the metadata service and containers' agents write it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Json {
    code: Option<String>,
    access_key_id: Option<String>,
    secret_access_key: Option<SecretString>,
    token: Option<SecretString>,
    expiration: Option<String>,
}

pub(super) fn json(body: &str, of: String) -> Result<Issued, &'static str> {
    let json: Json = serde_json::from_str(body).map_err(|_| "JSON")?;
    if json.code.is_some_and(|code| code != "Success") {
        return Err("a code that says success");
    }
    issued(json.access_key_id, json.secret_access_key, json.token, json.expiration.as_deref(), of)
}

/// As the token service writes it. What stands in its elements has no entities: keys and tokens are letters, digits and
/// `+/=`, and a time has none either.
pub(super) fn xml(body: &str, of: String) -> Result<Issued, &'static str> {
    let (_, credentials) = body.split_once("<Credentials>").ok_or("Credentials")?;
    let text = |name: &str| {
        let (_, rest) = credentials.split_once(&format!("<{name}>"))?;
        Some(rest.split_once('<')?.0.trim().to_owned())
    };
    let secret = |name| text(name).map(SecretString::from);
    issued(text("AccessKeyId"), secret("SecretAccessKey"), secret("SessionToken"), text("Expiration").as_deref(), of)
}

fn issued(
    id: Option<String>,
    secret: Option<SecretString>,
    token: Option<SecretString>,
    expiration: Option<&str>,
    of: String,
) -> Result<Issued, &'static str> {
    let keys = AwsKeys {
        access_key_id: id.ok_or("AccessKeyId")?,
        secret_access_key: secret.ok_or("SecretAccessKey")?,
        session_token: token,
    };
    if !bedrock::are_sendable(&keys) {
        return Err("a key that can be sent");
    }
    let time = |text| OffsetDateTime::parse(text, &Rfc3339).map(SystemTime::from).map_err(|_| "a time of Expiration");
    Ok(Issued { keys, expires: expiration.map(time).transpose()?, of })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn answers_are_read_and_what_is_missing_is_named() {
        let good = r#"{"Code":"Success","LastUpdated":"x","Type":"AWS-HMAC","AccessKeyId":"ASIA1","SecretAccessKey":"s/+",
            "Token":"t==","Expiration":"2026-11-22T15:00:00Z"}"#;
        let read = json(good, "me".to_owned()).expect("readable");
        assert_eq!((read.keys.access_key_id.as_str(), read.keys.secret_access_key.expose_secret()), ("ASIA1", "s/+"));
        assert_eq!(read.keys.session_token.expect("there").expose_secret(), "t==");
        assert_eq!(read.expires, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_359_600)));
        for (body, missing) in [
            ("<html>", "JSON"),
            (r#"{"Code":"Failed"}"#, "a code that says success"),
            (r#"{"AccessKeyId":"a"}"#, "SecretAccessKey"),
            (r#"{"SecretAccessKey":"a"}"#, "AccessKeyId"),
            (r#"{"AccessKeyId":"a b","SecretAccessKey":"a"}"#, "a key that can be sent"),
            (r#"{"AccessKeyId":"a","SecretAccessKey":"a","Expiration":"soon"}"#, "a time of Expiration"),
        ] {
            assert_eq!(json(body, String::new()).expect_err(body), missing);
        }
    }

    #[test]
    fn the_token_services_answer_is_read() {
        let good = "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
            <AssumeRoleWithWebIdentityResult><SubjectFromWebIdentityToken>s</SubjectFromWebIdentityToken><Credentials>\
            <SessionToken>t/+=</SessionToken><SecretAccessKey>k</SecretAccessKey>\n <Expiration>2026-11-22T15:00:00Z\
            </Expiration><AccessKeyId>ASIA1</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>";
        let read = xml(good, String::new()).expect("readable");
        assert_eq!((read.keys.access_key_id.as_str(), read.expires.is_some()), ("ASIA1", true));
        assert_eq!(read.keys.session_token.expect("there").expose_secret(), "t/+=");
        assert_eq!(xml("<ErrorResponse/>", String::new()).expect_err("none"), "Credentials");
        assert_eq!(xml("<Credentials><AccessKeyId>a", String::new()).expect_err("cut"), "AccessKeyId");
    }
}
