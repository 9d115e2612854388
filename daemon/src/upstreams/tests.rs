//! From what is written to what is asked.

use super::*;
use crate::settings::{ELSEWHERE, TABLE};
use kit::setting::{Environment, Inputs, resolve};

fn read(file: &str, variables: &[(&str, &str)]) -> Upstreams {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let environment = Environment::of_file("env".into(), variables);
    let file = Some(("tacit.toml".to_owned(), file.to_owned()));
    let inputs = Inputs { file, environment, shapes: SHAPES, ..Inputs::default() };
    let resolved = resolve(TABLE, ELSEWHERE, &inputs);
    assert_eq!(resolved.faults, []);
    open(&Settings::read(&resolved), &resolved.tables)
}

fn faults(upstreams: &Upstreams) -> Vec<String> {
    upstreams.faults.iter().map(|fault| format!("{}: {}", fault.place, fault.what)).collect()
}

#[test]
fn nothing_said_is_nobody_to_ask() {
    let none = read("", &[]);
    assert_eq!(faults(&none), [""; 0]);
    assert!(none.fleet.unwrap().is_empty());
}

#[test]
fn variables_alone_describe_one_server_and_ollama() {
    let both = read(
        "",
        &[
            ("TACIT_INFER_URL", "http://127.0.0.1:8080/v1"),
            ("TACIT_INFER_API_KEY", "sesame"),
            ("TACIT_INFER_MODEL", "qwen"),
            ("USE_OLLAMA", "true"),
            ("OLLAMA_BASE_URL", "http://10.0.0.9:11434"),
            ("OLLAMA_MODEL", "llama3.2"),
        ],
    );
    assert_eq!(faults(&both), [""; 0]);
    assert_eq!(both.fleet.as_ref().unwrap().models(), ["llama3.2", "qwen"]);
    let fleet = both.fleet.as_ref().unwrap();
    let hosts: Vec<_> =
        fleet.states().into_iter().map(|state| (state.name, state.url_host)).collect();
    let own = |name: &str, host: &str| (name.to_owned(), host.to_owned());
    assert_eq!(hosts, [own("infer", "127.0.0.1"), own("ollama", "10.0.0.9")]);
    assert_eq!(as_toml(&both), "", "they are printed among the settings");
}

#[test]
fn a_table_says_everything_and_what_it_leaves_out_the_settings_say() {
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("key");
    std::fs::write(&key, "from-a-file\n").unwrap();
    let file = format!(
        "[infer]\nidle_timeout = \"7s\"\n[[upstream]]\nname = \"gpu-1\"\nurl = \"http://10.0.0.1:8000\"\n\
         protocol = \"anthropic\"\nmodels = [\"fast=small-3\", \"large\"]\napi_key_file = {key:?}\n\
         headers = {{ x-team = \"search\" }}\nweight = 3\npriority = 2\nconnect_timeout = \"1s\"\nprobe = \"0s\"\n\
         proxy = \"http://u:p@10.0.0.2:3128\"\nhttp2 = true\n[[upstream]]\nname = \"hosted\"\n\
         url = \"http://models.example\"\nexternal = true\n[fallback]\nlarge = \"fast\"\n"
    );
    let two = read(&file, &[]);
    assert_eq!(faults(&two), [""; 0]);
    let (described, fallbacks) = &two.described;
    let [first, second] = &described[..] else { panic!("{described:?}") };
    assert_eq!((first.weight, first.priority, first.http2, first.probe), (3, 2, true, None));
    assert_eq!((first.timeouts.connect.as_secs(), first.timeouts.idle.as_secs()), (1, 7));
    assert_eq!(first.models[0].upstream.as_deref(), Some("small-3"));
    assert_eq!((second.probe, second.external), (None, true), "nobody outside is asked unasked");
    assert_eq!(fallbacks["large"], ["fast"]);
    let (printed, json) = (as_toml(&two), as_json(&two));
    for secret in ["from-a-file", "search", "u:p"] {
        assert!(!printed.contains(secret) && !format!("{json:?}").contains(secret), "{secret}");
    }
    assert!(
        printed.contains("api_key = \"********\"\nheaders = { x-team = \"********\" }\n"),
        "{printed}"
    );
    let again = read(&printed, &[]);
    assert_eq!(faults(&again), [""; 0], "what is printed can be read again: {printed}");
    assert_eq!(as_toml(&again), printed);
}

#[test]
fn every_fault_is_told_at_its_place() {
    let found = read(
        "[[upstream]]\nnme = \"a\"\nurl = \"ftp://h\"\nweight = -1\nmodels = [\"=x\"]\n\
         [[upstream]]\nname = \"b c\"\nurl = \"http://h\"\napi_key = \"one\"\napi_key_file = \"/nowhere\"\n\
         idle_timeout = \"0s\"\nheaders = { \"a b\" = \"x\" }\n\
         [[upstream]]\nname = \"d\"\nurl = \"http://203.0.113.1\"\nprotocol = \"smtp\"\nmodels = [\"n\"]\n\
         [[upstream]]\nname = \"d\"\nurl = \"http://10.0.0.1\"\nproxy = \"http://u:secret@\"\nmodels = [\"m\"]\n\
         [fallback]\nm = [\"absent\"]\n",
        &[],
    );
    assert!(found.fleet.is_none());
    let told = faults(&found);
    assert_eq!(
        told,
        [
            "tacit.toml:1:1: an upstream lacks its `name`",
            "tacit.toml:2:1: unknown key `upstream.nme`",
            "tacit.toml:3:1: `upstream.url`: `ftp://h` is not `http://HOST` or `https://HOST`",
            "tacit.toml:4:1: `upstream.weight`: `-1` is not a whole number from 0 to 1000000",
            "tacit.toml:5:1: `upstream.models` holds what is no model",
            "tacit.toml:7:1: `upstream.name` is no name",
            "tacit.toml:10:1: `upstream.api_key_file` stands beside `upstream.api_key`",
            "tacit.toml:10:1: `upstream.api_key_file`: /nowhere: cannot read the file: No such file or directory (os error 2)",
            "tacit.toml:11:1: `upstream.idle_timeout` is no time at all",
            "tacit.toml:12:13: `upstream.headers` holds what is no header",
            "tacit.toml:15:1: upstream `d`: the URL is that of an external host, and those are off",
            "tacit.toml:16:1: `upstream.protocol`: `smtp` is not one of `openai`, `anthropic`, `ollama`",
            "tacit.toml:19:1: there is another upstream `d`",
            "tacit.toml:21:1: `upstream.proxy`: `http://********@` is not `http://HOST:PORT`",
            "tacit.toml:24:1: names models that stand in, and not all of them are there",
        ],
        "{told:#?}"
    );
}

/// The examples of the manual.
const MANUAL: &str = include_str!("../../../docs/upstreams.md");

#[test]
fn the_examples_of_the_manual_can_be_used() {
    let examples: Vec<_> =
        MANUAL.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() >= 2, "{}", examples.len());
    for example in examples {
        let read = read(example, &[]);
        // Neither the keys nor, on a bare machine, the authorities are there.
        let absent = |fault: &String| {
            fault.contains("cannot read the file")
                || fault.contains("No such file")
                || fault.contains("no certificates")
        };
        let others: Vec<_> = faults(&read).into_iter().filter(|fault| !absent(fault)).collect();
        assert_eq!(others, [""; 0], "{example}");
    }
}

#[test]
fn every_key_stands_in_the_manual() {
    for key in KEYS {
        assert!(MANUAL.contains(&format!("| `{key}` |")), "{key}");
    }
}
