//! Deliveries of WhatsApp: routed and read.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| channel_fuzz::read(&*channel_fuzz::WHATSAPP, body));
