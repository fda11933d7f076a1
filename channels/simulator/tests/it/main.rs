//! The simulator over real HTTP, with a small webhook receiver on the other side.

mod faults;
mod kit;
mod speed;
mod telegram;
mod whatsapp;
