//! The agents' inbox in the browser.

fn main() {}
