//! Clients of servers: their certificates, time limits, and what web servers need beyond that.

use std::time::Duration;

use async_trait::async_trait;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use object_store::{Certificate, ClientOptions, HeaderValue, Result};

/// Time that a server may be silent.
const SILENCE: Duration = Duration::from_secs(30);

/// The length of an object that its server does not tell.
pub(super) const UNKNOWN_LENGTH: u64 = u64::MAX;

/// Makes clients that trust the certificates of the system, or those of Mozilla if it has none, and
/// that give up a silent server but no long download.
#[derive(Debug, Clone, Copy)]
pub(super) struct LimitedConnector;

impl HttpConnector for LimitedConnector {
    fn connect(&self, options: &ClientOptions) -> Result<HttpClient> {
        let options = options.clone().with_timeout_disabled();
        let options = options.with_read_timeout(SILENCE);
        let connector = ReqwestConnector::default();
        connector.connect(&options).or_else(|_| {
            let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
            let trusting = bundled
                .filter_map(|certificate| Certificate::from_der(certificate).ok())
                .fold(options, ClientOptions::with_root_certificate);
            connector.connect(&trusting)
        })
    }
}

/// Hands out a client that exists, for one address of a web server.
#[derive(Debug, Clone)]
pub(super) struct WebConnector {
    pub(super) client: HttpClient,
    /// User and password of the address.
    pub(super) authorization: Option<HeaderValue>,
}

impl HttpConnector for WebConnector {
    fn connect(&self, _: &ClientOptions) -> Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for WebConnector {
    async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some(authorization) = &self.authorization {
            let headers = request.headers_mut();
            headers.insert("authorization", authorization.clone());
        }
        let mut response = self.client.execute(request).await?;
        // A page that is made while it is sent has no length, which `object_store` asks for.
        if response.status().is_success() {
            let headers = response.headers_mut();
            headers
                .entry("content-length")
                .or_insert(HeaderValue::from(UNKNOWN_LENGTH));
        }
        Ok(response)
    }
}
