use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

const SECRET: &str = "q7ZrV2mK9xWc4TnB8pLd3HsJ6fYg1QaE";
const NOW: i64 = 1_700_000_000_000_000;

fn keys(secret: &str, previous: Option<&str>) -> TokenKeys {
    TokenKeys::new(&secret.into(), previous.map(SecretString::from).as_ref())
}

fn grant() -> AccessGrant {
    AccessGrant { user: "usr_1".into(), email: "a@example.com".into(), role: Role::Operator, session: "ses_1".into() }
}

fn issue(keys: &TokenKeys) -> String {
    keys.issue(grant(), 900, NOW).expect("signs")
}

#[test]
fn a_token_says_what_the_contract_lists() {
    let token = issue(&keys(SECRET, None));
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("payload")).expect("base64");
    let payload: serde_json::Value = serde_json::from_slice(&payload).expect("JSON");
    let expected = serde_json::json!({
        "sub": "usr_1", "email": "a@example.com", "role": "operator", "iss": "thinkwatch", "aud": "thinkwatch",
        "sid": "ses_1", "exp": 1_700_000_900, "iat": 1_700_000_000,
    });
    assert_eq!(payload, expected);
    assert_eq!(keys(SECRET, None).verify(&token, NOW).expect("valid").sid, "ses_1".into());
}

#[test]
fn time_is_checked_with_leeway() {
    let keys = keys(SECRET, None);
    let token = issue(&keys);
    for (seconds, expected) in [
        (-31, Some(TokenError::Invalid)),
        (-30, None),
        (0, None),
        (899, None),
        (929, None),
        (930, Some(TokenError::Expired)),
        (1_000_000, Some(TokenError::Expired)),
    ] {
        assert_eq!(keys.verify(&token, NOW + seconds * 1_000_000).err(), expected, "{seconds}");
    }
}

#[test]
fn rotation_keeps_tokens_of_the_previous_secret() {
    let token = issue(&keys(SECRET, None));
    let other = "another-secret-of-enough-length-1234";
    assert!(keys(other, Some(SECRET)).verify(&token, NOW).is_ok());
    assert_eq!(keys(other, None).verify(&token, NOW), Err(TokenError::Invalid));
    let new = issue(&keys(other, Some(SECRET)));
    assert_eq!(keys(SECRET, None).verify(&new, NOW), Err(TokenError::Invalid), "the current one signs");
}

#[test]
fn forged_and_foreign_tokens_are_refused() {
    let keys = keys(SECRET, None);
    let token = issue(&keys);
    let [header, payload, signature]: [&str; 3] = token.split('.').collect::<Vec<_>>().try_into().expect("three");
    let b64 = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = |alg: Algorithm, claims: serde_json::Value| {
        encode(&Header::new(alg), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("signs")
    };
    let with = |name: &str, value: serde_json::Value| {
        let mut claims = serde_json::json!({"sub": "u", "email": "e", "role": "admin", "iss": ISSUER, "aud": AUDIENCE,
            "sid": "ses_1", "exp": 1_700_000_900, "iat": 1_700_000_000});
        claims[name] = value;
        claims
    };
    assert!(keys.verify(&signed(Algorithm::HS256, with("sub", "u".into())), NOW).is_ok(), "the base of the cases");
    for (case, forged) in [
        ("empty", String::new()),
        ("text", "tw-not-a-token".into()),
        ("too long", "x".repeat(100_000)),
        ("unsigned", format!("{}.{payload}.", b64(r#"{"alg":"none","typ":"JWT"}"#))),
        ("signature dropped", format!("{header}.{payload}.")),
        ("payload changed", format!("{header}.{}.{signature}", b64(r#"{"sub":"usr_2"}"#))),
        ("other algorithm", signed(Algorithm::HS512, with("sub", "u".into()))),
        ("other issuer", signed(Algorithm::HS256, with("iss", "else".into()))),
        ("other audience", signed(Algorithm::HS256, with("aud", "else".into()))),
        ("unknown role", signed(Algorithm::HS256, with("role", "root".into()))),
        ("no expiry", signed(Algorithm::HS256, with("exp", serde_json::Value::Null))),
        ("no session", signed(Algorithm::HS256, with("sid", serde_json::Value::Null))),
    ] {
        assert_eq!(keys.verify(&forged, NOW).err(), Some(TokenError::Invalid), "{case}");
    }
    assert_eq!(format!("{keys:?}"), "TokenKeys { accepted: 1, .. }");
}

#[test]
fn refresh_tokens_carry_their_session_and_nothing_else_fits() {
    let session = SessionId::from_bits(7);
    let new = new_refresh(&session).expect("random");
    let secret = new.secret.expose_secret();
    let presented = parse_refresh(secret).expect("well formed");
    assert_eq!((&presented.session, presented.hash), (&session, new.hash));
    assert_ne!(new_refresh(&session).expect("random").hash, new.hash);
    let other = parse_refresh(&secret.replace("ses_0", "ses_1")).expect("well formed");
    assert_ne!(other.hash, new.hash, "the session is a part of what is hashed");
    let random = "a".repeat(48);
    for bad in [
        "",
        "twr_",
        &format!("twr_ses_1.{}", "a".repeat(47)),
        &format!("twr_usr_1.{random}"),
        &format!("twr_ses_'1.{random}"),
        &format!("twr_ses_{}.{random}", "1".repeat(100)),
        &format!("tw-ses_1.{random}"),
        &format!("twr_ses_1.{random}."),
    ] {
        assert_eq!(parse_refresh(bad), None, "{bad}");
    }
    assert_eq!(hex::encode(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
