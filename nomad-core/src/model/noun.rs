//! One listing per noun, two types: the raw form and the meant form.
//!
//! Each line of a listing is `field = "JsonName": kind Type;`. The kind says how the raw form
//! differs:
//!
//! | kind | raw form | meant form |
//! | --- | --- | --- |
//! | `plain T` | `T` | `T` |
//! | `opt T` | `Option<T>` | `T`, its default when missing |
//! | `null T` | `Option<T>` | `Option<T>` |
//! | `name T` | `String` | `T`, checked |
//! | `optname T` | `Option<String>` | `T`, checked; its default when missing |
//! | `one T` | `Option<TSpec>` | `Option<T>` |
//! | `must T` | `Option<TSpec>` | `T` |
//! | `many T` | `Option<Vec<TSpec>>` | `List<T>` |
//! | `table T` | `Option<BTreeMap<String, TSpec>>` | `Table<T>` |
//! | `list T` | `Option<Vec<T>>` | `List<T>` |
//! | `dict T` | `Option<BTreeMap<String, T>>` | `Table<T>` |
//!
//! A line may carry an attribute for the raw form only: `..., raw #[serde(...)];`.
//! A listing may end with `raw { ... }` and `meant { ... }`: fields that only one form has.
//! Missing values have been filled by `spec::canonicalize` before a raw form settles.

use crate::id::IdError;

/// Why a raw form cannot become the meant form. Validation reports the same earlier and better;
/// this is the last gate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettleError {
    /// An identifier is not one.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A word is not among those allowed.
    #[error("read {what} {text:?}: one of {allowed} is needed")]
    Word {
        /// What the word stands for, such as "job type".
        what: &'static str,
        /// The word given.
        text: String,
        /// The words allowed, separated by commas.
        allowed: &'static str,
    },
}

/// A raw form that becomes its meant form.
pub trait Settle {
    /// The meant form.
    type Settled;

    /// Converts, checking every identifier and word.
    ///
    /// # Errors
    ///
    /// The first identifier or word that is not one.
    fn settle(self) -> Result<Self::Settled, SettleError>;
}

/// A meant form that knows its raw form.
pub trait Noun: Sized {
    /// The raw form.
    type Spec: Settle<Settled = Self>;
}

pub(crate) fn settle_name<T>(text: String) -> Result<T, SettleError>
where
    T: TryFrom<String>,
    SettleError: From<T::Error>,
{
    Ok(T::try_from(text)?)
}

macro_rules! raw_type {
    (plain $t:ty) => { $t };
    (opt $t:ty) => { Option<$t> };
    (null $t:ty) => { Option<$t> };
    (name $t:ty) => { String };
    (optname $t:ty) => { Option<String> };
    (one $t:ty) => { Option<<$t as $crate::model::noun::Noun>::Spec> };
    (must $t:ty) => { Option<<$t as $crate::model::noun::Noun>::Spec> };
    (many $t:ty) => { Option<Vec<<$t as $crate::model::noun::Noun>::Spec>> };
    (table $t:ty) => {
        Option<std::collections::BTreeMap<String, <$t as $crate::model::noun::Noun>::Spec>>
    };
    (list $t:ty) => { Option<Vec<$t>> };
    (dict $t:ty) => { Option<std::collections::BTreeMap<String, $t>> };
}

macro_rules! meant_type {
    (plain $t:ty) => { $t };
    (opt $t:ty) => { $t };
    (null $t:ty) => { Option<$t> };
    (name $t:ty) => { $t };
    (optname $t:ty) => { $t };
    (one $t:ty) => { Option<$t> };
    (must $t:ty) => { $t };
    (many $t:ty) => { $crate::model::List<$t> };
    (table $t:ty) => { $crate::model::Table<$t> };
    (list $t:ty) => { $crate::model::List<$t> };
    (dict $t:ty) => { $crate::model::Table<$t> };
}

macro_rules! settle_field {
    (plain $v:expr) => {
        $v
    };
    (opt $v:expr) => {
        $v.unwrap_or_default()
    };
    (null $v:expr) => {
        $v
    };
    (name $v:expr) => {
        $crate::model::noun::settle_name($v)?
    };
    (optname $v:expr) => {
        match $v {
            Some(text) => $crate::model::noun::settle_name(text)?,
            None => Default::default(),
        }
    };
    (one $v:expr) => {
        $v.map($crate::model::Settle::settle).transpose()?
    };
    (must $v:expr) => {
        $v.map($crate::model::Settle::settle)
            .transpose()?
            .unwrap_or_default()
    };
    (many $v:expr) => {
        $v.unwrap_or_default()
            .into_iter()
            .map($crate::model::Settle::settle)
            .collect::<Result<$crate::model::List<_>, _>>()?
    };
    (table $v:expr) => {
        $v.unwrap_or_default()
            .into_iter()
            .map(|(key, value)| Ok((key, $crate::model::Settle::settle(value)?)))
            .collect::<Result<$crate::model::Table<_>, $crate::model::SettleError>>()?
    };
    (list $v:expr) => {
        $crate::model::List($v.unwrap_or_default())
    };
    (dict $v:expr) => {
        $crate::model::Table($v.unwrap_or_default())
    };
}

/// Makes the two types of a noun from one listing; see the module's head.
macro_rules! noun {
    (
        $(#[$meta:meta])*
        $name:ident, $spec:ident {
            $( $(#[$fmeta:meta])* $field:ident = $json:literal : $kind:ident $ty:ty
                $(, raw #[$rawmeta:meta])?; )*
        }
        $( raw { $( $(#[$rmeta:meta])* $rfield:ident = $rjson:literal : $rty:ty; )* } )?
        $( meant { $( $(#[$mmeta:meta])* $mfield:ident = $mjson:literal : $mty:ty; )* } )?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $(
                #[doc = concat!("`", $json, "` in the public JSON.")]
                $(#[$fmeta])*
                #[serde(rename = $json)]
                pub $field: meant_type!($kind $ty),
            )*
            $($(
                #[doc = concat!("`", $mjson, "` in the public JSON; not in the raw form.")]
                $(#[$mmeta])*
                #[serde(rename = $mjson)]
                pub $mfield: $mty,
            )*)?
        }

        #[doc = concat!("Raw form of [`", stringify!($name), "`]: what was written, unchecked.")]
        #[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $spec {
            $(
                #[doc = concat!("`", $json, "` in the public JSON.")]
                $(#[$fmeta])*
                #[serde(rename = $json)]
                $(#[$rawmeta])?
                pub $field: raw_type!($kind $ty),
            )*
            $($(
                #[doc = concat!("`", $rjson, "` in the public JSON; only in the raw form.")]
                $(#[$rmeta])*
                #[serde(rename = $rjson)]
                pub $rfield: $rty,
            )*)?
        }

        impl $crate::model::noun::Noun for $name {
            type Spec = $spec;
        }

        impl $crate::model::Settle for $spec {
            type Settled = $name;

            fn settle(self) -> Result<$name, $crate::model::SettleError> {
                Ok($name {
                    $( $field: settle_field!($kind self.$field), )*
                    $($( $mfield: <$mty>::default(), )*)?
                })
            }
        }
    };
}

/// Makes an enum of words: text in JSON, checked when it comes in.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident, $what:literal {
            $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $(
                $(#[$vmeta])*
                #[doc = concat!("`", $text, "`.")]
                #[serde(rename = $text)]
                $variant,
            )+
        }

        impl $name {
            /// Every word, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as the public JSON has it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::model::SettleError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::model::SettleError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::model::SettleError::Word {
                        what: $what,
                        text: text.chars().take(64).collect(),
                        allowed: concat!($("\"", $text, "\" "),+).trim_ascii_end(),
                    }),
                }
            }
        }
    };
}
