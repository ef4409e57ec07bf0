//! The choices with which `golden/choices.rs` is generated.

use codegen::{Choices, ColumnChoice};

/// Other types for some columns, and some that are left out.
pub fn choices() -> Choices {
    let types = [
        ("timestamp with time zone", "jiff::Timestamp"),
        ("jsonb", "crate::chosen::Payload"),
    ];
    let left_out = ["events.secret", "events.note", "other.latest.secret"];
    let left_out = left_out.map(|name| (name.to_owned(), ColumnChoice::LeftOut));
    let cents = ColumnChoice::Type("crate::chosen::Cents".to_owned());
    let price = ("public.events.price".to_owned(), cents);
    Choices {
        types: types
            .map(|(ty, rust)| (ty.to_owned(), rust.to_owned()))
            .into(),
        columns: left_out.into_iter().chain([price]).collect(),
    }
}
