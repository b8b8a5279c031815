//! Where an SMTP server lives: a home with two ports.

use super::{Kind, StartError};
use crate::daemon::home::{Home, Starts};
use crate::daemon::ports;
use std::ops::Deref;

/// The home of one running server.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) home: Home,
    pub(super) starttls: u16,
    pub(super) smtps: u16,
}

impl Place {
    pub(super) fn prepare(kind: Kind) -> Result<Self, StartError> {
        let name = kind.to_string();
        let home = Home::prepare(&name, Starts::AsRoot)?;
        let free = ports::free(2).map_err(|why| StartError::failed(&name, &why))?;
        Ok(Self {
            home,
            starttls: free[0],
            smtps: free[1],
        })
    }
}

impl Deref for Place {
    type Target = Home;

    fn deref(&self) -> &Home {
        &self.home
    }
}
