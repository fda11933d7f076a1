//! What a resolver may ask its context for.

use std::sync::Arc;

use async_graphql::Context;
use shared::Role;

use super::GraphqlError;
use crate::app::App;
use crate::error::AppError;
use crate::viewer::{RequestContext, Viewer};

/// Access to the app and to who is asking. The HTTP handler puts `Arc<App>`, `Option<Viewer>`,
/// `RequestContext` and the `tower_sessions::Session` into every request's data.
pub trait ContextExt {
    /// The running product.
    fn app(&self) -> &Arc<App>;

    /// Who is asking.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when nobody is signed in.
    fn viewer(&self) -> Result<&Viewer, GraphqlError>;

    /// Who is asking, if anybody.
    fn viewer_if_any(&self) -> Option<&Viewer>;

    /// Who is asking, when their role includes `role`.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, or `FORBIDDEN` when the role does not reach.
    fn viewer_as(&self, role: Role) -> Result<&Viewer, GraphqlError>;

    /// Where the request came from.
    fn request(&self) -> RequestContext;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &Arc<App> {
        self.data_unchecked::<Arc<App>>()
    }

    fn viewer(&self) -> Result<&Viewer, GraphqlError> {
        self.viewer_if_any().ok_or_else(|| AppError::Unauthenticated.into())
    }

    fn viewer_if_any(&self) -> Option<&Viewer> {
        self.data_opt::<Option<Viewer>>().and_then(Option::as_ref)
    }

    fn viewer_as(&self, role: Role) -> Result<&Viewer, GraphqlError> {
        let viewer = self.viewer()?;
        if viewer.role.includes(role) { Ok(viewer) } else { Err(AppError::Forbidden.into()) }
    }

    fn request(&self) -> RequestContext {
        self.data_opt::<RequestContext>().cloned().unwrap_or_default()
    }
}
