//! Functions of numbers.

use super::registry::{
    Answer, Call, Function, Kind, Parameter, Refusal, function, takes, variadic,
};
use crate::hcl::limits::RANGE_VALUES_MAX;
use crate::hcl::number::Number;
use crate::hcl::value::Value;
use std::cmp::Ordering;

const NUM: Parameter = takes("num", Kind::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", &[NUM], |call| {
        Ok(Value::Number(call.number(0).abs()))
    }),
    function("ceil", &[NUM], |call| existing(call.number(0).ceil())),
    function("floor", &[NUM], |call| existing(call.number(0).floor())),
    function("log", &[NUM, takes("base", Kind::Number)], log),
    variadic("max", &[], takes("numbers", Kind::Number), |call| {
        outermost(call, Ordering::Greater)
    }),
    variadic("min", &[], takes("numbers", Kind::Number), |call| {
        outermost(call, Ordering::Less)
    }),
    function(
        "parseint",
        &[takes("number", Kind::Any), takes("base", Kind::Number)],
        parseint,
    ),
    function("pow", &[NUM, takes("power", Kind::Number)], |call| {
        from_float(call.number(0).to_f64().powf(call.number(1).to_f64()))
    }),
    variadic("range", &[], takes("params", Kind::Number), range),
    function("signum", &[NUM], |call| {
        Ok(Value::Number(Number::from(call.whole(0)?.signum())))
    }),
];

fn existing(number: Option<Number>) -> Answer {
    number
        .map(Value::Number)
        .ok_or_else(|| Refusal::whole("the result is out of range"))
}

fn from_float(float: f64) -> Answer {
    if float.is_nan() {
        return Err(Refusal::whole("the result is not a number"));
    }
    Ok(Value::Number(Number::from_f64(float)))
}

fn log(call: &Call<'_>) -> Answer {
    let (number, base) = (call.number(0).to_f64(), call.number(1).to_f64());
    from_float(natural_log(number) / natural_log(base))
}

/// The natural logarithm by the reduction of FreeBSD's `e_log`, whose last digit the original
/// shows: the standard library's may differ there.
fn natural_log(x: f64) -> f64 {
    if !x.is_normal() || x < 0.0 {
        return x.ln();
    }
    let (fraction, exponent) = split_exponent(x);
    let f = fraction - 1.0;
    let k = f64::from(exponent);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2
        * (6.666_666_666_666_735e-1
            + s4 * (2.857_142_874_366_239e-1
                + s4 * (1.818_357_216_161_805e-1 + s4 * 1.479_819_860_511_658_6e-1)));
    let even = s4
        * (3.999_999_999_940_942e-1
            + s4 * (2.222_219_843_214_978_4e-1 + s4 * 1.531_383_769_920_937_3e-1));
    let half_square = 0.5 * f * f;
    let (ln2_high, ln2_low) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);
    k * ln2_high - ((half_square - (s * (half_square + odd + even) + k * ln2_low)) - f)
}

/// A fraction between the roots of 1/2 and 2, and the power of two that it is scaled by.
fn split_exponent(x: f64) -> (f64, i32) {
    let bits = x.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1022;
    let fraction = f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52));
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        (fraction * 2.0, exponent - 1)
    } else {
        (fraction, exponent)
    }
}

fn outermost(call: &Call<'_>, wanted: Ordering) -> Answer {
    let numbers = (0..call.arguments.len()).map(|at| call.number(at));
    let best = numbers.reduce(|best, next| {
        if next.compare(&best) == wanted {
            next
        } else {
            best
        }
    });
    match best {
        Some(best) => Ok(Value::Number(best)),
        None => Err(Refusal::whole("at least one number is required")),
    }
}

fn parseint(call: &Call<'_>) -> Answer {
    let Some(text) = call.value(0).as_text() else {
        let what = call.value(0).type_name();
        return Err(Refusal::argument(
            0,
            format!("a string is required, not a {what}"),
        ));
    };
    let base = call.whole(1)?;
    let base = u64::try_from(base)
        .ok()
        .filter(|base| (2..=62).contains(base))
        .ok_or_else(|| Refusal::argument(1, "the base must be a number from 2 to 62"))?;
    read_in_base(text, base).map(Value::Number).ok_or_else(|| {
        Refusal::argument(
            0,
            format!("cannot read \"{text}\" as a whole number in base {base}"),
        )
    })
}

fn read_in_base(text: &str, base: u64) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() {
        return None;
    }
    let factor = Number::from(u128::from(base));
    let mut number = Number::from(0_u128);
    for digit in digits.chars() {
        let digit = digit_value(digit, base).filter(|digit| *digit < base)?;
        number = number
            .multiply(&factor)?
            .add(&Number::from(u128::from(digit)))?;
    }
    Some(if negative { number.negate() } else { number })
}

fn digit_value(digit: char, base: u64) -> Option<u64> {
    let offset = |first: char| u64::from(u32::from(digit) - u32::from(first));
    match digit {
        '0'..='9' => Some(offset('0')),
        'a'..='z' => Some(offset('a') + 10),
        'A'..='Z' if base <= 36 => Some(offset('A') + 10),
        'A'..='Z' => Some(offset('A') + 36),
        _ => None,
    }
}

fn range(call: &Call<'_>) -> Answer {
    let (zero, one) = (Number::zero(), Number::from(1_i64));
    let number = |at| call.number(at);
    let upwards = |start: &Number, end: &Number| end.compare(start) != Ordering::Less;
    let (start, end) = match call.arguments.len() {
        1 => (zero.clone(), number(0)),
        2 | 3 => (number(0), number(1)),
        _ => return Err(Refusal::whole("one, two or three arguments are required")),
    };
    let up = upwards(&start, &end);
    let step = match call.arguments.len() {
        3 => number(2),
        _ if up => one,
        _ => one.negate(),
    };
    if start != end && !step.is_zero() && up == step.is_negative() {
        let reason = if up {
            "end must be less than start when the step is negative"
        } else {
            "end must be greater than start when the step is positive"
        };
        return Err(Refusal::argument(1, reason));
    }
    let mut list = Vec::new();
    let mut next = start;
    let inside = |next: &Number| {
        next.compare(&end)
            == if up {
                Ordering::Less
            } else {
                Ordering::Greater
            }
    };
    while inside(&next) {
        if list.len() >= RANGE_VALUES_MAX {
            return Err(Refusal::whole(format!(
                "more than {RANGE_VALUES_MAX} values"
            )));
        }
        list.push(Value::Number(next.clone()));
        next = next
            .add(&step)
            .ok_or_else(|| Refusal::whole("the values are out of range"))?;
    }
    Ok(Value::list(list))
}
