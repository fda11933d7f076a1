//! WhatsApp through the suite.

use channel_conformance::Fixtures;
use channel_core::ProviderApi;
use channel_meta::GraphApi;
use channel_whatsapp::WhatsApp;

#[test]
fn recorded_deliveries_are_read_as_recorded() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let api = ProviderApi::new(reqwest::Client::new(), "http://localhost".parse().unwrap());
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../whatsapp/fixtures");
    if let Err(problems) = Fixtures::new(&WhatsApp::new(GraphApi::new(api)), folder).run() {
        panic!("{problems}");
    }
}
