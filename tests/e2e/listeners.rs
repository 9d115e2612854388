//! Ways to be reached: TLS, Unix sockets, sockets that the service manager holds, and what it is told.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;
use support::{Daemon, Place, binary, free_port, run};

/// A certificate for this machine and its key.
fn certificate(place: &Place) -> String {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])
        .unwrap();
    place.write("cert.pem", &made.cert.pem());
    place.write("key.pem", &made.signing_key.serialize_pem());
    made.cert.pem()
}

fn ask(place: &Place, trusted: &str, port: u16, flags: &[&str]) -> std::process::Output {
    let trusted = place.write("trusted.pem", trusted);
    let mut curl = Command::new("curl");
    curl.args(["-s", "-w", " %{http_version}", "--cacert"]).arg(trusted).args(flags);
    curl.arg(format!("https://localhost:{port}/livez")).output().unwrap()
}

#[test]
fn tls_is_spoken_and_a_renewal_is_taken_up() {
    let place = Place::new();
    let first = certificate(&place);
    let mut daemon = place.serve_tls();
    let port = daemon.port();
    for (flag, version) in [("--http1.1", " 1.1"), ("--http2", " 2")] {
        let answer = ask(&place, &first, port, &[flag]);
        assert_eq!(
            String::from_utf8_lossy(&answer.stdout),
            format!("{{\"status\":\"alive\"}}{version}")
        );
    }
    let well = place.tacitd(
        &[
            "healthcheck",
            "--tls.cert",
            "cert.pem",
            "--tls.key",
            "key.pem",
            "--api.port",
            &port.to_string(),
        ],
        b"",
    );
    assert_eq!(well.code, Some(0), "{}", well.stderr);

    let second = certificate(&place);
    daemon.signal(rustix::process::Signal::HUP);
    daemon.wait_for(|line| line["message"] == "the renewed certificate is in force");
    assert!(ask(&place, &second, port, &[]).status.success());
    assert!(!ask(&place, &first, port, &[]).status.success(), "the old one is gone");

    place.write("key.pem", "half a file");
    daemon.signal(rustix::process::Signal::HUP);
    daemon.wait_for(|line| line["message"] == "the old certificate stays in force");
    assert!(
        ask(&place, &second, port, &[]).status.success(),
        "a renewal that makes no sense changes nothing"
    );
}

trait ServeTls {
    fn serve_tls(&self) -> Daemon;
}

impl ServeTls for Place {
    /// The usual wait asks in clear, which a TLS listener does not answer.
    fn serve_tls(&self) -> Daemon {
        let port = free_port().to_string();
        let arguments = [
            "--log.format",
            "json",
            "--tls.cert",
            "cert.pem",
            "--tls.key",
            "key.pem",
            "--metrics.port",
            "0",
        ];
        let mut command = self.command(&binary("tacitd"), &arguments);
        command.args(["--api.port", &port]);
        let mut daemon = Daemon::launch(command);
        let line = daemon.wait_for(|line| line["message"] == "serving");
        daemon.addresses =
            line["addresses"].as_str().unwrap().split(' ').map(str::to_owned).collect();
        daemon
    }
}

#[test]
fn tls_files_that_do_not_fit_are_told() {
    let place = Place::new();
    certificate(&place);
    let other = Place::new();
    certificate(&other);
    std::fs::copy(other.path("key.pem"), place.path("key.pem")).unwrap();
    let ended = place.tacitd(&["--tls.cert", "cert.pem", "--tls.key", "key.pem"], b"");
    assert_eq!(ended.code, Some(1));
    assert!(
        ended
            .stderr
            .starts_with("tacitd: failed to set up TLS: cannot use cert.pem with key.pem: "),
        "{}",
        ended.stderr
    );
    let missing = place.tacitd(&["--tls.cert", "none.pem", "--tls.key", "key.pem"], b"");
    assert!(missing.stderr.contains("cannot read the certificate none.pem"), "{}", missing.stderr);
    assert_eq!(place.names(), ["cert.pem", "key.pem"], "nothing is written");
}

#[test]
fn a_unix_socket_serves_and_is_removed() {
    let place = Place::new();
    let daemon = place.serve(&["--api.socket", "tacit.sock", "--api.socket-mode", "600"]);
    let socket = place.path("tacit.sock");
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let mut curl = Command::new("curl");
    curl.args(["-s", "--unix-socket"]).arg(&socket);
    curl.args([
        "-H",
        "content-type: application/json",
        "-d",
        "{\"text\":\"ana@example.org\"}",
        "http://localhost/v1/redact",
    ]);
    assert!(run(&mut curl).contains("<EMAIL_1>"));
    let taken = place.tacitd(&["--api.port", "0", "--api.socket", "tacit.sock"], b"");
    assert_eq!(taken.code, Some(1));
    assert!(taken.stderr.contains("another program answers there"), "{}", taken.stderr);
    daemon.stop();
    assert!(!socket.exists());
}

/// systemd's own tool holds the socket and starts us when somebody comes.
#[test]
fn a_socket_of_the_service_manager_is_used() {
    let place = Place::new();
    let port = free_port();
    let tacitd = binary("tacitd");
    let listen = format!("127.0.0.1:{port}");
    let mut command = place.command("systemd-socket-activate".as_ref(), &["-l", &listen]);
    command.arg(tacitd).args(["--log.format", "json", "--api.port", "1"]);
    let mut daemon = Daemon::launch(command);
    let mut curl = Command::new("curl");
    curl.args([
        "-s",
        "--retry",
        "30",
        "--retry-connrefused",
        "--retry-delay",
        "1",
        &format!("http://{listen}/readyz"),
    ]);
    assert!(run(&mut curl).contains("\"ready\""));
    let line = daemon.wait_for(|line| line["message"] == "serving");
    assert_eq!(line["addresses"], listen.as_str());
    daemon.stop();
}

#[test]
fn the_service_manager_hears_how_we_are() {
    let place = Place::new();
    let socket = UnixDatagram::bind(place.path("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let path = place.path("notify").to_str().unwrap().to_owned();
    let place = place.with("NOTIFY_SOCKET", path).with("WATCHDOG_USEC", "200000");
    let daemon = place.serve(&[]);
    let mut heard = Vec::new();
    let mut listen = |until: &str| {
        let mut bytes = [0; 256];
        while heard.last().is_none_or(|last| last != until) {
            let length = socket.recv(&mut bytes).unwrap();
            heard.push(String::from_utf8(bytes[..length].to_vec()).unwrap());
        }
    };
    listen("READY=1");
    listen("WATCHDOG=1");
    let ended = daemon.stop();
    listen("STOPPING=1");
    assert_eq!(ended.code, Some(0));
    assert_eq!(heard.iter().filter(|state| *state == "READY=1").count(), 1);
}
