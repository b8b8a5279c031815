//! Everything that the domains need, running.

use crate::case::Case;
use crate::judges::SENDERS;
use crate::servers::{self, Cas, LABELS, Server};
use crate::{no_tls, records, web};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use testkit::dns::key::Keys;
use testkit::dns::nsd::Nsd;
use testkit::dns::sign::Tree;
use testkit::dns::unbound::Unbound;
use testkit::example_network::STORE;
use testkit::mta::fleet::{Fleet, MailHost, Sender};
use testkit::mta_sts::MtaSts;
use testkit::namespace;
use testkit::nginx::Nginx;
use testkit::skip::has;

/// How long a policy is waited for: some never come.
pub const PATIENCE: u32 = 5;

/// The addresses of the servers, and a resolver whose AD the programs trust.
const NETWORK: &str = "\
ip address add 10.25.0.1/16 dev lo
mount -t tmpfs tmpfs /mnt
cp -a /etc/. /mnt/
mount --move /mnt /etc
rm -f /etc/resolv.conf
printf 'nameserver 127.0.0.1\\noptions edns0 trust-ad\\n' >/etc/resolv.conf
echo '127.0.0.1 localhost' >/etc/hosts
echo 'hosts: files dns' >/etc/nsswitch.conf
";

/// The lab of some domains; it runs until it is dropped.
pub struct Lab {
    pub cases: Vec<Case>,
    pub fleet: Fleet,
    pub policies: MtaSts,
    pub cas: PathBuf,
    pub anchors: PathBuf,
    pub web: Nginx,
    _unbound: Unbound,
    _nsd: Nsd,
    _tree: Tree,
    _dir: TempDir,
}

/// Whether this process is in the network of the test (`module::name`); else the test has been run
/// there, or must be skipped.
pub fn is_inside(test: &str) -> bool {
    let numbers = (10..10 + LABELS.len()).map(|number| format!(" {number:x}"));
    let addresses = format!(
        "for n in{}; do ip -6 address add fd25::$n/128 dev lo nodad; done\n",
        numbers.collect::<String>()
    );
    namespace::alone_in(test, &(NETWORK.to_owned() + &addresses))
}

impl Lab {
    /// Starts it, inside; `None` when the test must be skipped.
    pub fn start(test: &str, cases: Vec<Case>) -> Option<Self> {
        if !has(test, "dnssec-signzone") {
            return None;
        }
        let cas = Cas::new();
        let servers = servers::all(&cases, &cas);
        let dir = tempfile::tempdir().expect("a directory");
        let ca_file = dir.path().join("ca.pem");
        // Exim asks the system's trust store, too.
        for file in [ca_file.as_path(), Path::new(STORE)] {
            std::fs::write(file, cas.own.root_pem()).expect("a file");
        }
        let mut tree = Tree::new(&records::zones(&cases, &servers), &Keys::default());
        records::lose(&mut tree, &cases);
        let nsd = Nsd::for_test(test, &tree)?;
        let unbound = Unbound::of_the_machine(test, &tree, nsd.port)?;
        let web = web::start(test, &cases, &cas)?;
        let policies = MtaSts::for_test(test, &ca_file, PATIENCE)?;
        no_tls::start(&servers);
        let hosts: Vec<MailHost> = servers.iter().filter_map(Server::host).collect();
        let fleet = Fleet::for_test(test, &hosts, &senders(&ca_file, policies.port))?;
        Some(Self {
            anchors: tree.anchor_file(),
            cas: ca_file,
            cases,
            fleet,
            policies,
            web,
            _unbound: unbound,
            _nsd: nsd,
            _tree: tree,
            _dir: dir,
        })
    }
}

/// Those of Postfix: with DANE; with MTA-STS, which asks for policies; with neither.
fn senders(cas: &Path, policies: u16) -> Vec<Sender> {
    let options = |name: &str| match name {
        "dane" => vec!["smtp_tls_security_level=dane".to_owned()],
        "mta-sts" => vec![
            "smtp_tls_security_level=may".to_owned(),
            format!("smtp_tls_CAfile={}", cas.display()),
            format!("smtp_tls_policy_maps=socketmap:inet:127.0.0.1:{policies}:postfix"),
        ],
        _ => vec!["smtp_tls_security_level=may".to_owned()],
    };
    let sender = |name| Sender {
        name,
        options: options(name),
    };
    SENDERS.map(sender).into()
}
