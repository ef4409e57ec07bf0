//! TLS as libpq's `sslmode` and `sslrootcert` say: <https://www.postgresql.org/docs/current/libpq-ssl.html>.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
pub(crate) use tokio_postgres_rustls::MakeRustlsConnect as Connector;

use crate::wire::{Check, Tls};

/// Whether a connection can be encrypted.
pub(crate) const CAN_ENCRYPT: bool = true;

/// A connector for these options. Files are read where the server's certificate is checked, or one of ours is shown.
pub(crate) fn connector(tls: &Tls) -> Result<Connector, String> {
    let provider = Arc::new(ring::default_provider());
    let roots = tls.authorities.as_ref();
    let lenient = |authority| Lenient {
        provider: provider.clone(),
        authority,
    };
    let verifier: Arc<dyn ServerCertVerifier> = match tls.check {
        Check::Nothing => Arc::new(lenient(None)),
        Check::Authority => Arc::new(lenient(Some(web_pki(&provider, roots)?))),
        Check::AuthorityAndHost => web_pki(&provider, roots)?,
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match &tls.client {
        None => builder.with_no_client_auth(),
        Some(client) => {
            let certificates = certificates("sslcert", &client.certificate)?;
            builder
                .with_client_auth_cert(certificates, key(&client.key)?)
                .map_err(|error| {
                    format!(
                        "sslcert {} with sslkey {}: {error}",
                        client.certificate.display(),
                        client.key.display()
                    )
                })?
        }
    };
    if tls.is_direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(Connector::new(config))
}

/// The certificates of a PEM file; one at least.
fn certificates(option: &str, file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let failed = |error: pem::Error| match error {
        pem::Error::Io(error) => format!("{option} {}: {error}", file.display()),
        error => format!("{option} {}: {error:?}", file.display()),
    };
    let found = CertificateDer::pem_file_iter(file).map_err(failed)?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(failed)?;
    if found.is_empty() {
        Err(format!(
            "{option} {}: it contains no certificate",
            file.display()
        ))
    } else {
        Ok(found)
    }
}

/// The key of a PEM file (PKCS #8, PKCS #1 or SEC1), which nobody else may read, as libpq has it.
fn key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("sslkey {}: {error}", file.display());
    let metadata = std::fs::metadata(file).map_err(|error| failed(&error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // A file of root's may be one that a group reads.
        let others = if metadata.uid() == 0 { 0o037 } else { 0o077 };
        if metadata.mode() & others != 0 {
            return Err(failed(
                &"others can read it; chmod 0600 restricts it to you",
            ));
        }
    }
    if !metadata.is_file() {
        return Err(failed(&"it is not a file"));
    }
    PrivateKeyDer::from_pem_file(file).map_err(|_| {
        failed(&"it contains no PEM key without a passphrase (PKCS #8, PKCS #1 or SEC1)")
    })
}

fn web_pki(
    provider: &Arc<CryptoProvider>,
    roots: Option<&PathBuf>,
) -> Result<Arc<WebPkiServerVerifier>, String> {
    let roots = Arc::new(root_store(roots.map(PathBuf::as_path))?);
    WebPkiServerVerifier::builder_with_provider(roots, provider.clone())
        .build()
        .map_err(|error| format!("no trusted certificate authority: {error}"))
}

fn root_store(file: Option<&Path>) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    let Some(file) = file else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(store);
    };
    for certificate in certificates("sslrootcert", file)? {
        let failed = |error: Error| format!("sslrootcert {}: {error}", file.display());
        store.add(certificate).map_err(failed)?;
    }
    Ok(store)
}

/// Checks less than the standard verifier, as the lower `sslmode`s ask.
#[derive(Debug)]
struct Lenient {
    provider: Arc<CryptoProvider>,
    authority: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(authority) = &self.authority else {
            return Ok(ServerCertVerified::assertion());
        };
        match authority.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        ) {
            // The name is checked last: everything before it was in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
