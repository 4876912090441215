//! The first steps of a supervisor: away from the agent.

use std::io;
use std::path::Path;

use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};

/// Leaves the agent's session, directory and files, adopts orphans, and holds all signals back: the
/// supervisor ends when its task does and for no other polite reason. (`SIGCHLD` is read from a file
/// descriptor; the others stay pending for ever.)
pub(super) fn detach() -> io::Result<()> {
    // Fails only for the leader of a process group, which a child of the agent is not; a supervisor
    // started by hand from a shell stays in its session.
    let _ = nix::unistd::setsid();
    nix::unistd::chdir(Path::new("/"))?;
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o022));
    close_inherited()?;
    let own = rustix::process::getpid();
    rustix::process::set_child_subreaper(Some(own))?;
    let _ = rustix::thread::set_name(c"nomad-executor");
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), None)?;
    Ok(())
}

/// Closes everything above standard error. The agent's own files close by themselves when a program
/// is run; what the agent inherited from others may not.
fn close_inherited() -> io::Result<()> {
    #[expect(
        unsafe_code,
        reason = "the kernel has no safe name for it in our dependencies"
    )]
    // SAFETY: nothing in this process has opened a file yet (this runs first in `main`), so no
    // owner's descriptor is closed under it; the call takes three plain numbers.
    let answer = unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) };
    if answer == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
