//! The `nomad` binary: hands the words of the command line to what answers them.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    ExitCode::from(nomad_bin::cli::run(&words))
}
