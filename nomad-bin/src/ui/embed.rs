//! The files that `build.rs` chose: the built pages, or the plain page that stands in for them.

include!(concat!(env!("OUT_DIR"), "/ui_embed.rs"));
