//! Flags that several commands share.

use super::Flag;

/// Address of the agent.
pub(crate) const ADDRESS: Flag = Flag::value(
    "address",
    "<addr>",
    "The address of the Nomad agent. Overrides the NOMAD_ADDR environment variable if set. Default = http://127.0.0.1:4646",
);
/// Region to ask.
pub(crate) const REGION: Flag = Flag::value(
    "region",
    "<region>",
    "The region of the servers to forward commands to. Overrides the NOMAD_REGION environment variable if set.",
);
/// Namespace to ask.
pub(crate) const NAMESPACE: Flag = Flag::value(
    "namespace",
    "<namespace>",
    "The target namespace for queries and actions bound to a namespace. Overrides the NOMAD_NAMESPACE environment variable if set. If set to '*', job and alloc subcommands query all namespaces authorized to the user.",
);
/// No colors.
pub(crate) const NO_COLOR: Flag = Flag::switch(
    "no-color",
    "Disables colored command output. NOMAD_CLI_NO_COLOR or NO_COLOR may be set instead.",
);
/// Colors even without a terminal.
pub(crate) const FORCE_COLOR: Flag = Flag::switch(
    "force-color",
    "Forces colored command output, also when the output is not a terminal. NOMAD_CLI_FORCE_COLOR may be set instead.",
);
/// Secret of a token.
pub(crate) const TOKEN: Flag = Flag::value(
    "token",
    "<secret id>",
    "The secret ID of an ACL token to use to authenticate API requests with. Overrides the NOMAD_TOKEN environment variable if set.",
);

/// The flags of every command that speaks with an agent.
pub(crate) const CONNECTION: &[Flag] = &[
    ADDRESS,
    REGION,
    NAMESPACE,
    NO_COLOR,
    FORCE_COLOR,
    TOKEN,
    CA_CERT,
    CA_PATH,
    CLIENT_CERT,
    CLIENT_KEY,
    TLS_SERVER_NAME,
    TLS_SKIP_VERIFY,
    INSECURE,
];

/// TLS: file with the certificate of the authority.
pub(crate) const CA_CERT: Flag = Flag::value("ca-cert", "<path>", "").hidden();
/// TLS: directory of authorities.
pub(crate) const CA_PATH: Flag = Flag::value("ca-path", "<path>", "").hidden();
/// TLS: own certificate.
pub(crate) const CLIENT_CERT: Flag = Flag::value("client-cert", "<path>", "").hidden();
/// TLS: own key.
pub(crate) const CLIENT_KEY: Flag = Flag::value("client-key", "<path>", "").hidden();
/// TLS: name to expect.
pub(crate) const TLS_SERVER_NAME: Flag = Flag::value("tls-server-name", "<name>", "").hidden();
/// TLS: no verification.
pub(crate) const TLS_SKIP_VERIFY: Flag = Flag::switch("tls-skip-verify", "").hidden();
/// Undocumented other name of [`TLS_SKIP_VERIFY`].
pub(crate) const INSECURE: Flag = Flag::switch("insecure", "").hidden();

/// Full ids and absolute times.
pub(crate) const VERBOSE: Flag = Flag::switch("verbose", "Display full identifiers and times.");
/// The API's answer as JSON.
pub(crate) const JSON: Flag = Flag::switch("json", "Output in its JSON format.");
/// A Go template over the API's answer.
pub(crate) const TEMPLATE: Flag = Flag::value(
    "t",
    "<template>",
    "Format and display the result using a Go template.",
);
/// Do not follow what was started.
pub(crate) const DETACH: Flag = Flag::switch(
    "detach",
    "Return immediately instead of entering monitor mode. The ID of the evaluation is printed, which can be examined with the eval status command.",
);
/// Server-side filter.
pub(crate) const FILTER: Flag = Flag::value(
    "filter",
    "<expression>",
    "An expression that selects what is listed.",
);
/// Size of a page.
pub(crate) const PER_PAGE: Flag =
    Flag::value("per-page", "<n>", "How many results to show per page.");
/// Where the page starts.
pub(crate) const PAGE_TOKEN: Flag =
    Flag::value("page-token", "<token>", "Where to start pagination.");
/// Variable of a job file.
pub(crate) const VAR: Flag = Flag::list(
    "var",
    "<key=value>",
    "Value of a variable of the job file. May be given several times.",
);
/// File with values of variables.
pub(crate) const VAR_FILE: Flag = Flag::list(
    "var-file",
    "<path>",
    "Path to an HCL file with values of variables. May be given several times; later files win, and -var wins over files.",
);
/// Are undeclared variables an error?
pub(crate) const HCL2_STRICT: Flag = Flag::switch_on(
    "hcl2-strict",
    "Whether a value for a variable that the job file does not declare is an error.",
);
/// The job file is JSON.
pub(crate) const JSON_FILE: Flag = Flag::switch(
    "json",
    "Parses the job file as JSON: a job as the API takes it, bare or inside {\"Job\": ...}.",
);
/// Answer yes to questions.
pub(crate) const YES: Flag = Flag::switch("yes", "Automatic yes to prompts.");
/// Open the web UI.
pub(crate) const UI: Flag = Flag::switch("ui", "Open the page in the browser.");
