//! The flags with which programs call OpenSSL's verifier.

/// The flags that a program sets beside `X509_V_FLAG_TRUSTED_FIRST`, which is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// None.
    Default,
    /// `X509_V_FLAG_X509_STRICT` and `X509_V_FLAG_PARTIAL_CHAIN`, as
    /// `ssl.create_default_context` of Python 3.13 sets them.
    Strict,
}

impl Mode {
    pub(super) fn is_strict(self) -> bool {
        self == Self::Strict
    }

    pub(super) fn is_partial(self) -> bool {
        self == Self::Strict
    }
}
