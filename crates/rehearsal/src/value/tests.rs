use super::*;

#[test]
fn each_type_of_the_table_has_a_value() {
    let catalog = Catalog::default();
    let values = Values {
        catalog: &catalog,
        until: 0,
        domains: Vec::new().into(),
    };
    for ty in sql::types::TYPES {
        for which in [Which::Any, Which::Distinct] {
            let mut draw = Draw::new("n", 1, &[ty.name]);
            let value = values.value(&built_in_type(ty.name), which, &mut draw);
            assert!(value.is_some(), "{}", ty.name);
        }
    }
}
