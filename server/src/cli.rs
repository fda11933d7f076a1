//! The `switchboard` command.

mod database;
mod operate;
mod serve;
mod telemetry;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::auth::cli::UsersCommand;
use crate::config::{Config, ConfigError};
use crate::db::MigrateError;

/// One inbox for every message a business gets.
#[derive(Debug, Parser)]
#[command(name = "switchboard", version, about, after_help = AFTER_HELP)]
struct Arguments {
    /// A TOML file with settings; the environment (SWITCHBOARD_…) wins over it.
    #[arg(long, short, global = true, env = "SWITCHBOARD_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Every setting of the file can be set in the environment: `listen` is SWITCHBOARD_LISTEN, \
`smtp.host` is SWITCHBOARD_SMTP__HOST. docs/OPERATING.md lists them all.\n\n\
Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 configuration, 4 database, 5 address in use, \
6 already running on this data folder, 7 database is newer than this version, 8 keys, 9 the audit log was tampered with.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the product.
    Serve {
        /// Address to listen on, instead of the configured one.
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<std::net::SocketAddr>,
        /// Folder for the embedded database, files and keys, instead of the configured one.
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// Offers a demo workspace: five people to play on a page of phones, no accounts needed.
        #[arg(long)]
        demo: bool,
    },
    /// Brings the database up to date and stops.
    Migrate,
    /// Configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The keys that secrets are sealed with.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The people who sign in.
    #[command(subcommand)]
    Users(UsersCommand),
    /// What providers sent.
    #[command(subcommand)]
    Deliveries(DeliveriesCommand),
    /// Prints the GraphQL schema.
    Schema,
}

#[derive(Debug, Subcommand)]
enum DeliveriesCommand {
    /// Shows what providers sent for accounts that no workspace has connected, newest first.
    Unroutable {
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: u16,
        /// Prints the bytes of this one in place of the list.
        #[arg(long, value_name = "NUMBER")]
        body: Option<i64>,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Checks every entry of every workspace against its chain and against every signed anchor.
    Verify,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Says which master keys there are, and how many workspaces' keys each one seals.
    Status,
    /// Makes a new master key and seals every workspace's key by it, while servers run.
    Rotate,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Reads the configuration and says what is in force, without secrets.
    Check,
}

/// Why the command failed; each kind has an exit code of its own.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Unusable configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No database.
    #[error("{0}")]
    Database(String),
    /// Somebody else listens there.
    #[error("{address} cannot be listened on: {source}. Choose another with --listen or SWITCHBOARD_LISTEN")]
    Address {
        /// Where.
        address: std::net::SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A second process on one data folder.
    #[error("{0}")]
    AlreadyRunning(String),
    /// The schema.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// Keys.
    #[error("{0}")]
    Keys(String),
    /// The audit log's chain does not hold.
    #[error("{0}")]
    Tampered(String),
    /// Anything else.
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

impl CliError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Other(_) => 1,
            Self::Config(_) => 3,
            Self::Database(_) | Self::Migrate(MigrateError::Failed(_) | MigrateError::Unreachable(_)) => 4,
            Self::Address { .. } => 5,
            Self::AlreadyRunning(_) => 6,
            Self::Migrate(MigrateError::NewerDatabase(_)) => 7,
            Self::Keys(_) => 8,
            Self::Tampered(_) => 9,
        }
    }
}

/// Reads the arguments and does what they say.
#[must_use]
pub fn run() -> ExitCode {
    // Before any client is built: reqwest and lettre ask for the process's provider.
    let _ = rustls::crypto::ring::default_provider().install_default(); // a second call is harmless
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&CliError::Other(anyhow::Error::new(error).context("could not start"))),
    };
    match runtime.block_on(dispatch(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the command's own answer, before or without a log")]
fn fail(error: &CliError) -> ExitCode {
    eprintln!("switchboard: {error}");
    ExitCode::from(error.exit_code())
}

async fn dispatch(arguments: Arguments) -> Result<(), CliError> {
    let file = arguments.config.as_deref();
    match arguments.command {
        Command::Serve { listen, data_dir, demo } => {
            let mut config = Config::load(file)?;
            config.listen = listen.unwrap_or(config.listen);
            config.data_dir = data_dir.unwrap_or(config.data_dir);
            config.demo |= demo;
            telemetry::start(&config)?;
            serve::serve(config).await
        }
        Command::Migrate => {
            let config = Config::load(file)?;
            telemetry::start(&config)?;
            let database = database::open(&config).await?;
            database.close().await;
            say("The database is up to date.");
            Ok(())
        }
        Command::Config(ConfigCommand::Check) => {
            let config = Config::load(file)?;
            say(&format!("{config:#?}"));
            say(&crate::media::describe_ffmpeg(config.ffmpeg.as_deref()));
            Ok(())
        }
        Command::Keys(command) => operate::keys(&Config::load(file)?, &command).await,
        Command::Audit(AuditCommand::Verify) => operate::verify_audit(&Config::load(file)?).await,
        Command::Users(command) => operate::users(&Config::load(file)?, command).await,
        Command::Deliveries(DeliveriesCommand::Unroutable { limit, body }) => {
            operate::unroutable(&Config::load(file)?, limit, body).await
        }
        Command::Schema => {
            say(&crate::graphql::sdl());
            Ok(())
        }
    }
}

/// The command's answer on standard output.
#[expect(clippy::print_stdout, reason = "the command's own answer")]
fn say(text: &str) {
    println!("{text}");
}
