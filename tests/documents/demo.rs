//! The two commands of README.md ("Try it"): the demo shows every step, and `tests/run` finds the
//! packages of the tests where this machine finds its own, and compiles each library once.
#![allow(
    clippy::disallowed_methods,
    reason = "the test writes the sources of apt"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

#[test]
fn the_demo_shows_every_step() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "-p", "demo"])
        .output()
        .expect("cargo");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{text}");
    let verdicts: Vec<&str> = text
        .lines()
        .filter(|line| {
            ["TRUSTED", "UNTRUSTED", "UNREACHABLE"]
                .iter()
                .any(|word| line.starts_with(word))
        })
        .map(|line| line.split("  ").nth(2).unwrap_or_default())
        .map(|reason| reason.split(' ').next().unwrap_or_default())
        .collect();
    let story = [
        "unknown-issuer",
        "until",
        "expired",
        "missing-intermediate",
        // With -q, what is fine has no line.
        "expired",
        // Pinned, and changed.
        "hg",
    ];
    assert_eq!(verdicts, story, "{text}");
    let codes: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("[exit code"))
        .collect();
    assert_eq!(
        codes,
        [1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0].map(|code| format!("[exit code {code}]")),
        "{text}"
    );
}

/// The libraries that the build of these packages compiles, each with its features.
fn libraries(args: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--prefix", "none"])
        .args(["--format", "{p} {f}"])
        .args(args)
        .output()
        .expect("cargo");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{args:?}: {text}");
    let lines = text.lines().map(|line| line.trim_end_matches(" (*)"));
    // The crates of this workspace are compiled for each as it needs them.
    let foreign = lines.filter(|line| !line.contains(" (/"));
    foreign.map(|line| line.trim_end().to_owned()).collect()
}

/// Otherwise it compiles them, and what uses them, for itself: a minute more from a clean clone.
#[test]
fn the_demo_and_the_fuzzer_use_the_libraries_of_the_tests() {
    let of_tests = libraries(&["--workspace", "--edges", "normal,build,dev"]);
    for package in ["demo", "smtp-certcheck-fuzz"] {
        let own = libraries(&["--package", package, "--edges", "normal,build"]);
        assert!(own.len() > 100, "{own:?}");
        let alone: Vec<&String> = own.difference(&of_tests).collect();
        assert!(
            alone.is_empty(),
            "name these features in {package}'s Cargo.toml: {alone:?}"
        );
    }
}

/// A separate apt, whose release comes from an archive in a folder, by any of its names.
struct Apt(tempfile::TempDir);

impl Apt {
    fn new() -> Self {
        let apt = Self(tempfile::TempDir::new().expect("a temporary directory"));
        let base = "Package: base-files\nVersion: 1\nArchitecture: all\nMaintainer: x\n\
            Filename: x.deb\nSize: 1\nDescription: x\nSHA256: "
            .to_owned()
            + &"0".repeat(64)
            + "\n";
        let packages = format!("archive/dists/bookworm/main/binary-{}/Packages", arch());
        apt.write(&packages, &base);
        let digest = run(Command::new("sha256sum").arg(apt.path(&packages)));
        let (digest, _) = digest.split_once(' ').expect("a digest");
        let release = format!(
            "Suite: oldstable\nDate: {2}Codename: bookworm\nArchitectures: {0}\nComponents: main\n\
             SHA256:\n {digest} {1} main/binary-{0}/Packages\n",
            arch(),
            base.len(),
            run(Command::new("date").arg("-Ru"))
        );
        apt.write("archive/dists/bookworm/Release", &release);
        apt.write("by-release/README", "");
        for (to, link) in [
            ("bookworm", "archive/dists/oldstable"),
            ("../archive", "by-release/bookworm"),
        ] {
            std::os::unix::fs::symlink(to, apt.path(link)).expect("a link");
        }
        apt.write("mirrors", &format!("file:{}\n", apt.path("archive")));
        apt.write("status", "");
        for folder in ["lists/partial", "cache/archives/partial", "parts"] {
            std::fs::create_dir_all(apt.path(folder)).expect("a folder");
        }
        let mut config = "Debug::NoLocking \"1\";\nAPT::Sandbox::User \"root\";\n".to_owned();
        for (name, path) in [
            ("Dir::Etc::sourcelist", "sources.list"),
            ("Dir::Etc::sourceparts", "parts"),
            ("Dir::State::lists", "lists"),
            ("Dir::State::status", "status"),
            ("Dir::Cache", "cache"),
        ] {
            let _ = writeln!(config, "{name} \"{}\";", apt.path(path));
        }
        apt.write("apt.conf", &config);
        apt
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// In what is written, `@` is the folder.
    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let text = text.replace('@', &self.path(""));
        std::fs::write(path, text.replace("//", "/")).expect("it is written");
    }

    /// The stanzas that `tests/sources` makes of these sources, with `@` for the folder.
    fn sources(&self, codename: &str) -> Vec<String> {
        let mut update = Command::new("apt-get");
        run(update
            .args(["-qq", "update"])
            .env("APT_CONFIG", self.path("apt.conf")));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sources");
        let said = run(Command::new(script)
            .arg(codename)
            .env("APT_CONFIG", self.path("apt.conf")));
        let said = said.replace(&self.path(""), "@");
        said.trim_end().split("\n\n").map(str::to_owned).collect()
    }
}

/// What it prints.
fn run(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn arch() -> String {
    run(Command::new("dpkg").arg("--print-architecture"))
        .trim()
        .to_owned()
}

fn machine(field: &str) -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let line = release
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{field}=")));
    line.unwrap_or_default().trim_matches('"').to_owned()
}

/// In either form, whatever the mirror and its options; "elsewhere" is the other release.
#[test]
fn the_packages_come_from_where_this_machine_finds_its_own() {
    if machine("ID") != "debian" {
        return testkit::skip::skip("tests/sources", "this machine is not Debian's");
    }
    let own = machine("VERSION_CODENAME");
    let lines = "# deb file:@archive bookworm main\n\
        deb-src [trusted=yes] file:@archive bookworm main\n\
        deb [ trusted=yes arch=ARCH,all arch-=i386 check-valid-until=no ] mirror+file:@mirrors bookworm main # ours\n";
    let stanzas = "\nEnabled: no\nTypes: deb\nURIs: file:@archive/\nSuites: bookworm\nComponents: main\n\n \n\
        # Of the house.\nTypes: deb deb-src\nURIs: file:@archive/ file:@by-release/bookworm\n\
        Suites: bookworm\nComponents: main\nTrusted: yes\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n# a note\n .\n -----END\n";
    let apt = Apt::new();
    apt.write("sources.list", &lines.replace("ARCH", &arch()));
    apt.write("parts/other.list", "deb [trusted=yes] file:@other ./\n");
    apt.write("other/Packages", "");
    let options = format!(
        "Architectures: {} all\nArchitectures-remove: i386\nCheck-valid-until: no\nTrusted: yes",
        arch()
    );
    let at = |uri: &str, suite: &str| {
        format!("Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n")
    };
    let listed = at("mirror+file:@mirrors", "elsewhere") + &options;
    assert_eq!(apt.sources("elsewhere"), [listed]);
    let unchanged = at("mirror+file:@mirrors", "bookworm") + &options;
    assert_eq!(apt.sources(&own), [unchanged]);

    apt.write("sources.list", "");
    apt.write("parts/debian.sources", stanzas);
    let key = "Signed-by: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n -----END\nTrusted: yes";
    let both =
        ["file:@archive/", "file:@by-release/elsewhere"].map(|uri| at(uri, "elsewhere") + key);
    assert_eq!(apt.sources("elsewhere"), both);

    // A release goes by its place in the line of releases, too.
    apt.write("parts/debian.sources", "");
    apt.write(
        "sources.list",
        "deb [trusted=yes] file:@archive oldstable main\n",
    );
    let alone = at("file:@archive", "elsewhere") + "Trusted: yes";
    assert_eq!(apt.sources("elsewhere"), [alone]);
    let unchanged = at("file:@archive", "oldstable") + "Trusted: yes";
    assert_eq!(apt.sources(&own), [unchanged]);
}
