//! Types of which PostgreSQL's text is kept and not looked at.

/// What all of them have: the text in and out, `Display`, `Debug`, and `FromStr`, which takes any text.
macro_rules! text_value {
    ($type:ident) => {
        impl $type {
            /// The value of that text, which is not looked at: the server judges it when it is sent.
            pub fn from_text(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($type), self.0)
            }
        }

        /// Takes any text, as [`from_text`](Self::from_text) does.
        impl std::str::FromStr for $type {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, std::convert::Infallible> {
                Ok(Self::from_text(text))
            }
        }
    };
}
pub(crate) use text_value;

/// The text in a wire form.
pub(crate) fn decode(raw: &[u8]) -> Result<String, &'static str> {
    let text = std::str::from_utf8(raw).map_err(|_| "not UTF-8")?;
    Ok(text.to_owned())
}
