//! Network interfaces and their addresses.

use std::ffi::CStr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Most addresses that are looked at.
const ADDRESSES_MAX: usize = 4_096;

/// An address of an interface that is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) interface: String,
    pub(super) ip: IpAddr,
}

impl Address {
    pub(super) fn is_link_local(&self) -> bool {
        match self.ip {
            IpAddr::V4(ip) => ip.is_link_local(),
            IpAddr::V6(ip) => ip.is_unicast_link_local(),
        }
    }
}

/// Addresses of all interfaces that are up, in the kernel's order.
#[expect(
    unsafe_code,
    reason = "the C library's list of addresses has no safe name in our dependencies"
)]
pub(super) fn addresses() -> Vec<Address> {
    let mut first: *mut libc::ifaddrs = std::ptr::null_mut();
    // SAFETY: the call fills `first` with a list of its own making, or fails and leaves it alone.
    if unsafe { libc::getifaddrs(&raw mut first) } != 0 {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = first;
    while let (false, true) = (at.is_null(), found.len() < ADDRESSES_MAX) {
        // SAFETY: not null, and part of the list, which lives until it is given back below.
        let entry = unsafe { &*at };
        let is_up = entry.ifa_flags & (libc::IFF_UP as libc::c_uint) != 0;
        // SAFETY: the entry's address is null or points to a socket address of its own family.
        if let Some(ip) = unsafe { ip_of(entry.ifa_addr) }.filter(|_| is_up) {
            // SAFETY: the name is a text with an end, part of the list.
            let name = unsafe { CStr::from_ptr(entry.ifa_name) };
            found.push(Address {
                interface: name.to_string_lossy().into_owned(),
                ip,
            });
        }
        at = entry.ifa_next;
    }
    // SAFETY: the list is the call's own, given back once; nothing of it is kept.
    unsafe { libc::freeifaddrs(first) };
    found
}

/// The address in a socket address of the internet families.
///
/// # Safety
/// `from` is null or points to a socket address as long as its family says.
#[expect(unsafe_code, reason = "reads what the C library points to")]
unsafe fn ip_of(from: *const libc::sockaddr) -> Option<IpAddr> {
    if from.is_null() {
        return None;
    }
    // SAFETY: every socket address begins with its family; the family tells its kind.
    unsafe {
        match i32::from((*from).sa_family) {
            libc::AF_INET => {
                let address = from.cast::<libc::sockaddr_in>().read_unaligned();
                Some(IpAddr::V4(Ipv4Addr::from(u32::from_be(
                    address.sin_addr.s_addr,
                ))))
            }
            libc::AF_INET6 => {
                let address = from.cast::<libc::sockaddr_in6>().read_unaligned();
                Some(IpAddr::V6(Ipv6Addr::from(address.sin6_addr.s6_addr)))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_has_its_address() {
        let all = addresses();
        let loopback = |address: &Address| address.ip == IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert!(all.iter().any(loopback), "{all:?}");
    }
}
