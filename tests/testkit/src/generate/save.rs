//! A case as files, with the commands that put it to the real judges.

use super::Case;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

fn pem(label: &str, der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(label, der), config)
}

impl Case {
    /// What is sent as PEM, the leaf first.
    pub fn chain_pem(&self) -> String {
        let all = self.presented.iter().map(|der| pem("CERTIFICATE", der));
        all.collect()
    }

    /// The leaf as PEM.
    pub fn leaf_pem(&self) -> String {
        pem("CERTIFICATE", &self.presented[0])
    }

    /// The file of anchors.
    pub fn anchors_pem(&self) -> String {
        let all = self
            .anchors
            .iter()
            .map(|block| pem(block.label, &block.der));
        all.collect()
    }

    /// Whether the name is an address.
    pub fn is_address(&self) -> bool {
        self.name.parse::<std::net::IpAddr>().is_ok()
    }

    /// Writes `leaf.pem`, `chain.pem` and `ca.pem`.
    pub fn write(&self, dir: &Path) -> std::io::Result<()> {
        fs::create_dir_all(dir)?;
        fs::write(dir.join("leaf.pem"), self.leaf_pem())?;
        fs::write(dir.join("chain.pem"), self.chain_pem())?;
        fs::write(dir.join("ca.pem"), self.anchors_pem())
    }

    /// Writes the case with its key and a README that says what it is and how to judge it.
    pub fn save(&self, dir: &Path, remarks: &str) -> std::io::Result<()> {
        self.write(dir)?;
        fs::write(dir.join("key.pem"), &self.key)?;
        fs::write(dir.join("README.md"), self.readme(remarks))
    }

    fn readme(&self, remarks: &str) -> String {
        let at = self.at.unix_timestamp();
        let kind = if self.is_address() { "ip" } else { "hostname" };
        let name = &self.name;
        let mut text = format!("# Seed {}\n\n{remarks}\n\n", self.seed);
        for change in &self.changes {
            let _ = writeln!(text, "- {change}");
        }
        for hit in &self.hits {
            let _ = writeln!(text, "- {hit}");
        }
        let openssl = format!(
            "openssl verify -purpose sslserver -verify_{kind} {name} -attime {at} -CAfile ca.pem -no-CApath -no-CAstore -auth_level 2 -untrusted chain.pem"
        );
        let _ = write!(
            text,
            "\n    {openssl} leaf.pem\n    {openssl} -x509_strict -partial_chain leaf.pem\n    certtool --verify --verify-profile low --infile chain.pem --load-ca-certificate ca.pem --verify-hostname {name} --verify-purpose 1.3.6.1.5.5.7.3.1\n    smtp-certcheck --no-hgrc --at '{}' --chain chain.pem --servername {name} --cacerts ca.pem\n",
            self.at,
        );
        text
    }
}
