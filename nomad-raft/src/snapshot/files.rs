//! [`SnapshotFiles`]: one file per snapshot, written beside and renamed into place.

use nomad_core::seam::disk::{Disk, DiskFile};
use nomad_core::seam::log_store::{Damage, LogPosition};
use nomad_core::seam::snapshot_store::{
    SNAPSHOTS_KEPT, Snapshot, SnapshotError, SnapshotStore, check_newer,
};

use super::format::{Unreadable, VERSION, decode, encode, file_name, parse_file_name};

/// A snapshot being written; removed when the store opens.
const TEMPORARY: &str = "snapshot.tmp";

/// A [`SnapshotStore`] in a directory of a [`Disk`].
#[derive(Debug)]
pub struct SnapshotFiles<D: Disk> {
    disk: D,
}

impl<D: Disk> SnapshotFiles<D> {
    /// Opens the store and removes what an interrupted save left.
    ///
    /// # Errors
    /// Disk errors.
    pub fn open(disk: D) -> Result<Self, SnapshotError> {
        let files = Self { disk };
        files.remove_temporary()?;
        Ok(files)
    }

    fn remove_temporary(&self) -> Result<(), SnapshotError> {
        if self.disk.list()?.iter().any(|name| name == TEMPORARY) {
            self.disk.remove(TEMPORARY)?;
        }
        Ok(())
    }

    /// Positions of all snapshots, the latest first.
    fn positions(&self) -> Result<Vec<LogPosition>, SnapshotError> {
        let names = self.disk.list()?;
        let mut found: Vec<LogPosition> = names
            .iter()
            .filter_map(|name| parse_file_name(name))
            .collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(found)
    }

    fn read(&self, position: LogPosition) -> Result<Snapshot, SnapshotError> {
        let name = file_name(position);
        let file = self.disk.open(&name)?;
        let bytes = file.read_vec(0, file.size()? as usize)?;
        match decode(&bytes) {
            Ok(snapshot) if snapshot.position == position => Ok(snapshot),
            Ok(_) => Err(SnapshotError::Damaged {
                file: name,
                what: Damage::Order,
            }),
            Err(Unreadable::Damaged(what)) => Err(SnapshotError::Damaged { file: name, what }),
            Err(Unreadable::OtherVersion(version)) => Err(SnapshotError::Version {
                file: name,
                version,
                known: VERSION,
            }),
        }
    }
}

impl<D: Disk> SnapshotStore for SnapshotFiles<D> {
    fn save(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        check_newer(self.positions()?.first().copied(), snapshot)?;
        self.remove_temporary()?;
        let mut file = self.disk.create(TEMPORARY)?;
        file.write_at(0, &encode(snapshot))?;
        file.sync()?;
        self.disk.rename(TEMPORARY, &file_name(snapshot.position))?;
        self.disk.sync_dir()?;
        for old in self.positions()?.into_iter().skip(SNAPSHOTS_KEPT) {
            self.disk.remove(&file_name(old))?;
        }
        Ok(())
    }

    fn latest(&self) -> Result<Option<Snapshot>, SnapshotError> {
        let mut newest_damage = None;
        for position in self.positions()? {
            match self.read(position) {
                Ok(snapshot) => return Ok(Some(snapshot)),
                Err(damage @ SnapshotError::Damaged { .. }) => {
                    tracing::warn!(error = %damage, "a snapshot is damaged, trying the one before");
                    newest_damage.get_or_insert(damage);
                }
                Err(other) => return Err(other),
            }
        }
        newest_damage.map_or(Ok(None), Err)
    }
}
