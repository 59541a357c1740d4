//! Clients of servers: their certificates, time limits, and what web servers need beyond that.

use std::time::Duration;

use async_trait::async_trait;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use object_store::{Certificate, ClientOptions, HeaderValue, Result};

/// Time that a server may be silent.
const SILENCE: Duration = Duration::from_secs(30);

/// Stands for the length of an object whose server does not give it.
pub(super) const UNKNOWN_LENGTH: u64 = u64::MAX;

/// Makes clients that trust the certificates of the system, or those of Mozilla if it has none. A
/// client gives up a server that is silent, but no download because it is long.
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

/// Gives the shared client to the store of one address of a web server, and adds the credentials
/// of that address.
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
        // `object_store` needs a length, which a page that is generated while it is sent lacks.
        if response.status().is_success() {
            let headers = response.headers_mut();
            headers
                .entry("content-length")
                .or_insert(HeaderValue::from(UNKNOWN_LENGTH));
        }
        Ok(response)
    }
}
