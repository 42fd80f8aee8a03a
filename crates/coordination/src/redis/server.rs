//! Which server holds the counters and how it is reached: at its address, or wherever sentinels say it is; with TLS or without.

use std::time::Duration;

use ::redis::aio::{MultiplexedConnection, PubSub};
use ::redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo as _, RedisConnectionInfo, TlsCertificates, cmd,
};
use secrecy::{ExposeSecret, SecretString};

use super::link::{PATIENCE, RedisError, within};

/// How long one sentinel may take to say where the server is. There are others.
const SENTINEL_PATIENCE: Duration = Duration::from_secs(1);

/// A Redis server, or the sentinels that know one.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// Host and port: of the server, or of each sentinel.
    pub hosts: Vec<(String, u16)>,
    /// What the sentinels are asked for.
    pub sentinel: Option<Sentinel>,
    /// TLS towards all of them.
    pub tls: Option<Authorities>,
    /// Who we are to the server.
    pub login: Login,
    /// Which of its databases.
    pub database: u16,
}

/// What sentinels are asked for, and who asks.
#[derive(Clone, Debug, Default)]
pub struct Sentinel {
    /// What they call the servers that they watch.
    pub service: String,
    /// Who we are to them.
    pub login: Login,
}

/// A user and a password. Without a user it is `default`.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// The user.
    pub user: Option<String>,
    /// The password.
    pub password: Option<SecretString>,
}

/// Who must have signed the certificates.
#[derive(Clone, Debug)]
pub enum Authorities {
    /// Any of the public authorities.
    Public,
    /// One of these, as PEM.
    Own(Vec<u8>),
}

impl Server {
    /// A server at an address, without TLS or password.
    pub fn at(host: &str, port: u16, database: u16) -> Self {
        Self { hosts: vec![(host.to_owned(), port)], database, ..Self::default() }
    }

    /// A connection to it that answered.
    pub(super) async fn connect(&self) -> Result<MultiplexedConnection, RedisError> {
        let mut connection = connect(&self.find().await?, PATIENCE).await?;
        if self.sentinel.is_some() && role(&mut connection).await? != "master" {
            // While one server takes over from another, sentinels may name the one that was.
            return Err(RedisError::Refused("the server that the sentinels name is not the primary".to_owned()));
        }
        Ok(connection)
    }

    /// A connection to it that can hear announcements.
    pub(super) async fn listen(&self) -> Result<PubSub, RedisError> {
        Ok(self.find().await?.get_async_pubsub().await?)
    }

    /// Where it is now.
    async fn find(&self) -> Result<Client, RedisError> {
        let Some(sentinel) = &self.sentinel else {
            let (host, port) = self.hosts.first().ok_or(RedisError::Address)?;
            return self.client(host, *port, &self.login, self.database);
        };
        let mut why = RedisError::Address;
        for (host, port) in &self.hosts {
            match self.ask(sentinel, host, *port).await {
                Ok((host, port)) => return self.client(&host, port, &self.login, self.database),
                // What one that was reached has said helps more than that another one was not.
                Err(_) if matches!(why, RedisError::Refused(_)) => {}
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    /// Asks one sentinel.
    async fn ask(&self, sentinel: &Sentinel, host: &str, port: u16) -> Result<(String, u16), RedisError> {
        let client = self.client(host, port, &sentinel.login, 0)?;
        let mut connection = connect(&client, SENTINEL_PATIENCE).await?;
        let mut ask = cmd("SENTINEL");
        ask.arg("GET-MASTER-ADDR-BY-NAME").arg(&sentinel.service);
        let told: Option<(String, u16)> = within(SENTINEL_PATIENCE, &ask, &mut connection).await?;
        told.ok_or_else(|| RedisError::Refused(format!("the sentinel knows no `{}`", sentinel.service)))
    }

    fn client(&self, host: &str, port: u16, login: &Login, database: u16) -> Result<Client, RedisError> {
        let mut settings = RedisConnectionInfo::default().set_db(database.into());
        if let Some(user) = &login.user {
            settings = settings.set_username(user);
        }
        if let Some(password) = &login.password {
            settings = settings.set_password(password.expose_secret());
        }
        if self.tls.is_some() {
            // Its library takes the process's own; whoever was first has chosen the same.
            rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        }
        let host = host.to_owned();
        let address = match self.tls {
            None => ConnectionAddr::Tcp(host, port),
            Some(_) => ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None },
        };
        let info = address.into_connection_info().map_err(|_| RedisError::Address)?.set_redis_settings(settings);
        match &self.tls {
            Some(Authorities::Own(pem)) => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem.clone()) };
                Client::build_with_tls(info, certificates)
                    .map_err(|error| RedisError::Refused(format!("REDIS_CA_FILE cannot be used: {error}")))
            }
            Some(Authorities::Public) | None => Client::open(info).map_err(|_| RedisError::Address),
        }
    }
}

async fn connect(client: &Client, patience: Duration) -> Result<MultiplexedConnection, RedisError> {
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(patience)).set_response_timeout(Some(PATIENCE));
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    // A server that was stopped takes connections and answers nothing. Only this may reach it late: it does no harm.
    within(patience, &cmd("PING"), &mut connection).await.map(|_: ::redis::Value| connection)
}

/// `master`, `slave` or `sentinel`.
async fn role(connection: &mut MultiplexedConnection) -> Result<String, RedisError> {
    let told: Vec<::redis::Value> = within(PATIENCE, &cmd("ROLE"), connection).await?;
    let first = told.into_iter().next().unwrap_or(::redis::Value::Nil);
    ::redis::from_redis_value(first).map_err(|_| RedisError::Refused("the server does not say its role".to_owned()))
}
