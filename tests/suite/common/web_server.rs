//! A web server on this computer that answers as a test says.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub path: String,
    /// First byte that is wanted, and the last.
    pub range: Option<(u64, Option<u64>)>,
    pub authorization: Option<String>,
    /// Number of requests for this path before.
    pub before: u64,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Bytes of the body after which the connection is closed.
    pub cut: Option<usize>,
    /// The body comes in chunks, and its length is not told.
    pub chunked: bool,
}

/// The server. Its thread ends with the process.
pub struct WebServer {
    address: SocketAddr,
    /// Bytes of bodies that were sent.
    sent: Arc<AtomicU64>,
}

type Answer = dyn Fn(&Request) -> Reply + Send + Sync;

impl WebServer {
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> WebServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let sent = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&sent);
        let answer: Arc<Answer> = Arc::new(answer);
        let seen = Arc::new(Mutex::new(BTreeMap::new()));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = Arc::clone(&answer);
                let (seen, counter) = (Arc::clone(&seen), Arc::clone(&counter));
                thread::spawn(move || {
                    // The client may go away at any time.
                    let _ = serve(stream, &*answer, &seen, &counter);
                });
            }
        });
        WebServer { address, sent }
    }

    /// The url of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The url of a path, with a user and a password.
    pub fn url_of_user(&self, user: &str, path: &str) -> String {
        format!("http://{user}@{}{path}", self.address)
    }

    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Reply {
    /// An answer without a body of interest.
    pub fn status(status: u16) -> Reply {
        Reply {
            status,
            headers: Vec::new(),
            body: b"sorry".to_vec(),
            cut: None,
            chunked: false,
        }
    }

    /// A file with a tag, or the part of it that is wanted.
    pub fn file(bytes: &[u8], request: &Request, tag: &str) -> Reply {
        let whole = Reply {
            status: 200,
            headers: vec![("etag", format!("\"{tag}\""))],
            body: bytes.to_vec(),
            cut: None,
            chunked: false,
        };
        let Some((first, last)) = request.range else {
            return whole;
        };
        let size = bytes.len() as u64;
        if first >= size {
            return Reply::status(416);
        }
        let last = last.unwrap_or(u64::MAX).min(size - 1);
        let mut headers = whole.headers;
        headers.push(("content-range", format!("bytes {first}-{last}/{size}")));
        Reply {
            status: 206,
            headers,
            body: bytes[first as usize..=last as usize].to_vec(),
            ..whole
        }
    }

    /// A file of a server that sends no parts.
    pub fn whole_file(bytes: &[u8], tag: &str) -> Reply {
        Reply::file(bytes, &Request::default(), tag)
    }
}

fn serve(
    stream: TcpStream,
    answer: &Answer,
    seen: &Mutex<BTreeMap<String, u64>>,
    sent: &AtomicU64,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = Request::default();
    let mut line = String::new();
    reader.read_line(&mut line)?;
    request.path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let (name, value) = line.trim().split_once(": ").unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "authorization" => request.authorization = Some(value.to_owned()),
            "range" => {
                let range = value.trim_start_matches("bytes=").split_once('-');
                request.range = range
                    .map(|(first, last)| (first.parse().expect("a number"), last.parse().ok()));
            }
            _ => {}
        }
    }
    {
        let mut seen = seen.lock().expect("no panic");
        let before = seen.entry(request.path.clone()).or_insert(0);
        request.before = *before;
        *before += 1;
    }
    write(stream, &answer(&request), sent)
}

fn write(mut stream: TcpStream, reply: &Reply, sent: &AtomicU64) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {} Reply\r\nconnection: close\r\n",
        reply.status
    )?;
    for (name, value) in &reply.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    let body = &reply.body[..reply.cut.unwrap_or(reply.body.len()).min(reply.body.len())];
    sent.fetch_add(body.len() as u64, Ordering::Relaxed);
    if reply.chunked {
        write!(stream, "transfer-encoding: chunked\r\n\r\n")?;
        for chunk in body.chunks(1000) {
            write!(stream, "{:x}\r\n", chunk.len())?;
            stream.write_all(chunk)?;
            write!(stream, "\r\n")?;
        }
        if reply.cut.is_none() {
            write!(stream, "0\r\n\r\n")?;
        }
    } else {
        write!(stream, "content-length: {}\r\n\r\n", reply.body.len())?;
        stream.write_all(body)?;
    }
    stream.flush()
}
