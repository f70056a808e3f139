//! `cargo xtask test --long`: the long forms of tests, which take hours.

use super::python_tests::Pytest;
use crate::handouts::chromium;
use crate::setup;
use crate::setup::mpi::Mpi;
use crate::tools::paths::Paths;
use crate::tools::python::Needs;
use crate::tools::step::Steps;
use crate::tools::{child, jupyter_env, own_program};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

/// The file of the long forms, in the checkout.
const FILE: &str = "tests/long.toml";

/// The commands of the long forms by their names.
type Forms = BTreeMap<String, String>;

/// Runs the long forms that are named, or all; goes on after one that fails.
pub fn run(paths: &Paths, names: &[String]) -> Result<()> {
    let path = paths.root.join(FILE);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {FILE}"))?;
    let forms = chosen(read(&text).with_context(|| FILE.to_owned())?, names)?;
    let own = paths.work.join("bin/xtask");
    own_program::copy_to(&own)?;
    let mut steps = Steps::new(setup::STEPS + forms.len());
    let python = setup::run(paths, &mut steps, false, &Needs::All)?;
    let browser = chromium::find(paths).ok();
    let environment = Pytest {
        own: &own,
        handouts: &paths.target.join("handouts"),
        browser: browser.as_deref(),
    };
    let mut failed = Vec::new();
    for (name, line) in &forms {
        steps.announce(&format!("{name}: {line}"));
        let mut command = jupyter_env::command("sh", paths, &python);
        Mpi::find(paths, &python)?.set(&mut command);
        environment.set(&mut command);
        command.args(["-c", line]).current_dir(&paths.root);
        let start = Instant::now();
        let done = child::run_in_terminal(&mut command);
        let word = if done.is_ok() { "passed" } else { "FAILED" };
        println!("{name}: {word} after {} s", start.elapsed().as_secs());
        failed.extend(done.is_err().then_some(name.as_str()));
    }
    println!(
        "{} passed, {} failed",
        forms.len() - failed.len(),
        failed.len()
    );
    ensure!(
        failed.is_empty(),
        "these long forms failed: {}; run one again with cargo xtask test --long NAME",
        failed.join(", ")
    );
    Ok(())
}

/// The forms in the text of the file.
fn read(text: &str) -> Result<Forms> {
    let table: toml::Table = text.parse()?;
    let form = |(name, value): (String, toml::Value)| {
        let command = value.get("command").and_then(toml::Value::as_str);
        let command = command.with_context(|| format!("[{name}] has no command"))?;
        Ok((name, command.to_owned()))
    };
    table.into_iter().map(form).collect()
}

/// The forms that are named; all if none is.
fn chosen(mut forms: Forms, names: &[String]) -> Result<Forms> {
    if let Some(unknown) = names.iter().find(|name| !forms.contains_key(*name)) {
        let known: Vec<&str> = forms.keys().map(String::as_str).collect();
        bail!(
            "there is no long form `{unknown}`; use one of: {}",
            known.join(", ")
        );
    }
    forms.retain(|name, _| names.is_empty() || names.contains(name));
    Ok(forms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_are_commands_and_can_be_chosen() {
        let forms = read(include_str!("../../../../tests/long.toml")).unwrap();
        assert_eq!(chosen(forms.clone(), &[]).unwrap(), forms);
        let one = forms.keys().next().unwrap().clone();
        let of_one = chosen(forms.clone(), std::slice::from_ref(&one));
        assert_eq!(of_one.unwrap().len(), 1);
        let error = chosen(forms, &["luck".to_owned()]).unwrap_err().to_string();
        assert!(
            error.starts_with("there is no long form `luck`; use one of: "),
            "{error}"
        );
        assert!(error.contains(&one), "{error}");
    }

    #[test]
    fn each_form_is_explained() {
        let page = include_str!("../../../../tests/README.md");
        for name in read(include_str!("../../../../tests/long.toml"))
            .unwrap()
            .keys()
        {
            assert!(
                page.contains(&format!("`cargo xtask test --long {name}`")),
                "{name}"
            );
        }
    }

    /// What follows `cargo test` in a text, as far as it goes to cargo, and what goes to the test programs.
    fn test_commands(text: &str) -> Vec<(&str, &str)> {
        let commands = text.split("cargo ").filter_map(|rest| {
            let rest = rest.trim_start_matches("+nightly ");
            let rest = rest.trim_start_matches("miri ").strip_prefix("test")?;
            let line = rest.split(['`', '"', ';', '|', '\n']).next()?;
            Some(line.split_once(" -- ").unwrap_or((line, "")))
        });
        commands.collect()
    }

    /// The words that are no options: cargo takes them for a part of a test's name.
    fn words(arguments: &str) -> Vec<&str> {
        const WITH_VALUE: [&str; 6] = [
            "-p",
            "--test",
            "--features",
            "--target",
            "--target-dir",
            "--skip",
        ];
        let mut before = "";
        let mut words: Vec<&str> = arguments.split_whitespace().collect();
        words.retain(|word| {
            let is_word = !word.starts_with('-') && !WITH_VALUE.contains(&before);
            before = word;
            is_word
        });
        words
    }

    #[test]
    fn no_command_chooses_tests_by_a_word_that_may_be_in_no_name() {
        const MODULES: [&str; 2] = [
            include_str!("../../../speedup/src/lib.rs"),
            include_str!("../../../speedup/src/simd/mod.rs"),
        ];
        for text in [
            include_str!("../../../../tests/long.toml"),
            include_str!("../../../../tests/README.md"),
        ] {
            let commands = test_commands(text);
            assert!(commands.len() > 5, "few commands: {commands:?}");
            for (of_cargo, of_programs) in commands {
                assert_eq!(words(of_cargo), [""; 0], "{of_cargo}");
                for word in words(of_programs) {
                    let module = word.strip_suffix("::").expect(word);
                    let line = format!("mod {module};");
                    assert!(MODULES.iter().any(|text| text.contains(&line)), "{line}");
                }
            }
        }
        let command = "cargo +nightly miri test -p a word --test b -- --skip c d::";
        let [(of_cargo, of_programs)] = test_commands(command)[..] else {
            panic!("one command");
        };
        assert_eq!(
            (words(of_cargo), words(of_programs)),
            (vec!["word"], vec!["d::"])
        );
    }

    #[test]
    fn a_form_without_a_command_is_named() {
        let error = read("[a]\nb = 1").unwrap_err().to_string();
        assert_eq!(error, "[a] has no command");
    }
}
