//! The units, judged by systemd itself.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use support::{Daemon, Place, run};

/// redis-server has 1.2, Prometheus 4.0, nginx 9.6.
const EXPOSURE_MAX: f64 = 1.2;

fn units() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../systemd")
}

#[test]
fn the_units_verify() {
    let place = Place::new();
    // The program must exist where the unit says, so that systemd looks at everything else.
    let tacitd = place.write("usr/bin/tacitd", "#!/bin/sh\n");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&tacitd, mode).unwrap();
    for name in ["tacitd.service", "tacitd.socket"] {
        let unit = std::fs::read_to_string(units().join(name)).unwrap();
        place.write(name, &unit.replace("/usr/bin/tacitd", tacitd.to_str().unwrap()));
    }
    let mut verify = Command::new("systemd-analyze");
    verify
        .args(["verify", "--man=no"])
        .args([place.path("tacitd.service"), place.path("tacitd.socket")]);
    let output = verify.output().expect("systemd-analyze is installed by tests/run");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let ours: Vec<_> = said.lines().filter(|line| line.contains("tacitd.")).collect();
    assert!(output.status.success() && ours.is_empty(), "{said}");
}

#[test]
fn the_sandbox_leaves_little_exposed() {
    let mut security = Command::new("systemd-analyze");
    security.args(["security", "--offline=yes", "--no-pager"]).arg(units().join("tacitd.service"));
    let said = run(&mut security);
    let line = said.lines().find(|line| line.contains("Overall exposure level")).unwrap();
    let level: f64 =
        line.split(':').nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    assert!(level <= EXPOSURE_MAX, "{line}");
}

/// The calls that a set such as `@system-service` stands for.
fn calls(set: &str) -> BTreeSet<String> {
    let text = run(Command::new("systemd-analyze").args(["syscall-filter", set]));
    let names = text.lines().skip(1).map(str::trim).filter(|line| !line.starts_with('#'));
    names
        .flat_map(|name| if name.starts_with('@') { calls(name) } else { [name.to_owned()].into() })
        .collect()
}

/// What the unit's filter lets through: the lists of `SystemCallFilter=`, `~` taking away.
fn allowed(unit: &str) -> BTreeSet<String> {
    let mut allowed = calls("@default");
    for line in unit.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")) {
        let sets = |text: &str| text.split_whitespace().flat_map(calls).collect::<BTreeSet<_>>();
        match line.strip_prefix('~') {
            Some(line) => allowed.retain({
                let taken = sets(line);
                move |call| !taken.contains(call)
            }),
            None => allowed.extend(sets(line)),
        }
    }
    allowed
}

#[test]
fn the_filter_lets_through_every_call_that_is_made() {
    let unit = std::fs::read_to_string(units().join("tacitd.service")).unwrap();
    let place = Place::new();
    // As an ordinary user, as under DynamicUser: SQLite asks for more when it runs as root.
    let tacitd = place.path("tacitd");
    std::fs::copy(support::binary("tacitd"), &tacitd).unwrap();
    let mut command =
        place.command("setpriv".as_ref(), &["--reuid=65534", "--regid=65534", "--clear-groups"]);
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(place.path(""), Some(65534), Some(65534)).unwrap();
    } else {
        command = place.command("env".as_ref(), &[]);
    }
    command.args([
        "strace",
        "-f",
        "-qq",
        "-o",
        "calls",
        "./tacitd",
        "--log.format",
        "json",
        "--api.port",
        "0",
    ]);
    command.args(["--metrics.port", "0", "--api.socket", "sock"]);
    let mut daemon = Daemon::spawn(command);
    assert_eq!(
        daemon.post("/v1/redact", "{\"text\":\"ana@example.org\",\"session\":\"s\"}").status,
        200
    );
    assert_eq!(
        daemon.post("/v1/restore", "{\"text\":\"<EMAIL_1>\",\"session\":\"s\"}").status,
        200
    );
    assert_eq!(daemon.send("DELETE", "/v1/sessions/s", &[], "").status, 204);
    assert!(daemon.get("/metrics").body.contains("process_start_time_seconds"));
    let line = daemon.wait_for(|line| line["route"] == "/v1/sessions/{id}");
    assert_eq!(line["status"], 204);
    // strace hands a signal on to what it watches only when that is asked for; the child is asked itself.
    let children = format!("/proc/{0}/task/{0}/children", daemon.pid());
    let child = std::fs::read_to_string(children).unwrap();
    run(Command::new("kill").args(["-INT", child.trim()]));
    daemon.wait();
    let traced = std::fs::read_to_string(place.path("calls")).unwrap();
    let made: BTreeSet<_> = traced
        .lines()
        .filter_map(|line| {
            line.split_whitespace().nth(1)?.split_once('(').map(|(name, _)| name.to_owned())
        })
        .collect();
    let allowed = allowed(&unit);
    let refused: Vec<_> = made.iter().filter(|call| !allowed.contains(*call)).collect();
    assert!(made.len() > 30 && refused.is_empty(), "{refused:?} of {made:?}");
}
