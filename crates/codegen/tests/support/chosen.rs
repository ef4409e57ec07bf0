//! Types of a program's own, for the columns of `fixtures/choices.sql`.

use timeschema::{Jsonb, Numeric};

/// An amount without fractions of a cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cents(pub i64);

impl TryFrom<Numeric> for Cents {
    type Error = String;

    fn try_from(value: Numeric) -> Result<Self, String> {
        let cents = value.to_string().replace('.', "").parse();
        cents
            .map(Cents)
            .map_err(|_| format!("{value} is no amount of cents"))
    }
}

impl TryFrom<Cents> for Numeric {
    type Error = String;

    fn try_from(cents: Cents) -> Result<Self, String> {
        let amount = Numeric::from_scaled(cents.0.into(), 2).filter(|_| cents.0 >= 0);
        amount.ok_or_else(|| format!("{} cents are a debt", cents.0))
    }
}

/// A document that is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload(pub String);

impl From<Jsonb> for Payload {
    fn from(document: Jsonb) -> Self {
        Self(document.to_string())
    }
}

impl From<Payload> for Jsonb {
    fn from(payload: Payload) -> Self {
        Jsonb::from_text(payload.0)
    }
}
