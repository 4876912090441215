//! `connect` of a service: sidecar, its proxy and its task.

use super::description::{
    Schema, anything, duration_or_null, flag, int, many, map, one, text, texts, unsigned, unsigneds,
};
use super::gateway::GATEWAY;
use super::resources::RESOURCES;
use super::shorthand;
use super::task::{IDENTITY, LOGS};
use super::volume::VOLUME_MOUNT;

pub(super) static CONNECT: Schema = Schema {
    attributes: &[flag("native", "Native")],
    blocks: &[
        one("gateway", "Gateway", &GATEWAY),
        one("sidecar_service", "SidecarService", &SIDECAR_SERVICE),
        one("sidecar_task", "SidecarTask", &SIDECAR_TASK),
    ],
    finish: None,
};

static SIDECAR_SERVICE: Schema = Schema {
    attributes: &[
        texts("tags", "Tags"),
        text("port", "Port"),
        flag("disable_default_tcp_check", "DisableDefaultTCPCheck"),
    ],
    blocks: &[one("proxy", "Proxy", &PROXY), map("meta", "Meta")],
    finish: None,
};

static PROXY: Schema = Schema {
    attributes: &[
        text("local_service_address", "LocalServiceAddress"),
        int("local_service_port", "LocalServicePort"),
    ],
    blocks: &[
        one("expose", "Expose", &EXPOSE),
        many("upstreams", "Upstreams", &UPSTREAM),
        one("transparent_proxy", "TransparentProxy", &TRANSPARENT_PROXY),
        anything("config", "Config"),
    ],
    finish: Some(shorthand::reserved_connect),
};

static EXPOSE: Schema = Schema {
    attributes: &[],
    blocks: &[many("path", "Path", &EXPOSED_PATH)],
    finish: None,
};

static EXPOSED_PATH: Schema = Schema {
    attributes: &[
        text("path", "Path"),
        text("protocol", "Protocol"),
        int("local_path_port", "LocalPathPort"),
        text("listener_port", "ListenerPort"),
    ],
    blocks: &[],
    finish: None,
};

static UPSTREAM: Schema = Schema {
    attributes: &[
        text("destination_name", "DestinationName"),
        text("destination_namespace", "DestinationNamespace"),
        text("destination_peer", "DestinationPeer"),
        text("destination_partition", "DestinationPartition"),
        text("destination_type", "DestinationType"),
        int("local_bind_port", "LocalBindPort"),
        text("datacenter", "Datacenter"),
        text("local_bind_address", "LocalBindAddress"),
        text("local_bind_socket_path", "LocalBindSocketPath"),
        text("local_bind_socket_mode", "LocalBindSocketMode"),
    ],
    blocks: &[
        one("mesh_gateway", "MeshGateway", &MESH_GATEWAY),
        anything("config", "Config"),
    ],
    finish: None,
};

static MESH_GATEWAY: Schema = Schema {
    attributes: &[text("mode", "Mode")],
    blocks: &[],
    finish: None,
};

static TRANSPARENT_PROXY: Schema = Schema {
    attributes: &[
        text("uid", "UID"),
        unsigned("outbound_port", "OutboundPort"),
        texts("exclude_inbound_ports", "ExcludeInboundPorts"),
        unsigneds("exclude_outbound_ports", "ExcludeOutboundPorts"),
        texts("exclude_outbound_cidrs", "ExcludeOutboundCIDRs"),
        texts("exclude_uids", "ExcludeUIDs"),
        flag("no_dns", "NoDNS"),
    ],
    blocks: &[],
    finish: None,
};

static SIDECAR_TASK: Schema = Schema {
    attributes: &[
        text("name", "Name"),
        text("driver", "Driver"),
        text("user", "User"),
        duration_or_null("kill_timeout", "KillTimeout"),
        duration_or_null("shutdown_delay", "ShutdownDelay"),
        text("kill_signal", "KillSignal"),
    ],
    blocks: &[
        anything("config", "Config"),
        map("env", "Env"),
        one("resources", "Resources", &RESOURCES),
        map("meta", "Meta"),
        one("logs", "LogConfig", &LOGS),
        many("volume_mount", "VolumeMounts", &VOLUME_MOUNT),
        many("identity", "Identities", &IDENTITY),
    ],
    finish: None,
};
