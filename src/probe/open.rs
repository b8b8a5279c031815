//! Opens a way to a server for another purpose than a probe: what is spoken there is the caller's.

use super::options::{Options, To, Turn};
use super::route::Route;
use crate::observation::Cause;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

/// Opens the way that a probe would take, without the header of the PROXY protocol: that is for the
/// mail server. The caller sets the deadline.
pub async fn open(
    to: To,
    options: &Options,
) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>, Cause> {
    let options = Options {
        proxy_protocol: false,
        ..options.clone()
    };
    let turn = Turn::at(Instant::now(), to);
    let (stream, _) = Route::find(&turn, &options, &mut Vec::new()).await?;
    Ok(stream)
}
