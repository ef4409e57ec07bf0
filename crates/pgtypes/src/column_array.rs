//! A column of several rows as one parameter.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use postgres_types::{Format, IsNull, Kind, ToSql, Type};

use crate::driver::base;
use crate::encode::set_length;

/// The values that rows give for one column, as an array of the column's type. Unlike [`Array`](crate::Array) it takes its elements' type
/// from the server, and they may be of any type.
#[derive(Debug)]
pub(crate) struct ColumnArray<'a>(pub(crate) Vec<&'a (dyn ToSql + Sync)>);

impl ToSql for ColumnArray<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let is_text = matches!(self.encode_format(ty), Format::Text);
        match base(ty).kind() {
            Kind::Array(element) if is_text => self.write_text(element, out)?,
            Kind::Array(element) => self.write_binary(element, out)?,
            // Where a parameter has no format of its own it is a text, which the statement casts.
            _ if is_text => self.write_text(ty, out)?,
            _ => return Err(format!("{ty} is not an array").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TEXT || matches!(base(ty).kind(), Kind::Array(_))
    }

    /// Text if that is how the values are sent. They are of one Rust type; a null does not say how it would be sent.
    fn encode_format(&self, ty: &Type) -> Format {
        let is_text = |value: &&dyn ToSql| matches!(value.encode_format(ty), Format::Text);
        let mut values = self.0.iter().map(|value| *value as &dyn ToSql);
        if values.any(|value| is_text(&value)) {
            Format::Text
        } else {
            Format::Binary
        }
    }

    postgres_types::to_sql_checked!();
}

impl ColumnArray<'_> {
    /// `{"a","b",NULL}`
    fn write_text(
        &self,
        element: &Type,
        out: &mut BytesMut,
    ) -> Result<(), Box<dyn Error + Sync + Send>> {
        let mut text = BytesMut::new();
        for (index, value) in self.0.iter().enumerate() {
            out.put_u8(if index == 0 { b'{' } else { b',' });
            text.clear();
            if let IsNull::Yes = value.to_sql_checked(base(element), &mut text)? {
                out.put_slice(b"NULL");
                continue;
            }
            out.put_u8(b'"');
            for byte in &text {
                if matches!(byte, b'"' | b'\\') {
                    out.put_u8(b'\\');
                }
                out.put_u8(*byte);
            }
            out.put_u8(b'"');
        }
        out.put_u8(b'}');
        Ok(())
    }

    /// Dimensions, a flag for nulls, the element type; length and lower bound of the dimension; the elements.
    fn write_binary(
        &self,
        element: &Type,
        out: &mut BytesMut,
    ) -> Result<(), Box<dyn Error + Sync + Send>> {
        out.put_i32(1);
        out.put_i32(1);
        out.put_u32(element.oid());
        out.put_i32(i32::try_from(self.0.len())?);
        out.put_i32(1);
        for value in &self.0 {
            let start = out.len();
            out.put_i32(-1);
            if let IsNull::No = value.to_sql_checked(base(element), out)? {
                set_length(start, out)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::as_text::AsText;

    #[test]
    fn values_that_are_sent_as_text_are_quoted() {
        let [a, b, c] = [Some("a \"b\""), None, Some("{\\,}")].map(|it| it.map(AsText::from));
        let array = ColumnArray(vec![&a, &b, &c]);
        let mut out = BytesMut::new();
        array.to_sql(&Type::POINT_ARRAY, &mut out).unwrap();
        assert_eq!(&out[..], br#"{"a \"b\"",NULL,"{\\,}"}"#);
    }

    #[test]
    fn other_values_are_sent_as_the_driver_sends_an_array() {
        let (one, two) = (Some("a"), None::<&str>);
        let mut ours = BytesMut::new();
        let array = ColumnArray(vec![&one, &two]);
        array.to_sql(&Type::VARCHAR_ARRAY, &mut ours).unwrap();
        let mut theirs = BytesMut::new();
        vec![one, two]
            .to_sql(&Type::VARCHAR_ARRAY, &mut theirs)
            .unwrap();
        assert_eq!(ours, theirs);
    }
}
