//! Looks at files again, now and then and on SIGHUP.
//!
//! Polling rather than watching: mounted secrets are exchanged by moving links, which watchers of files miss.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

/// What a look at the files found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// They are what they were.
    Same,
    /// They changed and are in force.
    Fresh,
    /// They cannot be used; what was in force stays so.
    Bad,
}

/// Calls `look` every `interval` and on SIGHUP, away from the threads that serve, and `told` with what it found. An
/// error is logged once, not at every look.
pub(super) fn watch(
    what: &'static str,
    interval: Duration,
    look: impl Fn() -> io::Result<bool> + Send + Sync + 'static,
    told: impl Fn(Look) + Send + 'static,
) -> JoinHandle<()> {
    let look = Arc::new(look);
    tokio::spawn(async move {
        let mut signal = Hangup::listen();
        let mut complaint = None;
        loop {
            tokio::select! {
                () = tokio::time::sleep(interval) => {}
                () = signal.received() => complaint = None,
            }
            let look = Arc::clone(&look);
            let found = match tokio::task::spawn_blocking(move || look()).await {
                Ok(Ok(false)) => {
                    complaint = None;
                    Look::Same
                }
                Ok(Ok(true)) => {
                    tracing::info!(what, "reloaded");
                    complaint = None;
                    Look::Fresh
                }
                Ok(Err(error)) => {
                    let reason = error.to_string();
                    if complaint.as_ref() == Some(&reason) {
                        continue;
                    }
                    tracing::error!(what, reason, "cannot reload; what was in force stays in force");
                    complaint = Some(reason);
                    Look::Bad
                }
                Err(_) => continue,
            };
            told(found);
        }
    })
}

/// Takes SIGHUP for what it is elsewhere: a request to look again, never one to end.
pub(super) fn outlive_hangup() -> JoinHandle<()> {
    let mut signal = Hangup::listen();
    tokio::spawn(async move {
        loop {
            signal.received().await;
        }
    })
}

/// SIGHUP, where there is one.
struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    fn listen() -> Self {
        Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    async fn received(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
