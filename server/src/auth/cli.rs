//! `switchboard users …`: what only the operator of the installation can do for a user.

use anyhow::bail;

use super::operator_reset_link;
use crate::app::App;

/// Commands about the people who sign in.
#[derive(Debug, clap::Subcommand)]
pub enum UsersCommand {
    /// Print a link that sets a new password for a user. It works once, for 30 minutes.
    ResetLink {
        /// The user's mail address.
        email: String,
    },
}

/// Runs a command; what to print.
///
/// # Errors
/// When there is no such user, or the database cannot answer.
pub async fn run(app: &App, command: UsersCommand) -> anyhow::Result<String> {
    match command {
        UsersCommand::ResetLink { email } => match operator_reset_link(app, &email).await? {
            Some(link) => Ok(link),
            None => bail!("no user has the mail address {email}"),
        },
    }
}
