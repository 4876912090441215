//! The parts of a score and their mean.

use std::collections::BTreeMap;

/// What a part is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Room left.
    Room,
    /// Device affinities.
    Devices,
    /// Allocations of the same job and group on the node.
    JobAntiAffinity,
    /// An earlier attempt failed there.
    ReschedulePenalty,
    /// Affinities.
    NodeAffinity,
    /// Spreads.
    Spread,
}

impl Part {
    /// The name in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Room => "binpack",
            Self::Devices => "devices",
            Self::JobAntiAffinity => "job-anti-affinity",
            Self::ReschedulePenalty => "node-reschedule-penalty",
            Self::NodeAffinity => "node-affinity",
            Self::Spread => "allocation-spread",
        }
    }
}

/// The parts of a node's score. A part that is none does not count in the mean.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parts {
    /// Room left; always counts.
    pub room: f64,
    /// Device affinities.
    pub devices: Option<f64>,
    /// Same job and group on the node.
    pub anti_affinity: Option<f64>,
    /// An earlier attempt failed there.
    pub penalty: Option<f64>,
    /// Affinities; counts also when it is 0.
    pub affinity: Option<f64>,
    /// Spreads; does not count when it is 0.
    pub spread: Option<f64>,
}

impl Parts {
    fn counted(&self) -> [Option<f64>; 6] {
        [
            Some(self.room),
            self.devices,
            self.anti_affinity,
            self.penalty,
            self.affinity,
            self.spread,
        ]
    }

    /// The mean of the parts that count.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let (sum, count) = self
            .counted()
            .into_iter()
            .flatten()
            .fold((0.0, 0.0), |(sum, count), part| (sum + part, count + 1.0));
        sum / count
    }

    /// The parts by name, as metrics list them: three of them also when they do not count.
    #[must_use]
    pub fn listed(&self) -> BTreeMap<String, f64> {
        let parts = [
            (Part::Room, Some(self.room)),
            (Part::Devices, self.devices),
            (
                Part::JobAntiAffinity,
                Some(self.anti_affinity.unwrap_or(0.0)),
            ),
            (Part::ReschedulePenalty, Some(self.penalty.unwrap_or(0.0))),
            (Part::NodeAffinity, Some(self.affinity.unwrap_or(0.0))),
            (Part::Spread, self.spread),
        ];
        let named = parts
            .into_iter()
            .filter_map(|(part, score)| Some((part.as_str().to_owned(), score?)));
        named.collect()
    }
}
