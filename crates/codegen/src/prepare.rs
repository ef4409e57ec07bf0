//! From the catalog to what the templates print: which modules there are, what lies in each, and under which name.
//!
//! The structs here and in `relation` and `new` are the templates' contexts: plain texts and flags, every decision already made.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use catalog::{Catalog, Enum};
use serde::Serialize;

use crate::choices::Choices;
use crate::composite::{self, Composite, CompositeType};
use crate::docs;
use crate::error::{Errors, Owner};
use crate::layout::{self, Indent};
use crate::names::{self, Style, last_segment};
use crate::relation;
use crate::source::{self, Source};
use crate::types::{Key, Types};

/// The schema whose objects stand at the root of the file.
const ROOT_SCHEMA: &str = "public";

/// The whole file.
pub(crate) struct File {
    /// The root first, then the other schemas by name.
    pub(crate) schemas: Vec<Schema>,
}

/// The objects of one schema.
pub(crate) struct Schema {
    /// Documentation and identifier of the module around them; `None` at the root.
    pub(crate) module: Option<SchemaModule>,
    /// The enums, by SQL name.
    pub(crate) enums: Vec<EnumType>,
    /// The composite types, by SQL name.
    pub(crate) composites: Vec<CompositeType>,
    /// The text of each relation's module, by SQL name.
    pub(crate) relations: Vec<String>,
}

/// Context of `schema.rs.tera`, but for its content.
#[derive(Serialize)]
pub(crate) struct SchemaModule {
    doc: String,
    name: String,
}

/// Context of `enum.rs.tera`.
#[derive(Serialize)]
pub(crate) struct EnumType {
    doc: String,
    name: String,
    schema_literal: String,
    name_literal: String,
    unknown: String,
    variants: Vec<Variant>,
    labels: String,
}

#[derive(Serialize)]
struct Variant {
    doc: String,
    name: String,
    as_str: String,
    from: String,
}

/// Everything that `catalog` becomes. What is in the way is collected, so that all of it is reported.
pub(crate) fn file(catalog: &Catalog, choices: &Choices) -> Result<File, Errors> {
    let mut errors = Errors::default();
    let errors = &mut errors;
    let Items {
        sources,
        composites,
        names,
        types,
    } = Items::of(catalog, choices, errors);
    let mut schemas = Vec::new();
    for (schema, module) in &names.schemas {
        let depth = usize::from(module.is_some());
        let enums = catalog.enums.iter().filter(|e| e.schema == *schema);
        let enums = enums.map(|e| enum_type(e, &names, depth, errors)).collect();
        let own = composites.iter().filter(|it| it.schema == *schema);
        let own = own
            .map(|it| composite::prepare(it, &types, &names.types[&it.key()], errors))
            .collect();
        let relations = sources.iter().filter(|source| source.schema == *schema);
        let relations = relations
            .map(|source| relation::text(source, &types, choices, &names.relations, depth, errors))
            .collect();
        let module = module.as_ref().map(|name| SchemaModule {
            doc: docs::block(
                Indent {
                    offset: 0,
                    moved: 0,
                },
                &[format!("Schema {}.", docs::code(schema))],
            ),
            name: name.clone(),
        });
        schemas.push(Schema {
            module,
            enums,
            composites: own,
            relations,
        });
    }
    std::mem::take(errors).or(File { schemas })
}

/// What of a catalog has a module or a type, and what that is called.
pub(crate) struct Items<'a> {
    pub(crate) sources: Vec<Source<'a>>,
    composites: Vec<Composite<'a>>,
    pub(crate) names: Names<'a>,
    pub(crate) types: Types<'a>,
}

impl<'a> Items<'a> {
    pub(crate) fn of(catalog: &'a Catalog, choices: &Choices, errors: &mut Errors) -> Items<'a> {
        let sources = source::sources(catalog);
        choices.check(catalog, &sources, errors);
        let enums = catalog.enums.iter();
        let enums: HashMap<Key<'_>, String> = enums
            .map(|it| ((it.schema.as_str(), it.name.as_str()), String::new()))
            .collect();
        let composites = composite::with_struct(catalog, &sources, &enums);
        let names = Names::new(catalog, &composites, &sources, errors);
        let types = names.types(catalog, &composites);
        Items {
            sources,
            composites,
            names,
            types,
        }
    }
}

/// The Rust paths of the catalog's objects, from the root of the file.
pub(crate) struct Names<'a> {
    /// Each schema that is not empty, the root first, and its module.
    schemas: Vec<(&'a str, Option<String>)>,
    /// Of enums and composite types.
    pub(crate) types: HashMap<Key<'a>, String>,
    pub(crate) relations: HashMap<Key<'a>, String>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(
        catalog: &'a Catalog,
        composites: &[Composite<'a>],
        sources: &[Source<'a>],
        errors: &mut Errors,
    ) -> Names<'a> {
        let enums = catalog.enums.iter();
        let enums = enums.map(|e| (e.schema.as_str(), e.name.as_str()));
        let types = by_schema(enums.chain(composites.iter().map(Composite::key)));
        let relations = by_schema(sources.iter().map(Source::key));
        let present: BTreeSet<&str> = types.keys().chain(relations.keys()).copied().collect();
        let others: Vec<&str> = present
            .into_iter()
            .filter(|name| *name != ROOT_SCHEMA)
            .collect();

        let root_relations = relations.get(ROOT_SCHEMA).map_or(&[][..], Vec::as_slice);
        let root_relations = names::assign(
            Owner::RelationsOf(ROOT_SCHEMA),
            root_relations,
            Style::Snake,
            &mut Errors::default(),
        );
        let modules = names::assign(Owner::Database, &others, Style::Snake, errors);
        let modules = modules.into_iter().map(|module| {
            let taken = root_relations.contains(&module);
            Some(if taken {
                names::with_word(&module, "schema")
            } else {
                names::free(module)
            })
        });
        let mut schemas = vec![(ROOT_SCHEMA, None)];
        schemas.extend(others.into_iter().zip(modules));

        let mut paths = Names {
            schemas,
            types: HashMap::new(),
            relations: HashMap::new(),
        };
        for (schema, module) in &paths.schemas {
            let path = |name: &str| match module {
                Some(module) => format!("{module}::{name}"),
                None => name.to_owned(),
            };
            if let Some(names) = types.get(schema) {
                let identifiers =
                    names::assign(Owner::TypesOf(schema), names, Style::Camel, errors);
                for (name, identifier) in names.iter().zip(identifiers) {
                    paths
                        .types
                        .insert((schema, name), path(&names::free(identifier)));
                }
            }
            if let Some(names) = relations.get(schema) {
                let identifiers =
                    names::assign(Owner::RelationsOf(schema), names, Style::Snake, errors);
                for (name, identifier) in names.iter().zip(identifiers) {
                    paths
                        .relations
                        .insert((schema, name), path(&names::free(identifier)));
                }
            }
        }
        paths
    }

    /// The catalog's types, with these paths.
    pub(crate) fn types(&self, catalog: &'a Catalog, composites: &[Composite<'a>]) -> Types<'a> {
        let path = |key: Key<'a>| (key, self.types[&key].clone());
        let enums = catalog.enums.iter();
        let enums = enums.map(|e| path((e.schema.as_str(), e.name.as_str())));
        let mut types = Types::new(catalog, enums.collect());
        types.add_structs(composites.iter().map(|it| path(it.key())));
        types
    }
}

fn by_schema<'a>(objects: impl Iterator<Item = Key<'a>>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut map: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (schema, name) in objects {
        map.entry(schema).or_default().push(name);
    }
    map
}

fn enum_type(e: &Enum, names: &Names<'_>, depth: usize, errors: &mut Errors) -> EnumType {
    let title = format!("{}.{}", e.schema, e.name);
    let place = |offset| Indent {
        offset,
        moved: depth * 4,
    };
    let owner = Owner::LabelsOf((&e.schema, &e.name));
    let labels: Vec<&str> = e.labels.iter().map(String::as_str).collect();
    let variants = names::assign(owner, &labels, Style::Camel, errors);
    let unknown = ["Unknown", "Unrecognized", "NotInThisBuild"]
        .into_iter()
        .find(|name| !variants.iter().any(|variant| variant == name))
        .unwrap_or("NotInThisBuild_");
    let mut doc = e.comment.as_deref().map_or(Vec::new(), docs::prose);
    doc.push(format!("Enum {}.", docs::code(&title)));
    let literals: Vec<String> = labels.iter().map(|label| layout::string(label)).collect();
    let variants = labels
        .iter()
        .zip(&literals)
        .zip(&variants)
        .map(|((label, literal), name)| Variant {
            doc: docs::block(place(4), &[format!("Label {}.", docs::code(label))]),
            as_str: layout::arm(place(12), &format!("Self::{name}"), literal),
            from: layout::arm(place(12), literal, &format!("Self::{name}")),
            name: name.clone(),
        });
    EnumType {
        schema_literal: layout::string(&e.schema),
        name_literal: layout::string(&e.name),
        doc: docs::block(place(0), &doc),
        name: last_segment(&names.types[&(e.schema.as_str(), e.name.as_str())]).to_owned(),
        unknown: unknown.to_owned(),
        variants: variants.collect(),
        labels: layout::array(place(4), "pub const LABELS: &[&str] = &", &literals, ";"),
    }
}
