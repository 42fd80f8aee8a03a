use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::ids::{BudgetId, RuleId};
use crate::limits::forecast::{Forecast, counters, forecast};
use crate::limits::{Budget, Forgiven, Override, RateLimit, Standing, Subject, Window, Zone};

const NOW: i64 = 1_795_305_600_000_000;
const DAY_US: i64 = 86_400_000_000;

fn subject(kind: SubjectKind, id: &str) -> Subject {
    Subject { kind, id: id.into() }
}

fn limit(kind: SubjectKind, id: &str, metric: Metric, window: Option<Window>, max: u64) -> LimitRule {
    let surface = Surface::AiGateway;
    let limit = RateLimit { id: RuleId::new("rul_1"), subject: subject(kind, id), surface, metric, window, max };
    LimitRule::new(limit, None)
}

fn budget(kind: SubjectKind, id: &str, period: PeriodKind, unit: Unit, max: u64, hard: bool) -> BudgetRule {
    let budget = Budget { id: BudgetId::new("bud_1"), subject: subject(kind, id), period, unit, max, hard };
    BudgetRule::new(budget, None, None)
}

const WAYS: [Way<'_>; 2] = [
    Way { provider: "prov_a", route: "rte_a", cost_nano: 70, tokens: 1000, stand_in: None },
    Way { provider: "prov_b", route: "rte_b", cost_nano: 300, tokens: 1000, stand_in: None },
];

fn demand() -> Demand<'static> {
    Demand {
        surface: Surface::AiGateway,
        who: Who { user: "usr_1", team: Some("team_1"), key: Some("lin_1") },
        model: "gpt-5",
        tokens: Some(1000),
        usual: Some(Estimate { tokens: 40, cost_nano: 9 }),
        ways: &WAYS,
        now_us: NOW,
    }
}

fn names(claims: &[Claim]) -> Vec<(String, u64)> {
    claims.iter().map(|claim| (claim.name.to_string(), claim.amount)).collect()
}

fn check(
    limits: Vec<LimitRule>,
    budgets: Vec<BudgetRule>,
    demand: &Demand<'_>,
    always: &[(&str, u64)],
    choices: &[&[(&str, u64)]],
) {
    let book = LimitBook::build(Zone::utc(), limits, budgets);
    let claims = claims(&book, demand);
    let owned = |expected: &[(&str, u64)]| -> Vec<_> { expected.iter().map(|(n, a)| ((*n).to_owned(), *a)).collect() };
    assert_eq!(names(&claims.always), owned(always));
    let found: Vec<_> = claims.choices.iter().map(|choice| names(choice)).collect();
    assert_eq!(found, choices.iter().map(|choice| owned(choice)).collect::<Vec<_>>());
}

/// What the cache answers is a request and a call at once, and nothing else; no provider is concerned.
#[test]
fn a_call_that_reaches_nobody_claims_calls_alone() {
    use SubjectKind::{Key, Provider, User};
    let limits = vec![
        limit(Key, "lin_1", Metric::Requests, Some(Window::Minute), 9),
        limit(Key, "lin_1", Metric::Tokens, Some(Window::Minute), 9),
        limit(User, "usr_1", Metric::Concurrency, None, 9),
        limit(Provider, "prov_b", Metric::Requests, Some(Window::Minute), 9),
    ];
    let budgets = vec![
        budget(Key, "lin_1", PeriodKind::Daily, Unit::Usd, 1, true),
        budget(User, "usr_1", PeriodKind::Monthly, Unit::Tokens, 1, true),
    ];
    let mut claims = claims(&LimitBook::build(Zone::utc(), limits, budgets), &demand());
    claims.leave_calls();
    let expected = [("key:requests/1m", 1), ("user:concurrency", 1)].map(|(name, amount)| (name.to_owned(), amount));
    assert_eq!(names(&claims.always), expected);
    assert!(claims.choices.is_empty());
}

#[test]
fn each_subject_of_a_call_is_asked_the_narrowest_first() {
    use SubjectKind::{Key, Model, Organisation, Provider, Route, Team, User};
    let minute = Some(Window::Minute);
    let limits = vec![
        limit(Organisation, "", Metric::Requests, minute, 9),
        limit(Model, "gpt-5", Metric::Tokens, Some(Window::Hour), 9),
        limit(Team, "team_1", Metric::Concurrency, None, 9),
        limit(User, "usr_1", Metric::Requests, Some(Window::Week), 9),
        limit(Key, "lin_1", Metric::Requests, minute, 9),
        limit(Provider, "prov_b", Metric::Requests, minute, 9),
        limit(Route, "rte_b", Metric::Concurrency, None, 9),
        // Others'.
        limit(Key, "lin_2", Metric::Requests, minute, 9),
        limit(Key, "usr_1", Metric::Requests, minute, 9),
        limit(User, "lin_1", Metric::Requests, minute, 9),
        limit(Model, "gpt-5-mini", Metric::Requests, minute, 9),
        limit(Team, "team_2", Metric::Requests, minute, 9),
    ];
    let budgets = vec![
        budget(Team, "team_1", PeriodKind::Monthly, Unit::Usd, 9, true),
        budget(Provider, "prov_a", PeriodKind::Daily, Unit::Usd, 9, true),
        budget(Provider, "prov_b", PeriodKind::Daily, Unit::Tokens, 9, true),
    ];
    let always = [
        ("key:requests/1m", 1),
        ("user:requests/1w", 1),
        ("team:concurrency", 1),
        // The dearest way.
        ("team:usd/monthly", 300),
        ("model:tokens/1h", 1000),
        ("organisation:requests/1m", 1),
    ];
    let a = [("provider:usd/daily", 70)];
    let b = [("route:concurrency", 1), ("provider:requests/1m", 1), ("provider:tokens/daily", 1000)];
    check(limits, budgets, &demand(), &always, &[&a, &b]);
}

#[test]
fn without_a_team_there_are_no_claims_of_teams_and_a_session_has_no_key() {
    let all = || {
        vec![
            limit(SubjectKind::Team, "team_1", Metric::Requests, Some(Window::Minute), 1),
            limit(SubjectKind::Team, "", Metric::Requests, Some(Window::Minute), 1),
            limit(SubjectKind::Key, "lin_1", Metric::Requests, Some(Window::Minute), 1),
            limit(SubjectKind::Key, "", Metric::Requests, Some(Window::Minute), 1),
        ]
    };
    let of = |who| Demand { who, ..demand() };
    check(all(), vec![], &of(Who { user: "u", team: None, key: Some("lin_1") }), &[("key:requests/1m", 1)], &[]);
    check(all(), vec![], &of(Who { user: "u", team: None, key: None }), &[], &[]);
}

#[test]
fn where_another_model_answers_its_own_rules_count_besides() {
    let minute = Some(Window::Minute);
    let of = |model: &str| {
        vec![
            limit(SubjectKind::Model, model, Metric::Requests, minute, 9),
            limit(SubjectKind::Model, model, Metric::Tokens, minute, 9),
        ]
    };
    let budgets = || vec![budget(SubjectKind::Model, "gpt-5-mini", PeriodKind::Daily, Unit::Tokens, 9, true)];
    let ways = [WAYS[0], Way { stand_in: Some("gpt-5-mini"), tokens: 4000, ..WAYS[1] }];
    let demand = Demand { ways: &ways, tokens: Some(4000), ..demand() };
    let always = [("model:requests/1m", 1), ("model:tokens/1m", 4000)];
    let there = [("model:requests/1m", 1), ("model:tokens/1m", 4000), ("model:tokens/daily", 4000)];
    check([of("gpt-5"), of("gpt-5-mini")].concat(), budgets(), &demand, &always, &[&[], &there]);
    check(of("gpt-5"), vec![], &demand, &always, &[]);
    let free = Demand { tokens: None, ..demand };
    check(of("gpt-5-mini"), budgets(), &free, &[], &[&[], &[("model:requests/1m", 1)]]);
}

#[test]
fn other_surfaces_have_their_own_limits_and_counting_calls_use_no_tokens() {
    let key = |metric, window| limit(SubjectKind::Key, "lin_1", metric, window, 5);
    let rules = || {
        let mut of_tools = key(Metric::Requests, Some(Window::Minute));
        of_tools.limit.surface = Surface::McpGateway;
        vec![of_tools, key(Metric::Tokens, Some(Window::Minute)), key(Metric::Concurrency, None)]
    };
    let budgets = || {
        vec![
            budget(SubjectKind::User, "usr_1", PeriodKind::Daily, Unit::Usd, 5, true),
            budget(SubjectKind::User, "usr_1", PeriodKind::Daily, Unit::Tokens, 5, false),
        ]
    };
    let both = [("key:tokens/1m", 1000), ("key:concurrency", 1), ("user:usd/daily", 300), ("user:tokens/daily", 40)];
    check(rules(), budgets(), &demand(), &both, &[]);
    check(rules(), budgets(), &Demand { tokens: None, ..demand() }, &[("key:concurrency", 1)], &[]);
}

#[test]
fn soft_budgets_reserve_what_is_usual_but_never_more_than_is_possible() {
    let soft = |unit| vec![budget(SubjectKind::User, "usr_1", PeriodKind::Weekly, unit, 5, false)];
    let check = |usual, tokens, usd| {
        let demand = Demand { usual, ..demand() };
        check(vec![], soft(Unit::Tokens), &demand, &[("user:tokens/weekly", tokens)], &[]);
        check(vec![], soft(Unit::Usd), &demand, &[("user:usd/weekly", usd)], &[]);
    };
    check(None, 1000, 300);
    check(Some(Estimate { tokens: 7, cost_nano: 3 }), 7, 3);
    check(Some(Estimate { tokens: 7000, cost_nano: 3000 }), 1000, 300);
}

#[test]
fn overrides_end_and_what_was_forgiven_counts_in_its_period_only() {
    let mut rule = limit(SubjectKind::Key, "lin_1", Metric::Requests, Some(Window::Minute), 5);
    rule.raised = Some(Override { max: 50, until_us: NOW });
    assert_eq!([rule.max_at(NOW - 1), rule.max_at(NOW)], [50, 5]);
    let mut of_day = budget(SubjectKind::Key, "lin_1", PeriodKind::Daily, Unit::Usd, 100, true);
    of_day.forgiven = Some(Forgiven { start_us: NOW, amount: 30 });
    let book = LimitBook::build(Zone::utc(), vec![], vec![of_day.clone()]);
    let at = |now_us| {
        let claims = claims(&book, &Demand { now_us, ..demand() });
        let Counter::Purse(key) = &claims.always[0].counter else { panic!("a purse") };
        (key.start_us, claims.always[0].max, claims.always[0].ends_us)
    };
    assert_eq!(at(NOW + 5), (NOW, 130, Some(NOW + DAY_US)));
    assert_eq!(at(NOW + DAY_US), (NOW + DAY_US, 100, Some(NOW + 2 * DAY_US)));
    of_day.raised = Some(Override { max: 1, until_us: i64::MAX });
    assert_eq!(of_day.max_at(NOW, NOW), 31);
}

fn kinds() -> impl Strategy<Value = SubjectKind> {
    prop::sample::select(SubjectKind::ALL.to_vec())
}

prop_compose! {
    fn any_limit()(kind in kinds(), id in 0u8..3, metric in 0usize..3, window in 0usize..6, tools in any::<bool>(), max in 1u64..100) -> LimitRule {
        let metric = Metric::ALL[metric];
        let window = (metric != Metric::Concurrency).then_some(Window::ALL[window]);
        let mut rule = limit(kind, &id_of(kind, id), metric, window, max);
        rule.limit.surface = if tools { Surface::McpGateway } else { Surface::AiGateway };
        rule
    }
}

prop_compose! {
    fn any_budget()(kind in kinds(), id in 0u8..3, period in 0usize..3, unit in 0usize..2, max in 1u64..100, hard in any::<bool>()) -> BudgetRule {
        budget(kind, &id_of(kind, id), PeriodKind::ALL[period], Unit::ALL[unit], max, hard)
    }
}

fn id_of(kind: SubjectKind, id: u8) -> String {
    if kind == SubjectKind::Organisation { String::new() } else { format!("{}_{id}", kind.as_str()) }
}

proptest! {
    #[test]
    fn a_rule_is_claimed_exactly_where_its_subject_is(
        limits in prop::collection::vec(any_limit(), 0..12), budgets in prop::collection::vec(any_budget(), 0..8),
        ids in prop::array::uniform6(0u8..3), has_team in any::<bool>(), has_key in any::<bool>()
    ) {
        use SubjectKind::{Key, Model, Provider, Route, Team, User};
        let [user, team, key, model, a, b] = ids;
        let (user, team, key, model) = (id_of(User, user), id_of(Team, team), id_of(Key, key), id_of(Model, model));
        let places = [(id_of(Provider, a), id_of(Route, a)), (id_of(Provider, b), id_of(Route, b))];
        let ways = places.each_ref().map(|(provider, route)| Way { provider, route, cost_nano: 5, tokens: 7, stand_in: None });
        let who = Who { user: &user, team: has_team.then_some(team.as_str()), key: has_key.then_some(key.as_str()) };
        let demand = Demand { who, model: &model, ways: &ways, ..demand() };
        let book = LimitBook::build(Zone::utc(), limits.clone(), budgets.clone());
        let claims = claims(&book, &demand);

        let mine = |subject: &Subject| match subject.kind {
            SubjectKind::Organisation => true,
            User => *subject.id == *user,
            Team => has_team && *subject.id == *team,
            Key => has_key && *subject.id == *key,
            Model => *subject.id == *model,
            _ => false,
        };
        let on = |way: &Way<'_>, subject: &Subject| match subject.kind {
            Provider => *subject.id == *way.provider,
            Route => *subject.id == *way.route,
            _ => false,
        };
        let here = |rule: &&LimitRule| rule.limit.surface == Surface::AiGateway;
        let count = |fits: &dyn Fn(&Subject) -> bool| {
            limits.iter().filter(here).filter(|rule| fits(&rule.limit.subject)).count()
                + budgets.iter().filter(|rule| fits(&rule.budget.subject)).count()
        };
        prop_assert_eq!(claims.always.len(), count(&mine));
        for (at, way) in ways.iter().enumerate() {
            let claimed = claims.choices.get(at).map_or(0, Vec::len);
            prop_assert_eq!(claimed, count(&|subject: &Subject| on(way, subject)));
        }
        prop_assert_eq!(book.is_empty(), limits.is_empty() && budgets.is_empty());
        let known: BTreeSet<_> = claims.always.iter().map(|claim| &claim.counter).collect();
        prop_assert!(claims.choices.iter().flatten().all(|claim| !known.contains(&claim.counter)));
    }

    #[test]
    fn a_forecast_lets_through_what_fits(
        always in prop::collection::vec((0u64..6, 0u64..6, 0u64..10, any::<bool>()), 0..4),
        ways in prop::collection::vec(prop::collection::vec((0u64..6, 0u64..6, 0u64..10, any::<bool>()), 0..3), 0..3)
    ) {
        let claim = |(used, amount, max, purse): &(u64, u64, u64, bool)| {
            let subject = subject(SubjectKind::User, &format!("{used}"));
            let counter = if *purse {
                Counter::Purse(PurseKey { subject, unit: Unit::Usd, period: PeriodKind::Daily, start_us: 0 })
            } else {
                Counter::Gauge { subject, surface: Surface::AiGateway }
            };
            Claim { counter, amount: *amount, max: *max, name: "x".into(), ends_us: None }
        };
        let fits = |(used, amount, max, purse): &(u64, u64, u64, bool)| used + amount <= *max && (!purse || used < max);
        let claims = Claims {
            always: always.iter().map(claim).collect(),
            choices: ways.iter().map(|way| way.iter().map(claim).collect()).collect(),
        };
        let standings: Vec<_> = counters(&claims).iter().map(|counter| {
            let subject = match counter {
                Counter::Purse(key) => &key.subject,
                Counter::Gauge { subject, .. } | Counter::Ring { subject, .. } => subject,
            };
            let used: u64 = subject.id.parse().unwrap();
            Standing { used: used / 2, reserved: used - used / 2 }
        }).collect();
        let number = ways.len().max(1);
        let found: Forecast = forecast(&claims, number, &standings);
        let first = if ways.is_empty() { Some(0) } else { ways.iter().position(|way| way.iter().all(fits)) };
        prop_assert_eq!(found.choice, first.filter(|_| always.iter().all(fits)));
        prop_assert_eq!(found.choice.is_none(), found.blocked_by().next().is_some());
        prop_assert_eq!(found.ways.len(), number);
    }
}
