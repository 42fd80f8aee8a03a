//! What every log store must do, as functions over the port. Where they run is in `backends`.

use std::sync::Arc;

use crate::backends::Place;
use crate::sample::{DAY_US, NOW_US, Sample, access, call, call_at};
use thinkwatch_logs::{
    AccessQuery, Appended, CallFilter, CallQuery, Dimension, LogError, LogStore, Order, Retention, Scope, Totals,
    UsageQuery,
};
use thinkwatch_policy::ids::UserId;
use thinkwatch_records::{CallRecord, Outcome};

fn query(filter: CallFilter) -> CallQuery {
    CallQuery {
        from_us: NOW_US - 30 * DAY_US,
        to_us: NOW_US + DAY_US,
        filter,
        limit: 1000,
        ..CallQuery::last_day(Scope::All, NOW_US)
    }
}

fn usage(step_us: Option<i64>, group_by: &[Dimension], filter: CallFilter) -> UsageQuery {
    let (from_us, to_us) = (NOW_US - 30 * DAY_US, NOW_US + DAY_US);
    UsageQuery { scope: Scope::All, from_us, to_us, step_us, group_by: group_by.to_vec(), filter }
}

async fn append(store: &dyn LogStore, calls: &[CallRecord]) -> Appended {
    store.append_calls(Arc::new(calls.to_vec())).await.unwrap()
}

fn newest_first(calls: &[CallRecord]) -> Vec<CallRecord> {
    let mut sorted = calls.to_vec();
    sorted.sort_by_key(|c| std::cmp::Reverse(c.request_id()));
    sorted
}

pub(crate) async fn rows_come_back_exactly_as_they_were_even_after_a_restart(place: Place) {
    let calls: Vec<_> = Sample::everything().calls;
    let store = place.open().await;
    assert_eq!(append(&*store, &calls).await, Appended { inserted: calls.len() as u64, ..Appended::default() });
    for _ in 0..2 {
        let store = place.open().await;
        let page = store.query_calls(query(CallFilter::default())).await.unwrap();
        assert_eq!(page.items, newest_first(&calls));
        assert_eq!((page.next_cursor, page.unreadable), (None, vec![]));
        for call in &calls {
            let digits = call.request_id().trace_digits();
            for id in [call.request_id().to_string(), digits] {
                assert_eq!(store.get_call(Scope::All, &id).await.unwrap().as_ref(), Some(call), "{id}");
            }
        }
        store.close().await;
    }
    store.close().await;
}

pub(crate) async fn a_repeated_record_inserts_and_counts_nothing(place: Place) {
    let sample = Sample::random(400, 5);
    let store = place.open().await;
    append(&*store, &sample.calls[..250]).await;
    let again = append(&*store, &sample.calls).await;
    assert_eq!(again, Appended { inserted: 150, repeated: 250, expired: 0 });
    store.close().await;
    let store = place.open().await;
    let twice: Vec<_> = sample.calls.iter().chain(&sample.calls).cloned().collect();
    assert_eq!(append(&*store, &twice).await, Appended { inserted: 0, repeated: 800, expired: 0 });
    assert_eq!(store.query_calls(query(CallFilter::default())).await.unwrap().items.len(), 400);
    let report = store.usage_over_time(usage(None, &[], CallFilter::default())).await.unwrap();
    assert_eq!(report.points.len(), 1);
    assert_eq!(report.points[0].totals, sums(&sample.calls));
    store.close().await;
}

pub(crate) async fn pages_joined_are_the_whole_answer(place: Place) {
    let sample = Sample::random(700, 6);
    let store = place.open().await;
    append(&*store, &sample.calls).await;
    let of_user = CallFilter { user_id: Some("usr_3".to_owned()), ..CallFilter::default() };
    let ok = CallFilter { outcome: Some(Outcome::Ok), ..CallFilter::default() };
    for (order, filter, limit) in [
        (Order::NewestFirst, CallFilter::default(), 7),
        (Order::OldestFirst, CallFilter::default(), 100),
        (Order::NewestFirst, CallFilter::default(), 350),
        (Order::NewestFirst, of_user.clone(), 3),
        (Order::OldestFirst, of_user, 10),
        (Order::OldestFirst, ok, 33),
    ] {
        let whole = store.query_calls(CallQuery { order, ..query(filter.clone()) }).await.unwrap();
        assert!(whole.items.len() > limit && whole.next_cursor.is_none());
        assert!(whole.items.is_sorted_by(|a, b| match order {
            Order::NewestFirst => a.request_id() > b.request_id(),
            Order::OldestFirst => a.request_id() < b.request_id(),
        }));
        let (mut joined, mut cursor) = (Vec::new(), None);
        loop {
            let ask = CallQuery { order, limit, cursor, ..query(filter.clone()) };
            let page = store.query_calls(ask).await.unwrap();
            assert!(!page.items.is_empty() && page.items.len() <= limit);
            joined.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(joined, whole.items, "{order:?} {limit}");
    }
    for bad in ["", "c1", "x", "c1zz", "c1 0000000000000000000000000000000"] {
        let ask = CallQuery { cursor: Some(bad.to_owned()), ..query(CallFilter::default()) };
        assert!(matches!(store.query_calls(ask).await, Err(LogError::BadCursor)), "{bad}");
    }
    store.close().await;
}

/// Every condition, beside what it means for a row.
type Case = (CallFilter, fn(&CallRecord) -> bool);

fn cases() -> Vec<Case> {
    let text = |t: &str| Some(t.to_owned());
    let none = CallFilter::default;
    vec![
        (none(), |_| true),
        (CallFilter { user_id: text("usr_3"), ..none() }, |c| c.user_id == "usr_3"),
        (CallFilter { user_id: text("usr_nobody"), ..none() }, |_| false),
        (CallFilter { key_id: text("key_4"), ..none() }, |c| c.key_id == "key_4"),
        (CallFilter { key_lineage_id: text("lin_2"), ..none() }, |c| c.key_lineage_id == "lin_2"),
        (CallFilter { team_id: text("team_1"), ..none() }, |c| c.team_id == "team_1"),
        (CallFilter { client: text("codex"), ..none() }, |c| c.client == "codex"),
        (CallFilter { model: text("gpt-4"), ..none() }, |c| c.model == "gpt-4"),
        (CallFilter { provider: text("openai"), ..none() }, |c| c.provider == "openai"),
        (CallFilter { session_id: text("s1"), ..none() }, |c| c.session_id == "s1"),
        (CallFilter { status_code: Some((500, 599)), ..none() }, |c| c.status_code / 100 == 5),
        (CallFilter { outcome: Some(Outcome::Cancelled), ..none() }, |c| c.outcome == 4),
        (CallFilter { stream: Some(true), ..none() }, |c| c.stream),
        (CallFilter { stream: Some(false), ..none() }, |c| !c.stream),
        (CallFilter { min_cost_nano: Some(5_000), ..none() }, |c| c.cost_nano >= 5_000),
        (CallFilter { min_duration_us: Some(400_000), ..none() }, |c| c.duration_us >= 400_000),
        (CallFilter { tag: Some(("team".into(), "a\"b' c".into())), ..none() }, |c| {
            c.tags.iter().any(|t| t.name == "team" && t.value == "a\"b' c")
        }),
        (CallFilter { tag: Some(("team".into(), "env".into())), ..none() }, |_| false),
        (CallFilter { max_cost_nano: Some(2_000), min_cost_nano: Some(100), ..none() }, |c| {
            (100..=2_000).contains(&c.cost_nano)
        }),
        (CallFilter { max_duration_us: Some(90_000), ..none() }, |c| c.duration_us <= 90_000),
        (CallFilter { min_tokens: Some(36), ..none() }, |_| false),
        (CallFilter { min_tokens: Some(35), max_tokens: Some(35), ..none() }, |_| true),
        (CallFilter { text: text("GPT"), ..none() }, |c| c.model.contains("gpt")),
        (CallFilter { text: text("req_01"), ..none() }, |c| c.request_id().to_string().starts_with("req_01")),
        (CallFilter { text: text("person.2@"), ..none() }, |c| c.user_email.contains("person.2@")),
        (CallFilter { text: text("overl"), ..none() }, |c| c.error_class == "overloaded"),
        (CallFilter { text: text("%"), ..none() }, |_| false),
        (CallFilter { text: text("' OR 1=1 --"), ..none() }, |_| false),
        (CallFilter { model: text("gpt-4"), user_id: text("usr_3"), status_code: Some((200, 200)), ..none() }, |c| {
            c.model == "gpt-4" && c.user_id == "usr_3" && c.status_code == 200
        }),
    ]
}

pub(crate) async fn every_condition_finds_exactly_its_rows_and_sums(place: Place) {
    let mut sample = Sample::random(900, 4);
    let store = place.open().await;
    append(&*store, &sample.calls).await;
    // As it is, then when the days that are over have been sealed, then with late rows for them.
    check_every_condition(&*store, &sample.calls).await;
    store.apply_retention(NOW_US, Retention::default()).await.unwrap();
    check_every_condition(&*store, &sample.calls).await;
    sample.calls.extend(Sample::random(100, 4).calls);
    append(&*store, &sample.calls).await;
    check_every_condition(&*store, &sample.calls).await;
    store.close().await;
}

async fn check_every_condition(store: &dyn LogStore, calls: &[CallRecord]) {
    for (filter, fits) in cases() {
        for scope in [Scope::All, Scope::Own(UserId::new("usr_3"))] {
            let mine = |c: &&CallRecord| scope == Scope::All || c.user_id == "usr_3";
            let want: Vec<_> = calls.iter().filter(mine).filter(|c| fits(c)).cloned().collect();
            // The live feed asks the record itself, and must come to the same answer.
            let seen = |c: &&CallRecord| scope.covers(c) && filter.matches(c);
            assert_eq!(calls.iter().filter(seen).cloned().collect::<Vec<_>>(), want, "{scope:?} {filter:?}");
            let ask = CallQuery { scope: scope.clone(), ..query(filter.clone()) };
            assert_eq!(store.query_calls(ask).await.unwrap().items, newest_first(&want), "{scope:?} {filter:?}");

            let ask = UsageQuery { scope: scope.clone(), ..usage(None, &[], filter.clone()) };
            let points = store.usage_over_time(ask).await.unwrap().points;
            let got = points.into_iter().next().map(|p| p.totals).unwrap_or_default();
            assert_eq!(got, sums(&want), "{scope:?} {filter:?}");
        }
    }
}

fn sums(calls: &[CallRecord]) -> Totals {
    let mut sums = Totals::default();
    for call in calls {
        sums.calls += 1;
        sums.estimated += u64::from(call.usage_estimated);
        sums.cache_hits += u64::from(call.cache_hit);
        sums.usage.add(&call.tokens());
        sums.cost_nano += call.cost_nano;
        sums.duration.record(call.duration_us);
        if call.ttft_us > 0 {
            sums.ttft.record(call.ttft_us);
        }
    }
    sums
}

/// Dimensions, beside what they mean for a row.
type Grouping = (&'static [Dimension], fn(&CallRecord) -> Vec<String>);

pub(crate) async fn roll_ups_are_the_sums_of_the_rows_by_step_and_group(place: Place) {
    let sample = Sample::random(600, 3);
    let store = place.open().await;
    // Several batches, so that sums meet sums that are there already.
    for batch in sample.calls.chunks(70) {
        append(&*store, batch).await;
    }
    for step in [300, 3600, 86_400] {
        let step = step * 1_000_000;
        let groups: [Grouping; 4] = [
            (&[], |_| vec![]),
            (&[Dimension::Provider, Dimension::Model], |c| vec![c.provider.clone(), c.model.clone()]),
            (&[Dimension::Outcome, Dimension::StatusClass], |c| {
                let outcome = Outcome::try_from(c.outcome).unwrap().as_str().to_owned();
                vec![outcome, format!("{}xx", c.status_code / 100)]
            }),
            (&[Dimension::Client, Dimension::Model, Dimension::User], |c| {
                vec![c.client.clone(), c.model.clone(), c.user_id.clone()]
            }),
        ];
        for (dimensions, group) in groups {
            let mut want = std::collections::BTreeMap::<_, Vec<CallRecord>>::new();
            for call in &sample.calls {
                let start = call.timestamp.div_euclid(step) * step;
                want.entry((start, group(call))).or_default().push(call.clone());
            }
            let report = store.usage_over_time(usage(Some(step), dimensions, CallFilter::default())).await.unwrap();
            let got: Vec<_> = report.points.into_iter().map(|p| ((p.start_us, p.group), p.totals)).collect();
            let want: Vec<_> = want.into_iter().map(|(key, calls)| (key, sums(&calls))).collect();
            assert_eq!(got, want, "{step} {dimensions:?}");
        }
    }
    store.close().await;
}

pub(crate) async fn trace_ids_of_clients_and_of_ours_find_their_calls_within_the_scope(place: Place) {
    let store = place.open().await;
    let theirs = "4bf92f3577b34da6a3ce929d0e0e4736";
    let mut calls: Vec<_> = (0..6).map(|n| call_at(NOW_US - n * DAY_US)).collect();
    calls[2].client_trace_id = theirs.to_owned();
    calls[4].client_trace_id = theirs.to_owned();
    append(&*store, &calls).await;
    let get = async |scope: Scope, id: &str| store.get_call(scope, id).await.unwrap();
    assert_eq!(get(Scope::All, theirs).await.as_ref(), Some(&calls[2]), "the newest of the trace");
    assert_eq!(get(Scope::Own(calls[2].user_id.as_str().into()), theirs).await.as_ref(), Some(&calls[2]));
    for id in [theirs.to_owned(), calls[0].request_id().to_string()] {
        assert_eq!(get(Scope::Own("usr_other".into()), &id).await, None, "{id}");
    }
    for id in
        ["", "req_", "nonsense", "' OR 1", &format!("{:032x}", 1), &"f".repeat(32), &format!("req_{}", "f".repeat(32))]
    {
        assert_eq!(get(Scope::All, id).await, None, "{id}");
    }
    for (trace, want) in [
        (theirs.to_owned(), vec![calls[2].clone(), calls[4].clone()]),
        (calls[0].request_id().trace_digits(), vec![calls[0].clone()]),
        (calls[2].request_id().trace_digits(), vec![]),
    ] {
        let filter = CallFilter { trace_id: Some(trace), ..CallFilter::default() };
        assert_eq!(store.query_calls(query(filter)).await.unwrap().items, want);
    }
    let shown = calls[1].request_id().to_string();
    for (text, hits) in [(&shown[..], 1), (&shown[..30], 1), (&shown[4..25], 1), (&shown[..7], 6), ("req_ffff", 0)] {
        let filter = CallFilter { text: Some(text.to_owned()), ..CallFilter::default() };
        assert_eq!(store.query_calls(query(filter)).await.unwrap().items.len(), hits, "{text}");
    }
    store.close().await;
}

pub(crate) async fn a_range_includes_its_start_and_not_its_end_across_midnight(place: Place) {
    let store = place.open().await;
    let midnight = NOW_US.div_euclid(DAY_US) * DAY_US;
    let times = [-1_000_001, -1_000, -1, 0, 1, 999, 1_000, 2_000_000].map(|offset| midnight + offset);
    let calls: Vec<_> = times.iter().map(|t| call_at(*t)).collect();
    append(&*store, &calls).await;
    assert_eq!(store.stats().await.unwrap().partitions.len(), 2);
    for from in times {
        for to in times {
            let ask = CallQuery { from_us: from, to_us: to, ..query(CallFilter::default()) };
            let want: Vec<_> = calls.iter().filter(|c| c.timestamp >= from && c.timestamp < to).cloned().collect();
            assert_eq!(store.query_calls(ask).await.unwrap().items, newest_first(&want), "{from} {to}");
        }
    }
    let ask = CallQuery { from_us: i64::MIN, to_us: i64::MAX, ..query(CallFilter::default()) };
    assert_eq!(store.query_calls(ask).await.unwrap().items.len(), times.len());
    let ask = CallQuery { limit: 0, ..query(CallFilter::default()) };
    assert_eq!(store.query_calls(ask).await.unwrap().items.len(), 1);
    store.close().await;
}

pub(crate) async fn retention_removes_old_days_and_drops_what_comes_for_them_later(place: Place) {
    let store = place.open().await;
    let calls: Vec<_> = (0..10).map(|days| call_at(NOW_US - days * DAY_US)).collect();
    append(&*store, &calls).await;
    store.append_access((0..10).map(|days| access(NOW_US - days * DAY_US)).collect()).await.unwrap();
    let keep = Retention { gateway_days: 5, access_days: 2 };
    let removed = store.apply_retention(NOW_US, keep).await.unwrap();
    assert_eq!(removed.partitions.len(), 4 + 7);
    assert!(removed.bytes > 0);
    assert_eq!(store.apply_retention(NOW_US, keep).await.unwrap().partitions, Vec::<String>::new());
    assert_eq!(store.query_calls(query(CallFilter::default())).await.unwrap().items, calls[..6]);

    // A record that recovery found: kept on its own day while that is within the retention, else dropped and counted.
    let late = [call_at(NOW_US - 5 * DAY_US + 7), call_at(NOW_US - 6 * DAY_US), call_at(NOW_US + 3 * DAY_US)];
    assert_eq!(append(&*store, &late).await, Appended { inserted: 2, repeated: 0, expired: 1 });
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.inserted, stats.expired, stats.partitions.len()), (22, 1, 6 + 1 + 3));
    assert_eq!(stats.bytes, stats.partitions.iter().map(|p| p.bytes).sum::<u64>());
    store.close().await;
}

pub(crate) async fn cursors_are_kept_by_consumer_and_survive_a_restart(place: Place) {
    let store = place.open().await;
    assert_eq!(store.cursor("log-store").await.unwrap(), None);
    store.save_cursor("log-store", vec![1, 2, 3]).await.unwrap();
    store.save_cursor("other", vec![]).await.unwrap();
    store.save_cursor("log-store", vec![4, 5]).await.unwrap();
    store.close().await;
    let store = place.open().await;
    assert_eq!(store.cursor("log-store").await.unwrap(), Some(vec![4, 5]));
    assert_eq!(store.cursor("other").await.unwrap(), Some(vec![]));
    for bad in ["", "../x", "A", "a.b", &"x".repeat(65)] {
        assert!(matches!(store.cursor(bad).await, Err(LogError::BadConsumer(_))), "{bad}");
    }
    store.close().await;
}

pub(crate) async fn access_rows_come_back_by_page_filter_and_scope(place: Place) {
    let store = place.open().await;
    let mut rows: Vec<_> = (0..40).map(|n| access(NOW_US - n * DAY_US / 10)).collect();
    for (n, row) in rows.iter_mut().enumerate() {
        row.status = [200, 401, 503][n % 3];
        row.reason = ["", "unauthenticated", "shed"][n % 3].to_owned();
        row.user_id = (n % 3 == 0).then(|| format!("usr_{}", n % 2));
    }
    let appended = store.append_access(rows.clone()).await.unwrap();
    assert_eq!(appended, Appended { inserted: 40, ..Appended::default() });
    assert_eq!(store.append_access(rows.clone()).await.unwrap().repeated, 40);
    let all = AccessQuery {
        scope: Scope::All,
        from_us: NOW_US - 30 * DAY_US,
        to_us: NOW_US + 1,
        port: None,
        status: None,
        key_id: None,
        text: None,
        order: Order::NewestFirst,
        cursor: None,
        limit: 1000,
    };
    let ask = async |query: AccessQuery| store.query_access(query).await.unwrap();
    assert_eq!(ask(all.clone()).await.items, rows);
    let refused = ask(AccessQuery { status: Some((400, 499)), ..all.clone() }).await.items;
    assert_eq!(refused, rows.iter().filter(|r| r.status == 401).cloned().collect::<Vec<_>>());
    assert_eq!(ask(AccessQuery { text: Some("SHED".to_owned()), ..all.clone() }).await.items.len(), 13);
    assert_eq!(ask(AccessQuery { port: Some("console".to_owned()), ..all.clone() }).await.items.len(), 0);
    let own = ask(AccessQuery { scope: Scope::Own("usr_1".into()), ..all.clone() }).await.items;
    assert!(!own.is_empty() && own.iter().all(|r| r.user_id.as_deref() == Some("usr_1")));
    let (mut joined, mut cursor) = (Vec::new(), None);
    loop {
        let page = ask(AccessQuery { limit: 6, cursor, order: Order::OldestFirst, ..all.clone() }).await;
        joined.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    joined.reverse();
    assert_eq!(joined, rows);
    store.close().await;
}

pub(crate) async fn a_closed_store_says_so_and_has_kept_what_it_took(place: Place) {
    let store = place.open().await;
    append(&*store, &[call()]).await;
    store.close().await;
    store.close().await;
    assert!(matches!(store.append_calls(Arc::new(vec![call()])).await, Err(LogError::Closed)));
    assert!(matches!(store.query_calls(query(CallFilter::default())).await, Err(LogError::Closed)));
    let store = place.open().await;
    assert_eq!(store.query_calls(query(CallFilter::default())).await.unwrap().items.len(), 1);
    store.close().await;
}

pub(crate) async fn readers_see_whole_batches_while_the_writer_goes_on(place: Place) {
    let sample = Sample::random(600, 2);
    let store: Arc<dyn LogStore> = Arc::from(place.open().await);
    let mut tasks = tokio::task::JoinSet::new();
    let (writing, calls) = (Arc::clone(&store), sample.calls.clone());
    tasks.spawn(async move {
        for batch in calls.chunks(20) {
            writing.append_calls(Arc::new(batch.to_vec())).await.unwrap();
        }
    });
    let mut seen = 0;
    while tasks.try_join_next().map(|done| done.unwrap()).is_none() {
        let page = store.query_calls(query(CallFilter::default())).await.unwrap();
        assert!(page.items.len() >= seen && page.unreadable.is_empty());
        seen = page.items.len();
    }
    assert_eq!(store.query_calls(query(CallFilter::default())).await.unwrap().items, newest_first(&sample.calls));
    store.close().await;
}
