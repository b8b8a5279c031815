//! An earlier set, as `pin --all --for json` and `pin --check --format json` show it.

use super::drift::{Earlier, Known};
use super::place::Place;
use serde_json::Value;

/// Why a text is no earlier set.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON without a set.
    #[error("it holds no set of certificates")]
    NoSet,
    /// A certificate of the set cannot be read.
    #[error("certificate {0} of its set is not as smtp-certcheck writes it")]
    Broken(usize),
    /// It is of another host.
    #[error("it is of the host \"{0}\"")]
    OtherHost(String),
}

impl Earlier {
    /// Reads the set of a host.
    pub fn read(text: &[u8], host: &str) -> Result<Self, EarlierError> {
        let value: Value = serde_json::from_slice(text)?;
        let members = value.get("set").and_then(Value::as_array);
        let members = members.filter(|members| !members.is_empty());
        let members = members.ok_or(EarlierError::NoSet)?;
        let of = value.get("host").and_then(Value::as_str);
        let of = of.ok_or(EarlierError::NoSet)?;
        if !of.eq_ignore_ascii_case(host) {
            return Err(EarlierError::OtherHost(of.to_owned()));
        }
        let mut earlier = Self::default();
        for (index, member) in members.iter().enumerate() {
            let known = known(member).ok_or(EarlierError::Broken(index))?;
            for place in &known.places {
                let place = (place.address, place.port);
                if !earlier.places.contains(&place) {
                    earlier.places.push(place);
                }
            }
            earlier.members.push(known);
        }
        Ok(earlier)
    }
}

fn known(member: &Value) -> Option<Known> {
    let text = |pointer: &str| member.pointer(pointer)?.as_str().map(str::to_owned);
    let is_sha256 = |hex: &String| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let places = member.get("places")?.as_array()?;
    Some(Known {
        sha256: text("/certificate/sha256").filter(is_sha256)?,
        key: text("/key/sha256"),
        ca: text("/ca"),
        key_type: text("/key_type")?,
        places: places.iter().map(place).collect::<Option<_>>()?,
    })
}

fn place(value: &Value) -> Option<Place> {
    Some(Place {
        address: value.get("address")?.as_str()?.parse().ok()?,
        port: value.get("port")?.as_u64()?.try_into().ok()?,
        sni: value.get("sni")?.as_bool()?,
    })
}
