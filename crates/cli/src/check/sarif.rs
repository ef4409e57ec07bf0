//! Findings as a document of the Static Analysis Results Interchange Format, version 2.1.0:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use check::{Edit, Finding, Place, Severity, rules};
use serde_json::{Value, json};

use super::findings::Checked;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Where the pages of rules are, which the format wants as an absolute URI.
const PAGES: &str = concat!(
    "https://docs.rs/timeschema-check/",
    env!("CARGO_PKG_VERSION"),
    "/check/rules/"
);

/// The rules that are not rules of their own, with what they find.
const OTHERS: &[(&str, &str)] = &[
    (check::NOT_CHECKED, "a statement that could not be checked"),
    (check::SUPPRESSION, "a comment that allows nothing"),
];

/// The document.
pub fn document(checked: &Checked<'_>) -> Value {
    let rules = rules();
    let results = checked.findings.iter();
    let results: Vec<Value> = results.map(|it| result(checked, it, &rules)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "timeschema",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rules() -> Vec<Value> {
    let own = rules::ALL.iter();
    let own = own.map(|it| {
        (
            it.name,
            it.summary,
            it.severity,
            format!("docs/checks/{}.md", it.name),
        )
    });
    let others = OTHERS.iter();
    let others = others.map(|it| (it.0, it.1, Severity::Warning, "docs/checks.md".to_owned()));
    let rule = |(name, summary, severity, page): (&str, &str, Severity, String)| {
        json!({
            "id": name,
            "shortDescription": { "text": summary },
            "fullDescription": { "text": summary },
            "help": { "text": format!("{summary}: see {page}") },
            "helpUri": PAGES,
            "defaultConfiguration": { "level": severity.name(), "enabled": !rules::is_opt_in(name) },
        })
    };
    own.chain(others).map(rule).collect()
}

fn result(checked: &Checked<'_>, finding: &Finding, rules: &[Value]) -> Value {
    let mut message = finding.message.clone();
    for part in [&finding.why, &finding.help].into_iter().flatten() {
        message += "\n";
        message += part;
    }
    let related = |(index, (at, text)): (usize, &(Place, String))| {
        let mut location = location(checked, at);
        location["id"] = json!(index + 1);
        location["message"] = json!({ "text": text });
        location
    };
    let related: Vec<Value> = finding.others.iter().enumerate().map(related).collect();
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules.iter().position(|it| it["id"] == finding.rule),
        "level": finding.severity.name(),
        "message": { "text": message },
        "locations": [location(checked, &finding.place)],
    });
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    if let Some(edit) = &finding.edit {
        result["fixes"] = json!([fix(checked, finding, edit)]);
    }
    result
}

fn fix(checked: &Checked<'_>, finding: &Finding, edit: &Edit) -> Value {
    let sentence = finding.help_parts().map_or("write instead", |it| it.0);
    json!({
        "description": { "text": sentence },
        "artifactChanges": [{
            "artifactLocation": artifact(checked, &edit.place),
            "replacements": [{
                "deletedRegion": region(checked, &edit.place),
                "insertedContent": { "text": edit.text },
            }],
        }],
    })
}

fn location(checked: &Checked<'_>, place: &Place) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": artifact(checked, place),
        "region": region(checked, place),
    }})
}

fn region(checked: &Checked<'_>, place: &Place) -> Value {
    let region = checked.region(place);
    json!({
        "startLine": region.start.line,
        "startColumn": region.start.column,
        "endLine": region.end.line,
        "endColumn": region.end.column,
    })
}

fn artifact(checked: &Checked<'_>, place: &Place) -> Value {
    let name = checked.name(place);
    if name.starts_with('/') {
        return json!({ "uri": format!("file://{}", encoded(&name)) });
    }
    json!({ "uri": encoded(&name), "uriBaseId": "%SRCROOT%" })
}

/// A path as a part of a URI.
fn encoded(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}
