//! Who is signed in, for the whole app, and where that leads.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::route::Route;
use super::router::Router;
use crate::api::operation::NoVariables;
use crate::api::session::{Instance, SIGN_OUT, START, SWITCH_WORKSPACE, SwitchTo, Viewer};
use crate::api::{Failure, Timestamp, client, live};
use shared::WorkspaceId;

/// What is known of the session.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// The first question is on its way.
    Starting,
    /// It failed.
    NotStarted(Failure),
    /// Nobody is signed in.
    SignedOut(Instance),
    /// Someone is.
    SignedIn(Viewer),
}

/// The session; from [`use_session`].
#[derive(Clone, Copy)]
pub struct Session {
    /// Who, if anyone.
    pub state: RwSignal<State>,
    instance: RwSignal<Instance>,
    /// Where a signed-out visitor wanted to go.
    wanted: RwSignal<Route>,
    router: Router,
    asked_at: StoredValue<Timestamp>,
}

/// How long what we know of the session is taken for true when the tab comes back to the front.
const FRESH_MS: i64 = 15_000;

/// The app's session.
pub fn use_session() -> Session {
    expect_context::<Session>()
}

impl Session {
    pub(super) fn provide(router: Router) -> Self {
        let session = Self {
            state: RwSignal::new(State::Starting),
            instance: RwSignal::new(Instance::default()),
            wanted: RwSignal::new(Route::HOME),
            router,
            asked_at: StoredValue::new(Timestamp::now()),
        };
        provide_context(session);
        client::on_signed_out(move || session.ended());
        session.start();
        window_event_listener(leptos::ev::focus, move |_| session.look_again());
        // Signed-in or not decides about each new address as well.
        Effect::new(move |_| {
            router.route();
            session.guard();
        });
        session
    }

    /// Asks the server who we are.
    pub fn start(self) {
        self.state.set(State::Starting);
        spawn_local(async move {
            match client::run(&START, NoVariables {}).await {
                Ok(start) => {
                    self.instance.set(start.instance);
                    self.state.set(match start.viewer {
                        Some(viewer) => State::SignedIn(viewer),
                        None => State::SignedOut(start.instance),
                    });
                    self.guard();
                }
                Err(Failure::Unauthenticated) => {}
                Err(failure) => self.state.set(State::NotStarted(failure)),
            }
        });
    }

    /// All tabs share one session: another one may have signed out or moved to another workspace meanwhile.
    fn look_again(self) {
        let State::SignedIn(known) = self.state.get_untracked() else { return };
        let now = Timestamp::now();
        if now.since_ms(self.asked_at.get_value()) < FRESH_MS {
            return;
        }
        self.asked_at.set_value(now);
        spawn_local(async move {
            // Offline is shown elsewhere; a session that is over has already led to the sign-in page.
            let Ok(start) = client::run(&START, NoVariables {}).await else { return };
            match start.viewer {
                None => self.ended(),
                Some(viewer) if viewer.workspace.id != known.workspace.id => {
                    live::close();
                    batch(|| {
                        self.update(viewer);
                        // What the address names belongs to the other workspace.
                        self.router.replace(Route::HOME);
                    });
                }
                Some(viewer) if viewer != known => self.update(viewer),
                Some(_) => {}
            }
        });
    }

    /// The signed-in viewer; tracked.
    pub fn viewer(self) -> Option<Viewer> {
        match self.state.get() {
            State::SignedIn(viewer) => Some(viewer),
            _ => None,
        }
    }

    /// The signed-in viewer as of now.
    pub fn viewer_untracked(self) -> Option<Viewer> {
        untrack(|| self.viewer())
    }

    /// What this installation can do; tracked.
    pub fn instance(self) -> Instance {
        self.instance.get()
    }

    /// A sign-in, set-up, reset or accepted invitation succeeded: on to where the person wanted to go.
    pub fn signed_in(self, viewer: Viewer) {
        live::close();
        self.instance.update(|instance| instance.needs_setup = false);
        let wanted = self.wanted.get_untracked();
        self.wanted.set(Route::HOME);
        batch(|| {
            self.state.set(State::SignedIn(viewer));
            self.router.replace(wanted);
        });
    }

    /// The viewer changed without leaving the page: a new name, a renamed workspace.
    pub fn update(self, viewer: Viewer) {
        self.state.set(State::SignedIn(viewer));
    }

    /// The server ended the session.
    fn ended(self) {
        live::close();
        let here = self.router.route_untracked();
        if matches!(self.state.get_untracked(), State::SignedIn(_)) && !here.is_public() {
            self.wanted.set(here);
        }
        self.state.set(State::SignedOut(self.instance.get_untracked()));
        self.guard();
    }

    /// Ends the session.
    pub async fn sign_out(self) -> Result<(), Failure> {
        client::run(&SIGN_OUT, NoVariables {}).await?;
        live::close();
        self.wanted.set(Route::HOME);
        self.state.set(State::SignedOut(self.instance.get_untracked()));
        self.router.replace(Route::SignIn);
        Ok(())
    }

    /// Moves into another workspace.
    pub async fn switch_workspace(self, workspace_id: WorkspaceId) -> Result<(), Failure> {
        let payload = client::run(&SWITCH_WORKSPACE, SwitchTo { workspace_id }).await?.payload;
        match (payload.viewer, payload.problem) {
            (Some(viewer), _) => {
                self.wanted.set(Route::HOME);
                self.signed_in(viewer);
                Ok(())
            }
            (None, Some(problem)) => Err(Failure::Invalid(problem.message)),
            (None, None) => Err(Failure::NotFound),
        }
    }

    /// Sends people to where they can be.
    fn guard(self) {
        let here = self.router.route_untracked();
        match self.state.get_untracked() {
            State::SignedOut(instance) => {
                let set_up = matches!(here, Route::SetUp { .. });
                if instance.needs_setup && !set_up {
                    self.router.replace(Route::SetUp { token: String::new() });
                } else if !instance.needs_setup && (set_up || !here.is_public()) {
                    if !here.is_public() && here != Route::Missing {
                        self.wanted.set(here);
                    }
                    self.router.replace(Route::SignIn);
                }
            }
            // A signed-in person may follow an invitation or a reset link, but has nothing to do at the door.
            State::SignedIn(_) if matches!(here, Route::SignIn | Route::Forgot | Route::SetUp { .. }) => {
                self.router.replace(Route::HOME);
            }
            _ => {}
        }
    }
}
