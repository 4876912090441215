//! The supervisor alone, for programs that embed this crate and cannot be run as their own
//! supervisor, and for this crate's tests. The `nomad` binary does not need it.

use std::process::ExitCode;

fn main() -> ExitCode {
    nomad_client::executor::main(std::env::args_os()).unwrap_or_else(|| {
        eprintln!("nomad-executor: started by an agent, never by hand");
        ExitCode::from(2)
    })
}
