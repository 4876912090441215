//! Functions of IP prefixes, version 4 and 6.

use super::registry::{
    Answer, Call, Function, Kind, Parameter, Refusal, function, takes, variadic,
};
use crate::hcl::value::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const PREFIX: Parameter = takes("prefix", Kind::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "cidrhost",
        &[PREFIX, takes("hostnum", Kind::Number)],
        cidrhost,
    ),
    function("cidrnetmask", &[PREFIX], cidrnetmask),
    function(
        "cidrsubnet",
        &[
            PREFIX,
            takes("newbits", Kind::Number),
            takes("netnum", Kind::Number),
        ],
        cidrsubnet,
    ),
    variadic(
        "cidrsubnets",
        &[PREFIX],
        takes("newbits", Kind::Number),
        cidrsubnets,
    ),
];

/// A network: its first address as a number, the length of the prefix, 32 or 128 bits.
#[derive(Clone, Copy)]
struct Prefix {
    network: u128,
    length: u32,
    bits: u32,
}

impl Prefix {
    fn read(text: &str) -> Result<Self, Refusal> {
        let refuse = || Refusal::whole(format!("\"{text}\" is not a prefix such as 10.0.0.0/8"));
        let (address, length) = text.split_once('/').ok_or_else(refuse)?;
        let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let length: u32 = length.parse().ok().filter(|_| digits).ok_or_else(refuse)?;
        let (address, bits) = match address.parse::<IpAddr>().map_err(|_| refuse())? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        if length > bits {
            return Err(refuse());
        }
        Ok(Self {
            network: address & mask(length, bits),
            length,
            bits,
        })
    }

    fn address(&self, number: u128) -> String {
        if self.bits == 32 {
            let low = u32::try_from(number & u128::from(u32::MAX)).unwrap_or(0);
            Ipv4Addr::from(low).to_string()
        } else {
            Ipv6Addr::from(number).to_string()
        }
    }

    fn text(&self) -> String {
        format!("{}/{}", self.address(self.network), self.length)
    }
}

/// The bits of a prefix of this length set, in an address of `bits` bits.
fn mask(length: u32, bits: u32) -> u128 {
    let all = if bits == 128 {
        u128::MAX
    } else {
        (1 << bits) - 1
    };
    let host = bits.saturating_sub(length);
    if host >= 128 {
        0
    } else {
        all & (u128::MAX << host)
    }
}

/// 2 to the power of `bits`; `None` beyond the width of an address.
fn size(bits: u32) -> Option<u128> {
    1_u128.checked_shl(bits)
}

fn cidrhost(call: &Call<'_>) -> Answer {
    let prefix = Prefix::read(call.text(0))?;
    let number = call.whole(1)?;
    let room = size(prefix.bits - prefix.length);
    let magnitude = u128::from(number.unsigned_abs());
    let fits = match room {
        Some(room) if number < 0 => magnitude <= room,
        Some(room) => magnitude < room,
        None => true,
    };
    if !fits {
        return Err(Refusal::whole(format!(
            "a prefix of {} bits has no host number {number}",
            prefix.length
        )));
    }
    let host = if number < 0 {
        room.map_or(u128::MAX - magnitude + 1, |room| room - magnitude)
    } else {
        magnitude
    };
    Ok(Value::from(prefix.address(prefix.network | host)))
}

fn cidrnetmask(call: &Call<'_>) -> Answer {
    let prefix = Prefix::read(call.text(0))?;
    if prefix.bits != 32 {
        return Err(Refusal::whole("only IPv4 prefixes have a netmask"));
    }
    Ok(Value::from(
        prefix.address(mask(prefix.length, prefix.bits)),
    ))
}

fn cidrsubnet(call: &Call<'_>) -> Answer {
    let prefix = Prefix::read(call.text(0))?;
    let (newbits, number) = (call.whole(1)?, call.whole(2)?);
    let length = u32::try_from(i64::from(prefix.length) + newbits)
        .ok()
        .filter(|length| *length <= prefix.bits)
        .ok_or_else(|| {
            Refusal::whole(format!(
                "{} bits cannot be extended by {newbits} within {} bits",
                prefix.length, prefix.bits
            ))
        })?;
    let room = u32::try_from(newbits).ok().and_then(size);
    let fits = match (newbits, room) {
        (..0, _) => true,
        (_, Some(room)) => number >= 0 && u128::from(number.unsigned_abs()) < room,
        (_, None) => number >= 0,
    };
    if !fits {
        return Err(Refusal::whole(format!(
            "an extension of {newbits} bits has no subnet number {number}"
        )));
    }
    let shift = prefix.bits - length;
    let base = prefix.network;
    let network = if number < 0 {
        // Where a wider prefix is asked for, a number below zero acts by its bits, as in the
        // original, whose result is the magnitude of both together.
        let part = i128::from(number).checked_shl(shift).unwrap_or(0);
        let joint = i128::from_ne_bytes(base.to_ne_bytes()) | part;
        joint.unsigned_abs()
    } else {
        base | u128::from(number.unsigned_abs())
            .checked_shl(shift)
            .unwrap_or(0)
    };
    let network = network & mask(length, prefix.bits);
    Ok(Value::from(
        Prefix {
            network,
            length,
            ..prefix
        }
        .text(),
    ))
}

fn cidrsubnets(call: &Call<'_>) -> Answer {
    let prefix = Prefix::read(call.text(0))?;
    let mut next = Some(prefix.network);
    let last = prefix.network | !mask(prefix.length, prefix.bits) & mask(prefix.bits, prefix.bits);
    let mut subnets = Vec::new();
    for at in 1..call.arguments.len() {
        let newbits = call.whole(at)?;
        if newbits < 1 {
            return Err(Refusal::argument(
                at,
                "the prefix must be extended by at least one bit",
            ));
        }
        if newbits > 32 {
            return Err(Refusal::argument(
                at,
                "the prefix may be extended by at most 32 bits",
            ));
        }
        let length = prefix.length + u32::try_from(newbits).unwrap_or(0);
        if length > prefix.bits {
            let reason = format!("there are only {} bits in an address", prefix.bits);
            return Err(Refusal::argument(at, reason));
        }
        let step = size(prefix.bits - length).unwrap_or(0);
        // The next address that a prefix of this length can begin at.
        let aligned = next.and_then(|next| {
            let rest = next & step.wrapping_sub(1);
            if rest == 0 {
                Some(next)
            } else {
                next.checked_add(step - rest)
            }
        });
        let network = aligned
            .filter(|network| *network <= last)
            .ok_or_else(|| Refusal::argument(at, "not enough addresses are left in the prefix"))?;
        subnets.push(Value::from(
            Prefix {
                network,
                length,
                ..prefix
            }
            .text(),
        ));
        next = network.checked_add(step);
    }
    Ok(Value::list(subnets))
}
