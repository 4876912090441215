//! What a file may ask of the engine at most. Beyond a limit there is an error that names it,
//! never a slow or a large answer.

/// Longest text of one file, in bytes.
pub const FILE_BYTES_MAX: usize = 1 << 20;
/// Deepest nesting of expressions, templates and blocks that is evaluated. The parser itself
/// refuses earlier; this holds for trees that come from elsewhere.
pub const DEPTH_MAX: usize = 200;
/// Most expression nodes that are evaluated for one file, loops counted as often as they run.
pub const STEPS_MAX: u64 = 1_000_000;
/// Largest value: its nodes and bytes together, shared parts counted as often as they occur.
pub const VALUE_WEIGHT_MAX: u64 = 16 << 20;
/// Most variables, and most locals, that one file declares.
pub const DECLARATIONS_MAX: usize = 2_000;
/// Most values that `range` makes.
pub const RANGE_VALUES_MAX: usize = 1_024;
/// Widest field, or highest precision, of a `format` verb.
pub const FORMAT_WIDTH_MAX: usize = 4_096;
/// Largest regular expression, compiled, in bytes.
pub const REGEX_BYTES_MAX: usize = 1 << 20;
/// Most blocks that one `dynamic` block expands to.
pub const DYNAMIC_BLOCKS_MAX: usize = 10_000;
/// Most blocks and attributes that are decoded for one file, expanded ones included.
pub const DECODED_ITEMS_MAX: usize = 200_000;
/// Most findings that are collected before decoding stops.
pub const DIAGNOSTICS_MAX: usize = 100;
/// Longest part of a source line that a diagnostic shows, in characters.
pub const SNIPPET_CHARS_MAX: usize = 120;
