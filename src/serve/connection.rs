//! Connections as they are accepted.
//!
//! ```text
//! listener → room for one more? → TLS, within its time → first words, within theirs → HTTP/2
//! ```
//!
//! Handshakes run beside one another, so that a client that is slow about its own holds up nobody else's.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;
use tonic::transport::server::TcpConnectInfo;

use super::metrics::Metrics;
use super::tally::Closed;
use super::tls::Certificates;

/// Pause after an error of accepting, which commonly means that there are no file descriptors left: asking again at
/// once would only keep a core busy.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections that are ready for HTTP/2 and not yet taken up.
const BACKLOG: usize = 64;

/// What a client says before anything else: the preface of HTTP/2, and the header of its settings.
const FIRST_WORDS: usize = 24 + 9;

/// What every connection of the server is given.
#[derive(Clone)]
pub(super) struct Doors {
    /// Room for so many connections, over all listeners.
    pub(super) room: Arc<Semaphore>,
    /// Where connections are encrypted.
    pub(super) certificates: Option<Arc<Certificates>>,
    /// How long TLS may take, and then the first words.
    pub(super) patience: Duration,
    /// True once the server takes no more calls.
    pub(super) draining: watch::Receiver<bool>,
    /// What counts them.
    pub(super) metrics: Arc<Metrics>,
}

impl Doors {
    /// Connections on `listener`, for as long as somebody takes them. Those that have said nothing yet end once
    /// `draining` is true.
    pub(super) fn accept(self, listener: TcpListener) -> ReceiverStream<io::Result<Connection>> {
        let (sender, accepted) = mpsc::channel(BACKLOG);
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = sender.closed() => return,
                };
                match accepted {
                    Ok((stream, _)) => self.receive(stream, &sender),
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                }
            }
        });
        ReceiverStream::new(accepted)
    }

    /// Lets one connection in, if there is room, on a task of its own.
    fn receive(&self, stream: TcpStream, sender: &mpsc::Sender<io::Result<Connection>>) {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            self.metrics.tally.closed(Closed::Full);
            return;
        };
        // A short answer shall not wait for a longer one.
        let _ = stream.set_nodelay(true);
        let (doors, sender) = (self.clone(), sender.clone());
        tokio::spawn(async move {
            let stay = Stay::new(room, Arc::clone(&doors.metrics));
            match doors.secure(stream).await {
                Some(stream) => {
                    let patience = doors.patience();
                    let connection = Connection { stream, said: 0, patience: Some(patience), stay };
                    let _ = sender.send(Ok(connection)).await;
                }
                None => doors.metrics.tally.closed(Closed::Handshake),
            }
        });
    }

    /// TLS, where it is asked for.
    async fn secure(&self, stream: TcpStream) -> Option<Transport> {
        let Some(certificates) = &self.certificates else { return Some(Transport::Plain(stream)) };
        let acceptor = TlsAcceptor::from(Arc::clone(&certificates.current().config));
        tokio::select! {
            shaken = acceptor.accept(stream) => match shaken {
                Ok(stream) => Some(Transport::Tls(Box::new(stream))),
                Err(error) => {
                    tracing::debug!(%error, "TLS handshake failed");
                    None
                }
            },
            () = self.patience() => None,
        }
    }

    /// Completes when a client has been silent for too long, or the server drains.
    fn patience(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (mut draining, patience) = (self.draining.clone(), self.patience);
        Box::pin(async move {
            let drained = draining.wait_for(|draining| *draining);
            let _ = tokio::time::timeout(patience, drained).await;
        })
    }
}

/// The room that a connection takes up, counted.
struct Stay {
    _room: OwnedSemaphorePermit,
    metrics: Arc<Metrics>,
}

impl Stay {
    fn new(room: OwnedSemaphorePermit, metrics: Arc<Metrics>) -> Self {
        metrics.tally.opened();
        Self { _room: room, metrics }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.metrics.tally.ended();
    }
}

/// Plain or encrypted.
enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection that ends by itself as long as its client has said nothing. A graceful shutdown of HTTP/2 waits for the
/// client's first words and would wait for ever.
pub(super) struct Connection {
    stream: Transport,
    /// Bytes that the client has said.
    said: usize,
    /// Completes when the client has been silent for too long; none once it has spoken.
    patience: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    stay: Stay,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = match &mut self.stream {
            Transport::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Transport::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        };
        if self.patience.is_some() {
            self.said = self.said.saturating_add(buffer.filled().len().saturating_sub(before));
            if self.said >= FIRST_WORDS {
                self.patience = None;
            }
        }
        if polled.is_pending()
            && let Some(patience) = &mut self.patience
            && patience.as_mut().poll(context).is_ready()
        {
            self.patience = None;
            self.stay.metrics.tally.closed(Closed::Silent);
            // To the reader this looks as if the client had hung up.
            return Poll::Ready(Ok(()));
        }
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Transport::Plain(stream) => Pin::new(stream).poll_write(context, buffer),
            Transport::Tls(stream) => Pin::new(stream).poll_write(context, buffer),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Transport::Plain(stream) => Pin::new(stream).poll_flush(context),
            Transport::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Transport::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Transport::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Transport::Plain(stream) => Pin::new(stream).poll_write_vectored(context, buffers),
            Transport::Tls(stream) => Pin::new(stream).poll_write_vectored(context, buffers),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Transport::Plain(stream) => stream.is_write_vectored(),
            Transport::Tls(stream) => stream.is_write_vectored(),
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        match &self.stream {
            Transport::Plain(stream) => stream.connect_info(),
            Transport::Tls(stream) => stream.get_ref().0.connect_info(),
        }
    }
}
