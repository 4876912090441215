//! `/v1/operator/...`.

use nomad_core::model::SchedulerConfiguration;
use nomad_core::model::scheduler_config::{PreemptionConfig, SchedulerAlgorithm};
use nomad_core::state::{TableName, Topic};
use nomad_core::units::Index;
use nomad_core::wire::operator::{OperatorAnswer, OperatorRequest};
use serde::Deserialize;
use serde_json::json;

use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::error::HttpError;
use crate::http::permit::{OperatorRead, OperatorWrite, Permit};
use crate::http::request::Request;
use crate::http::wait::{Read, blocking};

/// `GET /v1/operator/scheduler/configuration`.
pub(crate) async fn scheduler(
    api: &Api,
    _: Permit<OperatorRead>,
    request: Request,
) -> Result<Answer, HttpError> {
    blocking(
        api,
        &request,
        &[Topic::Table(TableName::SchedulerConfig)],
        |state| {
            let config = state.scheduler_config();
            let mut shown = json!(config);
            if let Some(fields) = shown.as_object_mut() {
                fields.insert("NodeLimitForFeasibilityChecks".to_owned(), json!(0));
            }
            let body = json!({
                "SchedulerConfig": shown,
                "Index": config.modify_index,
                "LastContact": 0,
                "KnownLeader": true,
                "NextToken": "",
            });
            Ok(Read::found(config.modify_index, Answer::value(body)))
        },
    )
    .await
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Asked {
    scheduler_algorithm: String,
    preemption_config: AskedPreemption,
    memory_oversubscription_enabled: bool,
    reject_job_registration: bool,
    pause_eval_broker: bool,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct AskedPreemption {
    system_scheduler_enabled: bool,
    sys_batch_scheduler_enabled: bool,
    batch_scheduler_enabled: bool,
    service_scheduler_enabled: bool,
}

/// `PUT /v1/operator/scheduler/configuration[?cas=N]`.
pub(crate) async fn set_scheduler(
    api: &Api,
    _: Permit<OperatorWrite>,
    request: Request,
) -> Result<Answer, HttpError> {
    let asked: Asked = request
        .json()
        .map_err(|error| HttpError::bad(format!("Error parsing scheduler config: {error}")))?;
    let scheduler_algorithm = match asked.scheduler_algorithm.as_str() {
        "" => SchedulerAlgorithm::Binpack,
        text => text
            .parse()
            .map_err(|_| HttpError::bad(format!("invalid scheduler algorithm: {text}")))?,
    };
    let check_index = request
        .query
        .number("cas")
        .map_err(|error| HttpError::bad(format!("Error parsing cas value: {error}")))?
        .map(Index);
    let preemption = asked.preemption_config;
    let config = SchedulerConfiguration {
        scheduler_algorithm,
        preemption_config: PreemptionConfig {
            system_scheduler_enabled: preemption.system_scheduler_enabled,
            sys_batch_scheduler_enabled: preemption.sys_batch_scheduler_enabled,
            batch_scheduler_enabled: preemption.batch_scheduler_enabled,
            service_scheduler_enabled: preemption.service_scheduler_enabled,
        },
        memory_oversubscription_enabled: asked.memory_oversubscription_enabled,
        reject_job_registration: asked.reject_job_registration,
        pause_eval_broker: asked.pause_eval_broker,
        ..SchedulerConfiguration::default()
    };
    let call = OperatorRequest::SetSchedulerConfiguration {
        config,
        check_index,
    };
    let OperatorAnswer::Done { index, updated } = api.server()?.operator(call).await? else {
        return Err(HttpError::server("the server answered another question"));
    };
    Ok(Answer::value(json!({"Updated": updated, "Index": index})).written_at(index))
}
