//! tacitd: takes personal data out of text, and puts it back.
//!
//! This file reads aloud: take the command line apart, find the settings, run the verb, say how it went.

mod args;
mod failure;
mod gateway;
mod load;
mod settings;
mod strict;
mod ui;
mod upstreams;

mod hiding;
mod policy;

mod keyfile;
mod secret;
mod store;

mod account;
mod app;
mod auth;
mod http;
mod metrics;
mod names;

mod command;

use args::{Command, Rules, Typed};
use failure::Failure;
use kit::log;
use load::Loaded;
use std::process::ExitCode;
use std::time::Duration;
use strict::Purpose;

fn main() -> ExitCode {
    let typed = match args::parse(std::env::args_os()) {
        Ok(typed) => typed,
        Err(error) => {
            ui::usage(&error);
            return ExitCode::from(if error.use_stderr() { failure::exit::USAGE } else { 0 });
        }
    };
    run(typed).unwrap_or_else(|failure| {
        ui::failure(&failure);
        ExitCode::from(failure.code)
    })
}

fn run(mut typed: Typed) -> Result<ExitCode, Failure> {
    let command = typed.args.command.take();
    if let Some(Command::Config { check, env_file, output }) = command {
        let asked = command::config::Asked { check, env_file, output };
        return command::config::run(typed, asked).map(|()| ExitCode::SUCCESS);
    }
    if let Some(Command::Licenses) = command {
        command::licenses::run();
        return Ok(ExitCode::SUCCESS);
    }
    let purpose = command.as_ref().map_or(Purpose::Serve, Command::purpose);
    let usable = Loaded::read(&mut typed, None, purpose)?.usable()?;
    // The daemon takes it whole; the other commands want nothing else of it.
    let settings = &usable.settings.clone();
    let level = if settings.app.debug { log::Level::Debug } else { settings.log.level };
    log::start(level, settings.log.format, &["tacitd", "kit"]);
    let runtime = match command {
        None => tokio::runtime::Builder::new_multi_thread().enable_all().build(),
        Some(_) => tokio::runtime::Builder::new_current_thread().enable_all().build(),
    };
    let runtime = runtime.map_err(|error| Failure::because("start", &error))?;
    let done = runtime.block_on(async {
        match command {
            None => return app::run(usable).await,
            Some(Command::Redact { session, by, input }) => {
                return command::filter::redact(settings, session, &by, &input).await;
            }
            Some(Command::Restore { session, input }) => {
                command::filter::restore(settings, &session, &input).await?
            }
            Some(Command::Analyze { by, input }) => {
                command::filter::analyze(settings, &by, &input)?
            }
            Some(Command::Rules { command: Some(Rules::Test { files, output }), .. }) => {
                return command::rules::test(settings, &files, output);
            }
            Some(Command::Rules { name, by, output, command: None }) => {
                command::rules::run(settings, name.as_deref(), &by, output)?;
            }
            Some(Command::Eval(asked)) => command::eval::run(settings, &asked)?,
            Some(Command::Keys(keys)) => command::keys::run(settings, keys).await?,
            Some(Command::Usage { from, to, key, output }) => {
                let asked = command::usage::Asked { from, to, key, output };
                command::usage::run(settings, asked).await?;
            }
            Some(Command::Audit(audit)) => command::audit::run(settings, audit).await?,
            Some(Command::Snapshot(asked)) => return command::snapshot::run(settings, asked),
            Some(Command::Healthcheck { live, timeout }) => {
                command::healthcheck::run(settings, live, Duration::from_secs(timeout)).await?;
            }
            Some(Command::Config { .. } | Command::Licenses) => unreachable!("done above"),
        }
        Ok(ExitCode::SUCCESS)
    });
    // Requests that were given up must not keep us.
    runtime.shutdown_background();
    done
}
