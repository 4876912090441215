//! Messages between agents and between an API handler and the server machine.
//!
//! Requests are typed by the role of who sends them: a node cannot say what an operator may, and a
//! response has the shape that its request asks for.

pub mod node;
pub mod operator;
