//! `network` with its ports.

use super::description::{Schema, flag, int, int_or_null, labeled, one, text, text_map, texts};
use super::shorthand;

pub(super) static NETWORK: Schema = Schema {
    attributes: &[
        text("mode", "Mode"),
        text("device", "Device"),
        text("cidr", "CIDR"),
        text("ip", "IP"),
        text("hostname", "Hostname"),
        int_or_null("mbits", "MBits"),
    ],
    blocks: &[
        one("dns", "DNS", &DNS),
        one("cni", "CNI", &CNI),
        labeled("port", "ports", "Label", &PORT),
        labeled("reserved_ports", "ports", "Label", &PORT),
    ],
    finish: Some(shorthand::ports),
};

static DNS: Schema = Schema {
    attributes: &[
        texts("servers", "Servers"),
        texts("searches", "Searches"),
        texts("options", "Options"),
    ],
    blocks: &[],
    finish: None,
};

static CNI: Schema = Schema {
    attributes: &[text_map("args", "Args")],
    blocks: &[],
    finish: None,
};

static PORT: Schema = Schema {
    attributes: &[
        int("static", "Value"),
        int("to", "To"),
        text("host_network", "HostNetwork"),
        flag("ignore_collision", "IgnoreCollision"),
    ],
    blocks: &[],
    finish: None,
};
