//! The settings rule: a setting is declared once, in one table, and its spellings follow.
//!
//! | where | spelling |
//! | --- | --- |
//! | file | `[llm]` `n_gpu_layers = 35` |
//! | environment | `TACIT_LLM_N_GPU_LAYERS`, or a bare alias that the row names |
//! | from a file | `TACIT_LLM_N_GPU_LAYERS_FILE=/run/secrets/...` |
//! | command line | `--llm.n-gpu-layers 35` |
//!
//! Defaults < file < environment < command line. [`resolve()`] looks at everything and reports **every** fault at once;
//! the macro [`settings!`](crate::settings) makes the table and the typed structures of one declaration, so a setting
//! that is declared but not read cannot exist.

mod fault;
mod file;
mod resolve;
mod table;
mod value;

#[cfg(test)]
mod tests;

pub use fault::{Fault, Notice, nearest};
pub use resolve::{Environment, Inputs, Origin, Resolved, read_secret, resolve};
pub use table::{Entry, Item, Shape, Table};
pub use value::{Fraction, List, Seconds, Text, Value, Whole};

/// One row of the settings table.
#[derive(Debug)]
pub struct Setting {
    /// The table in `tacit.toml` it stands in.
    pub section: &'static str,
    /// Its name there.
    pub key: &'static str,
    /// The default, spelled as in the environment; empty means "not set".
    pub default: &'static str,
    /// What it does, in whole sentences.
    pub doc: &'static str,
    /// Bare environment names by which the guides know it.
    pub aliases: &'static [&'static str],
    /// Known, but the part that would read it does not exist in this version.
    pub unbuilt: bool,
    /// Says what a value must be.
    pub expects: fn() -> String,
    /// Says what of a value may be printed; `None` for a secret.
    pub shown: fn(&str) -> Option<String>,
    /// Says why a value cannot be read.
    pub check: fn(&str) -> Result<(), String>,
}

impl Setting {
    /// Starts a row for a value of type `T`.
    pub const fn new<T: Value>(
        section: &'static str,
        key: &'static str,
        default: &'static str,
        doc: &'static str,
    ) -> Self {
        Self {
            section,
            key,
            default,
            doc,
            aliases: &[],
            unbuilt: false,
            expects: T::expects,
            shown: T::shown,
            check: |text| T::parse(text).map(drop),
        }
    }

    /// Names the bare environment variables that mean this setting.
    #[must_use]
    pub const fn alias(mut self, names: &'static [&'static str]) -> Self {
        self.aliases = names;
        self
    }

    /// Marks a setting whose part is not built: setting it is warned of.
    #[must_use]
    pub const fn unbuilt(mut self) -> Self {
        self.unbuilt = true;
        self
    }

    /// The dotted name, as in messages: `llm.n_gpu_layers`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }

    /// The environment variable: `TACIT_LLM_N_GPU_LAYERS`.
    pub fn variable(&self) -> String {
        format!("TACIT_{}_{}", self.section, self.key).to_uppercase()
    }

    /// The flag without its dashes: `llm.n-gpu-layers`.
    pub fn flag(&self) -> String {
        self.name().replace('_', "-")
    }
}

/// Declares the settings table and the structures that hold its values.
///
/// A built setting becomes a field, so the compiler tells of one that nothing reads; an unbuilt one is known, listed
/// and warned of, and has no field.
///
/// ```
/// use kit::setting::{Inputs, Text, Whole, resolve};
///
/// kit::settings! {
///     built {
///         /// Where to listen.
///         api: Api {
///             /// The address.
///             host: Text = "127.0.0.1" .alias(&["API_HOST"]);
///             /// The port.
///             port: Whole<0, 65535> = "8000";
///         }
///     }
///     unbuilt {
///         /// The embedded model.
///         llm {
///             /// Layers on the GPU.
///             n_gpu_layers: Whole<0, 999> = "0";
///         }
///     }
/// }
///
/// let resolved = resolve(TABLE, &[], &Inputs::default());
/// let settings = Settings::read(&resolved);
/// assert_eq!(settings.api.port.0, 8000);
/// assert_eq!(settings.api.host.0, "127.0.0.1");
/// assert_eq!(SECTIONS.len(), 2);
/// ```
#[macro_export]
macro_rules! settings {
    (
        built { $(
            $(#[doc = $section_doc:literal])*
            $section:ident : $group:ident {
                $( $(#[doc = $doc:literal])* $key:ident : $type:ty = $default:literal
                   $( . $with:ident ( $($arg:tt)* ) )* ; )*
            }
        )* }
        unbuilt { $(
            $(#[doc = $later_section_doc:literal])*
            $later_section:ident {
                $( $(#[doc = $later_doc:literal])* $later_key:ident : $later_type:ty = $later_default:literal
                   $( . $later_with:ident ( $($later_arg:tt)* ) )* ; )*
            }
        )* }
    ) => {
        /// Every setting there is.
        pub(crate) static TABLE: &[$crate::setting::Setting] = &[
            $($( $crate::setting::Setting::new::<$type>(
                stringify!($section), stringify!($key), $default, concat!($($doc),*),
            ) $( . $with ( $($arg)* ) )*, )*)*
            $($( $crate::setting::Setting::new::<$later_type>(
                stringify!($later_section), stringify!($later_key), $later_default,
                concat!($($later_doc),*),
            ) $( . $later_with ( $($later_arg)* ) )* .unbuilt(), )*)*
        ];

        /// The sections in the order of the manual, and what each is about; one that has built and unbuilt settings
        /// stands here twice.
        pub(crate) static SECTIONS: &[(&str, &str)] = &[
            $( (stringify!($section), concat!($($section_doc),*)), )*
            $( (stringify!($later_section), concat!($($later_section_doc),*)), )*
        ];

        /// The effective settings.
        #[derive(Debug, Clone)]
        pub(crate) struct Settings { $( $(#[doc = $section_doc])* pub(crate) $section: $group, )* }

        $(
            $(#[doc = $section_doc])*
            #[derive(Debug, Clone)]
            pub(crate) struct $group { $( $(#[doc = $doc])* pub(crate) $key: $type, )* }
        )*

        impl Settings {
            /// Takes the typed values out of what [`resolve()`]($crate::setting::resolve) found.
            ///
            /// # Panics
            /// When `resolved` belongs to another table.
            pub(crate) fn read(resolved: &$crate::setting::Resolved) -> Self {
                Self { $( $section: $group { $(
                    $key: resolved.value(stringify!($section), stringify!($key)),
                )* }, )* }
            }
        }
    };
}

/// Declares an enum whose values are words, the first spelling of each being the one that is printed.
#[macro_export]
macro_rules! choice {
    ($(#[doc = $doc:literal])* $vis:vis enum $name:ident {
        $( $(#[doc = $item_doc:literal])* $item:ident = $first:literal $(| $other:literal)*, )*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $name { $( $(#[doc = $item_doc])* $item, )* }

        impl $crate::setting::Value for $name {
            fn parse(text: &str) -> Result<Self, String> {
                match text.trim().to_ascii_lowercase().as_str() {
                    $( $first $(| $other)* => Ok(Self::$item), )*
                    _ => Err(format!("is not {}", <Self as $crate::setting::Value>::expects())),
                }
            }
            fn expects() -> String {
                format!("one of {}", [$( concat!("`", $first, "`") ),*].join(", "))
            }
        }
    };
}
