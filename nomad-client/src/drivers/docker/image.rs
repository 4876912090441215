//! Getting an image (spec/client 24.4).

use std::time::Duration;

use bollard::Docker as Api;
use bollard::auth::DockerCredentials;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptions;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout, timeout_at};

use super::super::{StartError, TaskSpec};
use super::config::Config;
use super::engine::{is_missing, say, start_error};
use super::rules::DockerRules;

/// How long a pull may make no progress.
const IDLE_MAX: Duration = Duration::from_secs(120);
/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// An image's name: repository and tag or digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Repository, with the registry's address when there is one.
    pub repository: String,
    /// Tag, `latest` unless given; `None` with a digest.
    pub tag: Option<String>,
    /// Digest, such as `sha256:…`.
    pub digest: Option<String>,
}

impl Reference {
    /// Reads `registry:5000/name:tag` or `name@sha256:…`.
    #[must_use]
    pub fn read(image: &str) -> Self {
        if let Some((repository, digest)) = image.split_once('@') {
            return Self {
                repository: repository.to_owned(),
                tag: None,
                digest: Some(digest.to_owned()),
            };
        }
        // A colon before the last slash belongs to the registry's port.
        let (repository, tag) = match image.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, tag),
            _ => (image, "latest"),
        };
        Self {
            repository: repository.to_owned(),
            tag: Some(tag.to_owned()),
            digest: None,
        }
    }

    /// True for images whose name may mean another image tomorrow.
    #[must_use]
    pub fn is_latest(&self) -> bool {
        self.tag.as_deref() == Some("latest")
    }
}

/// Finds the image, pulling it when it must be; returns its id.
pub(super) async fn ensure(
    api: &Api,
    spec: &TaskSpec,
    config: &Config,
    rules: &DockerRules,
) -> Result<String, StartError> {
    let reference = Reference::read(&config.image);
    if !config.force_pull && !reference.is_latest() {
        match find(api, &config.image).await {
            Ok(Some(id)) => return Ok(id),
            Ok(None) => {}
            Err(error) => return Err(error),
        }
    }
    let pulled = pull(api, spec, config, rules, &reference).await;
    match (pulled, find(api, &config.image).await?) {
        (Ok(()), Some(id)) => Ok(id),
        (Ok(()), None) => Err(failed(
            config,
            "the image is not there after the pull",
            true,
        )),
        // A local copy serves when the registry is away and the job file does not insist.
        (Err(_), Some(id)) if !config.force_pull => {
            spec.tell("The image could not be refreshed; the local copy is used");
            Ok(id)
        }
        (Err(error), _) => Err(error),
    }
}

async fn find(api: &Api, image: &str) -> Result<Option<String>, StartError> {
    match api.inspect_image(image).await {
        Ok(found) => Ok(found.id),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(start_error(format!("look for the image {image:?}"), &error)),
    }
}

fn failed(config: &Config, problem: &str, recoverable: bool) -> StartError {
    StartError::Engine {
        action: format!("Failed to pull `{}`", config.image),
        problem: problem.to_owned(),
        recoverable,
    }
}

/// A registry that says no will say so again.
fn is_final(problem: &str) -> bool {
    let signs = [
        "not found",
        "manifest unknown",
        "access denied",
        "unauthorized",
        "invalid reference",
    ];
    let lower = problem.to_lowercase();
    signs.iter().any(|sign| lower.contains(sign))
}

fn credentials(config: &Config) -> Option<DockerCredentials> {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    config.auth.as_ref().map(|auth| DockerCredentials {
        username: some(&auth.username),
        password: some(&auth.password),
        email: some(&auth.email),
        serveraddress: some(&auth.server),
        ..DockerCredentials::default()
    })
}

async fn pull(
    api: &Api,
    spec: &TaskSpec,
    config: &Config,
    rules: &DockerRules,
    reference: &Reference,
) -> Result<(), StartError> {
    spec.tell("Downloading image");
    let options = CreateImageOptions {
        from_image: Some(match &reference.digest {
            Some(digest) => format!("{}@{digest}", reference.repository),
            None => reference.repository.clone(),
        }),
        tag: reference.tag.clone(),
        ..CreateImageOptions::default()
    };
    let limit = config.pull_timeout.unwrap_or(rules.image_pull_timeout);
    let deadline = Instant::now() + limit;
    let mut stream = std::pin::pin!(api.create_image(Some(options), None, credentials(config)));
    let mut progress = Progress::default();
    loop {
        let next = timeout_at(deadline, timeout(IDLE_MAX, stream.next())).await;
        match next {
            Err(_) => {
                return Err(failed(
                    config,
                    &format!("it took longer than {limit:?}"),
                    true,
                ));
            }
            Ok(Err(_)) => {
                let problem = format!("no progress for {IDLE_MAX:?}");
                return Err(failed(config, &problem, true));
            }
            Ok(Ok(None)) => return Ok(()),
            Ok(Ok(Some(Ok(info)))) => progress.note(&info, spec),
            Ok(Ok(Some(Err(error)))) => {
                let problem = say(&error);
                return Err(failed(config, &problem, !is_final(&problem)));
            }
        }
    }
}

/// Bytes of each layer so far.
#[derive(Default)]
struct Progress {
    layers: std::collections::BTreeMap<String, (i64, i64)>,
    told: Option<Instant>,
}

impl Progress {
    fn note(&mut self, info: &CreateImageInfo, spec: &TaskSpec) {
        let (Some(layer), Some(detail)) = (&info.id, &info.progress_detail) else {
            return;
        };
        let (Some(current), Some(total)) = (detail.current, detail.total) else {
            return;
        };
        self.layers.insert(layer.clone(), (current, total));
        let told = *self.told.get_or_insert_with(Instant::now);
        if told.elapsed() < TELL_EVERY {
            return;
        }
        self.told = Some(Instant::now());
        let sums = self.layers.values();
        let (current, total) = sums.fold((0, 0), |sum, layer| (sum.0 + layer.0, sum.1 + layer.1));
        spec.tell(format!(
            "Docker image pull progress: {} of {} layers, {} of {} MiB",
            self.layers
                .values()
                .filter(|(current, total)| current == total)
                .count(),
            self.layers.len(),
            current >> 20,
            total >> 20
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_name_is_cut_at_its_tag_and_not_at_a_port() {
        let cases = [
            ("busybox", "busybox", Some("latest")),
            ("busybox:1", "busybox", Some("1")),
            ("127.0.0.1:5000/a/b", "127.0.0.1:5000/a/b", Some("latest")),
            ("127.0.0.1:5000/a/b:2", "127.0.0.1:5000/a/b", Some("2")),
            ("a@sha256:12", "a", None),
        ];
        for (text, repository, tag) in cases {
            let read = Reference::read(text);
            assert_eq!(
                (read.repository.as_str(), read.tag.as_deref()),
                (repository, tag)
            );
        }
    }
}
