//! `pgvector`: the crate for the extension of that name.

use crate::vector::Vector;

impl From<Vector> for pgvector::Vector {
    fn from(vector: Vector) -> Self {
        vector.0.into()
    }
}

impl From<pgvector::Vector> for Vector {
    fn from(vector: pgvector::Vector) -> Self {
        Self(vector.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::all_round_trip;
    use crate::random::Random;

    fn vector(random: &mut Random) -> Vector {
        let count = random.below(20);
        Vector((0..=count).map(|_| random.float32()).collect())
    }

    #[test]
    fn all_vectors() {
        all_round_trip(
            vector,
            |vector| Ok(pgvector::Vector::from(vector)),
            |vector| Ok(vector.into()),
        );
    }
}
