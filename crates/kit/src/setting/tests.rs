//! The rule, place by place.

use super::{Environment, Inputs, Origin, Resolved, Shape, Text, Whole, resolve};
use secrecy::{ExposeSecret, SecretString};

crate::choice! {
    /// A mode.
    pub(crate) enum Mode {
        /// Quick.
        Fast = "fast" | "quick",
        /// Thorough.
        Slow = "slow",
    }
}

crate::settings! {
    built {
        /// Where to listen.
        api: Api {
            /// The address.
            host: Text = "127.0.0.1" .alias(&["API_HOST"]);
            /// The port.
            port: Whole<0, 65535> = "8000" .alias(&["API_PORT"]);
        }
        /// The store.
        database: Database {
            /// Its key.
            key: Option<SecretString> = "" .alias(&["DATABASE_KEY"]);
            /// How.
            mode: Mode = "fast";
        }
    }
    unbuilt {
        /// The model.
        llm {
            /// Layers.
            n_gpu_layers: Whole<0, 999> = "0" .alias(&["LLM_N_GPU_LAYERS"]);
        }
    }
}

const ELSEWHERE: &[(&str, &str)] = &[("SPACY_MODEL", "the detection model is inside the binary")];

#[derive(Default)]
struct Case {
    file: Option<&'static str>,
    env: Vec<(&'static str, String)>,
    args: Vec<(&'static str, Option<&'static str>)>,
    env_file: bool,
}

impl Case {
    fn run(self) -> Resolved {
        let variables = self.env.into_iter().map(|(name, value)| (name.to_owned(), value));
        let mut environment = Environment::of_file(".env".into(), variables);
        if !self.env_file {
            environment.path = None;
        }
        let file = self.file.map(|text| ("tacit.toml".to_owned(), text.to_owned()));
        let arguments = self.args.into_iter();
        let arguments =
            arguments.map(|(flag, v)| (flag.to_owned(), v.map(str::to_owned))).collect();
        resolve(TABLE, ELSEWHERE, &Inputs { file, shapes: &[], environment, arguments })
    }
}

fn env(pairs: &[(&'static str, &str)]) -> Resolved {
    let env = pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Case { env, ..Case::default() }.run()
}

fn faults(resolved: &Resolved) -> Vec<String> {
    resolved.faults.iter().map(ToString::to_string).collect()
}

fn origin(resolved: &Resolved, name: &str) -> Origin {
    let row = resolved.rows().find(|(row, ..)| row.name() == name);
    row.map(|(.., origin)| origin.clone()).expect("a known row")
}

#[test]
fn the_later_place_wins() {
    let file = Some("[api]\nport = 1\nhost = \"file\"\n");
    let mut case = Case { file, ..Case::default() };
    let resolved = case.run();
    assert_eq!(faults(&resolved), [""; 0]);
    assert_eq!(Settings::read(&resolved).api.port, Whole(1));
    assert_eq!(origin(&resolved, "api.port").to_string(), "tacit.toml:2");

    case = Case { file, env: vec![("API_PORT", "2".into())], ..Case::default() };
    assert_eq!(Settings::read(&case.run()).api.port, Whole(2));

    let env = vec![("API_PORT", "2".into()), ("TACIT_API_PORT", "3".into())];
    case = Case { file, env: env.clone(), ..Case::default() };
    assert_eq!(Settings::read(&case.run()).api.port, Whole(3), "the TACIT_ form wins");

    let resolved = Case { file, env, args: vec![("api.port", Some("4"))], env_file: false }.run();
    let settings = Settings::read(&resolved);
    assert_eq!((settings.api.port, settings.api.host.0.as_str()), (Whole(4), "file"));
    assert_eq!(origin(&resolved, "api.port"), Origin::Argument("api.port".into()));
    assert_eq!(origin(&resolved, "database.mode"), Origin::Default);
    assert_eq!((settings.database.mode, SECTIONS.len()), (Mode::Fast, 3));
}

#[test]
fn a_file_variable_wins_over_the_plain_one_and_loses_its_line_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    std::fs::write(&path, "from the file\r\n").unwrap();
    let path = path.to_str().unwrap();
    let resolved = env(&[("DATABASE_KEY", "plain"), ("DATABASE_KEY_FILE", path)]);
    let key = Settings::read(&resolved).database.key.unwrap();
    assert_eq!(key.expose_secret(), "from the file");
    assert!(matches!(origin(&resolved, "database.key"), Origin::Secret { .. }));

    let resolved = env(&[("TACIT_DATABASE_KEY", "plain"), ("DATABASE_KEY_FILE", path)]);
    let key = Settings::read(&resolved).database.key.unwrap();
    assert_eq!(key.expose_secret(), "plain", "the TACIT_ form wins over a bare _FILE");

    std::fs::write(path, "\n").unwrap();
    assert_eq!(
        faults(&env(&[("DATABASE_KEY_FILE", path)])),
        [format!("DATABASE_KEY_FILE: {path}: the file is empty")]
    );
    let missing = faults(&env(&[("DATABASE_KEY_FILE", "/nowhere/key")]));
    assert!(missing[0].contains("/nowhere/key: cannot read the file"), "{missing:?}");
}

#[test]
fn every_fault_is_listed_at_once_with_the_nearest_name() {
    let resolved = Case {
        file: Some("[api]\nprot = 1\nport = \"x\"\n[lmm]\nn_ctx = 1\n[database]\nmode = {}\n"),
        env: vec![
            ("TACIT_LLM_N_GPU_LAYER", "1".into()),
            ("API_PORT", "80x0".into()),
            ("DATABASE_KEY", "never\0shown".into()),
        ],
        args: vec![("api.hots", Some("x")), ("api.port", None), ("database.mode", Some("warp"))],
        env_file: false,
    }
    .run();
    assert_eq!(
        faults(&resolved),
        [
            "tacit.toml:2:1: unknown setting `api.prot` (the nearest known name is `api.port`)",
            "tacit.toml:3:1: `api.port`: `x` is not a whole number from 0 to 65535",
            "tacit.toml:4:2: unknown section `[lmm]` (the nearest known name is `llm`)",
            "tacit.toml:7:1: `database.mode` is a table, not one of `fast`, `slow`",
            "API_PORT: `api.port`: `80x0` is not a whole number from 0 to 65535",
            "DATABASE_KEY: `database.key`: holds a NUL character",
            "TACIT_LLM_N_GPU_LAYER: unknown variable (the nearest known name is \
             `TACIT_LLM_N_GPU_LAYERS`)",
            "--api.hots: unknown setting (the nearest known name is `api.host`)",
            "--api.port: lacks its value: a whole number from 0 to 65535",
            "--database.mode: `database.mode`: `warp` is not one of `fast`, `slow`",
        ]
    );
}

#[test]
fn a_broken_file_is_reported_with_its_line() {
    let faults = faults(&Case { file: Some("[api\nport = = 2\n"), ..Case::default() }.run());
    assert!(faults[0].starts_with("tacit.toml:1:"), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.starts_with("tacit.toml:2:")), "{faults:?}");
    let outside = Case { file: Some("port = 1\n"), ..Case::default() }.run();
    assert_eq!(
        outside.faults[0].to_string(),
        "tacit.toml:1:1: `port` stands outside of a section (put it under `[api]`)"
    );
}

#[test]
fn what_kubernetes_injects_is_passed_over_with_a_line() {
    let resolved = env(&[
        ("API_PORT", "tcp://10.0.0.1:80"),
        ("TACIT_API_PORT", "tcp://10.0.0.1:80"),
        ("TACIT_SERVICE_HOST", "10.0.0.1"),
        ("TACIT_SERVICE_PORT_HTTP", "80"),
        ("TACIT_PORT", "tcp://10.0.0.1:80"),
        ("TACIT_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("TACIT_GATEWAY_PORT_80_TCP_ADDR", "10.0.0.1"),
    ]);
    assert_eq!(faults(&resolved), [""; 0]);
    assert_eq!(Settings::read(&resolved).api.port, Whole(8000));
    assert_eq!(resolved.notices.len(), 7, "{:?}", resolved.notices);
    assert_eq!(faults(&env(&[("TACIT_PORT_80_TCQ", "x")])).len(), 1);
}

#[test]
fn what_has_no_effect_is_told() {
    let resolved = env(&[("SPACY_MODEL", "es"), ("LLM_N_GPU_LAYERS", "35"), ("PATH", "/bin")]);
    let notices: Vec<_> = resolved.notices.iter().map(ToString::to_string).collect();
    assert_eq!(
        notices,
        [
            "LLM_N_GPU_LAYERS: `llm.n_gpu_layers` is not built in this version and has no effect",
            "SPACY_MODEL: has no meaning here: the detection model is inside the binary",
        ]
    );
    let quiet = env(&[("LLM_N_GPU_LAYERS", "0"), ("API_PORT", "")]);
    assert_eq!(quiet.notices, [], "the default, or an empty variable, asks for nothing");
}

#[test]
fn a_name_nobody_knows_is_told_of_an_environment_file_only() {
    let variables = vec![("SMTP_HOST", "mail".to_owned()), ("API_PROT", "1".to_owned())];
    let resolved = Case { env: variables.clone(), env_file: true, ..Case::default() }.run();
    let unknown: Vec<_> = resolved.notices.iter().map(ToString::to_string).collect();
    assert_eq!(
        unknown,
        [
            ".env (API_PROT): not a name that tacitd knows; the nearest known name is `API_PORT`",
            ".env (SMTP_HOST): not a name that tacitd knows",
        ]
    );
    assert!(resolved.notices.iter().all(|notice| notice.unknown) && resolved.faults.is_empty());
    assert_eq!(Case { env: variables, ..Case::default() }.run().notices, []);
}

const SHAPES: &[Shape] = &[Shape::Many("server"), Shape::One("alias")];

fn with_tables(text: &str) -> Resolved {
    let file = Some(("tacit.toml".to_owned(), text.to_owned()));
    resolve(TABLE, ELSEWHERE, &Inputs { file, shapes: SHAPES, ..Inputs::default() })
}

#[test]
fn tables_that_are_no_sections_are_handed_over_with_their_places() {
    let resolved = with_tables(
        "[api]\nport = 1\n[[server]]\nurl = \"u\"\nmodels = [\"a\", \"b=c\"]\n\
         headers = { x = \"y\" }\n[[server]]\nweight = 0x10\n[alias]\n\"any name\" = [\"a\"]\n",
    );
    assert_eq!(faults(&resolved), [""; 0]);
    let [first, second, alias] = &resolved.tables[..] else { panic!("{:?}", resolved.tables) };
    assert_eq!((first.name.as_str(), second.place.as_str()), ("server", "tacit.toml:7:1"));
    assert_eq!(first.value::<Text>("url"), Ok(Some(Text("u".into()))));
    assert_eq!(first.value::<Text>("absent"), Ok(None));
    assert_eq!(first.texts("models"), Ok(Some(vec!["a".to_owned(), "b=c".to_owned()])));
    assert_eq!(first.texts("url"), Ok(Some(vec!["u".to_owned()])));
    let headers = first.table("headers").unwrap().unwrap();
    assert_eq!(headers.value::<Text>("x"), Ok(Some(Text("y".into()))));
    assert_eq!(second.value::<Whole<0, 99>>("weight"), Ok(Some(Whole(16))));
    assert_eq!(alias.entries[0].key, "any name");
    assert_eq!((alias.place("any name"), alias.place("x")), ("tacit.toml:10:1", "tacit.toml:9:2"));
}

#[test]
fn what_is_wrong_in_such_a_table_is_told_where_it_stands_and_no_secret_with_it() {
    let resolved =
        with_tables("[[server]]\nport = \"x\"\nurll = 1\nkey = \"hid\\u0000den\"\nurl = []\n");
    let table = &resolved.tables[0];
    let mut told = table.unknown(&["port", "url", "key"]);
    told.extend(table.value::<Whole<0, 9>>("port").err());
    told.extend(table.value::<SecretString>("key").err());
    told.extend(table.value::<Text>("url").err());
    told.extend(table.table("port").err());
    let told: Vec<_> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "tacit.toml:3:1: unknown key `server.urll` (the nearest known key is `url`)",
            "tacit.toml:2:1: `server.port`: `x` is not a whole number from 0 to 9",
            "tacit.toml:4:1: `server.key`: holds a NUL character",
            "tacit.toml:5:1: `server.url` is a list, not a text",
            "tacit.toml:2:1: `server.port` is a value, not a table",
        ]
    );
    assert!(!format!("{table:?}").contains("hid"), "{table:?}");
}

#[test]
fn such_a_table_in_other_brackets_is_a_fault() {
    let wrong = |text: &str| faults(&with_tables(text));
    assert_eq!(
        wrong("[server]\nurl = \"u\"\n[[alias]]\n"),
        [
            "tacit.toml:1:2: `server` is written as `[[server]]` (write the name in its brackets above its keys)",
            "tacit.toml:3:3: `alias` is written as `[alias]` (write the name in its brackets above its keys)",
        ]
    );
    assert_eq!(
        wrong("[[servr]]\nurl = \"u\"\n"),
        ["tacit.toml:1:3: unknown table `[[servr]]` (the nearest known name is `server`)"]
    );
    assert_eq!(
        wrong("[aliass]\n"),
        ["tacit.toml:1:2: unknown section `[aliass]` (the nearest known name is `alias`)"]
    );
}
