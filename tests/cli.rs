//! Each case is a file: a command, its output, its exit code. `TRYCMD=overwrite` rewrites them; read what changed.

#[test]
fn commands_answer_as_their_cases_say() {
    let cases = trycmd::TestCases::new();
    for name in ["tacitd", "tacitctl"] {
        cases.register_bin(name, support::binary(name).as_path());
    }
    cases.case("cases/cli/*.toml");
}
