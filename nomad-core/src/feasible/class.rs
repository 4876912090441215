//! What is known of whole classes of nodes within one evaluation (spec/scheduler 6.4).

use std::collections::BTreeMap;

/// What is known of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Its nodes pass.
    Eligible,
    /// Its nodes are refused.
    Ineligible,
    /// Nobody looked, or looking at one node says nothing about others.
    Unknown,
}

/// What is known of each class, for the job and for each group.
#[derive(Debug, Clone, Default)]
pub struct Classes {
    job: BTreeMap<String, bool>,
    groups: BTreeMap<String, BTreeMap<String, bool>>,
    escaped: bool,
}

fn known(table: Option<&BTreeMap<String, bool>>, class: &str) -> Known {
    match table.and_then(|table| table.get(class)) {
        Some(true) => Known::Eligible,
        Some(false) => Known::Ineligible,
        None => Known::Unknown,
    }
}

impl Classes {
    /// What the job's own checks said of a class.
    #[must_use]
    pub fn of_job(&self, class: &str) -> Known {
        known(Some(&self.job), class)
    }

    /// What a group's checks said of a class.
    #[must_use]
    pub fn of_group(&self, group: &str, class: &str) -> Known {
        known(self.groups.get(group), class)
    }

    /// Remembers what the job's own checks said.
    pub fn learn_job(&mut self, class: &str, eligible: bool) {
        if !class.is_empty() {
            self.job.insert(class.to_owned(), eligible);
        }
    }

    /// Remembers what a group's checks said.
    pub fn learn_group(&mut self, group: &str, class: &str, eligible: bool) {
        if !class.is_empty() {
            let table = self.groups.entry(group.to_owned()).or_default();
            table.insert(class.to_owned(), eligible);
        }
    }

    /// Remembers whether constraints tell nodes of one class apart.
    pub fn escape(&mut self, escapes: bool) {
        self.escaped |= escapes;
    }

    /// Classes say nothing about this evaluation.
    #[must_use]
    pub fn escaped(&self) -> bool {
        self.escaped
    }

    /// For a blocked evaluation: could a node of the class run any of the groups?
    #[must_use]
    pub fn eligibility(&self) -> BTreeMap<String, bool> {
        let mut all: BTreeMap<String, bool> = BTreeMap::new();
        for (class, eligible) in self.groups.values().flatten() {
            *all.entry(class.clone()).or_insert(false) |= *eligible;
        }
        for (class, eligible) in &self.job {
            match eligible {
                false => *all.entry(class.clone()).or_insert(false) = false,
                true => {
                    all.entry(class.clone()).or_insert(true);
                }
            }
        }
        all
    }
}
