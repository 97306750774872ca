//! Enums that documents hold as codes.

/// Declares an enum together with the codes that documents hold for it.
///
/// The codes are the truth, in documents and wherever the enum is encoded: a schema takes `CODES` as a field's choices, the locale files have words
/// for each, and a variant without a code does not compile.
macro_rules! coded {
    (
        $(#[$about:meta])*
        $name:ident { $($(#[$each:meta])* $variant:ident = $code:literal),+ $(,)? }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$each])* $variant),+ }

        impl $name {
            /// Their codes, in the order they are shown.
            pub const CODES: &'static [&'static str] = &[$($code),+];
            /// All of them, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As documents hold it.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// From what a document holds; `None` if a newer program wrote it.
            pub fn of(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl shared::cbor::Encode for $name {
            fn encode(&self, writer: &mut shared::cbor::Writer) {
                shared::cbor::Encode::encode(self.code(), writer);
            }
        }

        impl shared::cbor::Decode for $name {
            fn decode(reader: &mut shared::cbor::Reader<'_>) -> Self {
                Self::of(reader.text()).unwrap_or_else(|| {
                    reader.fail();
                    let [least, ..] = [$(Self::$variant),+];
                    least
                })
            }
        }
    };
}

pub(crate) use coded;
