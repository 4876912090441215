//! `gateway` of a service: ingress, terminating and mesh gateways.

use super::description::{
    Schema, anything, duration_or_null, flag, int, many, map, one, table, text, texts,
    unsigned_or_null,
};

pub(super) static GATEWAY: Schema = Schema {
    attributes: &[],
    blocks: &[
        one("proxy", "Proxy", &PROXY),
        one("ingress", "Ingress", &INGRESS),
        one("terminating", "Terminating", &TERMINATING),
        one("mesh", "Mesh", &MESH),
    ],
    finish: None,
};

static MESH: Schema = Schema {
    attributes: &[],
    blocks: &[],
    finish: None,
};

static PROXY: Schema = Schema {
    attributes: &[
        duration_or_null("connect_timeout", "ConnectTimeout"),
        flag(
            "envoy_gateway_bind_tagged_addresses",
            "EnvoyGatewayBindTaggedAddresses",
        ),
        flag("envoy_gateway_no_default_bind", "EnvoyGatewayNoDefaultBind"),
        text("envoy_dns_discovery_type", "EnvoyDNSDiscoveryType"),
    ],
    blocks: &[
        table(
            "envoy_gateway_bind_addresses",
            "EnvoyGatewayBindAddresses",
            "Name",
            &BIND_ADDRESS,
        ),
        anything("config", "Config"),
    ],
    finish: None,
};

static BIND_ADDRESS: Schema = Schema {
    attributes: &[text("address", "Address"), int("port", "Port")],
    blocks: &[],
    finish: None,
};

static INGRESS: Schema = Schema {
    attributes: &[],
    blocks: &[
        one("tls", "TLS", &TLS),
        many("listener", "Listeners", &LISTENER),
    ],
    finish: None,
};

static TLS: Schema = Schema {
    attributes: &[
        flag("enabled", "Enabled"),
        text("tls_min_version", "TLSMinVersion"),
        text("tls_max_version", "TLSMaxVersion"),
        texts("cipher_suites", "CipherSuites"),
    ],
    blocks: &[one("sds", "SDS", &SDS)],
    finish: None,
};

static SDS: Schema = Schema {
    attributes: &[
        text("cluster_name", "ClusterName"),
        text("cert_resource", "CertResource"),
    ],
    blocks: &[],
    finish: None,
};

static LISTENER: Schema = Schema {
    attributes: &[int("port", "Port"), text("protocol", "Protocol")],
    blocks: &[many("service", "Services", &LISTENER_SERVICE)],
    finish: None,
};

static LISTENER_SERVICE: Schema = Schema {
    attributes: &[
        text("name", "Name"),
        texts("hosts", "Hosts"),
        unsigned_or_null("max_connections", "MaxConnections"),
        unsigned_or_null("max_pending_requests", "MaxPendingRequests"),
        unsigned_or_null("max_concurrent_requests", "MaxConcurrentRequests"),
    ],
    blocks: &[
        one("tls", "TLS", &TLS),
        one("request_headers", "RequestHeaders", &HEADERS),
        one("response_headers", "ResponseHeaders", &HEADERS),
    ],
    finish: None,
};

static HEADERS: Schema = Schema {
    attributes: &[texts("remove", "Remove")],
    blocks: &[map("add", "Add"), map("set", "Set")],
    finish: None,
};

static TERMINATING: Schema = Schema {
    attributes: &[],
    blocks: &[many("service", "Services", &LINKED_SERVICE)],
    finish: None,
};

static LINKED_SERVICE: Schema = Schema {
    attributes: &[
        text("name", "Name"),
        text("ca_file", "CAFile"),
        text("cert_file", "CertFile"),
        text("key_file", "KeyFile"),
        text("sni", "SNI"),
    ],
    blocks: &[],
    finish: None,
};
