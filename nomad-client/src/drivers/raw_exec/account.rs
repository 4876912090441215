//! The job file's `user` as numbers.

use std::ffi::CString;

use nix::unistd::{Uid, User, getegid, geteuid, getgrouplist, getgroups};

use super::super::StartError;
use crate::executor::Account;

/// A user of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// The numbers.
    pub(super) account: Account,
    /// The name, for `USER` and `LOGNAME`.
    pub(super) name: String,
    /// The home, for `HOME`.
    pub(super) home: String,
}

/// The agent's own user.
pub(super) fn own() -> Account {
    let groups = getgroups().unwrap_or_default();
    Account {
        uid: geteuid().as_raw(),
        gid: getegid().as_raw(),
        groups: groups.into_iter().map(nix::unistd::Gid::as_raw).collect(),
    }
}

/// Looks a user up by name, or by number.
pub(super) fn find(user: &str) -> Result<Person, StartError> {
    let missing = || StartError::NoSuchUser {
        user: user.to_owned(),
    };
    let by_name = User::from_name(user).ok().flatten();
    let by_number = || {
        User::from_uid(Uid::from_raw(user.parse().ok()?))
            .ok()
            .flatten()
    };
    let found = by_name.or_else(by_number).ok_or_else(missing)?;
    let name = CString::new(found.name.as_str()).map_err(|_| missing())?;
    let groups = getgrouplist(&name, found.gid).unwrap_or_else(|_| vec![found.gid]);
    Ok(Person {
        account: Account {
            uid: found.uid.as_raw(),
            gid: found.gid.as_raw(),
            groups: groups.into_iter().map(nix::unistd::Gid::as_raw).collect(),
        },
        home: found.dir.to_string_lossy().into_owned(),
        name: found.name,
    })
}
