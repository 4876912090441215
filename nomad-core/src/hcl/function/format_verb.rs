//! One verb of a format: flags, width, precision, argument index, letter; and how a value looks
//! under it.

use super::registry::Refusal;
use crate::hcl::convert::convert;
use crate::hcl::grapheme;
use crate::hcl::json::json_text;
use crate::hcl::limits::FORMAT_WIDTH_MAX;
use crate::hcl::number::Number;
use crate::hcl::types::Type;
use crate::hcl::value::Value;

/// A verb as written.
#[derive(Debug, Default)]
pub(super) struct Verb {
    pub(super) written: String,
    /// The argument, counted from 0, where the verb names one.
    pub(super) index: Option<usize>,
    letter: char,
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Reads a verb after its percent sign, which stands at byte `offset`; gives what follows.
pub(super) fn read_verb(text: &str, offset: usize) -> Result<(Verb, &str), Refusal> {
    let mut verb = Verb::default();
    let mut rest = text;
    while let Some(flag) = rest.chars().next() {
        match flag {
            '+' => verb.plus = true,
            '-' => verb.minus = true,
            '#' => verb.sharp = true,
            ' ' => verb.space = true,
            '0' => verb.zero = true,
            _ => break,
        }
        rest = rest.get(1..).unwrap_or("");
    }
    (verb.width, rest) = read_count(rest)?;
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = read_count(after)?;
        verb.precision = Some(precision.unwrap_or(0));
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('[') {
        let (index, after) = read_count(after)?;
        let after = after.strip_prefix(']').ok_or_else(|| invalid(offset))?;
        verb.index = Some(index.filter(|at| *at > 0).ok_or_else(|| invalid(offset))? - 1);
        rest = after;
    }
    let mut letters = rest.chars();
    let letter = letters.next().ok_or_else(|| invalid(offset))?;
    if !"vtbcdoxXeEfgGsq".contains(letter) || letter == 'c' {
        return Err(Refusal::whole(format!(
            "there is no verb \"{letter}\" (at offset {}); known are %v %s %q %d %f %e %g %t %x %X %o %b",
            text.len() - rest.len() + offset + 1
        )));
    }
    verb.letter = letter;
    let after = letters.as_str();
    verb.written = format!("%{}", text.get(..text.len() - after.len()).unwrap_or(""));
    Ok((verb, after))
}

fn invalid(offset: usize) -> Refusal {
    Refusal::whole(format!(
        "the format is not complete at offset {}",
        offset + 1
    ))
}

fn read_count(text: &str) -> Result<(Option<usize>, &str), Refusal> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    if number.is_empty() {
        return Ok((None, rest));
    }
    match number.parse() {
        Ok(count) if count <= FORMAT_WIDTH_MAX => Ok((Some(count), rest)),
        _ => Err(Refusal::whole(format!(
            "widths are limited to {FORMAT_WIDTH_MAX}"
        ))),
    }
}

impl Verb {
    /// The text of a value under this verb, or a fragment that says why it has none.
    pub(super) fn apply(&self, value: &Value) -> Result<String, String> {
        match self.letter {
            'v' => self.any(value),
            's' | 'q' => self.text(value),
            't' => match convert(value, &Type::Bool).map_err(|error| error.to_string())? {
                Value::Bool(truth) => Ok(self.padded(truth.to_string(), false)),
                _ => Err("the value is null".to_owned()),
            },
            _ => match convert(value, &Type::Number).map_err(|error| error.to_string())? {
                Value::Number(number) => Ok(self.number(&number, self.letter)),
                _ => Err("the value is null".to_owned()),
            },
        }
    }

    fn any(&self, value: &Value) -> Result<String, String> {
        let json = || json_text(value).map_err(str::to_owned);
        match value {
            _ if self.sharp => Ok(self.padded(json()?, false)),
            Value::String(text) => Ok(self.padded(self.cut(text), false)),
            Value::Number(number) => Ok(self.number(number, 'v')),
            _ => Ok(self.padded(json()?, false)),
        }
    }

    fn text(&self, value: &Value) -> Result<String, String> {
        let converted = convert(value, &Type::String).map_err(|error| error.to_string())?;
        let Some(text) = converted.as_text() else {
            return Err("null cannot be formatted".to_owned());
        };
        let cut = self.cut(text);
        let shown = if self.letter == 'q' {
            json_text(&Value::from(cut)).map_err(str::to_owned)?
        } else {
            cut
        };
        Ok(self.padded(shown, false))
    }

    /// The first characters, as many as the precision says.
    fn cut(&self, text: &str) -> String {
        match self.precision {
            Some(count) => grapheme::prefix(text, count).to_owned(),
            None => text.to_owned(),
        }
    }

    fn number(&self, number: &Number, letter: char) -> String {
        let magnitude = number.abs();
        let digits = match letter {
            'd' => magnitude.truncate().to_string(),
            'b' => in_base(&magnitude, 2),
            'o' => in_base(&magnitude, 8),
            'x' => in_base(&magnitude, 16),
            'X' => in_base(&magnitude, 16).to_uppercase(),
            'f' => magnitude.to_fixed(self.precision.unwrap_or(6)),
            'e' => magnitude.to_scientific(Some(self.precision.unwrap_or(6))),
            'E' => magnitude
                .to_scientific(Some(self.precision.unwrap_or(6)))
                .to_uppercase(),
            'g' | 'G' => self.general(&magnitude, letter),
            _ => match self.precision {
                Some(_) => self.general(&magnitude, 'g'),
                None => magnitude.to_string(),
            },
        };
        let digits = if self.sharp {
            with_prefix(letter, digits)
        } else {
            digits
        };
        let sign = if number.is_negative() {
            "-"
        } else if self.plus {
            "+"
        } else if self.space {
            " "
        } else {
            ""
        };
        if self.zero && !self.minus {
            let missing = self
                .width
                .unwrap_or(0)
                .saturating_sub(digits.len() + sign.len());
            return format!("{sign}{}{digits}", "0".repeat(missing));
        }
        self.padded(format!("{sign}{digits}"), true)
    }

    /// `%g`: plain or scientific, whichever suits the size.
    fn general(&self, magnitude: &Number, letter: char) -> String {
        let exponent = magnitude.leading_exponent();
        let precision = self.precision.map(|count| count.max(1));
        let limit = precision.map_or(21, |count| i64::try_from(count).unwrap_or(i64::MAX));
        let text = if exponent < -4 || exponent >= limit {
            magnitude.to_scientific(precision.map(|count| count - 1))
        } else {
            match precision {
                None => magnitude.to_string(),
                Some(count) => {
                    let places = i64::try_from(count).unwrap_or(i64::MAX) - 1 - exponent;
                    let text = magnitude.to_fixed(usize::try_from(places).unwrap_or(0));
                    match text.contains('.') {
                        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                        false => text,
                    }
                }
            }
        };
        if letter == 'G' {
            text.to_uppercase()
        } else {
            text
        }
    }

    fn padded(&self, text: String, number: bool) -> String {
        let missing = self
            .width
            .unwrap_or(0)
            .saturating_sub(grapheme::count(&text));
        if missing == 0 {
            return text;
        }
        if self.minus {
            return text + &" ".repeat(missing);
        }
        let fill = if self.zero && !number { "0" } else { " " };
        fill.repeat(missing) + &text
    }
}

fn with_prefix(letter: char, digits: String) -> String {
    match letter {
        'x' => format!("0x{digits}"),
        'X' => format!("0X{digits}"),
        'o' => format!("0{digits}"),
        'b' => format!("0b{digits}"),
        _ => digits,
    }
}

fn in_base(magnitude: &Number, base: u32) -> String {
    let base_number = Number::from(i64::from(base));
    let mut left = magnitude.truncate();
    let mut digits = Vec::new();
    while !left.is_zero() {
        let (Some(rest), Some(quotient)) =
            (left.remainder(&base_number), left.divide(&base_number))
        else {
            break;
        };
        let digit = rest
            .to_u64()
            .and_then(|digit| u32::try_from(digit).ok())
            .unwrap_or(0);
        digits.push(char::from_digit(digit, base).unwrap_or('0'));
        left = quotient.truncate();
    }
    if digits.is_empty() {
        digits.push('0');
    }
    digits.iter().rev().collect()
}
