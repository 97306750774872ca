//! The accept loop: each phase of a connection has its own deadline, each address its share.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::Router;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::{
    http::Address,
    metrics::{Counted, Counters},
    patience::Patient,
};

/// For the TLS handshake, and then for the first byte of a request.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// For a request's whole head.
const HEAD: Duration = Duration::from_secs(10);
/// Without a byte in either direction. A little more than a WebSocket may be silent.
const SILENCE: Duration = Duration::from_secs(80);
/// For connections to end once the server stops.
const FAREWELL: Duration = Duration::from_secs(5);
const HEADERS_MAX: usize = 64;
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// After the system refused to accept, which it does when files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many may be connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// All together.
    pub connections: u64,
    /// From one address, or one IPv6 network of 64 bits.
    pub connections_per_address: u32,
}

/// Takes connections until `stop` says so, then waits for them to end.
pub async fn accept(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    caps: Caps,
    counters: Arc<Counters>,
    mut stop: watch::Receiver<bool>,
) {
    let door = Arc::new(Door {
        tls: tls.map(TlsAcceptor::from),
        router,
        caps,
        counters,
        addresses: Arc::default(),
        stop: stop.clone(),
    });
    let mut stopping = pin!(async move { drop(stop.wait_for(|stop| *stop).await) });
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopping => break,
        };
        match accepted {
            Ok((stream, from)) => {
                if let Some(pass) = Door::admit(&door, from.ip()) {
                    tokio::spawn(Arc::clone(&door).serve(stream, from, pass));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    drop(timeout(FAREWELL, door.emptied()).await);
}

struct Door {
    tls: Option<TlsAcceptor>,
    router: Router,
    caps: Caps,
    counters: Arc<Counters>,
    addresses: Arc<Mutex<BTreeMap<IpAddr, u32>>>,
    stop: watch::Receiver<bool>,
}

/// A place among those connected; given back when dropped.
struct Pass {
    addresses: Arc<Mutex<BTreeMap<IpAddr, u32>>>,
    address: IpAddr,
    _counted: Counted,
}

impl Door {
    fn admit(door: &Arc<Self>, address: IpAddr) -> Option<Pass> {
        if door.counters.open_connections() >= door.caps.connections {
            return None;
        }
        let address = household(address);
        let mut addresses = door.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let count = addresses.entry(address).or_insert(0);
        if *count >= door.caps.connections_per_address {
            return None;
        }
        *count += 1;
        Some(Pass {
            addresses: Arc::clone(&door.addresses),
            address,
            _counted: door.counters.connection(),
        })
    }

    async fn serve(self: Arc<Self>, stream: TcpStream, from: SocketAddr, pass: Pass) {
        let served = self.try_serve(stream, from, pass).await;
        if let Err(error) = served {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn try_serve(&self, stream: TcpStream, from: SocketAddr, pass: Pass) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let address = Address(from.ip());
        match &self.tls {
            None => {
                // hyper's own timer starts with the first byte.
                timeout(HANDSHAKE, stream.readable()).await??;
                self.converse(Patient::new(stream, SILENCE, pass), address).await
            }
            Some(tls) => {
                let stream = timeout(HANDSHAKE, tls.accept(stream)).await??;
                self.converse(Patient::new(stream, SILENCE, pass), address).await
            }
        }
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: S,
        address: Address,
    ) -> io::Result<()> {
        let router = self.router.clone();
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(address);
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let mut stop = self.stop.clone();
        let mut stopping = pin!(async move { drop(stop.wait_for(|stop| *stop).await) });
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = &mut stopping => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        served.map_err(io::Error::other)
    }

    async fn emptied(&self) {
        while self.counters.open_connections() > 0 {
            sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = addresses.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}

/// Whoever has an IPv6 network has more addresses than any counter.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_one_household() {
        let one: IpAddr = "2001:db8:1:2:3:4:5:6".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2:ffff::1".parse().unwrap();
        let mapped: IpAddr = "::ffff:192.0.2.7".parse().unwrap();

        assert_eq!(household(one), household(other));
        assert_eq!(household(mapped), "192.0.2.7".parse::<IpAddr>().unwrap());
    }
}
