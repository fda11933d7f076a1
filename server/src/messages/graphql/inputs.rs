//! What an answer can be besides text and files, as clients give it.

use async_graphql::InputObject;
use channel_core::Location;

use crate::messages::{Choice, Choices};

/// A place.
#[derive(InputObject)]
pub struct LocationInput {
    /// Degrees, north is positive.
    latitude: f64,
    /// Degrees, east is positive.
    longitude: f64,
    /// What it is called.
    name: Option<String>,
    /// Where it is, in words.
    address: Option<String>,
}

impl From<LocationInput> for Location {
    fn from(input: LocationInput) -> Self {
        Self {
            latitude: input.latitude,
            longitude: input.longitude,
            name: input.name.filter(|name| !name.trim().is_empty()),
            address: input.address.filter(|address| !address.trim().is_empty()),
            ..Self::default()
        }
    }
}

/// A button under an answer.
#[derive(InputObject)]
pub struct ButtonInput {
    /// What it says.
    title: String,
    /// Opens this address; without it, a tap comes back to us.
    url: Option<String>,
}

impl From<ButtonInput> for Choice {
    fn from(input: ButtonInput) -> Self {
        Self { title: input.title, url: input.url, description: None }
    }
}

/// A menu of choices.
#[derive(InputObject)]
pub struct ListInput {
    /// What opens it.
    button: String,
    /// Its rows, in groups.
    sections: Vec<ListSectionInput>,
}

/// A group of a menu.
#[derive(InputObject)]
pub struct ListSectionInput {
    /// May be empty when it is the only one.
    title: String,
    /// Its rows.
    rows: Vec<ListRowInput>,
}

/// A row of a menu.
#[derive(InputObject)]
pub struct ListRowInput {
    /// What it says.
    title: String,
    /// A smaller line under it.
    description: Option<String>,
}

impl From<ListInput> for Choices {
    fn from(input: ListInput) -> Self {
        let row = |row: ListRowInput| Choice { title: row.title, description: row.description, url: None };
        let section =
            |section: ListSectionInput| (section.title, section.rows.into_iter().map(row).collect());
        Self { button: input.button, sections: input.sections.into_iter().map(section).collect() }
    }
}
