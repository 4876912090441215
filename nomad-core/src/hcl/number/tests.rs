use super::Number;

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn texts_print_as_they_were_read_without_trailing_zeros() {
    for (text, printed) in [
        ("1", "1"),
        ("1.50", "1.5"),
        ("007", "7"),
        ("-0.001", "-0.001"),
        ("0.1", "0.1"),
        ("1e3", "1000"),
        ("1.25e-3", "0.00125"),
        ("100000000000000000000000", "100000000000000000000000"),
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        ),
        ("0", "0"),
    ] {
        assert_eq!(number(text).to_string(), printed);
    }
}

#[test]
fn decimal_sums_are_exact() {
    assert_eq!(
        number("0.1").add(&number("0.2")).unwrap().to_string(),
        "0.3"
    );
    assert_eq!(
        number("3").add(&number("-0.007")).unwrap().to_string(),
        "2.993"
    );
    assert_eq!(
        number("99.999")
            .multiply(&number("100"))
            .unwrap()
            .to_string(),
        "9999.9"
    );
}

#[test]
fn a_third_has_as_many_digits_as_512_bits_tell() {
    let third = number("1").divide(&number("3")).unwrap().to_string();
    assert!(third.starts_with("0.33333333333333333"), "{third}");
    assert!(third.len() > 150 && third.len() < 160, "{}", third.len());
}

#[test]
fn machine_floats_print_short() {
    assert_eq!(
        Number::from_f64(2_f64.sqrt()).to_string(),
        "1.4142135623730951"
    );
    assert_eq!(Number::from_f64(0.1).to_string(), "0.1");
    assert_eq!(Number::from_f64(1e300).to_f64(), 1e300);
}

#[test]
fn division_by_zero_is_infinite_and_modulo_zero_changes_nothing() {
    assert!(number("1").divide(&number("0")).unwrap().is_infinite());
    assert!(number("0").divide(&number("0")).is_none());
    assert_eq!(
        number("5").remainder(&number("0")).unwrap().to_string(),
        "5"
    );
    assert_eq!(
        number("-7").remainder(&number("3")).unwrap().to_string(),
        "-1"
    );
}

#[test]
fn floor_and_ceil_go_the_right_way() {
    assert_eq!(number("-1.2").floor().unwrap().to_string(), "-2");
    assert_eq!(number("-1.2").ceil().unwrap().to_string(), "-1");
    assert_eq!(number("1.2").ceil().unwrap().to_string(), "2");
    assert_eq!(number("-0.001").ceil().unwrap().to_string(), "0");
}

#[test]
fn fixed_and_scientific_forms_round_half_to_even() {
    assert_eq!(number("-2.75").to_fixed(3), "-2.750");
    assert_eq!(number("0.125").to_fixed(2), "0.12");
    assert_eq!(number("9.999").to_fixed(2), "10.00");
    assert_eq!(number("1234.5").to_scientific(Some(2)), "1.23e+03");
}

#[test]
fn whole_numbers_convert_to_machine_integers() {
    assert_eq!(number("-9223372036854775808").to_i64(), Some(i64::MIN));
    assert_eq!(number("9223372036854775808").to_i64(), None);
    assert_eq!(number("18446744073709551615").to_u64(), Some(u64::MAX));
    assert_eq!(number("1.5").to_i64(), None);
}

#[test]
fn hostile_texts_are_refused() {
    for text in ["", ".", "x", "1e", "1e99999999999", "0x10", "1.2.3", " 1"] {
        assert!(text.parse::<Number>().is_err(), "{text}");
    }
}
