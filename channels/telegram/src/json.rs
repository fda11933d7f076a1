//! Reading JSON whose form nobody promises: what is missing, or of another type, is simply not there.

use serde_json::{Map, Value};

/// An object of an update.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a>(&'a Map<String, Value>);

impl<'a> Object<'a> {
    /// The value, if it is an object.
    pub fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    /// The key is there, whatever its value.
    pub fn has(self, key: &str) -> bool {
        self.0.get(key).is_some_and(|value| !value.is_null())
    }

    /// All keys.
    pub fn keys(self) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str)
    }

    /// Any value.
    pub fn value(self, key: &str) -> Option<&'a Value> {
        self.0.get(key)
    }

    /// An object.
    pub fn object(self, key: &str) -> Option<Self> {
        self.0.get(key).and_then(Self::of)
    }

    /// A text; an empty one is none.
    pub fn text(self, key: &str) -> Option<&'a str> {
        self.0.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// A text of its own.
    pub fn owned(self, key: &str) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    /// An id: up to 52 significant bits, as a number or a text.
    pub fn id(self, key: &str) -> Option<i64> {
        match self.0.get(key)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A count or size.
    pub fn size(self, key: &str) -> Option<u64> {
        match self.0.get(key)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A count or size that is never large.
    pub fn small(self, key: &str) -> Option<u32> {
        self.size(key).and_then(|size| u32::try_from(size).ok())
    }

    /// A number with a fraction.
    pub fn number(self, key: &str) -> Option<f64> {
        self.0.get(key)?.as_f64()
    }

    /// A switch; off when it is not there.
    pub fn flag(self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The objects of a list.
    pub fn list(self, key: &str) -> impl DoubleEndedIterator<Item = Self> + use<'a> {
        let items: &'a [Value] = self.0.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice);
        items.iter().filter_map(Self::of)
    }

    /// The values of a list.
    pub fn values(self, key: &str) -> &'a [Value] {
        self.0.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}
