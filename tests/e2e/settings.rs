//! The settings rule, from outside.

use kit::dotenv;
use std::collections::BTreeMap;
use support::{Place, not_run, shared};

/// Stands for a generated secret: what `openssl rand -hex 32` would have made.
const SECRET: &str = "5f0c1f3a9d7be24668a1c0d2e4f6081b3d5f7092a4c6e8b1d3f507294b6d8fa1";

#[test]
fn every_fault_is_told_at_once_and_nothing_is_written() {
    let place = Place::new()
        .with("TACIT_API_PROT", "1")
        .with("API_PORT", "80x0")
        .with("PRIVACY_ENCRYPT_AT_REST", "no");
    place.write("tacit.toml", "[serverr]\n[api]\nhots = \"x\"\n");
    let ended = place.tacitd(&["--api.prot", "9", "--quietly"], b"");
    assert_eq!(ended.code, Some(2));
    let expected = "\
tacitd: failed to use these settings (7 faults):
  --quietly: unknown flag
    hint: `tacitd --help` lists flags, `tacitd config` lists settings
  tacit.toml:1:2: unknown section `[serverr]`
    hint: the nearest known name is `server`
  tacit.toml:3:1: unknown setting `api.hots`
    hint: the nearest known name is `api.host`
  API_PORT: `api.port`: `80x0` is not a whole number from 0 to 65535
  TACIT_API_PROT: unknown variable
    hint: the nearest known name is `TACIT_API_PORT`
  --api.prot: unknown setting
    hint: the nearest known name is `api.port`
  privacy.encrypt_at_rest: cannot be `false`: the store is always encrypted
    hint: leave PRIVACY_ENCRYPT_AT_REST out, or set it to true
";
    assert_eq!(ended.stderr, expected);
    assert_eq!(place.names(), ["tacit.toml"]);
}

#[test]
fn effective_settings_are_printed_with_their_origin_and_without_secrets() {
    let place = Place::new()
        .with("DATABASE_KEY", SECRET)
        .with("LOG_LEVEL", "debug")
        .with("LLM_N_CTX", "8192");
    place.write("tacit.toml", "[api]\nport = 9000\n");
    place.write("key", &format!("{SECRET}\n"));
    let place = place.with("SECRET_KEY_FILE", "key");
    let ended = place.tacitd(&["config", "--server.idle-timeout", "5m"], b"");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for line in [
        "port = 9000                                  # tacit.toml:2",
        "level = \"debug\"                              # LOG_LEVEL",
        "idle_timeout = \"5m\"                          # --server.idle-timeout",
        "key = \"********\"                             # DATABASE_KEY",
        "key = \"********\"                             # SECRET_KEY_FILE (key)",
        "n_ctx = 8192                                 # LLM_N_CTX; unbuilt",
        "url = \"sqlite:data/tacit.db\"                 # default",
        "# cert =                                     # default",
    ] {
        assert!(ended.stdout.lines().any(|found| found == line), "{line}\n{}", ended.stdout);
    }
    assert_eq!(
        ended.stderr,
        "tacitd: note: LLM_N_CTX: `llm.n_ctx` is not built in this version and has no effect\n"
    );
    assert!(!format!("{ended:?}").contains(&SECRET[..8]));

    let json = place.tacitd(&["config", "-o", "json"], b"").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let key = json["settings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == "database.key")
        .unwrap();
    assert_eq!((&key["value"], &key["origin"]), (&"********".into(), &"DATABASE_KEY".into()));
}

#[test]
fn what_config_prints_can_be_read_back() {
    let first = Place::new();
    let printed = first.tacitd(
        &["config", "--api.socket-mode", "600", "--cors.origins", "https://a.example"],
        b"",
    );
    let second = Place::new();
    second.write("tacit.toml", &printed.stdout);
    let again = second.tacitd(&["config"], b"");
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let values = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split(" #").next().unwrap().trim_end().to_owned()).collect()
    };
    assert_eq!(values(&again.stdout), values(&printed.stdout));
}

#[test]
fn production_refuses_weak_settings_in_one_message() {
    let place = Place::new()
        .with("APP_ENV", "production")
        .with("API_HOST", "0.0.0.0")
        .with("DEBUG", "true");
    let place = place.with("CORS_ORIGINS", "*").with("DATABASE_KEY", "changeme");
    let ended = place.tacitd(&[], b"");
    assert_eq!(ended.code, Some(2));
    for fault in [
        "(5 faults)",
        "api.host: can be reached from other machines, and there is no API key",
        "database.key: is too short: 8 characters, at least 32 are needed",
        "secret.key: is missing in production\n    hint: `openssl rand -hex 32` makes one",
        "app.debug: is on in production",
        "cors.origins: is `*` in production",
    ] {
        assert!(ended.stderr.contains(fault), "{fault}\n{}", ended.stderr);
    }
    assert!(!ended.stderr.contains("changeme") && place.names().is_empty());
}

#[test]
fn an_exposed_listener_is_refused_without_a_key_in_any_environment() {
    for env in ["development", "test", "staging"] {
        let place = Place::new().with("APP_ENV", env);
        let ended = place.tacitd(&["--api.host", "0.0.0.0", "--api.port", "0"], b"");
        assert_eq!(ended.code, Some(2), "{env}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("hint: make a key first: `tacitd keys create"),
            "{}",
            ended.stderr
        );
        assert!(place.names().is_empty(), "{env}");
    }
}

#[test]
fn revoking_the_last_key_closes_an_exposed_listener() {
    let place = Place::new();
    let made = place.tacitd(&["keys", "create", "--scope", "admin", "-o", "json"], b"");
    let made: serde_json::Value = serde_json::from_str(&made.stdout).unwrap();
    let daemon = place.serve(&["--api.host", "0.0.0.0"]);
    assert_eq!(
        daemon.post("/v1/redact", "{\"text\":\"\"}").code(),
        "key_required",
        "no loopback exception here"
    );
    daemon.stop();
    assert_eq!(place.tacitd(&["keys", "revoke", made["id"].as_str().unwrap()], b"").code, Some(0));
    let refused = place.tacitd(&["--api.host", "0.0.0.0", "--api.port", "0"], b"");
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("can be reached from other machines, and no API key is good"),
        "{}",
        refused.stderr
    );
}

#[test]
fn an_environment_file_is_checked_without_a_start() {
    let place = Place::new().with("API_PORT", "nonsense in the process is not the file's");
    place.write("good.env", "API_PORT=9000   # a comment\nSMTP_HOST=mail\nAPI_PROT=1\n");
    let good = place.tacitd(&["config", "--check", "--env-file", "good.env"], b"");
    assert_eq!(
        (good.code, good.stderr.as_str()),
        (
            Some(0),
            "tacitd: note: good.env (API_PROT): not a name that tacitd knows; the nearest known name is `API_PORT`\n\
             tacitd: note: good.env (SMTP_HOST): has no meaning here: tacitd sends no mail\n\
             tacitd: these settings can be used\n"
        )
    );
    place.write("bad.env", "API_PORT=x\nB C=1\n");
    let bad = place.tacitd(&["config", "--check", "--env-file", "bad.env"], b"");
    assert_eq!(bad.code, Some(2));
    assert!(
        bad.stderr.contains("bad.env:2: a variable's name cannot contain a space"),
        "{}",
        bad.stderr
    );
    let missing = place.tacitd(&["config", "--check", "--env-file", "none.env"], b"");
    assert_eq!(missing.code, Some(1));
    assert!(
        missing.stderr.contains("failed to read the environment file none.env"),
        "{}",
        missing.stderr
    );
}

/// Reads an environment template, puts generated values where it has placeholders, and checks it.
fn check(template: &str) -> (BTreeMap<String, String>, support::Ended) {
    let variables: Vec<_> = template
        .lines()
        .map(|line| match line.split_once('=') {
            Some((name, value))
                if value.starts_with('<') || value.contains("your-") && name.contains("KEY") =>
            {
                format!("{name}={SECRET}")
            }
            Some((name, value)) => format!(
                "{name}={}",
                value.replace("<strong-db-pass>", SECRET).replace("<host>", "db")
            ),
            None => line.to_owned(),
        })
        .collect();
    let text = variables.join("\n");
    let place = Place::new();
    place.write("template.env", &text);
    let ended = place.tacitd(&["config", "--check", "--env-file", "template.env"], b"");
    assert!(!ended.stderr.contains("not a name that tacitd knows"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("unknown"), "{}", ended.stderr);
    (dotenv::parse(&text, &|_| None).unwrap(), ended)
}

fn starts_once_keys_are_set(variables: BTreeMap<String, String>, checked: &support::Ended) {
    let stderr = &checked.stderr;
    assert_eq!(checked.code, Some(2), "{stderr}");
    assert!(
        stderr.contains("(2 faults)") && stderr.contains("secret.key: is missing in production"),
        "{stderr}"
    );
    assert!(
        stderr.contains("api.host: can be reached from other machines, and there is no API key"),
        "{stderr}"
    );
    let mut place = Place::new().with("SECRET_KEY", SECRET.to_uppercase());
    for (name, value) in variables {
        place = place.with(&name, value);
    }
    let key = place.tacitd(&["keys", "create", "--scope", "admin,redact"], b"");
    assert_eq!(key.code, Some(0), "{}", key.stderr);
    let mut daemon = place.serve(&["--metrics.port", "0", "--log.level", "info"]);
    let key = format!("Bearer {}", key.stdout.trim());
    let headers = [("authorization", key.as_str()), ("content-type", "application/json")];
    let hidden = daemon.send("POST", "/v1/redact", &headers, "{\"text\":\"ana@example.org\"}");
    assert_eq!(hidden.json()["text"], "<EMAIL_1>");
    daemon.wait_for(|line| line["route"] == "/v1/redact");
    assert!(place.names().contains(&"data".to_owned()));
}

#[test]
fn our_own_environment_templates_are_understood() {
    let (variables, checked) = check(include_str!("../cases/env/documents.env"));
    for unbuilt in ["llm.model_path", "llm.n_gpu_layers", "tesseract.lang"] {
        assert!(
            checked.stderr.contains(&format!("`{unbuilt}` is not built")),
            "{unbuilt}: {}",
            checked.stderr
        );
    }
    starts_once_keys_are_set(variables, &checked);
    let (_, checked) = check(include_str!("../cases/env/team.env"));
    assert!(checked.stderr.contains("database.url: PostgreSQL is not built"), "{}", checked.stderr);
    check(include_str!("../cases/env/assistant.env"));
}

/// The variables of a guide: the fenced block that holds `mark`, or the `NAME=value` in backticks of a list.
fn template(guide: &str, mark: &str) -> String {
    let block = guide.split("```").skip(1).step_by(2).find(|block| block.contains(mark));
    if let Some((_, block)) = block.and_then(|block| block.split_once('\n')) {
        return block.to_owned();
    }
    let assigned = |word: &&str| {
        word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        })
    };
    guide.split('`').skip(1).step_by(2).filter(assigned).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_guides_environment_templates_are_understood() {
    let name = "e2e settings::the_guides_environment_templates_are_understood";
    let guides =
        ["0-contextsafe", "1-local-ai-assistant", "2-small-team-rag", "3-simplr", "4-vicw"];
    let Some(folder) = shared("guides") else {
        return not_run(name, "../shared/guides is not beside this checkout");
    };
    let read = |name: &str| std::fs::read_to_string(folder.join(format!("{name}.md"))).unwrap();
    let texts = guides.map(read);
    let marks = ["APP_ENV=production\n", "(none)", "(none)", "# Core\n", "MAX_CONTEXT_TOKENS="];
    let mut counts = Vec::new();
    for (text, mark) in texts.iter().zip(marks) {
        counts.push(check(&template(text, mark)).0.len());
    }
    assert!(counts[0] >= 18 && counts[1] >= 6 && counts[2] >= 8 && counts[3] >= 18, "{counts:?}");

    let (variables, checked) = check(&template(&texts[0], marks[0]));
    for unbuilt in ["llm.model_path", "llm.n_gpu_layers", "tesseract.lang"] {
        assert!(
            checked.stderr.contains(&format!("`{unbuilt}` is not built")),
            "{unbuilt}: {}",
            checked.stderr
        );
    }
    starts_once_keys_are_set(variables, &checked);
}
