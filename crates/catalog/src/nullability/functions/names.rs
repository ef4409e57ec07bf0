//! The functions that are known, by name; a name stands for all functions of `pg_catalog` that have it.
//!
//! Left out on purpose, although they are STRICT: `->>`, `substring` with a pattern, `array_length` and `array_position`, `extract`,
//! `date_part`, `time` and `timetz` (of infinity), `to_char` (of infinity, and with an empty format), `to_number`, `nullif`,
//! `regexp_match`, `regexp_substr`, `scale` and `min_scale` (of NaN), `lower` and `upper` of a range (without that bound),
//! `jsonb_path_exists`, `uuid_extract_version`, and every conversion from JSON, where a JSON null becomes an SQL null.

/// Whether one of the lines has the name.
pub(super) fn listed(lines: &[&str], name: &str) -> bool {
    lines
        .iter()
        .any(|line| line.split(' ').any(|it| it == name))
}

/// Types whose non-null values may become null under a function that never returns null for other types.
pub(super) const OPAQUE: &[&str] = &[
    "\"any\"",
    "anymultirange",
    "anyrange",
    "json",
    "jsonb",
    "jsonpath",
];

/// Ordinary functions, the conversions among them called as their target types are.
pub(super) const KEEPING: &[&str] = &[
    // Conversions.
    "bit bool bpchar char date float4 float8 int2 int4 int8 interval money name numeric oid regclass text timestamp timestamptz",
    "varbit varchar xid",
    // Numbers.
    "abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd cosh cot cotd degrees div erf",
    "erfc exp factorial floor gcd lcm ln log log10 mod pi pow power radians random round sign sin sind sinh sqrt tan",
    "tand tanh trim_scale trunc width_bucket",
    // Their operators `^`, `|/`, `||/` and those of money.
    "dpow numeric_power dsqrt numeric_sqrt dcbrt cash_pl cash_mi cash_div_cash cash_div_flt4 cash_div_flt8 cash_div_int2",
    "cash_div_int4 cash_div_int8 cash_mul_flt4 cash_mul_flt8 cash_mul_int2 cash_mul_int4 cash_mul_int8 flt4_mul_cash flt8_mul_cash",
    "int2_mul_cash int4_mul_cash int8_mul_cash",
    // Text and bytes.
    "anytextcat ascii bit_count bit_length bitand bitcat bitnot bitor bitshiftleft bitshiftright bitxor btrim byteacat casefold",
    "char_length character_length chr convert convert_from convert_to decode encode get_bit get_byte initcap is_normalized left length",
    "lower lpad ltrim md5 normalize octet_length overlay parse_ident position quote_ident quote_literal quote_nullable regexp_count",
    "regexp_instr regexp_like regexp_replace regexp_split_to_array repeat replace reverse right rpad rtrim set_bit set_byte sha224",
    "sha256 sha384 sha512 similar_to_escape split_part starts_with string_to_array strpos substr textanycat textcat to_ascii to_bin",
    "to_hex to_oct translate unistr upper",
    // LIKE, `~` and their kin.
    "like like_escape notlike bpchariclike bpcharicnlike bpcharicregexeq bpcharicregexne bpcharlike bpcharnlike bpcharregexeq",
    "bpcharregexne bytealike byteanlike nameiclike nameicnlike nameicregexeq nameicregexne namelike namenlike nameregexeq nameregexne",
    "texticlike texticnlike texticregexeq texticregexne textlike textnlike textregexeq textregexne",
    // Time.
    "age clock_timestamp date_add date_bin date_mi date_mi_interval date_mii date_pl_interval date_pli date_subtract date_trunc",
    "datetime_pl datetimetz_pl integer_pl_date interval_div interval_mi interval_mul interval_pl interval_pl_date interval_pl_time",
    "interval_pl_timestamp interval_pl_timestamptz interval_pl_timetz interval_um isfinite justify_days justify_hours",
    "justify_interval make_date make_interval make_time make_timestamp make_timestamptz mul_d_interval now statement_timestamp",
    "time_mi_interval time_mi_time time_pl_interval timedate_pl timestamp_mi timestamp_mi_interval timestamp_pl_interval",
    "timestamptz_mi timestamptz_mi_interval timestamptz_pl_interval timetz_mi_interval timetz_pl_interval timetzdate_pl timezone",
    "to_timestamp transaction_timestamp",
    // Network addresses.
    "abbrev broadcast family host hostmask inet_merge inet_same_family inetand inetmi inetmi_int8 inetnot inetor inetpl int8pl_inet",
    "masklen netmask network network_overlap network_sub network_subeq network_sup network_supeq set_masklen",
    // Arrays.
    "array_fill array_positions array_remove array_replace array_reverse array_sort",
    "array_to_json array_to_string arraycontained arraycontains arrayoverlap cardinality trim_array",
    // Ranges of two bounds, and searching text.
    "phraseto_tsquery plainto_tsquery setweight strip to_tsquery to_tsvector ts_headline ts_match_qv ts_match_tq ts_match_tt",
    "ts_match_vq ts_rank ts_rank_cd tsquery_and tsquery_not tsquery_or tsquery_phrase tsvector_concat tsvector_to_array",
    "websearch_to_tsquery",
    // The session, and what is made anew.
    "current_database gen_random_uuid nextval pg_backend_pid pg_size_pretty txid_current uuidv4 uuidv7 version",
    // Geometry.
    "dist_bp dist_pb point_distance",
];

/// Functions whose body casts an argument of any type to text.
pub(super) const CASTING: &[&str] = &["anytextcat quote_literal textanycat"];

/// Functions of types that are [`OPAQUE`] otherwise.
pub(super) const OF_OPAQUE: &[&str] = &[
    // JSON.
    "json_array_length json_object json_strip_nulls json_typeof jsonb_array_length jsonb_concat jsonb_contained jsonb_contains",
    "jsonb_delete jsonb_delete_path jsonb_exists jsonb_exists_all jsonb_exists_any jsonb_insert jsonb_object jsonb_path_query_array",
    "jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof row_to_json to_json to_jsonb",
    // Ranges.
    "elem_contained_by_multirange elem_contained_by_range isempty lower_inc lower_inf multirange_contains_elem range_adjacent",
    "range_after range_before range_contained_by range_contains range_contains_elem range_intersect range_merge range_minus",
    "range_overlaps range_overleft range_overright range_union upper_inc upper_inf",
    // Nulls, counted.
    "num_nonnulls num_nulls pg_column_size",
];

/// Functions of any arguments, null or not.
pub(super) const SKIPPING: &[&str] = &[
    "array_append array_prepend concat concat_ws enum_range format",
    "json_build_array json_build_object jsonb_build_array jsonb_build_object",
    "daterange int4range int8range numrange tsrange tstzrange",
];

/// Functions that skip nulls, and give null only if all arguments are.
pub(super) const OF_ANY: &[&str] = &["array_cat"];

/// Functions of extensions that come with PostgreSQL.
pub(super) const OF_EXTENSIONS: &[&str] = &[
    "digest hmac uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5",
    "gen_random_bytes gen_random_uuid",
];

/// Fields that infinite times have.
pub(super) const FIELDS_OF_INFINITY: &[&str] =
    &["century decade epoch isoyear julian millennium year"];

/// Functions that return a set of values without nulls, whatever their arguments are.
pub(super) const SETS: &[&str] = &[
    "generate_series generate_subscripts json_array_elements json_object_keys jsonb_array_elements jsonb_object_keys",
    "jsonb_path_query regexp_matches regexp_split_to_table",
];

/// Aggregates that give zero over no rows.
pub(super) const COUNTING: &[&str] = &["count regr_count"];

/// Aggregates of all rows, nulls among them.
pub(super) const COLLECTING: &[&str] = &[
    "array_agg json_agg json_object_agg jsonb_agg jsonb_object_agg",
    // From PostgreSQL 16 on.
    "json_agg_strict json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg_strict",
    "jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict",
];

/// Aggregates that skip nulls.
pub(super) const KEEPING_AGGREGATES: &[&str] = &[
    "any_value avg bit_and bit_or bit_xor bool_and bool_or every max min mode percentile_cont percentile_disc range_agg",
    "range_intersect_agg stddev_pop string_agg sum var_pop xmlagg",
];

/// Whether the function implements an operator on numbers: `int48pl`, `float8div`, `numeric_add`.
pub(super) fn is_number_operator(name: &str) -> bool {
    const TYPES: &[&str] = &[
        "int2", "int4", "int8", "int24", "int42", "int28", "int82", "int48", "int84", "float4",
        "float8", "float48", "float84",
    ];
    const OPERATIONS: &[&str] = &[
        "pl", "mi", "mul", "div", "mod", "um", "up", "abs", "and", "or", "xor", "not", "shl", "shr",
    ];
    const OF_NUMERIC: &[&str] = &["add", "sub", "mul", "div", "mod", "uminus", "uplus", "abs"];
    match name.strip_prefix("numeric_") {
        Some(operation) => OF_NUMERIC.contains(&operation),
        None => TYPES.iter().any(|ty| {
            name.strip_prefix(ty)
                .is_some_and(|operation| OPERATIONS.contains(&operation))
        }),
    }
}

/// Whether the function compares two values, as `date_lt_timestamp` does; within rows, arrays and ranges nulls are compared like values.
pub(super) fn is_comparison(name: &str) -> bool {
    const TYPES: &[&str] = &[
        "array_",
        "bit",
        "bool",
        "bpchar",
        "bpchar_pattern_",
        "bytea",
        "cash_",
        "char",
        "date_",
        "enum_",
        "float4",
        "float48",
        "float8",
        "float84",
        "int2",
        "int24",
        "int28",
        "int4",
        "int42",
        "int48",
        "int8",
        "int82",
        "int84",
        "interval_",
        "jsonb_",
        "macaddr8_",
        "macaddr_",
        "multirange_",
        "name",
        "network_",
        "numeric_",
        "oid",
        "pg_lsn_",
        "range_",
        "record_",
        "text",
        "text_",
        "text_pattern_",
        "tid",
        "time_",
        "timestamp_",
        "timestamptz_",
        "timetz_",
        "tsquery_",
        "tsvector_",
        "uuid_",
        "varbit",
        "xid",
        "xid8",
    ];
    const OPERATIONS: &[&str] = &["eq", "ne", "neq", "lt", "le", "gt", "ge"];
    const OTHERS: &[&str] = &["", "_date", "_timestamp", "_timestamptz", "name", "text"];
    TYPES
        .iter()
        .filter_map(|ty| name.strip_prefix(ty))
        .any(|rest| {
            OPERATIONS
                .iter()
                .filter_map(|operation| rest.strip_prefix(operation))
                .any(|other| OTHERS.contains(&other))
        })
}
