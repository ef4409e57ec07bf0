//! Queries with places that depend on the server or on what is asked for.

/// The text with the placeholders in `places` replaced; replacements are not searched again.
pub(super) fn filled(text: &str, places: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(2 * text.len());
    let mut parts = text.split('{');
    filled.extend(parts.next());
    for part in parts {
        let place = places.iter().find_map(|(name, with)| {
            let rest = part.strip_prefix(name)?.strip_prefix('}')?;
            Some([with, rest])
        });
        filled.extend(place.unwrap_or(["{", part]));
    }
    filled
}
