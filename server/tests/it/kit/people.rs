//! People to act in tests: members of a workspace, signed in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use server::app::App;
use server::config::Config;
use server::viewer::{RequestContext, Viewer};
use shared::{MemberId, Role, UserId, WorkspaceId};

use super::{Browser, TestDatabase};

/// The password of everyone who got one by [`TestDatabase::with_password`].
pub const PASSWORD: &str = "violet harbour ninety lanterns";

impl TestDatabase {
    /// Lets a member sign in with [`PASSWORD`]; the mail address to do it with.
    pub async fn with_password(&self, viewer: &Viewer) -> String {
        static HASH: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
        let hash = HASH
            .get_or_init(|| async { server::auth::Passwords::default().hash(PASSWORD.into()).await.unwrap() })
            .await;
        sqlx::query_scalar("update users set password_hash = $2 where id = $1 returning email")
            .bind(viewer.user_id)
            .bind(hash)
            .fetch_one(self.db.pool())
            .await
            .unwrap()
    }

    /// A browser in which the member is signed in.
    pub async fn signed_in(&self, app: &Arc<App>, viewer: &Viewer) -> Browser {
        let email = self.with_password(viewer).await;
        let mut browser = Browser::new(app);
        assert_eq!(browser.sign_in(&email, PASSWORD).await, None);
        browser
    }

    /// The product over this database, configured as by default.
    pub fn app(&self) -> Arc<App> {
        self.app_with(Config { data_dir: self.data_dir(), ..Config::default() })
    }

    /// A folder of this database's own: two processes over one database share it.
    pub fn data_dir(&self) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.app_options().get_database().unwrap())
    }

    /// The product over this database.
    pub fn app_with(&self, config: Config) -> Arc<App> {
        App::new(config, self.db.clone())
    }

    /// The owner of a new workspace.
    pub async fn owner(&self) -> Viewer {
        let workspace_id = self.workspace("Bloom & Co").await;
        self.member(workspace_id, Role::Owner).await
    }

    /// Another member of a workspace; the person is new, too.
    pub async fn member(&self, workspace_id: WorkspaceId, role: Role) -> Viewer {
        let user_id = UserId::new();
        let name = format!("{role} {}", &user_id.0.simple().to_string()[24..]);
        sqlx::query("insert into users (id, email, name) values ($1, $2, $3)")
            .bind(user_id)
            .bind(format!("{}@example.com", user_id.0.simple()))
            .bind(&name)
            .execute(self.db.pool())
            .await
            .unwrap();
        self.join(workspace_id, user_id, role).await
    }

    /// Makes a person who exists a member of one more workspace.
    pub async fn join(&self, workspace_id: WorkspaceId, user_id: UserId, role: Role) -> Viewer {
        let (name, email): (String, String) = sqlx::query_as("select name, email from users where id = $1")
            .bind(user_id)
            .fetch_one(self.db.pool())
            .await
            .unwrap();
        let member_id = MemberId::new();
        let mut tx = self.db.workspace(workspace_id).await.unwrap();
        sqlx::query(
            "insert into members (workspace_id, id, user_id, role, name, email) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(workspace_id)
        .bind(member_id)
        .bind(user_id)
        .bind(role)
        .bind(&name)
        .bind(email)
        .execute(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        Viewer { user_id, member_id, workspace_id, role, name, request: RequestContext::default() }
    }
}
