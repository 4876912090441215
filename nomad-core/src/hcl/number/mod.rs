//! Numbers of the HCL language: binary floating point with up to 512 bits of mantissa, so that
//! `0.1 + 0.2` is `0.3` and large integers stay exact, printed as the shortest decimal text that
//! reads back as the same number. [`Number`] is the only type that the rest of the engine sees.

mod arithmetic;
mod natural;
mod print;
mod read;
mod value;

pub use read::ReadNumberError;
pub use value::Number;

#[cfg(test)]
mod tests;
