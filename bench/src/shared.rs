//! What replicas share, for the row that is about them: a private PostgreSQL and a private Redis. Redis is on the target's core, since
//! its work is part of what a call costs; PostgreSQL is beside the load, since no call waits for it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::process::{LOAD_CORE, Running, TARGET_CORE, free_addr};

/// Both servers; they end with it.
pub(crate) struct Shared {
    redis: Running,
    _postgres: Running,
    pub(crate) database_url: String,
    pub(crate) redis_url: String,
}

impl Shared {
    /// Starts both in a folder of theirs.
    pub(crate) fn start(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let (postgres, at) = postgres(folder)?;
        let (redis, redis_at) = redis(folder)?;
        Ok(Self {
            redis,
            _postgres: postgres,
            database_url: format!("postgres://postgres@{at}/postgres"),
            redis_url: format!("redis://{redis_at}/0"),
        })
    }

    /// The process whose work counts.
    pub(crate) fn redis_pid(&self) -> u32 {
        self.redis.pid()
    }
}

fn redis(folder: &Path) -> anyhow::Result<(Running, SocketAddr)> {
    let at = free_addr()?;
    let port = at.port().to_string();
    let args = ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    let mut args: Vec<_> = args.map(str::to_owned).into();
    args.extend(["--maxmemory-policy", "noeviction", "--dir"].map(str::to_owned));
    args.push(folder.display().to_string());
    let log = folder.join("redis.log");
    let mut redis = Running::start("redis", TARGET_CORE, Path::new("redis-server"), &args, &log)
        .context("redis-server must be installed")?;
    redis.wait_for(at, Duration::from_secs(20))?;
    Ok((redis, at))
}

fn postgres(folder: &Path) -> anyhow::Result<(Running, SocketAddr)> {
    let programs = programs()?;
    let data = folder.join("postgres");
    std::fs::create_dir_all(&data)?;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    // It refuses to run as root.
    let root = rustix::process::getuid().is_root();
    let become_postgres: Vec<String> = if root {
        // All that leads there was made for its maker only.
        for folder in data.ancestors().take(3) {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(folder, mode)?;
        }
        done(Command::new("chown").arg("postgres").arg(&data))?;
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"].map(str::to_owned).into()
    } else {
        Vec::new()
    };
    let program = |name: &str| [become_postgres.clone(), vec![text(&programs.join(name))]].concat();
    let initdb = program("initdb");
    let settings = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D"];
    done(Command::new(&initdb[0]).args(&initdb[1..]).args(settings).arg(&data).current_dir(&data))?;
    let at = free_addr()?;
    let mut args = program("postgres");
    let first = PathBuf::from(args.remove(0));
    let port = at.port().to_string();
    args.extend(["-D", &text(&data), "-k", &text(&data), "-p", &port].map(str::to_owned));
    args.extend(
        ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=64MB"].map(str::to_owned),
    );
    let log = folder.join("postgres.log");
    let mut server = Running::start("postgres", LOAD_CORE, &first, &args, &log)?;
    server.wait_for(at, Duration::from_secs(30))?;
    Ok((server, at))
}

/// Where PostgreSQL's programs are; Debian keeps them apart by version.
fn programs() -> anyhow::Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let elsewhere = ["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from);
    let folders = versions.map(|version| version.path().join("bin")).chain(elsewhere);
    let mut found = folders.filter(|folder| ["initdb", "postgres"].iter().all(|name| folder.join(name).exists()));
    found.next().context("postgresql must be installed")
}

fn done(command: &mut Command) -> anyhow::Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| name.clone())?;
    if !output.status.success() {
        bail!("{name} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
