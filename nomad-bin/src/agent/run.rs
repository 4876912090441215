//! The `agent` command: start, stream the log, obey signals.

use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::config::AgentConfig;
use super::start::{Agent, start};
use super::{banner, console, log};

/// Runs an agent until a signal ends it, and answers the exit code (spec/api-cli 5.7).
#[must_use]
pub fn run(config: AgentConfig, reload: impl Fn() -> Result<AgentConfig, String>) -> ExitCode {
    if let Err(error) = config.check() {
        console::error(&format!("{error}"));
        return ExitCode::FAILURE;
    }
    log::start(config.log_level, config.log_json);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            console::error(&format!("Error starting agent: start threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(live(config, reload));
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    code
}

async fn live(config: AgentConfig, reload: impl Fn() -> Result<AgentConfig, String>) -> ExitCode {
    banner::before(&config);
    let agent = match start(&config).await {
        Ok(agent) => agent,
        Err(error) => {
            console::error(&format!("==> Error starting agent: could not {error}"));
            return ExitCode::FAILURE;
        }
    };
    banner::after(&config, &agent);
    for remark in &config.remarks {
        tracing::warn!("{remark}");
    }
    for remark in &agent.remarks {
        tracing::info!("{remark}");
    }
    obey(config, agent, reload).await
}

/// What ended an agent.
enum End {
    Interrupt,
    Terminate,
    ServerFailed(String),
}

async fn obey(
    config: AgentConfig,
    agent: Agent,
    reload: impl Fn() -> Result<AgentConfig, String>,
) -> ExitCode {
    let end = match Signals::listen() {
        Ok(mut signals) => signals.wait(&agent, reload).await,
        Err(error) => End::ServerFailed(format!("listen for signals: {error}")),
    };
    let gracefully = match &end {
        End::Interrupt => config.leave_on_interrupt || config.dev,
        End::Terminate => config.leave_on_terminate || config.dev,
        End::ServerFailed(reason) => {
            console::error(&format!("==> The server stopped: could not {reason}"));
            false
        }
    };
    if !config.log_json {
        match end {
            End::Interrupt => console::line("==> Caught signal: interrupt"),
            End::Terminate => console::line("==> Caught signal: terminated"),
            End::ServerFailed(_) => {}
        }
    }
    if gracefully {
        console::line("==> Gracefully shutting down agent...");
    }
    tokio::select! {
        () = agent.stop() => {}
        () = second_signal() => return ExitCode::FAILURE,
    }
    if gracefully {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn second_signal() {
    let Ok(mut signals) = Signals::listen() else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = signals.interrupt.recv() => {}
        _ = signals.terminate.recv() => {}
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn wait(
        &mut self,
        agent: &Agent,
        reload: impl Fn() -> Result<AgentConfig, String>,
    ) -> End {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return End::Interrupt,
                _ = self.terminate.recv() => return End::Terminate,
                _ = self.hangup.recv() => take_over(reload()),
                reason = server_end(agent) => return End::ServerFailed(reason),
            }
        }
    }
}

/// What can change while an agent runs: the log level (spec/api-cli 5.7).
fn take_over(reloaded: Result<AgentConfig, String>) {
    match reloaded {
        Ok(config) => {
            log::set_level(config.log_level);
            for remark in &config.remarks {
                tracing::warn!("{remark}");
            }
            let level = config.log_level.as_str();
            tracing::info!(
                level,
                "configuration reloaded: the log level is taken over; everything else needs a restart"
            );
        }
        Err(error) => tracing::error!(
            error,
            "the changed configuration is refused, the old one stays"
        ),
    }
}

async fn server_end(agent: &Agent) -> String {
    let Some(server) = &agent.server else {
        return std::future::pending().await;
    };
    let mut ended = server.ended();
    match ended.wait_for(Option::is_some).await {
        Ok(reason) => reason.clone().unwrap_or_default(),
        Err(_) => String::from("go on: the server's thread is gone"),
    }
}
