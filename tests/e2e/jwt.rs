//! Tokens of an identity provider in the place of API keys: believed when they should be, and only then.

use issuer::{Publisher, Signer, claims, now, set};
use serde_json::{Value, json};
use std::process::Command;
use support::{Daemon, Place, Reply, free_port, until};

pub(super) mod issuer;

const SECRET: &str = "9f86d081884c7d659a2feaa0c55ad015";
const BODY: &str = "{\"text\":\"Write to bea@example.org\"}";

fn ask(daemon: &Daemon, token: &str, path: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    daemon.send("POST", path, &headers, BODY)
}

fn refused(reply: &Reply, why: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (401, "token_invalid"), "{reply:?}");
    let message = reply.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(why), "{message}: not {why}");
}

fn serve(place: &Place, more: &[&str]) -> Daemon {
    place.serve(&[&["--auth.loopback", "false"][..], more].concat())
}

fn with_secret() -> Place {
    Place::new().with("JWT_SECRET_KEY", SECRET)
}

#[test]
fn a_token_may_what_its_scopes_say_and_the_log_names_nobody() {
    let place = with_secret();
    let mut daemon = serve(&place, &[]);
    let signer = Signer::secret(SECRET);
    let token = signer.sign(&claims(json!({})));
    assert_eq!(ask(&daemon, &token, "/v1/redact").json()["text"], "Write to <EMAIL_1>");
    let line = daemon.wait_for(|line| line["message"] == "request");
    let key = line["key"].as_str().unwrap().to_owned();
    assert!(key.len() == 20 && key.starts_with("jwt:"), "{key}");
    let plain = [("x-api-key", token.as_str()), ("content-type", "application/json")];
    assert_eq!(daemon.send("POST", "/v1/analyze", &plain, BODY).status, 200, "x-api-key works too");

    let other = ask(&daemon, &token, "/v1/restore");
    assert_eq!((other.status, other.code().as_str()), (403, "scope_missing"));
    assert_eq!(other.json()["error"]["message"], "the token lacks the scope `restore`");
    let none = signer.sign(&claims(json!({"scope": "openid email"})));
    assert_eq!(ask(&daemon, &none, "/v1/analyze").code(), "scope_missing");
    let admin = signer.sign(&claims(json!({"scope": ["admin"]})));
    let bearer = format!("Bearer {admin}");
    let keys = daemon.send("GET", "/admin/keys", &[("authorization", &bearer)], "");
    assert_eq!(keys.status, 200, "{keys:?}");

    let narrow = daemon.post(&format!("/k/{token}/v1/analyze"), BODY);
    assert_eq!(narrow.status, 200, "as a key of narrow scope may");
    let wide = daemon.post(&format!("/k/{admin}/v1/analyze"), BODY);
    assert_eq!((wide.status, wide.code().as_str()), (403, "scope_too_wide"));
    let said = daemon.stop().stderr;
    for never in ["ana@example.org", "id.example", &token, &admin, SECRET] {
        assert!(!said.contains(never), "{never} stands in the log");
    }
}

#[test]
fn a_token_that_is_not_good_here_and_now_is_refused() {
    let place = with_secret();
    let flags = ["--jwt.issuer", "https://id.example", "--jwt.audience", "tacit"];
    let daemon = serve(&place, &flags);
    let signer = Signer::secret(SECRET);
    let good = |more: Value| {
        let mut all = json!({"aud": ["account", "tacit"]});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims(all)
    };
    assert_eq!(ask(&daemon, &signer.sign(&good(json!({}))), "/v1/redact").status, 200);
    for (more, why) in [
        (json!({"exp": now() - 61}), "has expired"),
        (json!({"exp": null}), "has no end (exp)"),
        (json!({"nbf": now() + 300}), "is not good yet"),
        (json!({"iat": now() + 300}), "is not good yet"),
        (json!({"iss": "https://canary.example"}), "another issuer"),
        (json!({"aud": "canary"}), "another audience"),
        (json!({"sub": null}), "names no subject"),
        (json!({"tenant": null}), "names no tenant"),
        (json!({"tenant": "canary"}), "the tenant that it names is unknown"),
        (json!({"tacit_budget": "canary"}), "cannot be taken: tacit_budget"),
        (json!({"tacit_policy": "canary canary"}), "cannot be taken: tacit_policy"),
    ] {
        let reply = ask(&daemon, &signer.sign(&good(more)), "/v1/redact");
        refused(&reply, why);
        assert!(!reply.body.contains("canary"), "{reply:?}");
    }
    let header = |header: Value| signer.sign_as(&header, &good(json!({})));
    refused(&ask(&daemon, &header(json!({"alg": "none"})), "/v1/redact"), "its algorithm");
    refused(&ask(&daemon, &header(json!({"alg": "RS256"})), "/v1/redact"), "its algorithm");
    let crit = json!({"alg": "HS256", "crit": ["exp"]});
    refused(&ask(&daemon, &header(crit), "/v1/redact"), "its header");
    let forged = Signer::secret("9f86d081884c7d659a2feaa0c55ad016").sign(&good(json!({})));
    refused(&ask(&daemon, &forged, "/v1/redact"), "its signature");
    let token = signer.sign(&good(json!({})));
    let unsigned = format!("{}.", &token[..token.rfind('.').unwrap()]);
    refused(&ask(&daemon, &unsigned, "/v1/redact"), "its signature");
    let long = signer.sign(&good(json!({"groups": "x".repeat(8192)})));
    refused(&ask(&daemon, &long, "/v1/redact"), "longer than 8192 bytes");
    refused(&ask(&daemon, "a.b.c", "/v1/redact"), "the form");
}

#[test]
fn without_settings_for_them_no_token_is_taken() {
    let place = Place::new();
    let daemon = serve(&place, &[]);
    for secret in ["", SECRET] {
        let token = Signer::secret(secret).sign(&claims(json!({})));
        assert_eq!(ask(&daemon, &token, "/v1/redact").code(), "key_invalid");
    }
}

#[test]
fn tokens_of_tenants_keep_apart_and_bring_their_terms() {
    let place = with_secret();
    place.write("policies/letters.toml", "[kind.EMAIL]\noperator = \"bare\"\n");
    let daemon = serve(&place, &["--jwt.scope-claim", "realm_access.roles"]);
    let made = place.tacitd(&["keys", "create", "--tenant", "clinic"], b"");
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let signer = Signer::secret(SECRET);
    let roles = json!({"roles": ["redact", "restore", "offline_access"]});
    let token = |more: Value| {
        let mut all = json!({ "realm_access": roles });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        signer.sign(&claims(all))
    };
    let clinic = token(json!({"tenant": "clinic"}));
    let here = token(json!({}));
    let hidden = ask(&daemon, &clinic, "/v1/redact").json();
    let session = hidden["session"].as_str().unwrap();
    let show = |token: &str| {
        let body = json!({"text": "<EMAIL_1>", "session": session}).to_string();
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        daemon.send("POST", "/v1/restore", &headers, &body)
    };
    assert_eq!(show(&clinic).json()["text"], "bea@example.org");
    assert_eq!(show(&here).code(), "session_not_found");

    let bound = token(json!({"tacit_policy": "letters"}));
    assert_eq!(ask(&daemon, &bound, "/v1/redact").json()["text"], "Write to <EMAIL>");
    let gone = token(json!({"tacit_policy": "nobodys"}));
    let reply = ask(&daemon, &gone, "/v1/redact");
    assert_eq!((reply.status, reply.code().as_str()), (403, "policy_gone"));
}

#[test]
fn keys_in_a_file_check_tokens_of_both_kinds() {
    let place = Place::new();
    let (rsa, p256) = (Signer::rsa("one"), Signer::p256("two"));
    place.write("jwks.json", &set(&[&rsa, &p256]));
    let daemon = serve(&place, &["--jwt.jwks", "jwks.json", "--jwt.tenant", "default"]);
    for signer in [&rsa, &p256] {
        let token = signer.sign(&claims(json!({"tenant": "nobodys"})));
        assert_eq!(ask(&daemon, &token, "/v1/redact").status, 200, "jwt.tenant says whose");
    }
    let stranger = Signer::p256("two").sign(&claims(json!({})));
    refused(&ask(&daemon, &stranger, "/v1/redact"), "its signature");
    let crossed = rsa.sign_as(&json!({"alg": "RS256", "kid": "two"}), &claims(json!({})));
    refused(&ask(&daemon, &crossed, "/v1/redact"), "no key is known");
    let n = rsa.public()["n"].as_str().unwrap().to_owned();
    let confused = Signer::secret(&n).sign(&claims(json!({})));
    refused(&ask(&daemon, &confused, "/v1/redact"), "its algorithm");

    place.write("broken.json", "{\"keys\": []}");
    for (file, why) in [("broken.json", "holds no public key"), ("none.json", "No such file")] {
        let ended = place.tacitd(&["--jwt.jwks", file, "--api.port", "0"], b"");
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        assert!(ended.stderr.contains(why), "{}", ended.stderr);
    }
}

#[test]
fn published_keys_may_change_and_are_not_asked_for_without_end() {
    let (first, second) = (Signer::p256("first"), Signer::p256("second"));
    let publisher = Publisher::start(set(&[&first]));
    let place = Place::new();
    let daemon = serve(&place, &["--jwt.jwks", &publisher.url()]);
    let token = |signer: &Signer| signer.sign(&claims(json!({})));
    assert_eq!(ask(&daemon, &token(&first), "/v1/redact").status, 200);
    assert_eq!(publisher.asked(), 1);

    publisher.publish(200, set(&[&first, &second]));
    assert_eq!(ask(&daemon, &token(&second), "/v1/redact").status, 200, "a new key is looked for");
    assert_eq!(publisher.asked(), 2);
    for made_up in ["third", "fourth"] {
        refused(&ask(&daemon, &token(&Signer::p256(made_up)), "/v1/redact"), "no key is known");
    }
    assert_eq!(publisher.asked(), 2, "once a minute is enough");
}

#[test]
fn old_keys_stay_while_no_new_ones_can_be_had() {
    for (status, body) in [
        (200, "<html>maintenance</html>".to_owned()),
        (200, "{\"keys\":[]}".to_owned()),
        (200, " ".repeat(300_000)),
        (302, String::new()),
        (500, String::new()),
    ] {
        let signer = Signer::p256("first");
        let publisher = Publisher::start(set(&[&signer]));
        let place = Place::new();
        let mut daemon = serve(&place, &["--jwt.jwks", &publisher.url()]);
        let token = signer.sign(&claims(json!({})));
        assert_eq!(ask(&daemon, &token, "/v1/redact").status, 200);
        publisher.publish(status, body);
        let unknown = Signer::p256("second").sign(&claims(json!({})));
        refused(&ask(&daemon, &unknown, "/v1/redact"), "no key is known");
        let line =
            daemon.wait_for(|line| line["message"] == "the old keys for tokens stay in force");
        assert!(line["why"].as_str().is_some_and(|why| !why.contains("maintenance")), "{line}");
        assert_eq!(ask(&daemon, &token, "/v1/redact").status, 200, "{status}");
    }
}

#[test]
fn a_provider_that_is_away_keeps_nobody_from_starting() {
    let place = Place::new();
    let nobody = format!("http://127.0.0.1:{}/keys", free_port());
    let daemon = serve(&place, &["--jwt.jwks", &nobody]);
    let token = Signer::p256("first").sign(&claims(json!({})));
    let reply = ask(&daemon, &token, "/v1/redact");
    assert_eq!((reply.status, reply.code().as_str()), (503, "token_keys_missing"));
    assert_eq!(reply.header("retry-after"), "1");
    let key = std::fs::read_to_string(place.path("keys/admin.key")).unwrap();
    assert_eq!(ask(&daemon, key.trim(), "/v1/redact").status, 200, "keys do not need it");
}

/// nginx publishes the keys over TLS with a certificate that only `jwt.ca` makes good.
#[test]
fn published_keys_are_fetched_over_tls_from_whom_we_trust() {
    let place = Place::new();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    place.write("cert.pem", &made.cert.pem());
    place.write("key.pem", &made.signing_key.serialize_pem());
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    place.write("other.pem", &other.cert.pem());
    let signer = Signer::rsa("one");
    place.write("www/keys", &set(&[&signer]));
    let port = free_port();
    let config = format!(
        "daemon off; master_process off; pid nginx.pid; error_log stderr; events {{}}\n\
         http {{ access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;\n\
         uwsgi_temp_path t4; scgi_temp_path t5;\n\
         server {{ listen 127.0.0.1:{port} ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem;\n\
         root www; }} }}\n"
    );
    place.write("nginx.conf", &config);
    let prefix = place.path("");
    let nginx = place
        .command("/usr/sbin/nginx".as_ref(), &["-p", prefix.to_str().unwrap(), "-c", "nginx.conf"]);
    let _nginx = Daemon::launch(nginx);
    let url = format!("https://localhost:{port}/keys");
    until("nginx serves", || {
        let mut curl = Command::new("curl");
        curl.args(["-sf", "--cacert"]).arg(place.path("cert.pem")).arg(&url);
        curl.output().unwrap().status.success()
    });
    let token = signer.sign(&claims(json!({})));
    let daemon = serve(&place, &["--jwt.jwks", &url, "--jwt.ca", "cert.pem"]);
    assert_eq!(ask(&daemon, &token, "/v1/redact").status, 200);
    for ca in [&["--jwt.ca", "other.pem"][..], &[]] {
        let mut daemon = serve(&place, &[&["--jwt.jwks", &url][..], ca].concat());
        assert_eq!(ask(&daemon, &token, "/v1/redact").code(), "token_keys_missing");
        let line = daemon.wait_for(|line| line["message"] == "there are no keys for tokens yet");
        assert!(line["why"].as_str().is_some_and(|why| why.contains("fetch the keys")), "{line}");
    }
}
