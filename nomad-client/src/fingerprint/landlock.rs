//! Landlock: whether processes may restrict themselves.

use super::Found;

/// Flag of the call that asks for the version only.
const VERSION_ONLY: libc::c_uint = 1;

/// The attribute `kernel.landlock`: the version of the kernel's interface, absent without one.
pub(super) fn look() -> Found {
    let mut found = Found::default();
    #[expect(
        unsafe_code,
        reason = "the kernel has no safe name for it in our dependencies"
    )]
    // SAFETY: with this flag the call takes no address (null and zero), changes nothing and answers
    // a number.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0usize,
            VERSION_ONLY,
        )
    };
    if version > 0 {
        found.set("kernel.landlock", format!("v{version}"));
    }
    found
}
