//! Which line of the migrations made what is missing, or gave its value to what differs.

use catalog::{Catalog, Difference, DifferenceKind, ObjectKind, Subject};
use migrator::history::History;
use migrator::origin::{self, Kind, Location, Object, Origins};
use migrator::plan::Migration;
use migrator::source;
use serde_json::{Value, json};

use crate::keeper::expected;

/// A line of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeBy {
    /// The file's name: `003_aggregates.sql`.
    pub file: String,
    pub line: usize,
}

impl MadeBy {
    pub fn document(&self) -> Value {
        json!({ "file": self.file, "line": self.line })
    }
}

/// The statements of the migrations that are applied.
pub struct Makers<'a> {
    migrations: Vec<Migration>,
    origins: Origins,
    expected: &'a Catalog,
}

impl<'a> Makers<'a> {
    /// `None` if the files are not as they were applied.
    pub fn read(
        migrations: &[Migration],
        history: &History,
        default_schema: Option<&str>,
        expected: &'a Catalog,
    ) -> Option<Makers<'a>> {
        let migrations = expected::done(migrations, history).ok()?;
        Some(Makers::of_all(migrations, default_schema, expected))
    }

    /// The statements of all these migrations, which make this catalog.
    pub fn of_all(
        migrations: Vec<Migration>,
        default_schema: Option<&str>,
        expected: &'a Catalog,
    ) -> Makers<'a> {
        Makers {
            origins: origin::read(&migrations, default_schema),
            migrations,
            expected,
        }
    }

    /// The line that made this object, or gave this property of it its value; `None` if that is not certain.
    pub fn of_subject(&self, subject: &Subject, property: Option<&str>) -> Option<MadeBy> {
        let object = self.object(subject)?;
        let place = match property {
            Some(property) => self.origins.of_property(&object, property),
            None => self.origins.of(&object),
        };
        place.map(|place| self.line(&place))
    }

    /// The line that removed this object; `None` if that is not certain.
    pub fn of_end(&self, subject: &Subject) -> Option<MadeBy> {
        let object = self.object(subject)?;
        let place = self.origins.of_end(&object)?;
        Some(self.line(&place))
    }

    /// The line that made what differs; `None` if that is not certain.
    pub fn of(&self, difference: &Difference) -> Option<MadeBy> {
        let object = self.object(&difference.subject)?;
        let place = match difference.kind {
            DifferenceKind::Missing => self.origins.of(&object),
            DifferenceKind::Changed { property } => self.origins.of_property(&object, property),
            DifferenceKind::Extra => None,
        };
        place.map(|place| self.line(&place))
    }

    fn line(&self, place: &Location) -> MadeBy {
        let file = &self.migrations[place.migration].file;
        let line = source::position(&file.text[..place.offset]).line;
        let name = file.path.file_name().unwrap_or_default();
        MadeBy {
            file: name.to_string_lossy().into_owned(),
            line,
        }
    }

    fn object(&self, subject: &Subject) -> Option<Object> {
        let (kind, owner, name) = match subject.kind {
            ObjectKind::Extension => (Kind::Extension, None, &subject.name),
            ObjectKind::Enum | ObjectKind::Domain | ObjectKind::Composite | ObjectKind::Range => {
                (Kind::Type, None, &subject.name)
            }
            // Which statement made an attribute is not read.
            ObjectKind::Attribute | ObjectKind::Other(_) => return None,
            ObjectKind::Table | ObjectKind::View | ObjectKind::ContinuousAggregate => {
                (Kind::Relation, None, &subject.name)
            }
            ObjectKind::Column => (Kind::Column, Some(&subject.name), subject.column.as_ref()?),
            ObjectKind::Dimension => {
                let column = subject.column.as_ref()?;
                (Kind::Dimension, Some(&subject.name), column)
            }
            ObjectKind::Constraint => (Kind::Constraint, subject.of.as_ref(), &subject.name),
            ObjectKind::Index => (Kind::Index, subject.of.as_ref(), &subject.name),
            ObjectKind::Trigger => (Kind::Trigger, subject.of.as_ref(), &subject.name),
            ObjectKind::Policy => (Kind::Policy, subject.of.as_ref(), &subject.name),
            ObjectKind::Routine if self.is_overloaded(subject) => return None,
            ObjectKind::Routine => (Kind::Routine, None, &subject.name),
            ObjectKind::Job => (Kind::Job, None, &subject.name),
        };
        Some(Object {
            kind,
            schema: subject.schema.clone().unwrap_or_default(),
            owner: owner.cloned().unwrap_or_default(),
            name: name.clone(),
        })
    }

    /// Which of several routines of one name a statement makes is not read from it.
    fn is_overloaded(&self, subject: &Subject) -> bool {
        let routines = self.expected.routines.iter();
        let same = |schema: &str, name: &str| {
            subject.schema.as_deref() == Some(schema) && subject.name == name
        };
        routines.filter(|it| same(&it.schema, &it.name)).count() > 1
    }
}
