//! Inside the supervisor: one thread, little memory, no async.
//!
//! The way: [`boot`] cuts the ties to the agent, [`spawn`] runs the command, [`watch`] copies output,
//! answers the socket and waits, [`end`] kills what is left and writes the result. Always true: no
//! error after the command runs ends the supervisor before the command.

mod boot;
mod children;
mod end;
mod listen;
mod pump;
mod run;
mod shed;
mod spawn;
mod watch;

pub(super) use run::run;
