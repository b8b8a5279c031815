//! What the tests, the demo and the benchmarks share: certificates made on the fly, an embedded
//! SMTP server, a server that knows no protocol, the real mail servers, and OpenSSL as a witness.

pub mod mta;
