//! Databases whose encoding is not UTF-8: how they count, and characters that they lack. Pure.

use crate::link::{Position, ServerError};
use crate::message::Message;

/// SQLSTATE `untranslatable_character`.
const UNTRANSLATABLE: &str = "22P05";

/// The encoding without characters.
const BYTES: &str = "SQL_ASCII";

/// What a server counts in the position of an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Counts {
    /// Characters, in every encoding that has some.
    #[default]
    Characters,
    /// Bytes: the encoding is SQL_ASCII.
    Bytes,
}

impl Counts {
    /// What a database with this encoding counts.
    pub(crate) fn of(server_encoding: &str) -> Counts {
        match server_encoding {
            BYTES => Counts::Bytes,
            _ => Counts::Characters,
        }
    }

    /// The byte of a text that the server means by this number, which counts from 0.
    pub(crate) fn byte(self, text: &str, index: usize) -> usize {
        match self {
            Counts::Characters => {
                let mut characters = text.char_indices();
                characters.nth(index).map_or(text.len(), |(byte, _)| byte)
            }
            Counts::Bytes => (0..=index.min(text.len()))
                .rev()
                .find(|&byte| text.is_char_boundary(byte))
                .unwrap_or(0),
        }
    }
}

/// Gives the error of a character that the database's encoding lacks the place of that character. The server itself gives none: it
/// converts a whole message before it reads it, so that the error seems to be one of the message's first statement.
pub(crate) fn place(message: &Message, error: &mut ServerError) {
    let Position::Statement(index) = error.place else {
        return;
    };
    let Some(sent) = message.statements.get(index) else {
        return;
    };
    let range = match index {
        0 => 0..message.text.len(),
        _ => sent.range.clone(),
    };
    let lacking = Some(&error.message).filter(|_| error.code == UNTRANSLATABLE);
    let Some(character) = lacking.and_then(|message| character(message)) else {
        return;
    };
    if let Some(at) = message.text[range.clone()].find(&character) {
        error.place = Position::Byte(range.start + at);
    }
}

/// Whether the server could not convert the message to its encoding, so that it ran nothing of it.
pub(crate) fn is_unread(error: &ServerError) -> bool {
    error.code == UNTRANSLATABLE && matches!(error.place, Position::Byte(_))
}

/// The character whose bytes appear in a server's message as `0xe6 0x97 0xa5`, in whatever language the rest is.
fn character(message: &str) -> Option<String> {
    let byte = |word: &str| u8::from_str_radix(word.strip_prefix("0x")?, 16).ok();
    let words = message.split_whitespace().map(byte);
    let bytes: Vec<u8> = words
        .skip_while(Option::is_none)
        .map_while(|byte| byte)
        .collect();
    String::from_utf8(bytes).ok().filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_character_is_read_in_every_language() {
        let messages = [
            "character with byte sequence 0xe6 0x97 0xa5 in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"",
            "Zeichen mit Byte-Folge 0xe6 0x97 0xa5 in Kodierung »UTF8« hat keine Entsprechung in Kodierung »LATIN1«",
            "符号化方式\"UTF8\"においてバイト列 0xe6 0x97 0xa5 である文字は",
        ];
        for message in messages {
            assert_eq!(character(message).as_deref(), Some("日"), "{message}");
        }
        assert_eq!(character("invalid byte 0xff"), None);
        assert_eq!(character("no bytes at all"), None);
    }

    #[test]
    fn a_number_is_one_of_bytes_or_of_characters() {
        let text = "é日x";
        assert_eq!(Counts::of("LATIN1").byte(text, 2), 5);
        assert_eq!(Counts::of("SQL_ASCII").byte(text, 5), 5);
        assert_eq!(Counts::Bytes.byte(text, 3), 2);
        assert_eq!(Counts::Characters.byte(text, 9), 6);
        assert_eq!(Counts::Bytes.byte(text, 9), 6);
    }

    #[test]
    fn a_message_that_cannot_be_converted_is_wrong_at_the_character() {
        let mut message = Message::own("BEGIN");
        message.text.push_str("SELECT 'ok';\nSELECT '日';\n");
        let mut error = ServerError {
            code: UNTRANSLATABLE.to_owned(),
            message: "0xe6 0x97 0xa5".to_owned(),
            place: Position::Statement(0),
            ..ServerError::default()
        };
        let at = message.text.find('日').unwrap();
        place(&message, &mut error);
        assert_eq!(error.place, Position::Byte(at));
        let elsewhere = ServerError {
            message: "0xc3 0xa9".to_owned(),
            place: Position::Statement(0),
            ..error
        };
        let mut unchanged = elsewhere.clone();
        place(&message, &mut unchanged);
        assert_eq!(unchanged, elsewhere);
    }
}
