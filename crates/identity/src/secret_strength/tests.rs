use super::*;

fn check(secret: &str, expected: Result<(), WeakSecret>) {
    assert_eq!(check_jwt_secret(secret), expected, "{secret} ({} bits)", estimated_bits(secret));
}

#[test]
fn random_secrets_pass() {
    for secret in [
        "9f86d081884c7d659a2feaa0c55ad015",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "q7ZrV2mK9xWc4TnB8pLd3HsJ6fYg1QaE",
        "kL9/+aZ4mQ0vB7xN2cR5tY8uI1oP3sD6fG==",
        "correct horse battery staple and a few more words",
    ] {
        check(secret, Ok(()));
    }
    for _ in 0..200 {
        let secret = crate::random::hex64().expect("random");
        check(&secret, Ok(()));
        check(&secret[..32], Ok(()));
        assert_eq!(check_encryption_key(&secret), Ok(()));
    }
}

#[test]
fn weak_ones_are_told_apart() {
    let alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (secret, expected) in [
        ("", WeakSecret::Short),
        ("q7ZrV2mK9xWc4TnB8pLd3HsJ6fYg1Qa", WeakSecret::Short),
        ("changeme", WeakSecret::Sample),
        ("change-me-to-a-long-random-string-please", WeakSecret::Sample),
        ("CHANGE_ME_q7ZrV2mK9xWc4TnB8pLd3HsJ6fYg1QaE", WeakSecret::Sample),
        ("<generate-a-64-char-hex-string>", WeakSecret::Sample),
        ("$(openssl rand -hex 32)", WeakSecret::Sample),
        ("your-secret-key-at-least-32-characters-long", WeakSecret::Sample),
        ("super_secret_jwt_key_for_development_only", WeakSecret::Sample),
        ("0123456789abcdef0123456789abcdef", WeakSecret::Sample),
        (alphabet, WeakSecret::Sample),
        (&"a".repeat(64), WeakSecret::Guessable),
        (&"ab".repeat(32), WeakSecret::Guessable),
        (&"9f86d081884c7d65".repeat(4), WeakSecret::Guessable),
        (&"q7ZrV2mK9xWc4TnB8pLd3HsJ6fYg1QaE".repeat(2), WeakSecret::Guessable),
        (&alphabet.chars().rev().collect::<String>(), WeakSecret::Guessable),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", WeakSecret::Guessable),
        ("acegikmoqsuwyacegikmoqsuwyacegikmoq", WeakSecret::Guessable),
    ] {
        check(secret, Err(expected));
    }
    for (hex, expected) in [
        (&*"0".repeat(64), WeakSecret::Guessable),
        (&*"0123456789abcdef".repeat(4), WeakSecret::Sample),
        (&*"DEADBEEF".repeat(8), WeakSecret::Sample),
    ] {
        assert_eq!(check_encryption_key(hex), Err(expected), "{hex}");
    }
}
