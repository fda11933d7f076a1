//! The app's pages. They show what `state` decided and `api` fetched, loading and failure included.

mod door;
mod forgot;
pub mod inbox;
mod invite;
pub mod missing;
mod reset;
pub mod settings;
mod setup;
mod sign_in;

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use crate::api::Failure;
use crate::app::route::Route;
use crate::components::Part;

/// What people see who are not signed in.
pub static PUBLIC: Part<fn(Route) -> AnyView> = Part::page(
    || Box::pin(public_code()),
    |inside| view! { <main class="starting">{inside}</main> }.into_any(),
);

#[wasm_split(public, wasm_split_path = ::leptos::wasm_split, fallible)]
fn public_code() -> Result<fn(Route) -> AnyView, Failure> {
    Ok(public_page)
}

fn public_page(route: Route) -> AnyView {
    match route {
        Route::SetUp { token } => view! { <setup::SetUpPage token=token/> }.into_any(),
        Route::Forgot => view! { <forgot::ForgotPage/> }.into_any(),
        Route::Reset { token } => view! { <reset::ResetPage token=token/> }.into_any(),
        Route::Invite { token } => view! { <invite::InvitePage token=token/> }.into_any(),
        _ => view! { <sign_in::SignInPage/> }.into_any(),
    }
}
