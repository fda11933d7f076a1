//! The agents' inbox in the browser.
//!
//! `api` talks to the server, `state` decides, `pages` and `components` show, `app` puts them together.

mod api;
mod app;
mod components;
mod pages;
mod state;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
