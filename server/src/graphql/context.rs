//! What a resolver may ask its context for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::Context;
use shared::Role;

use super::GraphqlError;
use crate::app::App;
use crate::error::AppError;
use crate::viewer::{RequestContext, Viewer};

/// In a request's data: notes whether a resolver wanted to know who asks, or from where.
#[derive(Debug, Clone, Default)]
pub struct ViewerAsked(Arc<AtomicBool>);

impl ViewerAsked {
    /// Whether the answer may differ from viewer to viewer.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn note(context: &Context<'_>) {
        if let Some(Self(asked)) = context.data_opt::<Self>() {
            asked.store(true, Ordering::Relaxed);
        }
    }
}

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
        ViewerAsked::note(self);
        self.data_opt::<Option<Viewer>>().and_then(Option::as_ref)
    }

    fn viewer_as(&self, role: Role) -> Result<&Viewer, GraphqlError> {
        let viewer = self.viewer()?;
        if viewer.role.includes(role) { Ok(viewer) } else { Err(AppError::Forbidden.into()) }
    }

    fn request(&self) -> RequestContext {
        ViewerAsked::note(self);
        self.data_opt::<RequestContext>().cloned().unwrap_or_default()
    }
}
