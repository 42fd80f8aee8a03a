//! A Redis server of one's own: nothing on the disk, on a free port, gone when dropped.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

const READY_WITHIN: Duration = Duration::from_secs(60);

/// A running server.
#[derive(Debug)]
pub struct Redis {
    server: Child,
    port: u16,
    more: Vec<String>,
    // Last: the folder is removed after the server has stopped.
    folder: TempDir,
}

impl Redis {
    /// Starts a server. The error says what to install when there is none on this machine.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// The same with further arguments, `--tls-port` and the like.
    pub fn start_with(more: &[String]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tw-redis-").tempdir()?;
        // The port is free now; whoever takes it in the meantime makes the start fail and another one is tried.
        let mut last = None;
        for _ in 0..3 {
            let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            match launch(folder.path(), port, more) {
                Ok(server) => return Ok(Self { server, port, more: more.to_vec(), folder }),
                Err(error) => last = Some(error),
            }
        }
        Err(last.context("no port was tried")?)
    }

    /// The address of one of its 16 databases.
    pub fn url(&self, database: u8) -> String {
        format!("redis://127.0.0.1:{}/{database}", self.port)
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its process, as long as it runs.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// Ends it at once; what was in it is gone.
    pub fn kill(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }

    /// Has it keep what is in it now, for its next start.
    pub fn save(&self) -> Result<()> {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(READY_WITHIN))?;
        stream.write_all(b"SAVE\r\n")?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        if answer != *b"+OK\r\n" {
            bail!("SAVE failed");
        }
        Ok(())
    }

    /// Starts it again on the same port, empty, or with what was saved.
    pub fn restart(&mut self) -> Result<()> {
        self.kill();
        self.server = launch(self.folder.path(), self.port, &self.more)?;
        Ok(())
    }

    /// Makes it stop answering; connections stay and new ones are taken.
    pub fn pause(&self) -> Result<()> {
        self.signal("-STOP")
    }

    /// Lets it go on, with whatever came in the meantime.
    pub fn resume(&self) -> Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, name: &str) -> Result<()> {
        let sent = Command::new("kill").arg(name).arg(self.server.id().to_string()).status()?;
        if !sent.success() {
            bail!("kill {name} failed: {sent}");
        }
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn launch(folder: &Path, port: u16, more: &[String]) -> Result<Child> {
    // A server must not outlive a test that was killed; only Linux has this.
    let mut command = if Path::new("/usr/bin/setpriv").is_file() {
        let mut command = Command::new("/usr/bin/setpriv");
        command.args(["--pdeathsig", "KILL", "redis-server"]);
        command
    } else {
        Command::new("redis-server")
    };
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]);
    command.arg("--port").arg(port.to_string()).arg("--dir").arg(folder).args(more);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let install = "redis-server cannot be run: install it (Debian and Ubuntu: apt-get install redis-server)";
    let mut server = command.spawn().context(install)?;
    let start = Instant::now();
    loop {
        if let Some(status) = server.try_wait()? {
            bail!("redis-server ended at once ({status}): {install}");
        }
        if answers(port) {
            return Ok(server);
        }
        if start.elapsed() > READY_WITHIN {
            drop(server.kill());
            drop(server.wait());
            bail!("redis-server was not ready within {READY_WITHIN:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn answers(port: u16) -> bool {
    use std::io::{Read as _, Write as _};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut answer = [0; 7];
    stream.set_read_timeout(Some(Duration::from_secs(1))).is_ok()
        && stream.write_all(b"PING\r\n").is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer == *b"+PONG\r\n"
}
