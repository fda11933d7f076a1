//! Web chat through the suite. It has no platform behind it: what is live about it is tested with the server.

use channel_conformance::Fixtures;
use channel_webchat::WebChat;

#[test]
fn recorded_deliveries_are_read_as_recorded() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../webchat/fixtures");
    if let Err(problems) = Fixtures::new(&WebChat, folder).run() {
        panic!("{problems}");
    }
}
