//! Numbers at random, as expressions that the server evaluates: the same for the same row and seed, on every server.

/// Draws for one column.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    /// What identifies the row: an expression of type bigint.
    row: String,
    state: u64,
}

impl Draw {
    pub(crate) fn new(row: &str, seed: u64, about: &[&str]) -> Self {
        let mut state = seed;
        for text in about {
            // FNV-1a.
            for byte in text.bytes().chain([0]) {
                state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
            }
            state = mixed(state);
        }
        Self {
            row: row.to_owned(),
            state,
        }
    }

    /// The expression that identifies the row.
    pub(crate) fn row(&self) -> &str {
        &self.row
    }

    /// The same draws for another row.
    pub(crate) fn of(&self, row: &str) -> Self {
        Self {
            row: row.to_owned(),
            state: self.state,
        }
    }

    /// A number that is fixed when the text is written.
    pub(crate) fn constant(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed(self.state)
    }

    /// A bigint, not negative. It is another one each time that it is drawn.
    pub(crate) fn hash(&mut self) -> String {
        let seed = self.constant() >> 2;
        format!(
            "(pg_catalog.hashint8extended({}, {seed}) OPERATOR(pg_catalog.&) 9223372036854775807)",
            self.row
        )
    }

    /// A bigint from 0 to `end`, `end` left out.
    pub(crate) fn below(&mut self, end: u64) -> String {
        format!(
            "({} OPERATOR(pg_catalog.%) {}::bigint)",
            self.hash(),
            end.max(1)
        )
    }

    /// A double precision from 0 to 1, 1 left out.
    pub(crate) fn fraction(&mut self) -> String {
        format!(
            "(({} OPERATOR(pg_catalog.&) 9007199254740991)::double precision \
             OPERATOR(pg_catalog./) 9007199254740992::double precision)",
            self.hash()
        )
    }

    /// The same as a numeric of six digits.
    pub(crate) fn fraction_of_numeric(&mut self) -> String {
        format!(
            "({}::numeric OPERATOR(pg_catalog.*) 0.000001)",
            self.below(1_000_000)
        )
    }

    /// One of these expressions, which have one type.
    pub(crate) fn pick(&mut self, from: &[String]) -> Option<String> {
        let (last, rest) = from.split_last()?;
        if rest.is_empty() {
            return Some(last.clone());
        }
        let drawn = self.below(from.len() as u64);
        // Drawn once for each comparison, but from the same row and seed: it is the same number.
        let cases: String = rest
            .iter()
            .enumerate()
            .map(|(index, it)| format!("WHEN {drawn} OPERATOR(pg_catalog.=) {index} THEN {it} "))
            .collect();
        Some(format!("CASE {cases}ELSE {last} END"))
    }
}

/// SplitMix64's last steps.
fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
