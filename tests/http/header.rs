//! What every response says about itself.

use axum::http::{Method, StatusCode};

use crate::site::Site;

const PATHS: [&str; 10] = [
    "/",
    "/people",
    "/note/0123",
    "/sw.js",
    "/gone-5678.js",
    "/healthz",
    "/readyz",
    "/v1/sync",
    "/v1/socket",
    "/v1/other",
];

#[tokio::test]
async fn every_route_and_method_carries_the_security_headers() {
    let site = Site::empty();
    let methods =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS];
    for path in PATHS {
        for method in methods.clone() {
            let reply = site.ask(method.clone(), path).await;

            let place = format!("{method} {path}: {:?}", reply.headers);
            assert!(!reply.status.is_server_error(), "{place}");
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{place}");
            assert_eq!(reply.header("referrer-policy"), "no-referrer", "{place}");
            assert_eq!(reply.header("x-frame-options"), "DENY", "{place}");
            assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin", "{place}");
            assert_eq!(reply.header("cross-origin-embedder-policy"), "require-corp", "{place}");
            assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin", "{place}");
            assert!(reply.header("permissions-policy").contains("microphone=()"), "{place}");
            assert!(reply.header("strict-transport-security").contains("max-age="), "{place}");
            assert!(!reply.header("cache-control").is_empty(), "{place}");
            assert!(reply.headers.get("server").is_none(), "{place}");
            assert!(reply.headers.get("set-cookie").is_none(), "{place}");
            assert!(reply.headers.get("access-control-allow-origin").is_none(), "{place}");
            check_policy(reply.header("content-security-policy"));
        }
    }
}

fn check_policy(policy: &str) {
    let rules: Vec<_> = policy.split(';').map(str::trim).collect();
    for rule in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "worker-src 'self'",
    ] {
        assert!(rules.contains(&rule), "{rule} is missing in {policy}");
    }
    for never in ["unsafe-inline", "'unsafe-eval'", "*", "http:", "https: "] {
        assert!(!policy.contains(never), "{never} in {policy}");
    }
}

#[tokio::test]
async fn the_service_worker_is_never_a_page() {
    let site = Site::empty();
    for path in ["/sw.js", "/sw.js?x=1", "/a/sw.js", "/SW.js", "/gone-1234.js", "/x.wasm"] {
        let reply = site.ask(Method::GET, path).await;

        let body = String::from_utf8_lossy(&reply.body).to_lowercase();
        assert!(!body.contains("<!doctype"), "{path}");
        assert!(!reply.header("content-type").contains("html"), "{path}: {:?}", reply.headers);
    }
}

#[tokio::test]
async fn deep_links_get_the_page() {
    let site = Site::empty();
    for path in ["/", "/people", "/note/00112233445566778899aabbccddeeff"] {
        let reply = site.ask(Method::GET, path).await;

        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert!(reply.header("content-type").starts_with("text/html"), "{path}");
    }
}

#[tokio::test]
async fn nothing_but_the_known_methods_is_answered() {
    let site = Site::empty();
    for (method, path) in [
        (Method::GET, "/v1/sync"),
        (Method::POST, "/v1/socket"),
        (Method::POST, "/"),
        (Method::DELETE, "/healthz"),
        (Method::PUT, "/sw.js"),
    ] {
        let reply = site.ask(method.clone(), path).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
    }
}

#[tokio::test]
async fn health_says_that_it_lives_and_nothing_else() {
    let site = Site::empty();
    for path in ["/healthz", "/readyz"] {
        let reply = site.ask(Method::GET, path).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert!(reply.body.len() < 16, "{path}");
    }
}

#[tokio::test]
async fn a_path_never_leaves_the_app() {
    let site = Site::empty();
    for path in [
        "/../Cargo.toml",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/v1/../../etc/passwd",
        "/index.html%00.js",
        "/'%20OR%201=1--",
    ] {
        let reply = site.ask(Method::GET, path).await;
        let body = String::from_utf8_lossy(&reply.body);
        assert!(!body.contains("root:") && !body.contains("[workspace]"), "{path}");
        assert!(!reply.status.is_server_error(), "{path}");
    }
}
