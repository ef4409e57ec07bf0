//! From what a database answers about a query's variants to what is known of the query.

use catalog::{QueryFacts, RowCount as Proven};

use crate::described::{
    Column, ColumnName, DescribedQuery, End, Parameter, RelationName, RowCount, TimeBound, Type,
};
use crate::text::Query;
use crate::variant::Variant;

/// What a database answers about one variant of a query.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The types of `$1` and so on.
    pub parameters: Vec<Type>,
    /// Name and type of each column.
    pub columns: Vec<(String, Type)>,
    /// Which of the query's parameters have a cast.
    pub casts: Vec<usize>,
    /// What is proven of it; `None` for a statement that the server analyses only when it runs, such as CALL.
    pub facts: Option<QueryFacts>,
}

/// Why a query that the database understands has no type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Untyped {
    /// A column that PostgreSQL names `?column?`.
    #[error("column {0} has no name: write `AS name` behind it")]
    Unnamed(usize),
    /// Two columns of one name.
    #[error("two columns are called `{0}`: give one another name with AS")]
    SameName(String),
    /// A column whose values the driver cannot read.
    #[error("column `{column}` is `{ty}`, which has no Rust type: write `…::text AS {column}`")]
    NoRustType {
        /// Name of the column.
        column: String,
        /// Its type.
        ty: String,
    },
    /// The columns depend on which parameters are given.
    #[error("with `-- if` the query returns other columns: {0} and {1}")]
    OtherColumns(String, String),
    /// A parameter's type depends on which others are given.
    #[error(
        "`:{parameter}` is `{first}` in one place and `{second}` in another: write `:{parameter}::{first}`"
    )]
    OtherType {
        /// The parameter.
        parameter: String,
        /// Its type with the first choice of filters.
        first: String,
        /// Its type with another.
        second: String,
    },
}

impl Query {
    /// What is known of the query in the file `module`, given the answers about its variants in their order.
    ///
    /// # Errors
    /// All reasons why it has no type.
    pub fn describe(
        &self,
        module: &str,
        variants: &[Variant],
        answers: &[Answer],
    ) -> Result<DescribedQuery, Vec<Untyped>> {
        let mut errors = Vec::new();
        let columns = columns(answers, &mut errors);
        let parameters = self.parameters_of(variants, answers, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        let facts: Vec<&QueryFacts> = answers.iter().filter_map(|it| it.facts.as_ref()).collect();
        let is_known = facts.len() == answers.len();
        let relations = facts
            .iter()
            .flat_map(|it| it.reads.iter().chain(&it.writes));
        let relations = relations.map(|it| RelationName {
            schema: it.schema.clone(),
            name: it.name.clone(),
        });
        let mut relations: Vec<RelationName> = relations.collect();
        relations.sort();
        relations.dedup();
        Ok(DescribedQuery {
            module: module.to_owned(),
            name: self.name.clone(),
            checksum: self.checksum(),
            rows: if is_known {
                rows(&facts)
            } else {
                RowCount::Many
            },
            writes: !is_known || facts.iter().any(|it| !it.writes.is_empty()),
            is_volatile: !is_known || facts.iter().any(|it| it.is_volatile),
            relations,
            time_bounds: time_bounds(&facts),
            parameters,
            columns,
        })
    }

    fn parameters_of(
        &self,
        variants: &[Variant],
        answers: &[Answer],
        errors: &mut Vec<Untyped>,
    ) -> Vec<Parameter> {
        let optional = self.optional();
        let mut parameters = Vec::new();
        for (at, placeholder) in self.parameters.iter().enumerate() {
            let mut uses = Vec::new();
            let mut ty: Option<&Type> = None;
            for (variant, answer) in variants.iter().zip(answers) {
                let Some(number) = variant.parameters.iter().position(|it| *it == at) else {
                    continue;
                };
                let found = &answer.parameters[number];
                if let Some(first) = ty.filter(|it| *it != found) {
                    errors.push(Untyped::OtherType {
                        parameter: placeholder.name.clone(),
                        first: first.sql.clone(),
                        second: found.sql.clone(),
                    });
                    break;
                }
                ty = Some(found);
                uses.push(answer.facts.as_ref().map(|it| &it.parameters[number]));
            }
            // Each parameter is in the variant with every filter.
            let Some(ty) = ty else { continue };
            let uses: Option<Vec<_>> = uses.into_iter().collect();
            let uses = uses.unwrap_or_default();
            let column = uses.iter().map(|it| column_of(it)).reduce(common).flatten();
            let end = uses.iter().map(|it| end_of(it)).reduce(common).flatten();
            let may_be_null = !uses.is_empty() && uses.iter().all(|it| it.may_be_null);
            parameters.push(Parameter {
                name: placeholder.name.clone(),
                ty: ty.clone(),
                nullable: placeholder.nullable || may_be_null,
                optional: optional.contains(&at),
                cast: answers.iter().any(|it| it.casts.contains(&at)),
                column,
                end,
            });
        }
        parameters
    }
}

fn common<T: PartialEq>(a: Option<T>, b: Option<T>) -> Option<T> {
    a.filter(|a| b.as_ref() == Some(a))
}

/// The one column that the parameter is about.
fn column_of(uses: &catalog::ParameterUse) -> Option<ColumnName> {
    let compared = uses.compared.iter().map(|(column, _)| column);
    let mut all = uses.assigned.iter().chain(compared);
    let first = all.next()?;
    all.all(|it| it == first).then(|| name(first))
}

fn end_of(uses: &catalog::ParameterUse) -> Option<End> {
    let is_all = |operator: &str| {
        let mut operators = uses.compared.iter().map(|(_, it)| it.as_str());
        uses.assigned.is_none() && !uses.compared.is_empty() && operators.all(|it| it == operator)
    };
    if is_all(">=") {
        Some(End::From)
    } else if is_all("<") {
        Some(End::Before)
    } else {
        None
    }
}

fn name(column: &catalog::ColumnRef) -> ColumnName {
    ColumnName {
        schema: column.schema.clone(),
        relation: column.relation.clone(),
        column: column.column.clone(),
    }
}

fn columns(answers: &[Answer], errors: &mut Vec<Untyped>) -> Vec<Column> {
    let Some(first) = answers.first() else {
        return Vec::new();
    };
    if let Some(other) = answers.iter().find(|it| it.columns != first.columns) {
        let shown = |answer: &Answer| {
            let columns = answer.columns.iter();
            let columns: Vec<String> = columns
                .map(|(name, ty)| format!("{name} {}", ty.sql))
                .collect();
            format!("({})", columns.join(", "))
        };
        errors.push(Untyped::OtherColumns(shown(first), shown(other)));
    }
    let mut columns = Vec::new();
    for (at, (name_, ty)) in first.columns.iter().enumerate() {
        if name_ == "?column?" {
            errors.push(Untyped::Unnamed(at + 1));
        } else if first.columns[..at].iter().any(|(it, _)| it == name_) {
            errors.push(Untyped::SameName(name_.clone()));
        }
        let facts: Option<Vec<_>> = answers
            .iter()
            .map(|it| it.facts.as_ref()?.columns.get(at))
            .collect();
        let facts = facts.unwrap_or_default();
        let is_proven = facts.iter().all(|it| it.never_null.is_some());
        let source = facts
            .iter()
            .map(|it| it.source.as_ref().map(name))
            .reduce(common);
        columns.push(Column {
            name: name_.clone(),
            ty: ty.clone(),
            never_null: facts
                .first()
                .filter(|_| is_proven)
                .and_then(|it| it.never_null.clone()),
            source: source.flatten(),
        });
    }
    columns
}

/// What holds of all variants.
fn rows(facts: &[&QueryFacts]) -> RowCount {
    let mut why = None;
    let mut is_one = true;
    for it in facts {
        let reason = match &it.rows {
            Proven::ExactlyOne(reason) => reason,
            Proven::AtMostOne(reason) => {
                is_one = false;
                reason
            }
            _ => return RowCount::Many,
        };
        why.get_or_insert(reason);
    }
    match why {
        Some(why) if is_one => RowCount::One(why.clone()),
        Some(why) => RowCount::AtMostOne(why.clone()),
        None => RowCount::Many,
    }
}

fn time_bounds(facts: &[&QueryFacts]) -> Vec<TimeBound> {
    let mut bounds: Vec<TimeBound> = Vec::new();
    for it in facts.iter().flat_map(|it| &it.time_bounds) {
        let found = TimeBound {
            schema: it.relation.schema.clone(),
            name: it.relation.name.clone(),
            column: it.column.clone(),
            lower: it.lower,
            upper: it.upper,
        };
        let key = |it: &TimeBound| (it.schema.clone(), it.name.clone(), it.column.clone());
        match bounds.iter_mut().find(|it| key(it) == key(&found)) {
            Some(known) => {
                known.lower &= found.lower;
                known.upper &= found.upper;
            }
            None => bounds.push(found),
        }
    }
    bounds.sort_by_key(|it| (it.schema.clone(), it.name.clone(), it.column.clone()));
    bounds
}
