//! Ways to a server: over TLS, with a password, by sentinels.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use thinkwatch_coordination::redis::{Authorities, Login, RedisFeed, RedisOptions, Sentinel, Server, check};
use thinkwatch_coordination::{ChangeFeed as _, Part};
use thinkwatch_policy::limits::{Reserved, Unit};
use thinkwatch_testkit::redis::Redis;

use crate::backends::{Subject, at};
use crate::redis::{GENEROUS, replica, until_budgets};
use crate::rules::*;

/// Looks like a certificate.
const BAD: &[u8] = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

/// A server that speaks TLS on a port of its own, its certificate signed by an authority that is written to `ca.pem`.
fn with_tls(folder: &Path, password: &str) -> (Redis, u16, Vec<u8>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let file = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let ca = authority.pem();
    let more = [
        ("--tls-port", port.to_string()),
        ("--tls-cert-file", file("cert.pem", certificate.pem())),
        ("--tls-key-file", file("key.pem", key.serialize_pem())),
        ("--tls-ca-cert-file", file("ca.pem", ca.clone())),
        ("--tls-auth-clients", "no".to_owned()),
    ];
    let mut more: Vec<String> = more.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect();
    more.extend(["--user", "gate", "on", &format!(">{password}"), "~*", "&*", "+@all"].map(str::to_owned));
    (Redis::start_with(&more).unwrap(), port, ca.into_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tls_with_a_user() {
    let folder = tempfile::tempdir().unwrap();
    let (_redis, port, ca) = with_tls(folder.path(), "p@ss");
    let login = Login { user: Some("gate".to_owned()), password: Some("p@ss".to_owned().into()) };
    let server = Server { tls: Some(Authorities::Own(ca)), login, ..Server::at("localhost", port, 3) };
    assert!(check(&server).await.unwrap().primary);
    let one = replica(patient_at(server.clone())).await;
    one.of.seed(Vec::new()).await.unwrap();
    until_budgets(&one.of).await;
    assert!(matches!(reserve(&one.of, a_call(), START, vec![budget("a", 7, 9)]).await, Ok(Reserved::Taken { .. })));
    one.task.stop(GENEROUS).await;
    let (feed, task) = RedisFeed::start(&server).await.unwrap();
    feed.announce(Part::Settings, 7).await.unwrap();
    task.stop().await;
    // By another authority, under another name, as somebody else: each is refused.
    for (wrong, says) in [
        (Server { tls: Some(Authorities::Public), ..server.clone() }, "not reachable"),
        (Server { hosts: vec![("127.0.0.1".to_owned(), port)], ..server.clone() }, "not reachable"),
        (Server { login: Login { user: None, password: Some("p@ss".to_owned().into()) }, ..server.clone() }, "refused"),
    ] {
        let error = check(&wrong).await.unwrap_err().to_string();
        assert!(error.contains(says) && !error.contains("p@ss"), "{error}");
    }
    let error = check(&Server { tls: Some(Authorities::Own(BAD.to_vec())), ..server }).await.unwrap_err();
    assert!(error.to_string().contains("REDIS_CA_FILE"), "{error}");
}

fn patient_at(server: Server) -> RedisOptions {
    RedisOptions {
        time_limit: Duration::from_secs(3),
        max_skew: Duration::from_secs(10_000_000_000),
        ..RedisOptions::new(server, "one".into())
    }
}

/// A sentinel, ended with the test.
struct Watcher(Child, u16);

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn sentinel(folder: &Path, number: u16, primary: u16) -> Watcher {
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let file = folder.join(format!("sentinel-{number}.conf"));
    let text = format!(
        "port {port}\nbind 127.0.0.1\ndir {}\nrequirepass quiet\nsentinel monitor main 127.0.0.1 {primary} 2\n\
         sentinel down-after-milliseconds main 1000\nsentinel failover-timeout main 10000\nsentinel sentinel-pass quiet\n",
        folder.display()
    );
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new("redis-server");
    command.arg(&file).arg("--sentinel").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Watcher(command.spawn().unwrap(), port)
}

/// Three sentinels, a primary and a copy: when the primary is gone the copy takes over, and what calls hold is held there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sentinels_say_where_the_server_is_also_when_another_takes_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut primary = Redis::start().unwrap();
    let copy_of = ["--replicaof".to_owned(), "127.0.0.1".to_owned(), primary.port().to_string()];
    let copy = Redis::start_with(&copy_of).unwrap();
    let watchers: Vec<Watcher> = (0..3).map(|n| sentinel(folder.path(), n, primary.port())).collect();
    let login = Login { user: None, password: Some("quiet".to_owned().into()) };
    let gone = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let mut hosts = vec![("127.0.0.1".to_owned(), gone)];
    hosts.extend(watchers.iter().map(|watcher| ("127.0.0.1".to_owned(), watcher.1)));
    let server = Server {
        hosts,
        sentinel: Some(Sentinel { service: "main".to_owned(), login: login.clone() }),
        ..Server::default()
    };
    let began = Instant::now();
    while check(&server).await.is_err() {
        assert!(began.elapsed() < GENEROUS, "no sentinel knows the primary");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let unknown = Sentinel { service: "other".to_owned(), login };
    let error = check(&Server { sentinel: Some(unknown), ..server.clone() }).await.unwrap_err().to_string();
    assert!(error.contains("knows no `other`"), "{error}");

    let one = replica(patient_at(server.clone())).await;
    one.of.seed(Vec::new()).await.unwrap();
    until_budgets(&one.of).await;
    let held = a_call();
    reserve(&one.of, held, START, vec![budget("a", 60, 100), requests("b", 2)]).await.unwrap();
    let (feed, following) = RedisFeed::start(&server).await.unwrap();
    knows_each_other(&server).await;
    assert!(asked(primary.port(), "WAIT 1 60000", None).starts_with(":1"), "the copy is not in step");
    primary.kill();
    let telling = keeps_telling(Arc::clone(&one.of));
    let taken_over = async {
        let began = Instant::now();
        loop {
            match reserve(&one.of, a_call(), START, vec![budget("a", 50, 100)]).await {
                Ok(Reserved::Taken { .. }) => panic!("what a call holds was forgotten"),
                Ok(_) => return,
                Err(_) => assert!(began.elapsed() < GENEROUS, "nobody took over"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! { () = taken_over => {}, () = telling => {} }
    assert_eq!(purse_of(&one.of, "a").await, (0, 60));
    // Rates were copied.
    assert_eq!(used(&one.of, requests("b", 2).counter, START).await, 1);
    assert_eq!(check(&server).await.unwrap().primary, check(&at(&copy)).await.unwrap().primary);
    let began = Instant::now();
    while feed.announce(Part::Settings, 9).await.is_err() {
        assert!(began.elapsed() < GENEROUS, "nothing can be announced");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    following.stop().await;
    one.task.stop(GENEROUS).await;
}

async fn keeps_telling(of: Subject) {
    loop {
        of.wants_seed().await;
        of.seed(vec![(purse("a", Unit::Usd), "one".into(), 0)]).await.ok();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Sentinels agree on a failover only among those that have heard of each other.
async fn knows_each_other(server: &Server) {
    let began = Instant::now();
    for (_, port) in &server.hosts[1..] {
        loop {
            let told = asked(*port, "INFO", Some("quiet"));
            if told.contains("status=ok,") && told.contains("slaves=1,sentinels=3") {
                break;
            }
            assert!(began.elapsed() < GENEROUS, "{told}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// What a server or a sentinel answers.
fn asked(port: u16, what: &str, password: Option<&str>) -> String {
    use std::io::{Read as _, Write as _};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return String::new() };
    let login = password.map(|password| format!("AUTH {password}\r\n")).unwrap_or_default();
    let mut told = String::new();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    drop(stream.write_all(format!("{login}{what}\r\nQUIT\r\n").as_bytes()));
    drop(stream.read_to_string(&mut told));
    told
}
