//! The narrow way in without a key, and everything that it is closed to.

use support::{Daemon, Place, Reply, free_port};

const JSON: (&str, &str) = ("content-type", "application/json");
const BODY: &str = "{\"text\":\"ana@example.org\"}";

fn ask(daemon: &Daemon, headers: &[(&str, &str)]) -> Reply {
    let headers: Vec<_> = std::iter::once(JSON).chain(headers.iter().copied()).collect();
    daemon.send("POST", "/v1/analyze", &headers, BODY)
}

fn refused(reply: &Reply, why: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (401, "key_required"), "{reply:?}");
    assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"tacit\"");
    let message = reply.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(why), "{message}");
}

#[test]
fn this_machine_needs_no_key() {
    let daemon = Place::new().serve(&[]);
    let port = daemon.port();
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        "[::1]".into(),
        "LOCALHOST".into(),
    ] {
        assert_eq!(ask(&daemon, &[("host", &host)]).status, 200, "{host}");
    }
    let own = format!("http://localhost:{port}");
    assert_eq!(
        ask(&daemon, &[("host", &own[7..]), ("origin", &own), ("sec-fetch-site", "same-origin")])
            .status,
        200
    );
}

#[test]
fn a_page_that_rebinds_its_name_is_refused() {
    let daemon = Place::new().serve(&[]);
    for host in [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.1",
    ] {
        refused(&ask(&daemon, &[("host", host)]), "a host other than this machine's own");
    }
    let mut client = daemon.connect();
    client.write(b"POST /v1/analyze HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(client.read(false).status, 401, "two hosts are no host");
}

#[test]
fn a_page_of_another_origin_is_refused() {
    let daemon = Place::new().serve(&[]);
    for origin in ["https://evil.example", "null", "http://localhost:1", "http://127.0.0.1"] {
        refused(&ask(&daemon, &[("origin", origin)]), "a web page of another origin");
    }
    for site in ["cross-site", "same-site"] {
        refused(&ask(&daemon, &[("sec-fetch-site", site)]), "a web page of another origin");
    }
    let simple = daemon.send("POST", "/v1/analyze", &[("content-type", "text/plain")], BODY);
    assert_eq!((simple.status, simple.code().as_str()), (415, "unsupported_media_type"));
}

/// There is no cookie of ours that a browser could send along; one of another's opens nothing either.
#[test]
fn a_page_of_another_origin_gets_nothing_by_cookies() {
    let daemon = Place::new().serve(&["--cors.origins", "https://app.example"]);
    let routes = [
        ("POST", "/v1/redact"),
        ("POST", "/v1/restore"),
        ("DELETE", "/v1/sessions/s"),
        ("GET", "/admin/policy"),
        ("GET", "/admin/keys"),
        ("POST", "/admin/keys"),
        ("PATCH", "/admin/keys/aaaaaaaa"),
        ("DELETE", "/admin/keys/aaaaaaaa?force=true"),
    ];
    for (method, path) in routes {
        for origin in ["https://evil.example", "https://app.example", "null"] {
            let page = [("origin", origin), ("cookie", "session=1; tacit=1; key=admin"), JSON];
            let body = if method == "POST" { BODY } else { "" };
            let reply = daemon.send(method, path, &page, body);
            refused(&reply, "a web page of another origin");
            assert_eq!(reply.header("set-cookie"), "", "{method} {path}");
        }
        // What a form of any page sends without asking first.
        for form in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
        {
            let simple = [("cookie", "session=1"), ("content-type", form)];
            let reply = daemon.send(method, path, &simple, BODY);
            let admin = path.starts_with("/admin");
            let wanted = if admin {
                401
            } else if method == "POST" {
                415
            } else {
                404
            };
            assert_eq!(reply.status, wanted, "{method} {path} {form}: {reply:?}");
        }
    }
    let preflight = [
        ("origin", "https://evil.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let reply = daemon.send("OPTIONS", "/admin/keys", &preflight, "");
    assert_eq!(reply.header("access-control-allow-origin"), "", "{reply:?}");
    let own = [("origin", "https://app.example"), preflight[1], preflight[2]];
    let reply = daemon.send("OPTIONS", "/admin/keys", &own, "");
    assert_eq!(reply.header("access-control-allow-origin"), "https://app.example");
    assert_eq!(reply.header("access-control-allow-credentials"), "", "cookies are never asked for");
}

#[test]
fn a_listed_origin_still_needs_a_key() {
    let daemon = Place::new().serve(&["--cors.origins", "https://app.example"]);
    refused(&ask(&daemon, &[("origin", "https://app.example")]), "a web page of another origin");
}

#[test]
fn a_proxy_is_refused() {
    let daemon = Place::new().serve(&["--server.trusted-proxies", "127.0.0.1"]);
    for header in
        ["x-forwarded-for", "forwarded", "via", "x-real-ip", "x-forwarded-host", "cf-connecting-ip"]
    {
        refused(&ask(&daemon, &[(header, "127.0.0.1")]), "through a proxy");
    }
    let mut client = daemon.connect();
    let head = format!(
        "POST /v1/analyze HTTP/1.0\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    client.write(head.as_bytes());
    refused(&client.read(false), "HTTP/1.0");
}

/// nginx as `proxy_pass` makes it: no header of its own, the upstream's name as host.
#[test]
fn a_real_proxy_without_headers_is_refused() {
    let place = Place::new();
    let daemon = place.serve(&[]);
    let port = free_port();
    let config = format!(
        "daemon off; master_process off; pid nginx.pid; error_log stderr; events {{}}\n\
         http {{ access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;\n\
         uwsgi_temp_path t4; scgi_temp_path t5;\n\
         server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass {}; }} }} }}\n",
        daemon.url()
    );
    place.write("nginx.conf", &config);
    let prefix = place.path("");
    let nginx = place
        .command("/usr/sbin/nginx".as_ref(), &["-p", prefix.to_str().unwrap(), "-c", "nginx.conf"]);
    let _nginx = Daemon::launch(nginx);
    let url = format!("http://127.0.0.1:{port}/v1/analyze");
    let reply = support::run(std::process::Command::new("curl").args([
        "-s",
        "--retry",
        "30",
        "--retry-connrefused",
        "--retry-delay",
        "1",
        "-H",
        "content-type: application/json",
        "-d",
        BODY,
        &url,
    ]));
    assert!(reply.contains("\"key_required\""), "{reply}");
}

#[test]
fn without_the_exception_every_request_needs_a_key() {
    let daemon = Place::new().serve(&["--auth.loopback", "false"]);
    refused(&ask(&daemon, &[]), "auth.loopback is off");
}

#[test]
fn a_key_in_the_settings_is_an_admin_key() {
    let secret = "a6c2f9e18b7d4053a6c2f9e18b7d4053";
    let place = Place::new();
    place.write("admin", secret);
    let place = place.with("TACIT_AUTH_ADMIN_KEY_FILE", "admin");
    let daemon = place.serve(&["--api.host", "0.0.0.0"]);
    assert!(!place.path("keys/admin.key").exists());
    assert_eq!(ask(&daemon, &[("x-api-key", secret)]).status, 200);
    assert_eq!(ask(&daemon, &[("x-api-key", &secret[1..])]).code(), "key_invalid");
    refused(&ask(&daemon, &[]), "only this machine");
}
