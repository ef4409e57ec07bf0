//! The attribute `#[testkit::test]`. It reads no more of a test than its name, its argument and its body, so that it needs no parser.

use proc_macro::{Delimiter, TokenStream, TokenTree};

/// A test of something that has to be set up, and that is skipped where that cannot be done.
///
/// The set-up is a function of the test's name, `fn(&str) -> Option<T>`: the argument of the attribute, or else `T::new` of the type that
/// the test takes. It says itself why there is nothing, by `testkit::skip`.
///
/// ```text
/// #[testkit::test]
/// fn a_database_is_empty(database: Database) {}
///
/// #[testkit::test(Database::working)]
/// fn its_jobs_run(database: Database) {}
/// ```
#[proc_macro_attribute]
pub fn test(set_up: TokenStream, test: TokenStream) -> TokenStream {
    match expand(set_up, test) {
        Ok(expanded) => expanded,
        Err(message) => parse(&format!("compile_error!({message:?});")),
    }
}

fn expand(set_up: TokenStream, test: TokenStream) -> Result<TokenStream, &'static str> {
    let tokens: Vec<TokenTree> = test.into_iter().collect();
    let start = tokens.iter().position(|token| is_word(token, "fn"));
    let start = start.ok_or("`#[testkit::test]` stands before a function")?;
    let (attributes, function) = tokens.split_at(start);
    let [
        _,
        TokenTree::Ident(name),
        TokenTree::Group(taken),
        TokenTree::Group(_),
    ] = function
    else {
        return Err("a test is `fn name(argument: Type) { … }`, without a type to return");
    };
    let set_up = if set_up.is_empty() {
        format!("<{}>::new", type_of(taken.stream())?)
    } else {
        set_up.to_string()
    };
    let name = name.to_string();
    let head = format!("#[::core::prelude::v1::test] fn {name}()");
    let call = format!("::testkit::run({set_up}, concat!(module_path!(), \"::{name}\"), {name})");
    // The test's own tokens stay as they are, and so do the places of what the compiler says of them.
    let mut body: TokenStream = function.iter().cloned().collect();
    body.extend(parse(&call));
    let body = proc_macro::Group::new(Delimiter::Brace, body);
    let mut expanded: TokenStream = attributes.iter().cloned().collect();
    expanded.extend(parse(&head));
    expanded.extend([TokenTree::Group(body)]);
    Ok(expanded)
}

/// The type of the only argument.
fn type_of(arguments: TokenStream) -> Result<String, &'static str> {
    let colon = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == ':');
    let all = arguments.into_iter();
    let found: TokenStream = all.skip_while(|token| !colon(token)).skip(1).collect();
    if found.is_empty() {
        Err("a test takes what is set up for it: `fn name(database: Database)`")
    } else {
        // A comma at the end is no part of it.
        Ok(found.to_string().trim_end_matches([',', ' ']).to_owned())
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(it) if it.to_string() == word)
}

fn parse(text: &str) -> TokenStream {
    text.parse().expect("text of Rust")
}
