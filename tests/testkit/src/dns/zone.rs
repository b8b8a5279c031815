//! What a zone is to be: its records, how it is signed, what its parent says of it, and what is
//! broken about it.

/// How what is not there is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// With names in clear.
    Nsec,
    /// With hashed names.
    Nsec3 {
        /// Hashes beside the first.
        iterations: u16,
        /// Hexadecimal digits, or `-`.
        salt: &'static str,
        /// Delegations without DS have no record of their own.
        opt_out: bool,
    },
}

/// The program that signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signer {
    /// `dnssec-signzone`.
    Bind,
    /// `ldns-signzone`.
    Ldns,
}

/// A change of the text of a signed zone, which has one record on each line.
pub type Damage = Box<dyn Fn(String) -> String + Send + Sync>;

/// What the parent says of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A DS for each key of entry, with these digests.
    Digests(Vec<u8>),
    /// These data of DS records; `{zone}`'s own tag stands for `TAG`, its algorithm for `ALG`, its
    /// digest of SHA-256 for `SHA256`, of SHA-1 for `SHA1`.
    Text(Vec<String>),
    /// No DS.
    None,
}

/// A zone to be signed and served.
pub struct Zone {
    /// Its absolute name, in lower case.
    pub name: String,
    /// Its records beside SOA, NS, DNSKEY and those of its delegations; names are relative.
    pub records: String,
    /// The algorithms of its keys: all sign. None: it is not signed.
    pub algorithms: Vec<u8>,
    /// The number of its keys: two zones of one number and algorithm share them.
    pub key: u8,
    /// One key instead of two.
    pub single_key: bool,
    /// How it denies.
    pub denial: Denial,
    /// Who signs.
    pub signer: Signer,
    /// From when to when the signatures are good, in seconds from now.
    pub valid: (i64, i64),
    /// What the parent says.
    pub link: Link,
    /// What is done to the signed zone.
    pub damage: Vec<Damage>,
}

impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zone")
            .field("name", &self.name)
            .field("algorithms", &self.algorithms)
            .field("denial", &self.denial)
            .finish_non_exhaustive()
    }
}

const DAY: i64 = 86_400;

impl Zone {
    /// A sound zone: ECDSA P-256, NSEC, two keys, a DS with SHA-256, two weeks.
    pub fn new(name: &str, records: &str) -> Self {
        Self {
            name: name.to_owned(),
            records: records.to_owned(),
            algorithms: vec![13],
            key: 0,
            single_key: false,
            denial: Denial::Nsec,
            signer: Signer::Bind,
            valid: (-DAY, 14 * DAY),
            link: Link::Digests(vec![2]),
            damage: Vec::new(),
        }
    }

    /// Signed with these algorithms; with none it is not signed, and has no DS.
    #[must_use]
    pub fn algorithms(mut self, algorithms: &[u8]) -> Self {
        self.algorithms = algorithms.to_vec();
        if algorithms.is_empty() {
            self.link = Link::None;
        }
        self
    }

    /// Not signed.
    #[must_use]
    pub fn unsigned(self) -> Self {
        self.algorithms(&[])
    }

    /// With keys of its own.
    #[must_use]
    pub fn key(mut self, number: u8) -> Self {
        self.key = number;
        self
    }

    /// With one key that does both.
    #[must_use]
    pub fn single_key(mut self) -> Self {
        self.single_key = true;
        self
    }

    /// Denies with NSEC3.
    #[must_use]
    pub fn nsec3(mut self, iterations: u16, salt: &'static str, opt_out: bool) -> Self {
        self.denial = Denial::Nsec3 {
            iterations,
            salt,
            opt_out,
        };
        self
    }

    /// Signed by ldns.
    #[must_use]
    pub fn ldns(mut self) -> Self {
        self.signer = Signer::Ldns;
        self
    }

    /// Good from then to then, in seconds from now.
    #[must_use]
    pub fn valid(mut self, from: i64, until: i64) -> Self {
        self.valid = (from, until);
        self
    }

    /// What the parent says.
    #[must_use]
    pub fn link(mut self, link: Link) -> Self {
        self.link = link;
        self
    }

    /// With these data of DS records in the parent.
    #[must_use]
    pub fn ds(self, data: &[&str]) -> Self {
        self.link(Link::Text(data.iter().map(|ds| (*ds).to_owned()).collect()))
    }

    /// With something broken.
    #[must_use]
    pub fn damaged(mut self, damage: impl Fn(String) -> String + Send + Sync + 'static) -> Self {
        self.damage.push(Box::new(damage));
        self
    }
}

/// The name of the zone above, of these, that holds a name.
pub(super) fn parent<'a>(zones: &'a [Zone], name: &str) -> Option<&'a Zone> {
    let above = zones
        .iter()
        .filter(|zone| zone.name != name && is_below(name, &zone.name));
    above.max_by_key(|zone| zone.name.len())
}

/// Whether a name is another, or below it.
pub fn is_below(name: &str, other: &str) -> bool {
    other == "." || name == other || name.ends_with(&format!(".{other}"))
}

/// The lines of a signed zone, each changed by `change`; `None` leaves it out.
pub fn each_line(text: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let lines = text.lines().filter_map(change);
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// Whether a line is a record of that owner and type; a type `RRSIG A` is a signature over A.
pub fn is_record(line: &str, owner: &str, kind: &str) -> bool {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let kinds: Vec<&str> = kind.split(' ').collect();
    words
        .first()
        .is_some_and(|first| first.eq_ignore_ascii_case(owner))
        && words.get(3..3 + kinds.len()) == Some(&kinds[..])
}

/// Leaves the records of that owner and type out.
pub fn without(owner: &str, kind: &str) -> impl Fn(String) -> String + Send + Sync + use<> {
    let (owner, kind) = (owner.to_owned(), kind.to_owned());
    move |text| {
        each_line(&text, |line| {
            (!is_record(line, &owner, &kind)).then(|| line.to_owned())
        })
    }
}

/// Alters the records of that owner and type: `from` becomes `to`.
pub fn altered(
    owner: &str,
    kind: &str,
    from: &str,
    to: &str,
) -> impl Fn(String) -> String + Send + Sync + use<> {
    let [owner, kind, from, to] = [owner, kind, from, to].map(str::to_owned);
    move |text| {
        let changed = each_line(&text, |line| {
            let hit = is_record(line, &owner, &kind);
            Some(if hit {
                line.replace(&from, &to)
            } else {
                line.to_owned()
            })
        });
        assert_ne!(changed, text, "nothing altered: {owner} {kind} {from}");
        changed
    }
}

/// Breaks the signature over that owner and type: one letter of its last word is another.
pub fn forged(owner: &str, kind: &str) -> impl Fn(String) -> String + Send + Sync + use<> {
    let (owner, kind) = (owner.to_owned(), format!("RRSIG {kind}"));
    move |text| {
        let changed = each_line(&text, |line| {
            let hit = is_record(line, &owner, &kind);
            Some(if hit { broken(line) } else { line.to_owned() })
        });
        assert_ne!(changed, text, "no signature: {owner} {kind}");
        changed
    }
}

fn broken(line: &str) -> String {
    // Owner, TTL, class, RRSIG, type, algorithm, labels, TTL, two dates, tag, signer, signature.
    const SIGNATURE: usize = 12;
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    if let Some(word) = words.get_mut(SIGNATURE) {
        let letter = if word[4..].starts_with('A') { "B" } else { "A" };
        word.replace_range(4..5, letter);
    }
    words.join(" ")
}
