//! nomad-sched
