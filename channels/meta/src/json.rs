//! Reading JSON whose form nobody promises: what is missing, or of another type, is simply not there.

use serde_json::{Map, Value};

/// An object of a delivery or an answer.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a>(&'a Map<String, Value>);

impl<'a> Object<'a> {
    /// The value, if it is an object.
    #[must_use]
    pub fn of(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    /// The key is there, whatever its value; null is not there.
    #[must_use]
    pub fn has(self, key: &str) -> bool {
        self.0.get(key).is_some_and(|value| !value.is_null())
    }

    /// All keys.
    pub fn keys(self) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str)
    }

    /// Any value.
    #[must_use]
    pub fn value(self, key: &str) -> Option<&'a Value> {
        self.0.get(key)
    }

    /// An object.
    #[must_use]
    pub fn object(self, key: &str) -> Option<Self> {
        self.0.get(key).and_then(Self::of)
    }

    /// A text; an empty one is none.
    #[must_use]
    pub fn text(self, key: &str) -> Option<&'a str> {
        self.0.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// A text of its own.
    #[must_use]
    pub fn owned(self, key: &str) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    /// An id: Meta writes some as text, some as numbers.
    #[must_use]
    pub fn id(self, key: &str) -> Option<String> {
        match self.0.get(key)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
            _ => None,
        }
    }

    /// A whole number, given as such or as text.
    #[must_use]
    pub fn whole(self, key: &str) -> Option<i64> {
        match self.0.get(key)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A count or size.
    #[must_use]
    pub fn size(self, key: &str) -> Option<u64> {
        self.whole(key).and_then(|number| u64::try_from(number).ok())
    }

    /// A number with a fraction, given as such or as text.
    #[must_use]
    pub fn number(self, key: &str) -> Option<f64> {
        match self.0.get(key)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// A switch; off when it is not there.
    #[must_use]
    pub fn flag(self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The objects of a list.
    pub fn list(self, key: &str) -> impl DoubleEndedIterator<Item = Self> + use<'a> {
        self.values(key).iter().filter_map(Self::of)
    }

    /// The values of a list.
    #[must_use]
    pub fn values(self, key: &str) -> &'a [Value] {
        self.0.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}
