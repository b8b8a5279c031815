//! DNS for the tests: zones signed by the real signers, NSD that serves them, unbound and delv as
//! judges, and a resolver between them that lies.

pub mod client;
pub mod delv;
pub mod key;
pub mod liar;
pub mod nsd;
pub mod served;
pub mod sign;
pub mod told;
pub mod unbound;
pub mod zone;
