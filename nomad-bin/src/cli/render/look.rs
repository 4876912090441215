//! How much is shown, when, where and in which colors; the same for a whole page.

use crate::cli::layout::{Moment, Zone, ago, shorten};
use crate::cli::ui::Paint;

/// What a renderer needs besides the data.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    /// Full ids and absolute times.
    pub(crate) verbose: bool,
    /// The instant that ages are relative to.
    pub(crate) now: Moment,
    /// The zone of absolute times.
    pub(crate) zone: &'a Zone,
    /// Colors.
    pub(crate) paint: Paint,
}

impl Look<'_> {
    /// An id, cut unless verbose.
    pub(crate) fn id(&self, id: &str) -> String {
        shorten(id, self.verbose).to_owned()
    }

    /// An absolute time.
    pub(crate) fn time(&self, moment: Moment) -> String {
        moment.absolute(self.zone)
    }

    /// An age, or an absolute time if verbose.
    pub(crate) fn age(&self, moment: Moment) -> String {
        if self.verbose {
            self.time(moment)
        } else {
            ago(moment, self.now)
        }
    }

    /// A title with what belongs below it, after a blank line.
    pub(crate) fn section(&self, title: &str, body: &str) -> String {
        format!("\n\n{}\n{body}", self.paint.title(title))
    }
}

#[cfg(test)]
pub(crate) mod plain {
    use super::*;
    use std::sync::LazyLock;

    static UTC: LazyLock<Zone> = LazyLock::new(Zone::utc);

    /// No colors, UTC, at 2031-05-08T09:46:40Z.
    pub(crate) fn look(verbose: bool) -> Look<'static> {
        Look {
            verbose,
            now: Moment(1_936_000_000_000_000_000),
            zone: &UTC,
            paint: Paint::OFF,
        }
    }
}
