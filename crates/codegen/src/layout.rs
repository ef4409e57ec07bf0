//! Pieces of Rust text whose line breaks depend on their width, broken as rustfmt breaks them.
//!
//! Only what the templates need: everything else in them is written so that rustfmt keeps it at any width of names. Each function returns
//! text without indentation in front of its first line; further lines are indented for a first line that stands at `Indent::offset`.
//! The widths are rustfmt's defaults: `max_width`, `fn_call_width`, `chain_width`, `array_width`, `short_array_element_width_threshold`.

const MAX_WIDTH: usize = 100;
const CALL_WIDTH: usize = 60;
const CHAIN_WIDTH: usize = 60;
const ARRAY_WIDTH: usize = 60;
const SHORT_ELEMENT: usize = 10;

/// Where a piece stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Indent {
    /// Columns in front of the piece in its template.
    pub(crate) offset: usize,
    /// Columns by which the whole template is moved to the right.
    pub(crate) moved: usize,
}

impl Indent {
    /// The place `columns` to the right.
    pub(crate) fn inner(self, columns: usize) -> Indent {
        Indent {
            offset: self.offset + columns,
            ..self
        }
    }

    /// Columns left for text.
    pub(crate) fn room(self) -> usize {
        MAX_WIDTH.saturating_sub(self.offset + self.moved)
    }

    fn fits(self, line: &str) -> bool {
        width(line) <= self.room()
    }

    fn margin(self) -> String {
        " ".repeat(self.offset)
    }
}

/// `name(parameters) -> Type {`, with one parameter a line if they do not fit.
pub(crate) fn method(place: Indent, name: &str, parameters: &[&str], returned: &str) -> String {
    let line = format!("{name}({}) -> {returned} {{", parameters.join(", "));
    if place.fits(&line) {
        return line;
    }
    if parameters.is_empty() {
        return without_parameters(place, name, returned);
    }
    let inner = place.inner(4);
    let margin = inner.margin();
    let lines = parameters.iter();
    let lines = lines.map(|it| format!("{margin}{},\n", parameter(inner, it)));
    let lines: String = lines.collect();
    format!("{name}(\n{lines}{}) -> {returned} {{", place.margin())
}

/// `name() -> Type {` that does not fit on a line.
fn without_parameters(place: Indent, name: &str, returned: &str) -> String {
    let margin = place.margin();
    let line = format!("{name}() -> {returned}");
    if place.fits(&line) {
        format!("{line}\n{margin}{{")
    } else {
        format!("{name}()\n{margin}-> {returned} {{")
    }
}

/// `name: Type` on a line of its own, with a type that does not fit broken.
fn parameter(place: Indent, parameter: &str) -> String {
    if place.fits(&format!("{parameter},")) {
        return parameter.to_owned();
    }
    let broken = parameter
        .split_once(": ")
        .and_then(|(name, ty)| Some(format!("{name}: {}", broken_type(place, ty)?)));
    broken.unwrap_or_else(|| parameter.to_owned())
}

/// `prefix head.link.link suffix`: a chain, broken before every link or not at all.
pub(crate) fn chain(
    place: Indent,
    prefix: &str,
    head: &str,
    links: &[&str],
    suffix: &str,
) -> String {
    let chain = format!("{head}{}", links.concat());
    let line = format!("{prefix}{chain}{suffix}");
    // rustfmt keeps two columns free for a `?` after the last link, in addition to the link's.
    let question = if suffix.starts_with('?') { 2 } else { 0 };
    let short = links.len() == 1 || width(&chain) <= CHAIN_WIDTH;
    if short && place.inner(question).fits(&line) {
        return line;
    }
    let margin = place.inner(4).margin();
    let links: String = links
        .iter()
        .map(|link| format!("\n{margin}{link}"))
        .collect();
    format!("{prefix}{head}{links}{suffix}")
}

/// `pub name: Type,`
pub(crate) fn field(place: Indent, name: &str, ty: &str) -> String {
    let line = format!("pub {name}: {ty},");
    if place.fits(&line) {
        return line;
    }
    let inner = place.inner(4);
    if inner.fits(&format!("{ty},")) {
        return format!("pub {name}:\n{}{ty},", inner.margin());
    }
    match broken_type(place, ty) {
        Some(ty) => format!("pub {name}: {ty},"),
        // rustfmt finds no place to break either, and leaves the struct alone.
        None => line,
    }
}

/// `Outer<Inner>` with the inner type on separate lines, broken again if it is too long.
fn broken_type(place: Indent, ty: &str) -> Option<String> {
    let (outer, argument) = ty.strip_suffix('>')?.split_once('<')?;
    let inner = place.inner(4);
    let argument = if inner.fits(&format!("{argument},")) {
        argument.to_owned()
    } else {
        broken_type(inner, argument)?
    };
    Some(format!(
        "{outer}<\n{}{argument},\n{}>",
        inner.margin(),
        place.margin()
    ))
}

/// `function(argument, argument)suffix`
pub(crate) fn call(place: Indent, function: &str, arguments: &[&str], suffix: &str) -> String {
    let joined = arguments.join(", ");
    let line = format!("{function}({joined}){suffix}");
    if width(&joined) <= CALL_WIDTH && place.fits(&line) {
        return line;
    }
    format!("{}{suffix}", broken_call(place, function, arguments))
}

/// `function(argument, argument)` with each argument on a separate line.
fn broken_call(place: Indent, function: &str, arguments: &[&str]) -> String {
    let inner = place.inner(4).margin();
    let arguments: String = arguments.iter().map(|a| format!("\n{inner}{a},")).collect();
    format!("{function}({arguments}\n{})", place.margin())
}

/// `prefix[call, call]suffix`, where a call that is alone begins on the line of its bracket.
pub(crate) fn calls(
    place: Indent,
    prefix: &str,
    calls: &[(&str, [&str; 2])],
    suffix: &str,
) -> String {
    match calls {
        [] => format!("{prefix}[]{suffix}"),
        [(function, arguments)] => {
            let line = format!("{function}({})", arguments.join(", "));
            let whole = format!("{prefix}[{line}]{suffix}");
            if width(&line) <= ARRAY_WIDTH && place.fits(&whole) {
                return whole;
            }
            format!(
                "{prefix}[{}]{suffix}",
                broken_call(place, function, arguments)
            )
        }
        several => {
            let inner = place.inner(4);
            let margin = inner.margin();
            let lines = several.iter().map(|(function, arguments)| {
                format!("\n{margin}{}", call(inner, function, arguments, ","))
            });
            let lines: String = lines.collect();
            format!("{prefix}[{lines}\n{}]{suffix}", place.margin())
        }
    }
}

/// `pattern => value,`
pub(crate) fn arm(place: Indent, pattern: &str, value: &str) -> String {
    let line = format!("{pattern} => {value},");
    if place.fits(&line) {
        return line;
    }
    format!(
        "{pattern} => {{\n{}{value}\n{}}}",
        place.inner(4).margin(),
        place.margin()
    )
}

/// `prefix[item, item]suffix`. After an `=`, a single item that does not fit moves to the next line with its bracket.
pub(crate) fn array(place: Indent, prefix: &str, items: &[String], suffix: &str) -> String {
    let joined = items.join(", ");
    let line = format!("{prefix}[{joined}]{suffix}");
    let narrow = width(&joined) <= ARRAY_WIDTH || items.len() == 1;
    if narrow && place.fits(&line) {
        return line;
    }
    let inner = place.inner(4);
    if let (1, Some((before, after))) = (items.len(), prefix.split_once("= ")) {
        let line = format!("{after}[{joined}]{suffix}");
        if inner.fits(&line) {
            return format!("{before}=\n{}{line}", inner.margin());
        }
    }
    let margin = inner.margin();
    let elements: Vec<String> = items.iter().map(|item| format!("{item},")).collect();
    let short = items.iter().all(|item| width(item) <= SHORT_ELEMENT);
    let lines = if short {
        fill(&elements, inner.room())
    } else {
        elements
    };
    let body: String = lines
        .iter()
        .map(|line| format!("\n{margin}{line}"))
        .collect();
    format!("{prefix}[{body}\n{}]{suffix}", place.margin())
}

/// Lines of words, as many on each as fit into `room` columns; a longer word gets a separate line.
pub(crate) fn fill<S: AsRef<str>>(words: &[S], room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for word in words.iter().map(AsRef::as_ref) {
        let more = width(word);
        match lines.last_mut() {
            Some(line) if used + 1 + more <= room => {
                line.push(' ');
                line.push_str(word);
                used += 1 + more;
            }
            _ => {
                lines.push(word.to_owned());
                used = more;
            }
        }
    }
    lines
}

/// `declaration = value;`, the value on its own line when that helps.
pub(crate) fn constant(place: Indent, declaration: &str, value: &str) -> String {
    let line = format!("{declaration} = {value};");
    let inner = place.inner(4);
    if place.fits(&line) || !inner.fits(&format!("{value};")) {
        return line;
    }
    format!("{declaration} =\n{}{value};", inner.margin())
}

/// A Rust string literal. Characters that do not show, or that turn the direction of the text, are escaped.
pub(crate) fn string(text: &str) -> String {
    if text
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
    {
        return format!("\"{text}\"");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            _ if is_hidden(c) => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether a character does not show or changes the order in which others show: rustc refuses some of these in literals and comments.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Moves every line of `text` that is not empty.
pub(crate) fn indent(text: &str, columns: usize) -> String {
    if columns == 0 {
        return text.to_owned();
    }
    let margin = " ".repeat(columns);
    let line = |line: &str| {
        if line.trim().is_empty() {
            line.to_owned()
        } else {
            format!("{margin}{line}")
        }
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Columns that a terminal needs, nearly: letters of East Asia are two wide.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars()
        .map(|c| if u32::from(c) < 0x1100 { 1 } else { 2 })
        .sum()
}
