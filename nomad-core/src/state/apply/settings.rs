//! Settings of the schedulers (spec/scheduler 2.10).

use std::sync::Arc;

use super::error::ApplyError;
use super::write::Write;
use crate::model::SchedulerConfiguration;
use crate::state::TableName;
use crate::units::Index;

impl Write<'_> {
    /// Changes the settings, if they are still those that the caller saw.
    pub(super) fn set_scheduler_config(
        &mut self,
        config: &SchedulerConfiguration,
        check_index: Option<Index>,
    ) -> Result<(), ApplyError> {
        let known = &self.state.scheduler_config;
        let found = known.modify_index;
        if let Some(wanted) = check_index.filter(|wanted| *wanted != found) {
            return Err(ApplyError::CheckIndex { wanted, found });
        }
        let create_index = if known.create_index == Index(0) {
            self.index
        } else {
            known.create_index
        };
        self.state.scheduler_config = Arc::new(SchedulerConfiguration {
            create_index,
            modify_index: self.index,
            ..config.clone()
        });
        self.touch(TableName::SchedulerConfig, []);
        Ok(())
    }
}
