//! Connections as they are accepted.

use std::io;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_stream::Stream;
use tokio_stream::StreamExt as _;
use tonic::transport::server::Connected;
use tonic::transport::server::TcpConnectInfo;
use tonic::transport::server::TcpIncoming;

/// A client speaks first, and at once; one that says nothing for this long is not a client.
const FIRST_WORD: Duration = Duration::from_secs(20);

/// Pause after an error of accepting, which commonly means that there are no file descriptors left: asking again at
/// once would only keep a core busy.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections on `listener`. Those that have said nothing yet end once `draining` is true.
pub(super) fn accept(
    listener: TcpListener,
    draining: &watch::Receiver<bool>,
) -> impl Stream<Item = io::Result<Connection>> + use<> {
    let draining = draining.clone();
    TcpIncoming::from(listener).with_nodelay(Some(true)).then(move |accepted| {
        let draining = draining.clone();
        async move {
            match accepted {
                Ok(stream) => Ok(Connection::new(stream, draining)),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    Err(error)
                }
            }
        }
    })
}

/// A TCP connection that ends by itself as long as its client has said nothing. A graceful shutdown of HTTP/2 waits
/// for the client's first words and would wait for ever.
pub(super) struct Connection {
    stream: TcpStream,
    /// Completes when the client has been silent for too long; none once it has spoken.
    patience: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Connection {
    fn new(stream: TcpStream, mut draining: watch::Receiver<bool>) -> Self {
        let patience = Box::pin(async move {
            let drained = draining.wait_for(|draining| *draining);
            let _ = tokio::time::timeout(FIRST_WORD, drained).await;
        });
        Self { stream, patience: Some(patience) }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.patience = None;
        }
        if polled.is_pending()
            && let Some(patience) = &mut self.patience
            && patience.as_mut().poll(context).is_ready()
        {
            self.patience = None;
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
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}
