//! The table of names: which part of a job is compared how, and what it is called.

/// How a block is compared.
pub(super) struct Shape {
    /// Values that are not compared.
    pub ignored: &'static [&'static str],
    /// Values that may be left out of the JSON, with the text they have then.
    pub absent: &'static [(&'static str, &'static str)],
    /// When set, only these of `absent` are compared.
    pub only_absent: bool,
    /// Maps whose entries are values named `Key[entry]`.
    pub maps: &'static [&'static str],
    /// Blocks in it, in the order in which they are shown.
    pub parts: &'static [Part],
}

/// A block within a block.
pub(super) struct Part {
    /// Its key in the JSON.
    pub key: &'static str,
    /// Its name in the diff.
    pub name: &'static str,
    /// What it is.
    pub form: Form,
}

/// What a part is.
pub(super) enum Form {
    /// One block or none.
    One(&'static Shape),
    /// A set of blocks, recognized by these keys; by their whole content when there are none.
    Set(&'static Shape, &'static [&'static str]),
    /// A set of texts.
    Texts,
    /// A set of texts that is shown beside changes of its block even when it is the same.
    ShownTexts,
    /// A free tree; all of it flattened into values.
    Tree,
    /// A map whose entries are values, inside a block that holds nothing else.
    Entries(&'static str),
}

const fn part(key: &'static str, name: &'static str, form: Form) -> Part {
    Part { key, name, form }
}

const PLAIN: Shape = Shape {
    ignored: &[],
    absent: &[],
    only_absent: false,
    maps: &[],
    parts: &[],
};

static SIMPLE: Shape = PLAIN;

const CONSTRAINT_KEYS: &[&str] = &["LTarget", "RTarget", "Operand"];
const AFFINITY_KEYS: &[&str] = &["LTarget", "RTarget", "Operand", "Weight"];

const CONSTRAINTS: Part = part(
    "Constraints",
    "Constraint",
    Form::Set(&SIMPLE, CONSTRAINT_KEYS),
);
const AFFINITIES: Part = part("Affinities", "Affinity", Form::Set(&SIMPLE, AFFINITY_KEYS));
const SPREADS: Part = part("Spreads", "Spread", Form::Set(&SPREAD, &[]));
const SERVICES: Part = part("Services", "Service", Form::Set(&SERVICE, &["Name"]));
const CONSUL: Part = part("Consul", "Consul", Form::One(&SIMPLE));

static SPREAD: Shape = Shape {
    parts: &[part(
        "SpreadTarget",
        "SpreadTarget",
        Form::Set(&SIMPLE, &["Value"]),
    )],
    ..PLAIN
};

/// A job.
pub(super) static JOB: Shape = Shape {
    ignored: &[
        "ID",
        "Status",
        "StatusDescription",
        "Version",
        "Stable",
        "CreateIndex",
        "ModifyIndex",
        "JobModifyIndex",
        "SubmitTime",
        "NomadTokenID",
        "Payload",
        "ConsulNamespace",
    ],
    maps: &["Meta"],
    parts: &[
        part("Datacenters", "Datacenters", Form::Texts),
        CONSTRAINTS,
        AFFINITIES,
        SPREADS,
        part("Periodic", "Periodic", Form::One(&PERIODIC)),
        part(
            "ParameterizedJob",
            "ParameterizedJob",
            Form::One(&PARAMETERIZED),
        ),
        part("Multiregion", "Multiregion", Form::Tree),
        part("UI", "UI", Form::One(&UI)),
    ],
    ..PLAIN
};

static PERIODIC: Shape = Shape {
    parts: &[part("Specs", "Specs", Form::Texts)],
    ..PLAIN
};

static PARAMETERIZED: Shape = Shape {
    parts: &[
        part("MetaOptional", "MetaOptional", Form::ShownTexts),
        part("MetaRequired", "MetaRequired", Form::ShownTexts),
    ],
    ..PLAIN
};

static UI: Shape = Shape {
    parts: &[part("Links", "Link", Form::Set(&SIMPLE, &["Label"]))],
    ..PLAIN
};

/// A task group.
pub(super) static GROUP: Shape = Shape {
    ignored: &["Name"],
    maps: &["Meta"],
    parts: &[
        CONSTRAINTS,
        AFFINITIES,
        SPREADS,
        part("RestartPolicy", "RestartPolicy", Form::One(&SIMPLE)),
        part("Migrate", "Migrate", Form::One(&SIMPLE)),
        part("ReschedulePolicy", "ReschedulePolicy", Form::One(&SIMPLE)),
        part("EphemeralDisk", "EphemeralDisk", Form::One(&SIMPLE)),
        CONSUL,
        part("Update", "Update", Form::One(&UPDATE)),
        part("Disconnect", "Disconnect", Form::One(&SIMPLE)),
        NETWORKS,
        part("Scaling", "Scaling", Form::One(&SCALING)),
        SERVICES,
        part("Volumes", "Volume", Form::Set(&VOLUME, &["Name"])),
    ],
    ..PLAIN
};

const NETWORKS: Part = part("Networks", "Network", Form::Set(&NETWORK, &[]));

static UPDATE: Shape = Shape {
    ignored: &["Stagger"],
    ..PLAIN
};

static NETWORK: Shape = Shape {
    absent: &[("Hostname", ""), ("Mode", "")],
    only_absent: true,
    parts: &[
        part(
            "ReservedPorts",
            "Static Port",
            Form::Set(&STATIC_PORT, &["Label"]),
        ),
        part(
            "DynamicPorts",
            "Dynamic Port",
            Form::Set(&DYNAMIC_PORT, &["Label"]),
        ),
        part("DNS", "DNS", Form::One(&DNS)),
        part("CNI", "CNIConfig", Form::Entries("Args")),
    ],
    ..PLAIN
};

static STATIC_PORT: Shape = Shape {
    absent: &[
        ("Label", ""),
        ("Value", "0"),
        ("To", "0"),
        ("HostNetwork", ""),
        ("IgnoreCollision", "false"),
    ],
    only_absent: true,
    ..PLAIN
};

static DYNAMIC_PORT: Shape = Shape {
    absent: &[("Label", ""), ("To", "0"), ("HostNetwork", "")],
    only_absent: true,
    ..PLAIN
};

static DNS: Shape = Shape {
    parts: &[
        part("Servers", "Servers", Form::ShownTexts),
        part("Searches", "Searches", Form::ShownTexts),
        part("Options", "Options", Form::ShownTexts),
    ],
    ..PLAIN
};

static SCALING: Shape = Shape {
    ignored: &["ID", "CreateIndex", "ModifyIndex", "Namespace"],
    parts: &[part("Policy", "Policy", Form::Tree)],
    ..PLAIN
};

static VOLUME: Shape = Shape {
    parts: &[part(
        "MountOptions",
        "MountOptions",
        Form::One(&MOUNT_OPTIONS),
    )],
    ..PLAIN
};

static MOUNT_OPTIONS: Shape = Shape {
    parts: &[part("MountFlags", "MountFlags", Form::ShownTexts)],
    ..PLAIN
};

static SERVICE: Shape = Shape {
    maps: &["Meta", "CanaryMeta", "TaggedAddresses"],
    parts: &[
        part("Tags", "Tags", Form::ShownTexts),
        part("CanaryTags", "CanaryTags", Form::ShownTexts),
        part("Checks", "Check", Form::Set(&CHECK, &["Name"])),
        part("Connect", "ConsulConnect", Form::Tree),
        part("Identity", "Identity", Form::One(&IDENTITY)),
        part("Weights", "Weights", Form::Tree),
    ],
    ..PLAIN
};

static CHECK: Shape = Shape {
    ignored: &["Advertise"],
    parts: &[
        part("Header", "Header", Form::Tree),
        part("CheckRestart", "CheckRestart", Form::One(&SIMPLE)),
        part("Args", "Args", Form::ShownTexts),
    ],
    ..PLAIN
};

/// A task.
pub(super) static TASK: Shape = Shape {
    ignored: &["Name"],
    maps: &["Env", "Meta"],
    parts: &[
        CONSTRAINTS,
        AFFINITIES,
        part("Config", "Config", Form::Tree),
        part("Resources", "Resources", Form::One(&RESOURCES)),
        part("LogConfig", "LogConfig", Form::One(&SIMPLE)),
        part("DispatchPayload", "DispatchPayload", Form::One(&SIMPLE)),
        part(
            "Artifacts",
            "Artifact",
            Form::Set(&ARTIFACT, &["RelativeDest"]),
        ),
        SERVICES,
        part("Vault", "Vault", Form::One(&VAULT)),
        part("Secrets", "Secret", Form::Set(&SECRET, &["Name"])),
        CONSUL,
        part("Templates", "Template", Form::Set(&TEMPLATE, &["DestPath"])),
        part("Identity", "Identity", Form::One(&IDENTITY)),
        part("Identities", "Identity", Form::Set(&IDENTITY, &["Name"])),
        part("Actions", "Action", Form::Set(&ACTION, &["Name"])),
        part(
            "VolumeMounts",
            "VolumeMount",
            Form::Set(&SIMPLE, &["Volume"]),
        ),
        part("Schedule", "Schedule", Form::Tree),
    ],
    ..PLAIN
};

static RESOURCES: Shape = Shape {
    parts: &[
        NETWORKS,
        part("Devices", "Device", Form::Set(&DEVICE, &["Name"])),
        part("NUMA", "NUMA", Form::One(&NUMA)),
    ],
    ..PLAIN
};

static DEVICE: Shape = Shape {
    parts: &[CONSTRAINTS, AFFINITIES],
    ..PLAIN
};

static NUMA: Shape = Shape {
    parts: &[part("Devices", "Devices", Form::ShownTexts)],
    ..PLAIN
};

static ARTIFACT: Shape = Shape {
    maps: &["GetterOptions", "GetterHeaders"],
    ..PLAIN
};

static VAULT: Shape = Shape {
    parts: &[part("Policies", "Policies", Form::ShownTexts)],
    ..PLAIN
};

static SECRET: Shape = Shape {
    maps: &["Env"],
    parts: &[part("Config", "Config", Form::Tree)],
    ..PLAIN
};

static TEMPLATE: Shape = Shape {
    parts: &[
        part("ChangeScript", "ChangeScript", Form::One(&CHANGE_SCRIPT)),
        part("Wait", "Template", Form::One(&SIMPLE)),
    ],
    ..PLAIN
};

static CHANGE_SCRIPT: Shape = Shape {
    parts: &[part("Args", "Args", Form::ShownTexts)],
    ..PLAIN
};

static IDENTITY: Shape = Shape {
    maps: &["ExtraClaims"],
    parts: &[part("Audience", "Audience", Form::ShownTexts)],
    ..PLAIN
};

static ACTION: Shape = Shape {
    parts: &[part("Args", "Args", Form::ShownTexts)],
    ..PLAIN
};
