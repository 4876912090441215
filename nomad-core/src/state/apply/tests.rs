//! The rules of the state, as sentences.

mod alloc;
mod deployment;
mod fixture;
mod job;
