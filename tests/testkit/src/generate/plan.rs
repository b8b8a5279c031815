//! A sound PKI to begin with: a leaf, up to three intermediates, a root; in the styles that CAs have.

use super::dice::Dice;
use super::draft::{Authority, Basic, Draft, Extensions, General, Name};
use super::keys::{COMMON, Digest, KeyId, SOUND};
use super::octets::Octets;

/// The host that most leaves are for.
pub(crate) const HOST: &str = "mail.example.test";
/// The address of some.
pub(crate) const ADDRESS: [u8; 4] = [192, 0, 2, 7];
/// A day in seconds.
pub(crate) const DAY: i64 = 86_400;

/// digitalSignature.
pub(crate) const SIGN: u16 = 1;
/// keyEncipherment.
pub(crate) const ENCIPHER: u16 = 1 << 2;
/// keyCertSign.
pub(crate) const CERT_SIGN: u16 = 1 << 5;
/// cRLSign.
pub(crate) const CRL_SIGN: u16 = 1 << 6;

/// serverAuth.
pub(crate) const SERVER: &str = "1.3.6.1.5.5.7.3.1";
/// clientAuth.
pub(crate) const CLIENT: &str = "1.3.6.1.5.5.7.3.2";
/// emailProtection.
pub(crate) const EMAIL: &str = "1.3.6.1.5.5.7.3.4";
/// anyExtendedKeyUsage.
pub(crate) const ANY: &str = "2.5.29.37.0";

/// The settings of a `TRUSTED CERTIFICATE` block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The purposes that it is trusted for.
    pub(crate) trust: Option<Vec<&'static str>>,
    /// The purposes that it is rejected for.
    pub(crate) reject: Option<Vec<&'static str>>,
    /// Its alias.
    pub(crate) alias: Option<&'static str>,
}

/// A PKI to be: what there is, what is sent, what the file of anchors holds.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// All certificates.
    pub(crate) drafts: Vec<Draft>,
    /// The path from leaf to root that was meant.
    pub(crate) path: Vec<usize>,
    /// What the server sends, the leaf first.
    pub(crate) sent: Vec<usize>,
    /// What the file holds.
    pub(crate) file: Vec<(usize, Option<Settings>)>,
    /// The name that is asked for.
    pub(crate) name: String,
    /// A date equals the moment exactly, which a judge that uses the real clock will miss.
    pub(crate) on_the_edge: bool,
    /// What was changed, in words.
    pub(crate) changes: Vec<String>,
    /// Keys that are not used yet.
    spare: Vec<KeyId>,
    serials: u8,
}

/// How a PKI identifies the keys of its issuers.
#[derive(Clone, Copy, Debug)]
enum Style {
    KeyId,
    Bare,
    IssuerAndSerial,
    Both,
}

impl Plan {
    /// A sound one.
    pub(crate) fn sound(dice: &mut Dice) -> Self {
        let mut spare: Vec<KeyId> = (0..COMMON).collect();
        dice.shuffle(&mut spare);
        let mut plan = Self {
            drafts: Vec::new(),
            path: Vec::new(),
            sent: Vec::new(),
            file: Vec::new(),
            name: HOST.to_owned(),
            on_the_edge: false,
            changes: Vec::new(),
            spare,
            serials: 1,
        };
        let styles = [
            (66, Style::KeyId),
            (9, Style::Bare),
            (7, Style::IssuerAndSerial),
            (18, Style::Both),
        ];
        let style = *dice.weighted(&styles);
        let depth = *dice.weighted(&[(20, 0), (45, 1), (25, 2), (10, 3)]);
        let root = plan.root(
            dice,
            "root",
            &Name::new("Example CA", "Example Root"),
            style,
        );
        let mut authorities = vec![root];
        for number in (1..=depth).rev() {
            let name = Name::new("Example CA", &format!("Example Intermediate {number}"));
            let what = format!("intermediate {number}");
            let above = *authorities.last().expect("one");
            let new = plan.authority(dice, &what, &name, Some(above), style);
            authorities.push(new);
        }
        let leaf = plan.leaf(dice, *authorities.last().expect("one"), style);
        plan.path.push(leaf);
        plan.path.extend(authorities.iter().rev());
        plan.sent = plan.path[..=depth].to_vec();
        plan.file = vec![(root, None)];
        plan
    }

    /// Adds a key.
    pub(crate) fn key(&mut self, dice: &mut Dice) -> KeyId {
        if dice.chance(12) {
            return COMMON + dice.below(SOUND - COMMON);
        }
        // There are more keys than certificates in most PKIs.
        self.spare.pop().unwrap_or_else(|| dice.below(COMMON))
    }

    /// A serial number that no other has.
    pub(crate) fn serial(&mut self) -> Vec<u8> {
        self.serials += 1;
        vec![0x11, self.serials]
    }

    /// Adds a certificate.
    pub(crate) fn add(&mut self, draft: Draft) -> usize {
        self.drafts.push(draft);
        self.drafts.len() - 1
    }

    /// A copy with its own serial number.
    pub(crate) fn twin(&mut self, of: usize, what: &str) -> Draft {
        let mut twin = self.drafts[of].clone();
        twin.what = format!("{what} {}", twin.what);
        twin.serial = self.serial();
        twin
    }

    /// The place of the path's root.
    pub(crate) fn root_index(&self) -> usize {
        *self.path.last().expect("a path")
    }

    /// A CA that issues itself.
    fn root(&mut self, dice: &mut Dice, what: &str, name: &Name, style: Style) -> usize {
        let root = self.authority(dice, what, name, None, style);
        let draft = &mut self.drafts[root];
        if dice.chance(50) {
            draft.extensions.aki = None;
        }
        root
    }

    /// Another root with its own key.
    pub(crate) fn other_root(&mut self, dice: &mut Dice, what: &str, name: &Name) -> usize {
        let style = if dice.chance(70) {
            Style::KeyId
        } else {
            Style::Bare
        };
        self.root(dice, what, name, style)
    }

    /// A CA below `above`, or by itself.
    fn authority(
        &mut self,
        dice: &mut Dice,
        what: &str,
        name: &Name,
        above: Option<usize>,
        style: Style,
    ) -> usize {
        let key = self.key(dice);
        let mut draft = self.draft(what, name.clone(), key, above);
        draft.until = 3000 * DAY;
        let usage = if dice.chance(75) {
            CERT_SIGN | CRL_SIGN
        } else {
            SIGN | CERT_SIGN | CRL_SIGN
        };
        draft.extensions.basic = Some(Basic {
            critical: dice.chance(97),
            ca: true,
            path_len: dice.chance(10).then_some(3),
        });
        draft.extensions.usage = dice.chance(95).then_some((true, usage));
        if above.is_some() && dice.chance(20) {
            draft.extensions.purposes = Some((false, vec![SERVER, CLIENT]));
        }
        self.identify(&mut draft, above, style);
        self.add(draft)
    }

    fn leaf(&mut self, dice: &mut Dice, above: usize, style: Style) -> usize {
        let key = self.key(dice);
        let mut draft = self.draft("leaf", Name::common(HOST), key, Some(above));
        if dice.chance(30) {
            draft.subject = Name::new("Example", HOST);
        }
        draft.extensions.basic = dice.chance(70).then_some(Basic {
            critical: dice.chance(60),
            ca: false,
            path_len: None,
        });
        let usage = *dice.weighted(&[(60, SIGN), (25, SIGN | ENCIPHER), (5, ENCIPHER)]);
        draft.extensions.usage = dice.chance(80).then_some((dice.chance(80), usage));
        let purposes = if dice.chance(60) {
            vec![SERVER]
        } else {
            vec![SERVER, CLIENT]
        };
        draft.extensions.purposes = dice.chance(80).then_some((false, purposes));
        draft.extensions.sans = Some((false, vec![General::dns(HOST)]));
        self.identify(&mut draft, Some(above), style);
        self.add(draft)
    }

    fn draft(&mut self, what: &str, subject: Name, key: KeyId, above: Option<usize>) -> Draft {
        let above = above.map(|above| &self.drafts[above]);
        let issuer = above.map_or_else(|| subject.clone(), |above| above.subject.clone());
        let signer = above.map_or(key, |above| above.key);
        Draft {
            what: what.to_owned(),
            version: 3,
            serial: self.serial(),
            issuer,
            subject,
            from: -30 * DAY,
            until: 60 * DAY,
            key,
            signer,
            digest: Digest::Sound,
            generalized: false,
            forged: false,
            extensions: Extensions::default(),
            octets: Octets::default(),
        }
    }

    fn identify(&self, draft: &mut Draft, above: Option<usize>, style: Style) {
        if !matches!(style, Style::Bare) {
            draft.extensions.ski = Some(key_id(draft.key));
        }
        let above = above.map(|above| &self.drafts[above]);
        let (key, issuer, serial) = above.map_or_else(
            || (draft.key, draft.issuer.clone(), draft.serial.clone()),
            |above| (above.key, above.issuer.clone(), above.serial.clone()),
        );
        let mut aki = Authority::default();
        if matches!(style, Style::KeyId | Style::Both) {
            aki.id = Some(key_id(key));
        }
        if matches!(style, Style::IssuerAndSerial | Style::Both) {
            aki.issuer = Some(vec![General::Directory(issuer)]);
            aki.serial = Some(serial);
        }
        draft.extensions.aki = (!matches!(style, Style::Bare)).then_some(aki);
    }
}

/// The key identifier of a key.
pub(crate) fn key_id(key: KeyId) -> Vec<u8> {
    let first = u8::try_from(key).expect("a small pool");
    (0..20)
        .map(|n| first.wrapping_mul(31).wrapping_add(n))
        .collect()
}
