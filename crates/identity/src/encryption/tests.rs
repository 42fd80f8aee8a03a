use proptest::prelude::*;

use super::*;

const A: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const B: &str = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752";
const PLACE: Place<'_> = Place::new("providers", "prov_1", "credential");

fn cipher(current: &str, previous: Option<&str>) -> Cipher {
    Cipher::new(&current.into(), previous.map(SecretString::from).as_ref()).expect("a key")
}

#[test]
fn only_64_hexadecimal_digits_are_a_key() {
    for (text, fits) in [(A, true), (&A.to_uppercase(), true), ("", false), (&A[1..], false), (&format!("{A}0"), false)]
    {
        assert_eq!(check_key(&text.into()).is_ok(), fits, "{text}");
    }
    assert_eq!(check_key(&"g".repeat(64).into()), Err(EncryptionError::KeyFormat));
}

#[test]
fn a_ciphertext_opens_only_in_its_place() {
    let cipher = cipher(A, None);
    let text = cipher.encrypt(PLACE, b"sk-123").expect("encrypts");
    assert!(!text.contains("sk-123"));
    assert_ne!(cipher.encrypt(PLACE, b"sk-123").expect("encrypts"), text, "a nonce of its own each time");
    assert_eq!(cipher.decrypt_text(PLACE, &text).expect("opens").expose_secret(), "sk-123");
    for place in [
        Place { row: "prov_2", ..PLACE },
        Place { column: "headers", ..PLACE },
        Place { table: "pepper", ..PLACE },
        // The same letters, parted elsewhere.
        Place::new("providersprov_1", "", "credential"),
        Place::new("providers", "prov_1credential", ""),
    ] {
        assert_eq!(cipher.decrypt(place, &text), Err(EncryptionError::Damaged), "{place:?}");
    }
}

#[test]
fn rotation_reads_both_and_a_wrong_key_is_told() {
    let old = cipher(A, None).encrypt(PLACE, b"x").expect("encrypts");
    let rotated = cipher(B, Some(A));
    let new = rotated.encrypt(PLACE, b"x").expect("encrypts");
    assert_eq!(rotated.decrypt(PLACE, &old).expect("opens").as_slice(), b"x");
    assert_eq!(rotated.decrypt(PLACE, &new).expect("opens").as_slice(), b"x");
    assert_eq!((rotated.is_outdated(&old), rotated.is_outdated(&new)), (true, false));
    assert_eq!(cipher(B, None).decrypt(PLACE, &old), Err(EncryptionError::WrongKey));
    let printed = format!("{rotated:?}");
    assert!(!printed.contains(A) && !printed.contains(B), "{printed}");
}

#[test]
fn sealed_bytes_open_in_their_place_alone() {
    let ours = cipher(A, None);
    for plain in [b"".as_slice(), b"an answer"] {
        let sealed = ours.seal(PLACE, plain).expect("seals");
        assert_ne!(ours.seal(PLACE, plain).expect("seals"), sealed, "a nonce of its own");
        assert_eq!(ours.open(PLACE, &sealed).as_deref(), Ok(plain));
        assert_eq!(ours.open(Place::new("providers", "prov_2", "credential"), &sealed), Err(EncryptionError::Damaged));
        assert_eq!(cipher(B, Some(A)).open(PLACE, &sealed), Err(EncryptionError::Damaged));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(ours.open(PLACE, &changed), Err(EncryptionError::Damaged));
            assert_eq!(ours.open(PLACE, &sealed[..at]), Err(EncryptionError::Damaged));
        }
    }
}

#[test]
fn hash_keys_are_of_one_secret_and_one_purpose() {
    let hash = |key: &str, purpose, parts: &[&[u8]]| cipher(key, None).hash_key(purpose).hash(parts.iter().copied());
    let first = hash(A, "one", &[b"a", b"bc"]);
    assert_eq!(first, hash(A, "one", &[b"a", b"bc"]));
    for other in [
        hash(B, "one", &[b"a", b"bc"]),
        hash(A, "two", &[b"a", b"bc"]),
        hash(A, "one", &[b"ab", b"c"]),
        hash(A, "one", &[b"abc"]),
        hash(A, "one", &[b"a", b"bc", b""]),
    ] {
        assert_ne!(other, first);
    }
}

#[test]
fn the_canary_notices_a_wrong_key() {
    let stored = Canary::make(&cipher(A, None)).expect("encrypts");
    assert_eq!(Canary::check(&cipher(A, None), &stored), Ok(()));
    assert_eq!(Canary::check(&cipher(B, Some(A)), &stored), Ok(()));
    assert_eq!(Canary::check(&cipher(B, None), &stored), Err(EncryptionError::WrongKey));
    assert_eq!(Canary::check(&cipher(A, None), "v1:00"), Err(EncryptionError::Damaged));
}

proptest! {
    #[test]
    fn anything_comes_back_and_any_change_is_noticed(plain in any::<Vec<u8>>(), at in any::<prop::sample::Index>()) {
        let cipher = cipher(A, None);
        let text = cipher.encrypt(PLACE, &plain).expect("encrypts");
        let opened = cipher.decrypt(PLACE, &text).expect("opens");
        prop_assert_eq!(opened.as_slice(), plain.as_slice());
        let mut changed = text.clone().into_bytes();
        let at = at.index(changed.len());
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        prop_assert!(cipher.decrypt(PLACE, &changed).is_err());
        prop_assert!(cipher.decrypt(PLACE, &text[..at]).is_err());
    }
}
