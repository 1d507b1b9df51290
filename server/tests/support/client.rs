//! A browser without JavaScript, or a program that speaks REST.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// The same answer, if it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} {:?}", self.body, self.headers);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// All of it that must not differ between two who are not to be told apart.
    pub fn alike(&self) -> String {
        let mut headers = self.headers.clone();
        for changing in ["date", "x-request-id"] {
            headers.remove(changing);
        }
        format!("{} {headers:?} {}", self.status, self.body)
    }

    /// The stable code of a problem document, after checking that it is one.
    #[track_caller]
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{problem}");
        assert!(!problem["title"].as_str().expect("a title").is_empty());
        problem["code"].as_str().expect("a code").to_owned()
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("printable"))
    }

    /// Where it sends the client, in readable form.
    pub fn location(&self) -> String {
        let location = percent_encoding::percent_decode_str(self.header(LOCATION.as_str()));
        location.decode_utf8().expect("UTF-8").into_owned()
    }

    pub fn set_cookies(&self) -> Vec<&str> {
        let values = self.headers.get_all(SET_COOKIE).iter();
        values.map(|value| value.to_str().expect("printable")).collect()
    }

    /// Everything a client gets to see, as one text.
    pub fn whole(&self) -> String {
        format!("{} {:?} {}", self.status, self.headers, self.body)
    }
}

/// Follows no redirect by itself. A browser keeps its cookies and vouches for its origin; a program does neither.
pub struct Client {
    http: reqwest::Client,
    base: String,
    jar: Option<Mutex<BTreeMap<String, String>>>,
    bearer: Option<String>,
}

impl Client {
    fn new(address: SocketAddr, from: &str, browser: bool) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // It speaks to loopback only, and reading what the machine trusts takes longer than most tests.
            .tls_built_in_root_certs(false)
            .local_address(Some(from.parse().expect("an address")))
            .build();
        Self {
            http: http.expect("a client"),
            base: format!("http://{address}"),
            jar: browser.then(Mutex::default),
            bearer: None,
        }
    }

    /// `from` is an address of this machine's loopback network: another one is another client.
    pub fn program(address: SocketAddr, from: &str) -> Self {
        Self::new(address, from, false)
    }

    pub fn browser(address: SocketAddr, from: &str) -> Self {
        Self::new(address, from, true)
    }

    /// The same program, with a session.
    pub fn with_session(mut self, token: &str) -> Self {
        self.bearer = Some(token.to_owned());
        self
    }

    /// A request with this client's cookies or token, to be completed and given to [`Client::send`].
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(jar) = &self.jar {
            let cookies = jar.lock().expect("a jar").clone();
            let line = cookies.iter().map(|(name, value)| format!("{name}={value}"));
            let line = line.collect::<Vec<_>>().join("; ");
            request = request
                .header("sec-fetch-site", "same-origin")
                .header("origin", &self.base)
                .header(ACCEPT, "text/html");
            if !line.is_empty() {
                request = request.header(COOKIE, line);
            }
        }
        match &self.bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = String::from_utf8_lossy(&response.bytes().await.expect("a body")).into_owned();
        let answer = Answer { status, headers, body };
        if let Some(jar) = &self.jar {
            let mut jar = jar.lock().expect("a jar");
            for line in answer.set_cookies() {
                let (pair, attributes) = line.split_once(';').expect("attributes");
                let (name, value) = pair.split_once('=').expect("a value");
                if attributes.contains("Max-Age=0;") {
                    jar.remove(name);
                } else {
                    jar.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        answer
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.as_ref()?.lock().expect("a jar").get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut jar = self.jar.as_ref().expect("a browser").lock().expect("a jar");
        jar.insert(name.to_owned(), value.to_owned());
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    /// Posts the form of a server function as a browser without JavaScript does.
    pub async fn form(&self, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit(&format!("/form/{endpoint}"), fields).await
    }

    /// Posts a form to a path.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(body)).await
    }

    /// Opens a page and whatever it redirects to.
    pub async fn open(&self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..5 {
            if !(300..400).contains(&answer.status) {
                break;
            }
            let location = answer.header("location").to_owned();
            answer = self.get(&location).await;
        }
        answer
    }
}

/// Sends bytes as they are, and reads until the server hangs up.
pub async fn raw(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // A server that has seen enough may hang up before it was told everything.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}
