//! Octets of a certificate that its fields do not speak of: they take a field's place, or are turned
//! right before the certificate is signed.

use super::forms::Form;
use super::hex;
use super::moment::Moment;
use super::tree::{self, Fault, damaged, elements, hit};
use crate::der::{Fields, seq};
use std::fmt;
use time::OffsetDateTime;

/// Where a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// Anywhere in what is signed.
    Any,
    /// The issuer.
    Issuer,
    /// The validity.
    Validity,
    /// The subject.
    Subject,
    /// The key.
    Key,
    /// One of the extensions; the number counts from the first one on, and again from there.
    Extension(usize),
}

/// A fault in an element of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Where.
    pub(crate) field: Field,
    /// Which element.
    pub(crate) place: usize,
    /// What is done to it.
    pub(crate) fault: Fault,
}

/// All such octets of a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Octets {
    /// In place of the version.
    pub(crate) version: Option<Vec<u8>>,
    /// In place of the beginning.
    pub(crate) from: Option<Moment>,
    /// In place of the end.
    pub(crate) until: Option<Moment>,
    /// The form of the key.
    pub(crate) form: Option<Form>,
    /// The unique identifiers.
    pub(crate) unique_ids: Vec<u8>,
    /// What says whether an extension is critical, by the extension's number.
    pub(crate) critical: Option<(usize, Vec<u8>)>,
    /// Faults.
    pub(crate) damage: Vec<Damage>,
}

impl Octets {
    /// Whether the key is still what the certificate of a server needs.
    pub(crate) fn spare_the_key(&self) -> bool {
        let damage = |damage: &Damage| matches!(damage.field, Field::Key | Field::Any);
        self.form.is_none() && !self.damage.iter().any(damage)
    }

    /// What is signed of these fields; which elements have a fault is said, too.
    pub(crate) fn tbs(
        &self,
        mut fields: Fields,
        at: OffsetDateTime,
        hits: &mut Vec<String>,
    ) -> Vec<u8> {
        if let Some(version) = &self.version {
            fields.version.clone_from(version);
        }
        let mut dates = elements(&fields.validity);
        for (place, moment) in [self.from, self.until].into_iter().enumerate() {
            if let Some(moment) = moment {
                dates[place] = moment.der(at);
            }
        }
        fields.validity = seq(dates);
        if let Some(form) = self.form {
            fields.spki = form.der(&fields.spki);
        }
        fields.unique_ids.clone_from(&self.unique_ids);
        if let Some((number, octets)) = &self.critical
            && !fields.extensions.is_empty()
        {
            let number = number % fields.extensions.len();
            let parts = elements(&fields.extensions[number]);
            let (id, content) = (&parts[0], &parts[parts.len() - 1]);
            fields.extensions[number] = seq([id, octets, content]);
        }
        for one in &self.damage {
            if let Some(field) = one.field_of(&mut fields) {
                *field = one.apply(field, hits);
            }
        }
        let anywhere = self.damage.iter().filter(|one| one.field == Field::Any);
        anywhere.fold(fields.tbs(), |tbs, one| {
            // Not in the outermost element, which every reader needs.
            let inner = tree::content(&tbs);
            seq([one.apply(&inner, hits)])
        })
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fault, place, field) = (self.fault, self.place, self.field);
        write!(f, "{fault:?}: element {place} of {field:?}")
    }
}

impl Damage {
    /// The field that it is in, if it is in one.
    fn field_of<'a>(&self, fields: &'a mut Fields) -> Option<&'a mut Vec<u8>> {
        let count = fields.extensions.len().max(1);
        match self.field {
            Field::Issuer => Some(&mut fields.issuer),
            Field::Validity => Some(&mut fields.validity),
            Field::Subject => Some(&mut fields.subject),
            Field::Key => Some(&mut fields.spki),
            Field::Extension(number) => fields.extensions.get_mut(number % count),
            Field::Any => None,
        }
    }

    fn apply(&self, der: &[u8], hits: &mut Vec<String>) -> Vec<u8> {
        hits.push(format!("{self} is {}", hex(&hit(der, self.place))));
        damaged(der, self.place, self.fault)
    }
}
