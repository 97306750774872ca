//! The server's certificate: its own, or one that it makes for itself.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject as _},
    },
};
use thiserror::Error;

/// Where the certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Files in PEM form, the chain with the server's own certificate first.
    Own {
        /// The chain.
        certificate: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// Made once for these names and kept in this directory.
    SelfSigned {
        /// Names and addresses.
        names: Vec<String>,
        /// Where it is kept.
        directory: PathBuf,
    },
}

/// Why there is no TLS: for the operator to repair.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The certificate or the key cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// The file holds other things.
    #[error("{} holds no certificate", path.display())]
    NoCertificate {
        /// Which.
        path: PathBuf,
    },
    /// rustls takes neither of them, or not both.
    #[error("certificate and private key do not belong together")]
    Unfit(#[source] rustls::Error),
    /// A certificate for these names cannot be made.
    #[error("a certificate cannot be made for these names")]
    Unmade(#[source] rcgen::Error),
    /// What was made cannot be kept.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What the listener needs to speak TLS.
pub fn server_config(source: &Source) -> Result<Arc<ServerConfig>, TlsError> {
    let (certificate, key) = match source {
        Source::Own { certificate, key } => (certificate.clone(), key.clone()),
        Source::SelfSigned { names, directory } => make_self_signed(names, directory)?,
    };
    let chain = CertificateDer::pem_file_iter(&certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|source| TlsError::Unreadable { path: certificate.clone(), source })?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate { path: certificate });
    }
    let key = PrivateKeyDer::from_pem_file(&key)
        .map_err(|source| TlsError::Unreadable { path: key, source })?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
        .map_err(TlsError::Unfit)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn make_self_signed(names: &[String], directory: &Path) -> Result<(PathBuf, PathBuf), TlsError> {
    let certificate = directory.join("certificate.pem");
    let key = directory.join("key.pem");
    if !certificate.exists() || !key.exists() {
        fs::create_dir_all(directory)
            .and_then(|()| fs::set_permissions(directory, Permissions::from_mode(0o700)))
            .map_err(|source| TlsError::Unwritable { path: directory.to_owned(), source })?;
        let made = rcgen::generate_simple_self_signed(names.to_vec()).map_err(TlsError::Unmade)?;
        write_private(&key, &made.signing_key.serialize_pem())?;
        write_private(&certificate, &made.cert.pem())?;
    }
    Ok((certificate, key))
}

fn write_private(path: &Path, text: &str) -> Result<(), TlsError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options
        .open(path)
        .and_then(|mut target| target.write_all(text.as_bytes()))
        .map_err(|source| TlsError::Unwritable { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_of_its_own_is_made_once_and_for_nobody_elses_eyes() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("tls");
        let source = Source::SelfSigned {
            names: vec![String::from("localhost"), String::from("127.0.0.1")],
            directory: directory.clone(),
        };

        server_config(&source).unwrap();
        let first = fs::read(directory.join("key.pem")).unwrap();
        server_config(&source).unwrap();

        assert_eq!(fs::read(directory.join("key.pem")).unwrap(), first);
        let mode = fs::metadata(directory.join("key.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_missing_certificate_is_named() {
        let source = Source::Own { certificate: "/no/such.pem".into(), key: "/no/key.pem".into() };

        let error = server_config(&source).unwrap_err().to_string();

        assert!(error.contains("/no/such.pem"), "{error}");
    }
}
