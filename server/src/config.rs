//! What the operator decides: command line, then environment, then a TOML file, then defaults.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use clap::Args;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{accept::Caps, tls};

const DATA: &str = "mendan-data";
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8787);
const CONNECTIONS: u64 = 16_384;
const CONNECTIONS_PER_ADDRESS: u32 = 4_096;

/// Settings as somebody wrote them down; what is missing has a default.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Directory for the database and what else must be kept [default: mendan-data].
    #[arg(long, env = "MENDAN_DATA", value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:8787].
    #[arg(long, env = "MENDAN_LISTEN", value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// URL under which browsers reach the server, such as <https://mendan.example.jp>. Logins are
    /// bound to it [default: made from the address]
    #[arg(long, env = "MENDAN_ORIGIN", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Certificate chain in PEM form.
    #[arg(long, env = "MENDAN_TLS_CERT", value_name = "PATH", requires = "tls_key")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate, in PEM form.
    #[arg(long, env = "MENDAN_TLS_KEY", value_name = "PATH", requires = "tls_cert")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// Make a certificate, keep it in the data directory and use it. Browsers will warn.
    #[arg(long, env = "MENDAN_TLS_SELF_SIGNED", conflicts_with = "tls_cert")]
    #[serde(default)]
    pub tls_self_signed: bool,
    /// Address for `/metrics`, which is not for the public.
    #[arg(long, env = "MENDAN_METRICS", value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<SocketAddr>,
    /// Write the log as JSON.
    #[arg(long, env = "MENDAN_LOG_JSON")]
    #[serde(default)]
    pub log_json: bool,
    /// Connections at a time [default: 16384].
    #[arg(long, env = "MENDAN_CONNECTIONS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<u64>,
    /// Connections at a time from one address [default: 4096].
    #[arg(long, env = "MENDAN_CONNECTIONS_PER_ADDRESS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections_per_address: Option<u32>,
}

/// Settings that hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Directory for the database.
    pub data: PathBuf,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// The origin, if it is not made from the address.
    pub origin: Option<String>,
    /// Whence the certificate; `None` for plain HTTP on loopback.
    pub tls: Option<tls::Source>,
    /// Address for metrics.
    pub metrics: Option<SocketAddr>,
    /// How many may be connected.
    pub caps: Caps,
}

/// Why the settings do not hold together: for the operator to repair.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no TOML, or has a setting that there is not.
    #[error("{} is not understood", path.display())]
    NotUnderstood {
        /// Which.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// The settings cannot be written down.
    #[error("the settings cannot be written as TOML")]
    Unwritable(#[source] toml::ser::Error),
    /// Half of what TLS needs, or twice.
    #[error(
        "give either --tls-cert with --tls-key, or --tls-self-signed \
         / --tls-cert と --tls-key の組か、--tls-self-signed のどちらかを指定してください"
    )]
    HalfTls,
    /// Plain HTTP where others can listen.
    #[error(
        "{listen} can be reached by others, so it needs TLS: give --tls-cert and --tls-key, or \
         --tls-self-signed, or listen on 127.0.0.1 behind a proxy \
         / 外部から届くアドレスには TLS が必要です"
    )]
    PlainHttp {
        /// The address.
        listen: SocketAddr,
    },
    /// The origin has a path, no scheme, or letters that no origin has.
    #[error("{origin} is no origin; an origin is like https://mendan.example.jp")]
    NoOrigin {
        /// As given.
        origin: String,
    },
}

impl Settings {
    /// Reads a TOML file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|source| ConfigError::NotUnderstood {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }

    /// These, and where they say nothing, `others`.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            data: self.data.or(others.data),
            listen: self.listen.or(others.listen),
            origin: self.origin.or(others.origin),
            tls_cert: self.tls_cert.or(others.tls_cert),
            tls_key: self.tls_key.or(others.tls_key),
            tls_self_signed: self.tls_self_signed || others.tls_self_signed,
            metrics: self.metrics.or(others.metrics),
            log_json: self.log_json || others.log_json,
            connections: self.connections.or(others.connections),
            connections_per_address: self
                .connections_per_address
                .or(others.connections_per_address),
        }
    }

    /// What is in force where nobody says anything.
    pub fn defaults() -> Self {
        Self {
            data: Some(PathBuf::from(DATA)),
            listen: Some(LISTEN),
            connections: Some(CONNECTIONS),
            connections_per_address: Some(CONNECTIONS_PER_ADDRESS),
            ..Self::default()
        }
    }

    /// As a TOML file would say it.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        toml::to_string(self).map_err(ConfigError::Unwritable)
    }

    /// Checks that the settings hold together.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let settings = self;
        let data = settings.data.unwrap_or_else(|| PathBuf::from(DATA));
        let listen = settings.listen.unwrap_or(LISTEN);
        let origin = settings.origin.map(|origin| checked_origin(&origin)).transpose()?;
        let tls = match (settings.tls_cert, settings.tls_key, settings.tls_self_signed) {
            (Some(certificate), Some(key), false) => Some(tls::Source::Own { certificate, key }),
            (None, None, true) => Some(tls::Source::SelfSigned {
                names: self_signed_names(listen.ip(), origin.as_deref()),
                directory: data.join("tls"),
            }),
            (None, None, false) => None,
            _ => return Err(ConfigError::HalfTls),
        };
        if tls.is_none() && !listen.ip().is_loopback() {
            return Err(ConfigError::PlainHttp { listen });
        }
        Ok(Config {
            data,
            listen,
            origin,
            tls,
            metrics: settings.metrics,
            caps: Caps {
                connections: settings.connections.unwrap_or(CONNECTIONS),
                connections_per_address: settings
                    .connections_per_address
                    .unwrap_or(CONNECTIONS_PER_ADDRESS),
            },
        })
    }
}

impl Config {
    /// Where the database is.
    pub fn database(&self) -> PathBuf {
        self.data.join("mendan.sqlite")
    }

    /// The origins of a listener at `address`: the one to name, and others for the same machine.
    pub fn origins(&self, address: SocketAddr) -> (String, Vec<String>) {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let port = address.port();
        let local = [
            format!("{scheme}://localhost:{port}"),
            format!("{scheme}://127.0.0.1:{port}"),
            format!("{scheme}://[::1]:{port}"),
        ];
        let [localhost, ..] = &local;
        let here = address.ip().is_loopback() || address.ip().is_unspecified();
        let made = if here { localhost.clone() } else { format!("{scheme}://{address}") };
        let origin = self.origin.clone().unwrap_or(made);
        // A public origin stays the only one.
        let others = if self.origin.is_none() && here { local.to_vec() } else { Vec::new() };
        (origin.clone(), others.into_iter().filter(|other| *other != origin).collect())
    }
}

/// An origin is a scheme, a host and perhaps a port; browsers compare it letter by letter.
fn checked_origin(text: &str) -> Result<String, ConfigError> {
    let origin = text.trim_end_matches('/').to_ascii_lowercase();
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', ';', ',']) => {
            Ok(origin)
        }
        Some(_) | None => Err(ConfigError::NoOrigin { origin: String::from(text) }),
    }
}

fn self_signed_names(address: IpAddr, origin: Option<&str>) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(String::from).into();
    if !address.is_unspecified() && !address.is_loopback() {
        names.push(address.to_string());
    }
    let host = origin.and_then(|origin| origin.split("://").nth(1));
    if let Some(host) = host {
        let name = host.split(':').next().unwrap_or(host);
        if !names.iter().any(|known| known == name) {
            names.push(String::from(name));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(toml: &str) -> Settings {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        assert!(settings("listen = '127.0.0.1:0'").resolve().is_ok());
        assert!(settings("listen = '[::1]:0'").resolve().is_ok());
        let error = settings("listen = '0.0.0.0:80'").resolve().unwrap_err().to_string();
        assert!(error.contains("TLS"), "{error}");
        assert!(settings("listen = '0.0.0.0:80'\ntls_self_signed = true").resolve().is_ok());
    }

    #[test]
    fn a_certificate_needs_its_key() {
        assert!(settings("tls_cert = 'a'").resolve().is_err());
        assert!(settings("tls_cert = 'a'\ntls_key = 'b'").resolve().is_ok());
        assert!(
            settings("tls_cert = 'a'\ntls_key = 'b'\ntls_self_signed = true").resolve().is_err()
        );
    }

    #[test]
    fn an_origin_is_taken_as_browsers_write_it() {
        let origin = |text| checked_origin(text).ok();

        assert_eq!(
            origin("https://Mendan.Example.jp/").as_deref(),
            Some("https://mendan.example.jp")
        );
        assert_eq!(origin("http://localhost:80").as_deref(), Some("http://localhost:80"));
        assert_eq!(origin("mendan.example.jp"), None);
        assert_eq!(origin("https://mendan.example.jp/app"), None);
        assert_eq!(origin("https://a; script-src *"), None);
    }

    #[test]
    fn a_public_origin_is_the_only_one() {
        let address = "127.0.0.1:8787".parse().unwrap();
        let private = settings("").resolve().unwrap().origins(address);
        let public = settings("origin = 'https://m.example'").resolve().unwrap().origins(address);

        assert_eq!(private.0, "http://localhost:8787");
        assert_eq!(private.1, ["http://127.0.0.1:8787", "http://[::1]:8787"]);
        assert_eq!(public, (String::from("https://m.example"), Vec::new()));
    }

    #[test]
    fn what_is_printed_can_be_read() {
        let printed = Settings::defaults().to_toml().unwrap();

        assert_eq!(settings(&printed), Settings::defaults());
    }

    #[test]
    fn a_misspelt_setting_is_not_ignored() {
        assert!(toml::from_str::<Settings>("lisen = '127.0.0.1:1'").is_err());
    }
}
