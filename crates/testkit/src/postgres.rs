//! A PostgreSQL server of one's own: in a temporary folder, trusting everyone on this machine, gone when dropped.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

const READY_WITHIN: Duration = Duration::from_secs(60);
const STOPPED_WITHIN: Duration = Duration::from_secs(20);

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    server: Child,
    programs: Programs,
    port: u16,
    databases: AtomicU32,
    // Last: the folder is removed after the server has stopped.
    folder: TempDir,
}

/// Where the server's programs are and as whom they run.
#[derive(Debug)]
struct Programs {
    folder: PathBuf,
    /// The server refuses to run as root; then it runs as this user and group.
    run_as: Option<(u32, u32)>,
}

impl Postgres {
    /// Makes and starts a server. The error says what to install when there is none on this machine.
    pub fn start() -> Result<Self> {
        let programs = Programs::find()?;
        let folder = tempfile::Builder::new().prefix("tw-pg-").tempdir()?;
        if let Some((user, group)) = programs.run_as {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let data = folder.path().join("data");
        let mut initdb = programs.command("initdb");
        initdb
            .args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(&data);
        run(initdb)?;
        // The port is free now; whoever takes it in the meantime makes the start fail and another one is tried.
        let mut last = None;
        for _ in 0..3 {
            let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            match Self::launch(&programs, folder.path(), port) {
                Ok(server) => return Ok(Self { server, programs, port, databases: AtomicU32::new(0), folder }),
                Err(error) => last = Some(error),
            }
        }
        Err(last.context("no attempt was made")?)
    }

    fn launch(programs: &Programs, folder: &Path, port: u16) -> Result<Child> {
        let log = std::fs::File::create(folder.join("server.log"))?;
        let mut command = programs.command("postgres");
        command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).arg("-p").arg(port.to_string());
        for setting in [
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "full_page_writes=off",
            "max_connections=200",
            "shared_buffers=32MB",
        ] {
            command.args(["-c", setting]);
        }
        command.stdout(Stdio::null()).stderr(log);
        let mut server = command.spawn().context("postgres could not be started")?;
        let start = Instant::now();
        loop {
            let mut asked = programs.command("pg_isready");
            asked.args(["-q", "-h", "127.0.0.1", "-p"]).arg(port.to_string());
            // Somebody else's server on this port would answer too: ours must still be running.
            if asked.status()?.success() && server.try_wait()?.is_none() {
                return Ok(server);
            }
            if let Some(status) = server.try_wait()? {
                let log = std::fs::read_to_string(folder.join("server.log")).unwrap_or_default();
                bail!("postgres ended at once ({status}): {log}");
            }
            if start.elapsed() > READY_WITHIN {
                stop(&mut server);
                bail!("postgres was not ready within {READY_WITHIN:?}");
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Makes an empty database and gives its address (over TCP).
    pub fn create_database(&self) -> Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut createdb = self.programs.command("createdb");
        createdb.args(["-h", "127.0.0.1", "-U", "postgres", "-p"]).arg(self.port.to_string()).arg(&name);
        run(createdb)?;
        Ok(format!("postgres://postgres@127.0.0.1:{}/{name}", self.port))
    }

    /// The folder of the unix socket, for addresses such as `postgres://postgres@localhost/test_0?host=<folder>&port=<port>`.
    pub fn socket_folder(&self) -> &Path {
        self.folder.path()
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Stops the server as an operator would (clients are cut off, data is kept).
    pub fn stop(&mut self) {
        stop(&mut self.server);
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) -> Result<()> {
        self.stop();
        self.server = Self::launch(&self.programs, self.folder.path(), self.port)?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// SIGINT is PostgreSQL's fast shutdown. Killed only when that takes too long.
fn stop(server: &mut Child) {
    if matches!(server.try_wait(), Ok(Some(_))) {
        return;
    }
    let asked = Command::new("kill").args(["-INT", &server.id().to_string()]).status();
    let start = Instant::now();
    while asked.as_ref().is_ok_and(std::process::ExitStatus::success) && start.elapsed() < STOPPED_WITHIN {
        if !matches!(server.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(server.kill());
    drop(server.wait());
}

impl Programs {
    fn find() -> Result<Self> {
        let mut folders: Vec<PathBuf> = vec!["/usr/local/bin".into(), "/usr/bin".into(), "/opt/homebrew/bin".into()];
        for (parent, inside) in [("/usr/lib/postgresql", "bin"), ("/usr/pgsql", "bin"), ("/opt/postgresql", "bin")] {
            let Ok(versions) = std::fs::read_dir(parent) else { continue };
            let mut versions: Vec<PathBuf> = versions.flatten().map(|v| v.path().join(inside)).collect();
            versions.sort();
            folders.extend(versions.into_iter().rev());
        }
        // A link leads to the folder that has the client programs too.
        let real = |f: &PathBuf| f.join("initdb").canonicalize().ok()?.parent().map(Path::to_path_buf);
        let has_all =
            |f: &PathBuf| ["postgres", "createdb", "pg_isready"].iter().all(|program| f.join(program).is_file());
        let folder = folders.iter().filter_map(real).find(has_all).context(
            "PostgreSQL is needed for this test and was not found: install its server and client programs \
             (Debian and Ubuntu: apt-get install postgresql)",
        )?;
        Ok(Self { folder, run_as: other_user()? })
    }

    fn command(&self, program: &str) -> Command {
        let path = self.folder.join(program);
        let tied = Path::new("/usr/bin/setpriv").is_file();
        // A server must not outlive a test that was killed; only Linux has this.
        let mut command = if tied && program == "postgres" {
            let mut command = Command::new("/usr/bin/setpriv");
            command.args(["--pdeathsig", "INT"]);
            if let Some((user, group)) = self.run_as {
                command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
            }
            command.arg(path);
            command
        } else {
            let mut command = Command::new(path);
            if let Some((user, group)) = self.run_as {
                command.uid(user).gid(group);
            }
            command
        };
        // Not where this process is: the other user may not be allowed to be there.
        command.current_dir("/").stdin(Stdio::null());
        command
    }
}

/// For root: the user `postgres`, else `nobody`.
fn other_user() -> Result<Option<(u32, u32)>> {
    let me = std::fs::metadata("/proc/self").map(|m| std::os::unix::fs::MetadataExt::uid(&m)).unwrap_or(u32::MAX);
    if me != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd")?;
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut parts = line.split(':');
            let found = parts.next() == Some(name);
            let ids = (parts.nth(1)?.parse().ok()?, parts.next()?.parse().ok()?);
            found.then_some(ids)
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .map(Some)
        .context("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`")
}

fn run(mut command: Command) -> Result<()> {
    let program = command.get_program().to_owned();
    let done = command.output().with_context(|| format!("{} could not be run", program.display()))?;
    if !done.status.success() {
        let name = Path::new(&program).file_name().unwrap_or(OsStr::new("?")).display().to_string();
        bail!("{name} failed: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}
