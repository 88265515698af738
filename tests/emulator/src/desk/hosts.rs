//! Hosts by the `Host` header, so that one port stands in for all of Brightpearl by a hosts file (API notes §1.1).

use brightpearl_core::{Request, Response};

use crate::protocol::address::RequestAddress;

/// What a host is there for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HostRole {
    Api,
    /// The API, and the developers' tools, which one datacentre alone has.
    Master,
    OAuth,
}

/// The hosts that stand in a hosts file, and in the certificate that a server makes.
pub const HOSTS: [&str; 9] = [
    "euw1.brightpearlconnect.com",
    "use1.brightpearlconnect.com",
    "ws-eu1.brightpearl.com",
    "ws-use.brightpearl.com",
    "ws-eu2.brightpearl.com",
    "ws-usw.brightpearl.com",
    "ws-ap1.brightpearl.com",
    "oauth.brightpearl.com",
    "oauth.brightpearlapp.com",
];

fn role_of(host: &str) -> Option<HostRole> {
    let name =
        host.rsplit_once(':').map_or(host, |(name, _)| name).trim_end_matches('.').to_ascii_lowercase();
    if !HOSTS.contains(&name.as_str()) {
        return None;
    }
    Some(match name.as_str() {
        "euw1.brightpearlconnect.com" | "ws-eu1.brightpearl.com" => HostRole::Master,
        "oauth.brightpearl.com" | "oauth.brightpearlapp.com" => HostRole::OAuth,
        _ => HostRole::Api,
    })
}

/// The answer where the host that is asked has no such path, as it would be with Brightpearl's own hosts. Any other
/// host, such as `localhost`, has all paths. *Inferred*: the answer; no source shows one.
pub(super) fn refused(request: &Request) -> Option<Response> {
    let role = role_of(request.headers.get("host")?)?;
    let RequestAddress { path, .. } = RequestAddress::parse(&request.url);
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let is_there = match (segments.next().unwrap_or_default(), role) {
        ("public-api" | "2.0.0" | "api-v3", HostRole::OAuth) => false,
        ("developer-tools", HostRole::OAuth | HostRole::Api) => false,
        // The page on which people approve an app, and the token path that goes with it.
        ("authorize" | "token", HostRole::Api | HostRole::Master) => false,
        _ => true,
    };
    let page = "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>\n";
    (!is_there).then(|| Response::new(404, page).with_header("Content-Type", "text/html"))
}
