//! The only place of the command line that asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use super::layout::Moment;

/// Now.
pub(crate) fn now() -> Moment {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Moment(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
