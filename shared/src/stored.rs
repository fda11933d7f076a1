//! Enums that the database keeps as `smallint`: numbers never change meaning, rows outlive the code.

/// Declares an enum with fixed numbers, its names in JSON, and both ways between them.
macro_rules! stored_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $number:literal / $text:literal,)+ }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "graphql", derive(async_graphql::Enum))]
        $(#[$meta])*
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[repr(i16)]
        pub enum $name {
            $($(#[$variant_meta])* $variant = $number,)+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The number the database keeps.
            #[must_use]
            pub const fn code(self) -> i16 {
                self as i16
            }

            /// The value with this number; `None` for a number a newer version wrote.
            #[must_use]
            pub const fn from_code(code: i16) -> Option<Self> {
                match code {
                    $($number => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// The name in logs and audit entries.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[cfg(feature = "sqlx")]
        const _: () = {
            use sqlx::{Decode, Encode, Postgres, Type, encode::IsNull, error::BoxDynError, postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef, PgHasArrayType}};

            impl Type<Postgres> for $name {
                fn type_info() -> PgTypeInfo {
                    <i16 as Type<Postgres>>::type_info()
                }
            }

            impl PgHasArrayType for $name {
                fn array_type_info() -> PgTypeInfo {
                    <i16 as PgHasArrayType>::array_type_info()
                }
            }

            impl<'q> Encode<'q, Postgres> for $name {
                fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                    <i16 as Encode<'q, Postgres>>::encode_by_ref(&self.code(), buffer)
                }
            }

            impl<'r> Decode<'r, Postgres> for $name {
                fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
                    let code = <i16 as Decode<'r, Postgres>>::decode(value)?;
                    Self::from_code(code).ok_or_else(|| format!(concat!("unknown ", stringify!($name), " {}"), code).into())
                }
            }
        };
    };
}

pub(crate) use stored_enum;
