use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::ids::KeyId;

/// The whole matrix, written out: one letter per role in the order of `Role::ALL`
/// (super admin, admin, operator, team manager, developer, viewer, auditor, service).
const MATRIX: &[(&str, &str)] = &[
    ("models:use", "yyyyyy-y"),
    ("keys:create_own", "yyyyy---"),
    ("keys:read_own", "yyyyy---"),
    ("keys:update_own", "yyyyy---"),
    ("keys:rotate_own", "yyyyy---"),
    ("keys:revoke_own", "yyyyy---"),
    ("keys:create_any", "yy------"),
    ("keys:read_any", "yy------"),
    ("keys:update_any", "yy------"),
    ("keys:rotate_any", "yy------"),
    ("keys:revoke_any", "yy------"),
    ("providers:read", "yyy-----"),
    ("providers:write", "yyy-----"),
    ("providers:test", "yyy-----"),
    ("models:read", "yyy-----"),
    ("models:write", "yyy-----"),
    ("prices:read", "yyy-----"),
    ("prices:write", "yyy-----"),
    ("users:read", "yy------"),
    ("users:create", "yy------"),
    ("users:update", "yy------"),
    ("users:delete", "yy------"),
    ("analytics:read_all", "yyy--yy-"),
    ("analytics:read_own", "yyyyyyy-"),
    ("logs:read_all", "yyy---y-"),
    ("logs:read_own", "yyyyyyy-"),
    ("limits:read", "yyy---y-"),
    ("limits:write", "yy------"),
    ("audit:read", "yy----y-"),
    ("settings:read", "yy------"),
    ("settings:write", "y-------"),
    ("health:read", "yyy-----"),
    ("account:own", "yyyyyyy-"),
];

#[test]
fn every_action_is_decided_for_every_role_as_written_down() {
    let names: Vec<_> = Action::ALL.iter().map(|a| a.as_str()).collect();
    assert_eq!(names, MATRIX.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    for (action, (name, row)) in Action::ALL.iter().zip(MATRIX) {
        let got: String = Role::ALL
            .iter()
            .map(|role| if decide_roles(&[*role], *action, Resource::Everything).allowed { 'y' } else { '-' })
            .collect();
        assert_eq!(got, *row, "{name}");
        assert!(!decide_roles(&[], *action, Resource::Everything).allowed, "{name} without a role");
    }
}

#[test]
fn deny_wins_in_any_order_and_silence_is_a_no() {
    let say = |name, effect, actions, resources| Statement { name, effect, actions, resources };
    let all = say("all", Effect::Allow, &["*"], &["*"]);
    let gpt = say("gpt", Effect::Allow, &["models:use"], &["model:gpt-*"]);
    let not_mini = say("not-mini", Effect::Deny, &["models:*"], &["model:*-mini"]);
    let nothing = say("nothing", Effect::Allow, &["*"], &[]);
    let check = |statements: &[Statement], resource, allowed, reason: &str| {
        let forward = evaluate(statements.iter().map(|s| (Role::Viewer, s)), Action::ModelsUse, resource);
        let backward = evaluate(statements.iter().rev().map(|s| (Role::Viewer, s)), Action::ModelsUse, resource);
        assert_eq!((forward.allowed, backward.allowed), (allowed, allowed), "{statements:?}");
        assert_eq!(forward.reason.to_string(), reason);
    };
    check(&[], Resource::Everything, false, "no statement allows it");
    check(&[nothing], Resource::Model("x"), false, "no statement allows it");
    check(&[gpt], Resource::Model("gpt-4o"), true, "allowed by statement `gpt` of role viewer");
    check(&[gpt], Resource::Model("claude-3"), false, "no statement allows it");
    check(&[gpt], Resource::Everything, false, "no statement allows it");
    check(&[gpt, not_mini], Resource::Model("gpt-4o-mini"), false, "denied by statement `not-mini` of role viewer");
    check(&[all, not_mini], Resource::Model("gpt-4o-mini"), false, "denied by statement `not-mini` of role viewer");
    check(&[all, not_mini], Resource::Model("gpt-4o"), true, "allowed by statement `all` of role viewer");
    check(&[not_mini], Resource::Model("gpt-4o"), false, "no statement allows it");
}

#[test]
fn globs_are_explicit() {
    for (pattern, name, expected) in [
        ("gpt-4", "gpt-4", true),
        ("gpt-4", "gpt-4o", false),
        ("gpt-4", "gpt-", false),
        ("gpt-4", "GPT-4", false),
        ("gpt-4*", "gpt-4o", true),
        ("gpt-4*", "gpt-4", true),
        ("*", "", true),
        ("*", "anything", true),
        ("", "", true),
        ("", "x", false),
        ("*-mini", "gpt-4o-mini", true),
        ("*-mini", "gpt-4o-mini-2024", false),
        ("g*-*-mini", "gpt-4o-mini", true),
        ("g*-*-mini", "gpt-mini", false),
        ("*aab", "aaab", true),
        ("a**b", "ab", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("gpt-?", "gpt-4", false),
        ("gpt-[4]", "gpt-4", false),
        ("gpt.4", "gpt-4", false),
        ("*é*", "caffé", true),
    ] {
        assert_eq!(glob_matches(pattern, name), expected, "{pattern} {name}");
    }
}

/// The plainest definition there is, to compare with.
fn glob_reference(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=name.len()).any(|n| glob_reference(rest, &name[n..])),
        ([p, rest @ ..], [n, later @ ..]) => p == n && glob_reference(rest, later),
        _ => false,
    }
}

proptest! {
    #[test]
    fn globs_agree_with_the_definition(pattern in "[ab*]{0,8}", name in "[ab]{0,10}") {
        prop_assert_eq!(glob_matches(&pattern, &name), glob_reference(pattern.as_bytes(), name.as_bytes()));
    }

    #[test]
    fn without_a_star_only_the_name_itself_matches(pattern in "[a-c]{0,4}", name in "[a-c]{0,4}") {
        prop_assert_eq!(glob_matches(&pattern, &name), pattern == name);
    }
}

fn user(roles: &[Role]) -> Arc<UserPrincipal> {
    let service_account = roles == [Role::Service];
    Arc::new(UserPrincipal { id: "usr_1".into(), email: "a@x".into(), roles: roles.to_vec(), service_account })
}

fn key(role: Role, models: Option<&[&str]>) -> KeyPrincipal {
    KeyPrincipal {
        id: KeyId::from("key_1"),
        lineage: "lin_1".into(),
        name: "test".into(),
        user: user(&[role]),
        team: None,
        surfaces: vec![Surface::AiGateway],
        allowed_models: models.map(|m| m.iter().map(|s| (*s).to_owned()).collect()),
        refused_from_us: None,
        disabled: false,
        tags: Vec::new(),
        cost_center: None,
        strict_conversion: false,
        cache_ttl_s: None,
    }
}

#[test]
fn a_model_needs_the_role_and_the_key() {
    let check = |key: &KeyPrincipal, model: &str, expected: Result<(), &str>| {
        let got = use_model(Caller::Key(key), model, 100).map(|_| ()).map_err(Refusal::code);
        assert_eq!(got, expected, "{model} {:?}", key.allowed_models);
    };
    check(&key(Role::Developer, None), "gpt-4o", Ok(()));
    check(&key(Role::Service, None), "gpt-4o", Ok(()));
    check(&key(Role::Developer, Some(&[])), "gpt-4o", Err("key_models"));
    check(&key(Role::Developer, Some(&["gpt-4"])), "gpt-4", Ok(()));
    check(&key(Role::Developer, Some(&["gpt-4"])), "gpt-4o", Err("key_models"));
    check(&key(Role::Developer, Some(&["claude-*", "gpt-4*"])), "gpt-4o", Ok(()));
    check(&key(Role::Developer, Some(&["*"])), "gpt-4o", Ok(()));
    check(&key(Role::Auditor, Some(&["*"])), "gpt-4o", Err("role"));
    let no_role = KeyPrincipal { user: user(&[]), ..key(Role::Developer, None) };
    check(&no_role, "gpt-4o", Err("role"));
    let two_roles = KeyPrincipal { user: user(&[Role::Auditor, Role::Viewer]), ..no_role };
    check(&two_roles, "gpt-4o", Ok(()));
}

#[test]
fn a_key_is_refused_for_the_first_reason_that_holds() {
    let good = key(Role::Developer, None);
    let check = |key: KeyPrincipal, now_us: i64, expected: Result<(), Refusal>| {
        assert_eq!(use_gateway(Caller::Key(&key), now_us), expected);
        assert_eq!(use_model(Caller::Key(&key), "m", now_us).map(|_| ()), expected);
    };
    check(good.clone(), 100, Ok(()));
    check(KeyPrincipal { disabled: true, surfaces: vec![], ..good.clone() }, 100, Err(Refusal::KeyDisabled));
    let ends = KeyPrincipal { refused_from_us: Some(100), ..good.clone() };
    check(ends.clone(), 99, Ok(()));
    check(ends.clone(), 100, Err(Refusal::KeyExpired { since_us: 100 }));
    check(ends, 101, Err(Refusal::KeyExpired { since_us: 100 }));
    for surfaces in [vec![], vec![Surface::Console, Surface::McpGateway]] {
        let expected = Err(Refusal::Surface { surface: Surface::AiGateway });
        check(KeyPrincipal { surfaces, ..good.clone() }, 100, expected);
    }
    assert!(Refusal::KeyDisabled.is_credential() && Refusal::KeyExpired { since_us: 0 }.is_credential());
    assert!(!Refusal::KeyModels.is_credential() && !Refusal::Role(Reason::NoStatement).is_credential());
}

#[test]
fn sessions_and_console_keys_are_governed_by_the_roles() {
    let (person, machine) = (user(&[Role::Developer]), user(&[Role::Service]));
    assert!(use_model(Caller::Session(&person), "m", 0).is_ok());
    assert_eq!(use_model(Caller::Session(&machine), "m", 0), Err(Refusal::KeysOnly));
    let console = |caller, action| use_console(caller, action, Resource::Everything, 0).map_err(Refusal::code);
    assert!(console(Caller::Session(&person), Action::KeysCreateOwn).is_ok());
    assert_eq!(console(Caller::Session(&person), Action::UsersRead), Err("role"));
    assert_eq!(console(Caller::Session(&machine), Action::ModelsUse), Err("keys_only"));
    let gateway_only = key(Role::Admin, None);
    assert_eq!(console(Caller::Key(&gateway_only), Action::UsersRead), Err("key_surface"));
    let both = KeyPrincipal { surfaces: vec![Surface::Console], ..gateway_only.clone() };
    assert!(console(Caller::Key(&both), Action::UsersRead).is_ok());
    assert_eq!(console(Caller::Key(&both), Action::SettingsWrite), Err("role"));
    let off = KeyPrincipal { disabled: true, ..both.clone() };
    assert_eq!(console(Caller::Key(&off), Action::UsersRead), Err("key_disabled"));
}

#[test]
fn nobody_grants_what_they_do_not_hold() {
    // One letter per granted role, in the order of `Role::ALL`.
    for (actor, row) in [
        (&[Role::SuperAdmin][..], "yyyyyyyy"),
        (&[Role::Admin], "-yyyyyyy"),
        (&[Role::Operator], "--yyyy-y"),
        (&[Role::TeamManager], "---yy--y"),
        (&[Role::Developer], "----y--y"),
        (&[Role::Viewer], "-----y-y"),
        (&[Role::Auditor], "------y-"),
        (&[Role::Service], "-------y"),
        (&[Role::Developer, Role::Auditor], "----yyyy"),
        (&[], "--------"),
    ] {
        let got: String = Role::ALL.iter().map(|r| if may_grant(actor, *r) { 'y' } else { '-' }).collect();
        assert_eq!(got, row, "{actor:?}");
    }
    assert!(may_manage(&[Role::Admin], &[]));
    assert!(may_manage(&[Role::Admin], &[Role::Admin, Role::Developer]));
    assert!(!may_manage(&[Role::Admin], &[Role::Developer, Role::SuperAdmin]));
    assert!(!may_manage(&[], &[]));
}
