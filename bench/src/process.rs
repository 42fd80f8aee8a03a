//! Processes that are started for a measurement: pinned to a core, waited for, and never left behind.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// The core that every target runs on.
pub(crate) const TARGET_CORE: usize = 0;
/// The core that the load and the provider run on.
pub(crate) const LOAD_CORE: usize = 1;

/// Tells the person who waits.
pub(crate) fn say(text: &str) {
    use std::io::Write;
    // Nobody may be listening any more; the measurement goes on.
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// A child that is ended when this is dropped.
pub(crate) struct Running {
    child: Child,
    name: String,
}

impl Running {
    /// Starts a program on one core, its output in a file.
    pub(crate) fn start(name: &str, core: usize, program: &Path, args: &[String], log: &Path) -> anyhow::Result<Self> {
        Self::start_with(name, core, program, args, &[], log)
    }

    /// The same, with variables of its own.
    pub(crate) fn start_with(
        name: &str,
        core: usize,
        program: &Path,
        args: &[String],
        variables: &[(String, String)],
        log: &Path,
    ) -> anyhow::Result<Self> {
        let out = std::fs::File::create(log).with_context(|| format!("{}", log.display()))?;
        let mut command = Command::new("taskset");
        command.arg("-c").arg(core.to_string()).arg(program).args(args).envs(variables.iter().cloned());
        command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
        let child = command.spawn().with_context(|| format!("starting {name} ({})", program.display()))?;
        Ok(Self { child, name: name.to_owned() })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until something listens, or says why it never will.
    pub(crate) fn wait_for(&mut self, addr: SocketAddr, within: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + within;
        while TcpStream::connect_timeout(&addr, Duration::from_millis(200)).is_err() {
            self.still_there()?;
            if Instant::now() > until {
                bail!("{} does not listen on {addr} after {within:?}", self.name);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// An error when the process has ended.
    pub(crate) fn still_there(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended by itself: {status}", self.name),
        }
    }

    /// Asks it to end and waits; takes it down when it does not.
    pub(crate) fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(rustix::process::Signal::TERM);
            let until = Instant::now() + Duration::from_secs(5);
            while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(10));
            }
            if matches!(self.child.try_wait(), Ok(None)) {
                self.signal(rustix::process::Signal::KILL);
            }
        }
        // Reaps it; that it is gone already is fine.
        drop(self.child.wait());
    }

    fn signal(&self, signal: rustix::process::Signal) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // It may have ended a moment ago, which is as good.
            if let Err(why) = rustix::process::kill_process(pid, signal)
                && why != rustix::io::Errno::SRCH
            {
                say(&format!("bench: {} does not take a signal: {why}", self.name));
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_addr() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Puts this process, and with it the load, on its core.
pub(crate) fn pin_self() -> anyhow::Result<()> {
    let pid = std::process::id().to_string();
    let status = Command::new("taskset")
        .args(["-c", "-p", &LOAD_CORE.to_string(), &pid])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("taskset is needed (package util-linux)")?;
    if !status.success() {
        bail!("two cores are needed: one for the target, one for the load");
    }
    Ok(())
}
