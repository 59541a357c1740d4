//! The thread that runs the tasks of `object_store`, and the stores that a run reads from.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::client::{HttpClient, HttpConnector as _};
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::{ClientOptions, HeaderValue, ObjectStore, RetryConfig};
use percent_encoding::percent_decode_str;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use url::Url;

use super::super::addresses::Service;
use super::super::remote_failure::RemoteFailure;
use super::connector::{LimitedConnector, WebConnector};
use super::failure::failure;

/// Time after which a request is not sent again.
const RETRY_TIME: Duration = Duration::from_secs(60);

/// The object stores and web servers of a run.
#[derive(Debug)]
pub(in crate::read) struct RemoteStores {
    pub(super) network: Arc<Network>,
    /// True if web servers may be asked without encryption.
    plain_http: bool,
    /// Stores by scheme and bucket.
    stores: Mutex<BTreeMap<String, Arc<dyn ObjectStore>>>,
    /// Clients of web servers, that permit plain HTTP and that do not.
    clients: [OnceLock<HttpClient>; 2],
}

/// A thread with a runtime.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) handle: Handle,
    /// The thread ends when this is dropped.
    _running: oneshot::Sender<()>,
}

impl Network {
    pub(super) fn start() -> io::Result<Self> {
        // Fails if the program has installed a provider already, which then serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (running, ended) = oneshot::channel();
        thread::Builder::new()
            .name("network".to_owned())
            .spawn(move || {
                // The sender is dropped, and never sends.
                let _ = runtime.block_on(ended);
                runtime.shutdown_background();
            })?;
        Ok(Self {
            handle,
            _running: running,
        })
    }
}

impl RemoteStores {
    pub(in crate::read) fn new(plain_http: bool) -> io::Result<Self> {
        Ok(Self {
            network: Arc::new(Network::start()?),
            plain_http,
            stores: Mutex::default(),
            clients: [OnceLock::new(), OnceLock::new()],
        })
    }

    /// The store of a bucket, such as `s3://bucket`. Its server and the credentials for it are
    /// those of the environment.
    pub(super) fn bucket(
        &self,
        service: Service,
        bucket: &str,
    ) -> Result<Arc<dyn ObjectStore>, RemoteFailure> {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = stores.get(bucket) {
            return Ok(Arc::clone(store));
        }
        let store = match service {
            Service::S3 => AmazonS3Builder::from_env()
                .with_url(bucket)
                .with_retry(retries())
                .with_http_connector(LimitedConnector)
                .build()
                .map(|store| Arc::new(store) as Arc<dyn ObjectStore>),
            Service::GoogleCloud => GoogleCloudStorageBuilder::from_env()
                .with_url(bucket)
                .with_retry(retries())
                .with_http_connector(LimitedConnector)
                .build()
                .map(|store| Arc::new(store) as Arc<dyn ObjectStore>),
            Service::Azure | Service::Web => MicrosoftAzureBuilder::from_env()
                .with_url(bucket)
                .with_retry(retries())
                .with_http_connector(LimitedConnector)
                .build()
                .map(|store| Arc::new(store) as Arc<dyn ObjectStore>),
        };
        let store = store.map_err(|error| failure(service, &error))?;
        stores.insert(bucket.to_owned(), Arc::clone(&store));
        Ok(store)
    }

    /// A store whose one object, without a key, is at a url.
    pub(super) fn page(&self, address: &str) -> Result<Arc<dyn ObjectStore>, RemoteFailure> {
        let unusable = |text: &str| RemoteFailure::new(io::ErrorKind::InvalidInput, text);
        let mut url = Url::parse(address).map_err(|error| unusable(&error.to_string()))?;
        let loopback = match url.host() {
            Some(url::Host::Ipv4(host)) => host.is_loopback(),
            Some(url::Host::Ipv6(host)) => host.is_loopback(),
            Some(url::Host::Domain(host)) => host == "localhost",
            None => return Err(unusable("the address has no host")),
        };
        let is_plain = url.scheme() == "http";
        if is_plain && !self.plain_http && !loopback {
            return Err(unusable(
                "others on the way can read and change it; use https, or pass --allow-http",
            ));
        }
        let authorization = authorization(&url);
        // Both fail only for urls without a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_fragment(None);
        let failed = |error| failure(Service::Web, &error);
        let connector = WebConnector {
            client: self.client(is_plain || self.plain_http).map_err(failed)?,
            authorization,
        };
        let store = HttpBuilder::new()
            .with_url(url)
            .with_retry(retries())
            .with_http_connector(connector)
            .build()
            .map_err(failed)?;
        Ok(Arc::new(store))
    }

    /// The client of web servers, which all addresses share.
    fn client(&self, plain_http: bool) -> object_store::Result<HttpClient> {
        let known = &self.clients[usize::from(plain_http)];
        if let Some(client) = known.get() {
            return Ok(client.clone());
        }
        let options = ClientOptions::new().with_allow_http(plain_http);
        let client = LimitedConnector.connect(&options)?;
        Ok(known.get_or_init(|| client).clone())
    }

    /// Puts a store in the place of a bucket.
    #[cfg(test)]
    pub(in crate::read) fn put(&self, bucket: &str, store: Arc<dyn ObjectStore>) {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        stores.insert(bucket.to_owned(), store);
    }
}

fn retries() -> RetryConfig {
    RetryConfig {
        retry_timeout: RETRY_TIME,
        ..RetryConfig::default()
    }
}

/// The header for the user and the password in a url.
fn authorization(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut both: Vec<u8> = percent_decode_str(url.username()).collect();
    both.push(b':');
    both.extend(percent_decode_str(url.password().unwrap_or_default()));
    let mut header = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(both))).ok()?;
    header.set_sensitive(true);
    Some(header)
}
