//! The `nomad` binary: hands the words of the command line to what answers them.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A supervisor needs a process of one thread and little memory: first of all.
    if let Some(status) = nomad_client::executor::main(std::env::args_os()) {
        return status;
    }
    let words: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    ExitCode::from(nomad_bin::cli::run(&words))
}
