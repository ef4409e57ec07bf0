//! What a change of the schema means for service code.

use serde_json::{Value, json};

use crate::drift::made_by::MadeBy;

/// What a change does to code of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Code goes on as before.
    Compatible,
    /// Code compiles, or is made to compile without a decision, and may see other values or errors.
    Care,
    /// Code does not compile, or its statements fail.
    Breaking,
}

impl Effect {
    pub fn word(self) -> &'static str {
        match self {
            Effect::Compatible => "compatible",
            Effect::Care => "needs care",
            Effect::Breaking => "breaking",
        }
    }
}

/// What a change does to code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consequence {
    pub audience: Audience,
    pub effect: Effect,
    /// What the code meets.
    pub why: String,
}

/// Which code it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Readers,
    Writers,
    Both,
}

impl Audience {
    pub fn word(self) -> &'static str {
        match self {
            Audience::Readers => "readers",
            Audience::Writers => "writers",
            Audience::Both => "readers and writers",
        }
    }
}

/// A change, and what it does to code that reads and to code that writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As `column public.events.amount`.
    pub object: String,
    /// As `type: integer → bigint`.
    pub what: String,
    /// Nothing is known to depend on a change that has none.
    pub consequences: Vec<Consequence>,
    /// The line that did it, if that is certain.
    pub made_by: Option<MadeBy>,
}

impl Change {
    pub fn new(object: impl Into<String>, what: impl Into<String>) -> Change {
        Change {
            object: object.into(),
            what: what.into(),
            consequences: Vec::new(),
            made_by: None,
        }
    }

    /// The same with this consequence for code that reads.
    pub fn readers(self, effect: Effect, why: impl Into<String>) -> Change {
        self.with(Audience::Readers, effect, why)
    }

    /// The same with this consequence for code that writes.
    pub fn writers(self, effect: Effect, why: impl Into<String>) -> Change {
        self.with(Audience::Writers, effect, why)
    }

    /// The same with this consequence for both.
    pub fn both(self, effect: Effect, why: impl Into<String>) -> Change {
        self.with(Audience::Both, effect, why)
    }

    /// The same with this consequence.
    pub fn with(mut self, audience: Audience, effect: Effect, why: impl Into<String>) -> Change {
        let why = why.into();
        self.consequences.push(Consequence {
            audience,
            effect,
            why,
        });
        self
    }

    /// The worst consequence.
    pub fn effect(&self) -> Effect {
        self.worst(|_| true)
    }

    fn worst(&self, of: impl Fn(Audience) -> bool) -> Effect {
        let consequences = self.consequences.iter().filter(|it| of(it.audience));
        consequences
            .map(|it| it.effect)
            .max()
            .unwrap_or(Effect::Compatible)
    }

    pub fn document(&self) -> Value {
        let consequence = |it: &Consequence| json!({ "for": it.audience.word(), "effect": it.effect.word(), "why": it.why });
        json!({
            "effect": self.effect().word(),
            "object": self.object,
            "change": self.what,
            "readers": self.worst(|it| it != Audience::Writers).word(),
            "writers": self.worst(|it| it != Audience::Readers).word(),
            "consequences": self.consequences.iter().map(consequence).collect::<Vec<_>>(),
            "made_by": self.made_by.as_ref().map(MadeBy::document),
        })
    }
}
