//! The listening side.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::limits::{
    CONNECTIONS_MAX, FIRST_BYTE_TIME_MAX, GRACE, HEADER_BYTES_MAX, PING_INTERVAL, PING_TIME_MAX,
    REQUESTS_PER_CONNECTION_MAX,
};
use super::route::{Caller, Routes};

/// Pause after accepting failed, for want of file descriptors mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers requests on `listener` until `stop` completes; running requests then have two seconds
/// to end.
pub async fn serve(listener: TcpListener, routes: Routes, stop: impl Future<Output = ()> + Send) {
    let routes = Arc::new(routes);
    let free = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let (stopping, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next() => continue,
            accepted = accept(&listener, &free) => accepted,
        };
        let Some((stream, caller, permit)) = accepted else {
            continue;
        };
        let (routes, stopped) = (Arc::clone(&routes), stopped.clone());
        connections.spawn(async move {
            converse(stream, caller, routes, stopped).await;
            drop(permit);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    // What does not end in time is dropped with the set.
    let all_ended = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(GRACE, all_ended).await;
}

async fn accept(
    listener: &TcpListener,
    free: &Arc<Semaphore>,
) -> Option<(TcpStream, Caller, OwnedSemaphorePermit)> {
    let permit = Arc::clone(free).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => Some((stream, Caller { address }, permit)),
        Err(error) => {
            tracing::warn!(%error, "could not accept an rpc connection");
            sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

async fn converse(
    stream: TcpStream,
    caller: Caller,
    routes: Arc<Routes>,
    mut stopped: watch::Receiver<bool>,
) {
    if timeout(FIRST_BYTE_TIME_MAX, stream.readable())
        .await
        .is_err()
    {
        return;
    }
    // Without it answers still arrive, only later.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let routes = Arc::clone(&routes);
        async move { Ok::<_, Infallible>(routes.answer(caller, request).await) }
    });
    let mut connection = pin!(
        http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(REQUESTS_PER_CONNECTION_MAX)
            .max_header_list_size(HEADER_BYTES_MAX)
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIME_MAX)
            .serve_connection(TokioIo::new(stream), service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop_of(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(caller = %caller.address, %error, "an rpc connection broke");
    }
}

async fn stop_of(stopped: &mut watch::Receiver<bool>) {
    // The sender outlives every connection; if it did not, that would be a stop as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
