//! The route table: method, path, permit, handler. From it the router answers 405 and 501.

use super::api::Api;
use super::permit::{self, authorize};
use super::request::Request;
use super::router::{Handled, Methods, Route};
use super::routes::{
    agent, allocations, client, client_files, deployments, evaluations, job, job_write, jobs,
    nodes, operator, plan, status, submit,
};

macro_rules! routes {
    ($($methods:ident $pattern:literal => $($permit:ident $handler:path)? ;)+) => {
        &[$(Route {
            methods: Methods::$methods,
            pattern: $pattern,
            handler: routes!(@handler $($permit $handler)?),
        }),+]
    };
    (@handler) => { None };
    (@handler $permit:ident $handler:path) => {{
        fn handle<'a>(api: &'a Api, request: Request) -> Handled<'a> {
            Box::pin(async move {
                let permit = authorize::<permit::$permit>(api, &request.headers)?;
                $handler(api, permit, request).await
            })
        }
        Some(handle)
    }};
}

/// Every route of the original (spec/api-cli 2.1); those without a handler answer 501.
pub(super) const ROUTES: &[Route] = routes! {
    Get "/v1/jobs" => ReadJob jobs::list;
    Write "/v1/jobs" => SubmitJob job_write::register;
    Write "/v1/jobs/parse" => ParseJob submit::parse;
    Any "/v1/jobs/statuses" => ;
    Write "/v1/validate/job" => ReadJob submit::validate;
    Write "/v1/job/*id/evaluate" => SubmitJob job_write::evaluate;
    Get "/v1/job/*id/allocations" => ReadJob job::allocations;
    Get "/v1/job/*id/evaluations" => ReadJob job::evaluations;
    Write "/v1/job/*id/periodic/force" => ;
    Write "/v1/job/*id/plan" => SubmitJob plan::plan;
    Get "/v1/job/*id/summary" => ReadJob job::summary;
    Write "/v1/job/*id/dispatch" => ;
    Write "/v1/job/*id/dispatch/payload" => ;
    Get "/v1/job/*id/versions" => ReadJob job::versions;
    Write "/v1/job/*id/revert" => SubmitJob job_write::revert;
    Get "/v1/job/*id/deployments" => ReadJob job::deployments;
    Get "/v1/job/*id/deployment" => ReadJob job::deployment;
    Write "/v1/job/*id/stable" => SubmitJob job_write::stable;
    Get "/v1/job/*id/scale" => ReadJob job::scale_status;
    Write "/v1/job/*id/scale" => SubmitJob job_write::scale;
    Get "/v1/job/*id/services" => ;
    Get "/v1/job/*id/submission" => ReadJob job::submission;
    Get "/v1/job/*id/actions" => ReadJob job::actions;
    Any "/v1/job/*id/action" => ;
    Any "/v1/job/:id/versions/:tag/tag" => ;
    Get "/v1/job/*id" => ReadJob job::read;
    Write "/v1/job/*id" => SubmitJob job_write::update;
    Delete "/v1/job/*id" => SubmitJob job_write::deregister;
    Get "/v1/nodes" => NodeRead nodes::list;
    Any "/v1/node/pools" => ;
    Any "/v1/node/pool/*name" => ;
    Get "/v1/node/:id/allocations" => NodeRead nodes::allocations;
    Write "/v1/node/:id/evaluate" => NodeWrite nodes::evaluate;
    Write "/v1/node/:id/drain" => ;
    Write "/v1/node/:id/eligibility" => NodeWrite nodes::eligibility;
    Write "/v1/node/:id/purge" => NodeWrite nodes::purge;
    Get "/v1/node/:id" => NodeRead nodes::read;
    Get "/v1/allocations" => ReadJob allocations::list;
    Write "/v1/allocation/:id/stop" => AllocLifecycle allocations::stop;
    Get "/v1/allocation/:id/services" => ;
    Get "/v1/allocation/:id/checks" => ;
    Get "/v1/allocation/:id" => ReadJob allocations::read;
    Get "/v1/evaluations" => ReadJob evaluations::list;
    Delete "/v1/evaluations" => ;
    Get "/v1/evaluations/count" => ReadJob evaluations::count;
    Get "/v1/evaluation/:id/allocations" => ReadJob evaluations::allocations;
    Get "/v1/evaluation/:id" => ReadJob evaluations::read;
    Get "/v1/deployments" => ReadJob deployments::list;
    Get "/v1/deployment/allocations/:id" => ReadJob deployments::allocations;
    Write "/v1/deployment/fail/:id" => SubmitJob deployments::fail;
    Write "/v1/deployment/pause/:id" => SubmitJob deployments::pause;
    Write "/v1/deployment/promote/:id" => SubmitJob deployments::promote;
    Write "/v1/deployment/allocation-health/:id" => SubmitJob deployments::health;
    Write "/v1/deployment/unblock/:id" => ;
    Get "/v1/deployment/:id" => ReadJob deployments::read;
    Any "/v1/volumes" => ;
    Any "/v1/volumes/*rest" => ;
    Any "/v1/volume/*rest" => ;
    Any "/v1/plugins" => ;
    Any "/v1/plugin/*rest" => ;
    Any "/v1/acl/*rest" => ;
    Any "/v1/client/fs/logs/:alloc" => ReadLogs client_files::logs;
    Any "/v1/client/fs/ls/:alloc" => ReadFs client_files::list;
    Any "/v1/client/fs/stat/:alloc" => ReadFs client_files::stat;
    Any "/v1/client/fs/cat/:alloc" => ReadFs client_files::cat;
    Any "/v1/client/fs/readat/:alloc" => ReadFs client_files::read_at;
    Any "/v1/client/fs/stream/:alloc" => ReadFs client_files::stream;
    Any "/v1/client/allocation/:id/stats" => ReadJob client::alloc_stats;
    Any "/v1/client/allocation/:id/restart" => AllocLifecycle client::restart;
    Any "/v1/client/allocation/:id/signal" => AllocLifecycle client::signal;
    Any "/v1/client/allocation/:id/gc" => SubmitJob client::collect;
    Any "/v1/client/gc" => NodeWrite client::collect_all;
    Any "/v1/client/*rest" => ;
    Get "/v1/agent/self" => AgentRead agent::own;
    Get "/v1/agent/members" => NodeRead agent::members;
    Get "/v1/agent/health" => Anybody agent::health;
    Any "/v1/agent/join" => ;
    Any "/v1/agent/force-leave" => ;
    Any "/v1/agent/servers" => ;
    Any "/v1/agent/schedulers" => ;
    Any "/v1/agent/schedulers/config" => ;
    Any "/v1/agent/keyring/:op" => ;
    Any "/v1/agent/host" => ;
    Any "/v1/agent/reload" => ;
    Any "/v1/agent/monitor" => ;
    Any "/v1/agent/monitor/export" => ;
    Any "/v1/agent/pprof/*rest" => ;
    Any "/v1/services" => ;
    Any "/v1/service/*rest" => ;
    Get "/v1/metrics" => ;
    Get "/v1/regions" => Anybody status::regions;
    Get "/v1/status/leader" => Anybody status::leader;
    Get "/v1/status/peers" => Anybody status::peers;
    Any "/v1/scaling/*rest" => ;
    Any "/v1/search" => ;
    Any "/v1/search/fuzzy" => ;
    Get "/v1/operator/scheduler/configuration" => OperatorRead operator::scheduler;
    Write "/v1/operator/scheduler/configuration" => OperatorWrite operator::set_scheduler;
    Any "/v1/operator/*rest" => ;
    Put "/v1/system/gc" => Management status::collect;
    Put "/v1/system/reconcile/summaries" => ;
    Get "/v1/event/stream" => ;
    Any "/v1/namespaces" => ;
    Any "/v1/namespace" => ;
    Any "/v1/namespace/*name" => ;
    Any "/v1/vars" => ;
    Any "/v1/var/*path" => ;
    Any "/.well-known/:name" => ;
    Any "/v1/sentinel/*rest" => ;
    Any "/v1/quota" => ;
    Any "/v1/quota/*rest" => ;
    Any "/v1/quotas" => ;
    Any "/v1/quota-usages" => ;
    Any "/v1/recommendation/*rest" => ;
    Any "/v1/recommendations" => ;
    Any "/v1/recommendations/*rest" => ;
};
