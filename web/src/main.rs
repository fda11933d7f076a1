//! The agents' inbox in the browser.

mod state;

fn main() {}
