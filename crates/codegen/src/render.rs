//! From prepared contexts to text: the templates, in their order.

use serde::Serialize;
use tera::{Context, Tera};

use crate::error::Error;
use crate::layout;
use crate::prepare::{File, Schema};
use crate::queries::Modules;

/// Each template, by its file name.
const TEMPLATES: [(&str, &str); 5] = [
    (HEADER, include_str!("../templates/header.rs.tera")),
    (COMPOSITE, include_str!("../templates/composite.rs.tera")),
    (ENUM, include_str!("../templates/enum.rs.tera")),
    (QUERIES, include_str!("../templates/queries.rs.tera")),
    (SCHEMA, include_str!("../templates/schema.rs.tera")),
];
const HEADER: &str = "header.rs.tera";
const COMPOSITE: &str = "composite.rs.tera";
const ENUM: &str = "enum.rs.tera";
const QUERIES: &str = "queries.rs.tera";
const SCHEMA: &str = "schema.rs.tera";

/// The text of the whole file.
pub(crate) fn file(file: &File) -> Result<String, Error> {
    let tera = templates()?;
    let mut items = vec![text(&tera, HEADER, &Context::new())?];
    for schema in &file.schemas {
        let content = schema_items(&tera, schema)?;
        match &schema.module {
            None => items.extend(content),
            Some(module) => {
                let body = content.join("\n");
                let mut context = context(SCHEMA, module)?;
                context.insert("body", &layout::indent(&body, 4));
                items.push(text(&tera, SCHEMA, &context)?);
            }
        }
    }
    Ok(items.join("\n"))
}

/// The text of the file of queries.
pub(crate) fn queries(modules: &Modules) -> Result<String, Error> {
    let tera = templates()?;
    let mut items = vec![text(&tera, HEADER, &Context::new())?];
    for module in &modules.modules {
        items.push(render(&tera, QUERIES, module)?);
    }
    if !modules.exports.is_empty() {
        let exports = modules.exports.iter();
        let exports: Vec<String> = exports.map(|it| format!("pub use {it};\n")).collect();
        items.push(exports.concat());
    }
    items.push(modules.texts.clone());
    Ok(items.join("\n"))
}

fn templates() -> Result<Tera, Error> {
    let mut tera = Tera::default();
    tera.autoescape_on(Vec::<&str>::new());
    tera.add_raw_templates(TEMPLATES)
        .map_err(|source| Error::Template {
            template: "the templates",
            source,
        })?;
    Ok(tera)
}

fn schema_items(tera: &Tera, schema: &Schema) -> Result<Vec<String>, Error> {
    let mut items = Vec::new();
    for enum_type in &schema.enums {
        items.push(render(tera, ENUM, enum_type)?);
    }
    for composite in &schema.composites {
        items.push(render(tera, COMPOSITE, composite)?);
    }
    for relation in &schema.relations {
        items.push(relation.clone());
    }
    Ok(items)
}

fn render(tera: &Tera, template: &'static str, value: &impl Serialize) -> Result<String, Error> {
    text(tera, template, &context(template, value)?)
}

fn context(template: &'static str, value: &impl Serialize) -> Result<Context, Error> {
    Context::from_serialize(value).map_err(|source| Error::Template { template, source })
}

fn text(tera: &Tera, template: &'static str, context: &Context) -> Result<String, Error> {
    tera.render(template, context)
        .map_err(|source| Error::Template { template, source })
}
