//! The completions in the real shells: the test types at a terminal, presses TAB and Enter, and
//! reads the arguments that the program was called with. A hostile hgrc cannot make a shell do
//! more.
#![allow(clippy::disallowed_methods, reason = "tests read files")]

use testkit::program::Dir;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::skip::{has, skip};
use testkit::terminal::Terminal;

const PATIENCE: Duration = Duration::from_secs(60);

const HGRC: &str = "\
[smtp]
host = mail.example.org
port = 587
tls = starttls
[hostsecurity]
mx1.example.org:fingerprints = sha256:00
mx2.example.org:verifycertsfile = ~/ca.pem
2001:db8::25:ciphers = DEFAULT
[hostfingerprints]
old_host.example.org = 00
";

/// What a stranger's repository may have in it; each would be seen by its "pwned".
const HOSTILE: &str = "\
[smtp]
host = $(touch pwned)
port = `touch pwned`
[hostsecurity]
$(touch pwned):fingerprints = x
`touch pwned`:fingerprints = x
a.example;touch pwned:fingerprints = x
a.example|touch pwned:fingerprints = x
';touch pwned;':fingerprints = x
\";touch pwned;\":fingerprints = x
--output=pwned:fingerprints = x
-Rpwned:fingerprints = x
pwned/../pwned:fingerprints = x
pwned*:fingerprints = x
\\npwned:fingerprints = x
\x1b[31mpwned:fingerprints = x
[hostfingerprints]
$(touch pwned) = x
--output=pwned = x
&touch pwned& = x
>pwned = x
<(touch pwned) = x
${x:=pwned} = x
(touch pwned) = x
[email]
from = a
  $(touch pwned)
";

/// A home, a repository in it, and a program of the right name that writes down how it is called.
struct Home(Dir);

impl Home {
    fn new() -> Self {
        let home = Self(Dir::new());
        for folder in ["bin", "work", "work/.hg", "work/folder"] {
            std::fs::create_dir(home.path().join(folder)).expect("a folder");
        }
        home.0.file(".hgrc", HGRC);
        home.0.file("work/corp ca.pem", "");
        home.0.file("work/folder.txt", "");
        home.0.file("work/mail.txt", "");
        // What [2001:db8::25]:587 is a pattern for.
        home.0.file("work/2:587", "");
        let real = testkit::program::program();
        let real = Path::new(real.get_program()).display();
        let script = format!(
            "#!/bin/sh\nif [ \"$1 $2\" = 'completions hosts' ]; then\n\
             [ ! -e \"$HOME/lines\" ] || exec cat \"$HOME/lines\"\nexec '{real}' \"$@\"\nfi\n\
             {{ [ $# = 0 ] || printf '<%s>' \"$@\"; echo; }} >>\"$HOME/log\"\necho '(called)'\n"
        );
        let program = home.0.file("bin/smtp-certcheck", script);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(program, mode).expect("it can be run");
        home
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:/usr/bin:/bin", self.path().join("bin").display());
        command
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", path)
            .env("TERM", "xterm")
            .env("LC_ALL", "C.UTF-8")
            .current_dir(self.path().join("work"));
        command
    }

    /// The files that the hostile lines would make do not exist.
    #[track_caller]
    fn is_clean(&self) {
        for folder in ["", "work", "work/.hg", "work/folder", "bin"] {
            let path = self.path().join(folder).join("pwned");
            assert!(!path.exists(), "{}", path.display());
        }
    }
}

/// A shell at a terminal.
struct Typist<'a> {
    home: &'a Home,
    shell: Child,
    terminal: Terminal,
    calls: usize,
}

impl<'a> Typist<'a> {
    fn new(home: &'a Home, shell: &[&str], setup: &str) -> Self {
        let mut terminal = Terminal::new(200, 250);
        let mut command = home.command("setsid");
        command.args(["--ctty", "--wait"]).args(shell);
        let child = command
            .stdin(terminal.end())
            .stdout(terminal.end())
            .stderr(terminal.end())
            .spawn()
            .expect("setsid");
        drop(command);
        terminal.started();
        let _ = std::fs::remove_file(home.path().join("log"));
        let mut typist = Self {
            home,
            shell: child,
            terminal,
            calls: 0,
        };
        typist.terminal.keys(setup);
        assert_eq!(typist.run("smtp-certcheck ready"), "<ready>");
        typist
    }

    /// Types, presses Enter, and returns what the program was called with.
    #[track_caller]
    fn run(&mut self, keys: &str) -> String {
        self.terminal.keys(keys);
        self.terminal.keys("\r");
        let start = Instant::now();
        loop {
            let log = std::fs::read_to_string(self.home.path().join("log"));
            let log = log.unwrap_or_default();
            let screen = self.terminal.shown();
            // What was shown before is on the screen, too, then.
            if screen.matches("(called)").count() > self.calls
                && let Some(line) = log.lines().nth(self.calls)
            {
                self.calls += 1;
                return line.to_owned();
            }
            let screen = screen.get(screen.len().saturating_sub(1_000)..);
            assert!(
                start.elapsed() < PATIENCE,
                "{keys:?} ran nothing: {screen:?}"
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// The screen after these keys; the line is discarded.
    #[track_caller]
    fn look(&mut self, keys: &str) -> String {
        let before = self.terminal.shown().len();
        self.terminal.keys(keys);
        // Anything still to be shown appears before the next line is read. Not Ctrl-U: while the
        // shell is busy, the terminal itself would discard the line.
        self.terminal.keys("\x01\x0b");
        assert_eq!(self.run("smtp-certcheck looked"), "<looked>", "{keys:?}");
        self.terminal.shown()[before..].to_owned()
    }

    #[track_caller]
    fn all(&mut self, cases: &[(&str, &str)]) {
        for (keys, expected) in cases {
            let keys = format!("smtp-certcheck {keys}");
            assert_eq!(self.run(&keys), *expected, "{keys:?}");
        }
    }
}

impl Drop for Typist<'_> {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn script(name: &str) -> String {
    let path = root().join("completions").join(name);
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// What is typed the same way in each shell.
const CASES: &[(&str, &str)] = &[
    // Subcommands, and options.
    ("au\t", "<audit>"),
    ("compl\t ba\t", "<completions><bash>"),
    ("man compl\t", "<man><completions>"),
    ("--lin\t", "<--lint>"),
    ("audit --chang\t", "<audit><--changes-only>"),
    ("a.example --lin\t", "<a.example><--lint>"),
    ("pin a.example --dry\t", "<pin><a.example><--dry-run>"),
    // Values.
    ("--format n\t", "<--format><nagios>"),
    ("a.example --tls st\t", "<a.example><--tls><starttls>"),
    ("pin --for pos\t", "<pin><--for><postfix>"),
    ("pin --by ca\t", "<pin><--by><cacerts>"),
    ("audit --fail-on w\t", "<audit><--fail-on><warning>"),
    ("audit --only bad-ca\t", "<audit><--only><bad-ca-file>"),
    // Files, and folders where it must be one.
    ("--cacerts corp\t", "<--cacerts><corp ca.pem>"),
    ("--chain corp\t", "<--chain><corp ca.pem>"),
    ("pin --hgrc corp\t", "<pin><--hgrc><corp ca.pem>"),
    ("audit --input corp\t", "<audit><--input><corp ca.pem>"),
    // Hosts; a file is not a target.
    ("mai\t", "<mail.example.org:587>"),
    ("--tls auto mai\t", "<--tls><auto><mail.example.org:587>"),
    ("a.example mai\t", "<a.example><mail.example.org:587>"),
    ("pin mai\t", "<pin><mail.example.org:587>"),
    ("audit mai\t", "<audit><mail.example.org:587>"),
    ("pin --write mai\t", "<pin><--write><mail.example.org:587>"),
    ("mail.example.org:\t", "<mail.example.org:587>"),
    ("mail.example.org:5\t", "<mail.example.org:587>"),
    ("pin mail.example.org:58\t", "<pin><mail.example.org:587>"),
    ("2001\t", "<2001:db8::25>"),
    ("2001:db\t", "<2001:db8::25>"),
    ("2001:db8::\t", "<2001:db8::25>"),
    ("old_\t", "<old_host.example.org>"),
    ("fold\t", "<fold>"),
    ("config mai\t", "<config><mai>"),
    ("--ehlo mai\t", "<--ehlo><mai>"),
];

/// `smtp.host` in other forms than a plain one.
fn other_forms(home: &Home, typist: &mut Typist<'_>) {
    home.0
        .file(".hgrc", "[smtp]\nhost=2001:db8::25\nport=587\n");
    typist.all(&[
        ("\\[20\t", "<[2001:db8::25]:587>"),
        ("pin \\[2001:db\t", "<pin><[2001:db8::25]:587>"),
        ("'[20\t", "<[2001:db8::25]:587>"),
        ("'[2001:db8::25]:5\t", "<[2001:db8::25]:587>"),
    ]);
    let smtps = "[smtp]\nhost=mail.example.org\nport=587\ntls=smtps\n";
    home.0.file(".hgrc", smtps);
    typist.all(&[
        ("smtp\t", "<smtps://mail.example.org:587>"),
        ("smtps:\t", "<smtps://mail.example.org:587>"),
        ("pin smtps://m\t", "<pin><smtps://mail.example.org:587>"),
        (
            "smtps://mail.example.org:5\t",
            "<smtps://mail.example.org:587>",
        ),
    ]);
    // hg does not read it either.
    home.0
        .file(".hgrc", "[smtp]\nhost=mail.example.org\nno setting\n");
    typist.all(&[("mai\t", "<mai>")]);
    home.0.file(".hgrc", HGRC);
}

/// With a stranger's hgrc nothing is offered and nothing happens; with a program that lies, nothing
/// happens.
fn hostile(home: &Home, typist: &mut Typist<'_>) {
    let shown = typist.look("smtp-certcheck pin \t\t");
    assert!(shown.contains("mx1.example.org"), "{shown}");
    home.0.file("work/.hg/hgrc", HOSTILE);
    let lines = [
        "smtp-certcheck ",
        "smtp-certcheck pin ",
        "smtp-certcheck audit ",
    ];
    for line in lines {
        let shown = typist.look(&format!("{line}\t\t"));
        assert!(shown.contains("mx1.example.org"), "{line}: {shown}");
        assert!(!shown.contains("pwned"), "{line}: {shown}");
        for begun in ["$", "'$", "\\$", "`", "-", "--output=", "pw", ">", "a.ex"] {
            let shown = typist.look(&format!("{line}{begun}\t\t"));
            assert!(!shown.contains("pwned"), "{line}{begun}: {shown}");
            home.is_clean();
        }
    }
    std::fs::remove_file(home.path().join("work/.hg/hgrc")).expect("it is there");
    let false_hosts: String = HOSTILE
        .lines()
        .map(|line| line.replace(":fingerprints = x", "\n").replace(" = ", "\n"))
        .collect();
    home.0.file("lines", false_hosts);
    for line in lines {
        for begun in ["", "$", "'$", "\"$", "`", "a.ex", "'", "("] {
            typist.look(&format!("{line}{begun}\t\t"));
            home.is_clean();
        }
    }
    std::fs::remove_file(home.path().join("lines")).expect("it is there");
}

const BASH: &str = "bind 'set show-all-if-ambiguous on'; bind 'set completion-query-items 0'; \
                    bind 'set page-completions off'; bind 'set enable-bracketed-paste off'; PS1='$ '\r";

fn bash(test: &str, setup: &str) {
    if !has(test, "bash") {
        return;
    }
    let home = Home::new();
    let setup = format!(
        "{BASH}{setup}\rsource '{}'\r",
        script("smtp-certcheck.bash")
    );
    let mut typist = Typist::new(&home, &["bash", "--norc", "--noprofile"], &setup);
    typist.all(CASES);
    typist.all(&[
        ("--serv\tx", "<--servername><x>"),
        ("--format=n\t", "<--format=nagios>"),
        ("--format=\t\tn\t", "<--format=nagios>"),
        ("--cacerts=corp\t", "<--cacerts=corp ca.pem>"),
        ("-R fol\t", "<-R><folder/>"),
        ("--repository fol\t", "<--repository><folder/>"),
    ]);
    // The file of a redirection is not a target.
    let shown = typist.look("smtp-certcheck a.example >\t");
    assert!(shown.contains("mail.txt"), "{shown}");
    other_forms(&home, &mut typist);
    home.0
        .file(".hgrc", "[smtp]\nhost=2001:db8::25\nport=587\n");
    typist.all(&[("pin [2001:db\t", "<pin><[2001:db8::25]:587>")]);
    home.0.file(".hgrc", HGRC);
    hostile(&home, &mut typist);
}

#[test]
fn bash_completes() {
    bash("bash_completes", "");
}

/// Some take the colon out of what breaks words.
#[test]
fn bash_completes_where_no_colon_breaks_words() {
    let test = "bash_completes_where_no_colon_breaks_words";
    bash(test, "COMP_WORDBREAKS=${COMP_WORDBREAKS//[:=]}");
}

#[test]
fn bash_completes_beside_bash_completion() {
    let test = "bash_completes_beside_bash_completion";
    let file = "/usr/share/bash-completion/bash_completion";
    if !Path::new(file).exists() {
        return skip(test, "bash-completion is not installed");
    }
    bash(
        test,
        &format!("source {file}; declare -F __ltrim_colon_completions"),
    );
}

#[test]
fn zsh_completes() {
    if !has("zsh_completes", "zsh") {
        return;
    }
    let home = Home::new();
    // A user's usual setup: the folder in fpath, nothing sourced.
    let setup = format!(
        "fpath=('{}' $fpath); autoload -Uz compinit; compinit -D -u; LISTMAX=10000; PS1='%% '\r",
        root().join("completions").display()
    );
    let mut typist = Typist::new(&home, &["zsh", "-f", "-i"], &setup);
    typist.all(CASES);
    typist.all(&[
        ("--serv\tx", "<--servername=x>"),
        ("--format=n\t", "<--format=nagios>"),
        ("--cacerts=corp\t", "<--cacerts=corp ca.pem>"),
        ("-R fol\t", "<-R><folder>"),
        ("--repository fol\t", "<--repository><folder>"),
    ]);
    other_forms(&home, &mut typist);
    hostile(&home, &mut typist);
}

/// What fish offers for a line, without the descriptions.
fn fish(home: &Home, line: &str) -> Vec<String> {
    let code = format!(
        "source '{}'; complete -C $argv[1]",
        script("smtp-certcheck.fish")
    );
    let output = home
        .command("fish")
        .args(["--no-config", "-c", &code, line])
        .stdin(Stdio::null())
        .output()
        .expect("fish");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = text.lines().map(|line| line.split('\t').next());
    words.flatten().map(ToOwned::to_owned).collect()
}

#[test]
fn fish_completes() {
    if !has("fish_completes", "fish") {
        return;
    }
    let home = Home::new();
    for (line, expected) in CASES.iter().chain(&[
        ("--serv\t", "<--servername>"),
        ("--format=n\t", "<--format=nagios>"),
        ("--cacerts=corp\t", "<--cacerts=corp ca.pem>"),
        ("-R fol\t", "<-R><folder/>"),
        ("--repository fol\t", "<--repository><folder/>"),
    ]) {
        // One TAB, at the end.
        let Some(line) = line.strip_suffix('\t').filter(|line| !line.contains('\t')) else {
            continue;
        };
        let offered = fish(&home, &format!("smtp-certcheck {line}"));
        let typed = line.rsplit(' ').next().unwrap_or_default();
        let last = expected.rsplit(['<', '>']).nth(1).unwrap_or_default();
        if last == typed {
            assert!(offered.is_empty(), "{line}: {offered:?}");
        } else {
            assert_eq!(offered, [last], "{line}");
        }
    }
    let all = fish(&home, "smtp-certcheck pin ");
    assert!(all.contains(&"mx1.example.org".to_owned()), "{all:?}");
    home.0.file("work/.hg/hgrc", HOSTILE);
    for line in [
        "",
        "pin ",
        "audit ",
        "$",
        "`",
        "--output=",
        "pw",
        "pin --output=",
    ] {
        let all = fish(&home, &format!("smtp-certcheck {line}"));
        let bad = all.iter().find(|word| word.contains("pwned"));
        assert!(bad.is_none(), "{line}: {bad:?}");
    }
    home.0
        .file("lines", HOSTILE.replace(":fingerprints = x", ""));
    fish(&home, "smtp-certcheck ");
    fish(&home, "smtp-certcheck pin ");
    home.is_clean();
}

#[test]
fn elvish_completes() {
    if !has("elvish_completes", "elvish") {
        return;
    }
    let home = Home::new();
    let rc = home.0.file(
        "rc.elv",
        format!("eval (slurp < '{}')\n", script("smtp-certcheck.elv")),
    );
    let rc = rc.to_str().expect("a path in UTF-8");
    let mut typist = Typist::new(&home, &["elvish", "-rc", rc], "");
    // A file is chosen by another Enter.
    let cases = CASES.iter();
    let cases: Vec<(String, &str)> = cases
        .map(|(keys, expected)| (keys.replace("corp\t", "corp\t\r"), *expected))
        .collect();
    let cases: Vec<(&str, &str)> = cases.iter().map(|(k, e)| (k.as_str(), *e)).collect();
    typist.all(&cases);
    // The list of all that it would offer, as arguments.
    let all = |command: &str| {
        let of = "$edit:completion:arg-completer[smtp-certcheck]";
        format!("smtp-certcheck ({of} smtp-certcheck {command} '' | each {{|c| to-string $c}})")
    };
    home.0.file("work/.hg/hgrc", HOSTILE);
    for command in ["", "pin", "audit"] {
        let offered = typist.run(&all(command));
        assert!(offered.contains("<mx1.example.org>"), "{offered}");
        assert!(!offered.contains("pwned"), "{offered}");
    }
    home.0.file(
        "lines",
        "$(touch pwned)\n(touch pwned)\n`touch pwned`\n;touch pwned\n",
    );
    let offered = typist.run(&all("pin"));
    assert!(offered.contains("<(touch pwned)>"), "{offered}");
    home.is_clean();
}

/// What the program itself says to the shells.
#[test]
fn whatever_is_in_the_hgrc_the_program_is_silent_and_quick() {
    let home = Home::new();
    let hosts = || {
        let mut command = home.command(
            testkit::program::program()
                .get_program()
                .to_str()
                .expect("UTF-8"),
        );
        let start = Instant::now();
        let run =
            testkit::program::finish(command.args(["completions", "hosts"]).stdin(Stdio::piped()));
        assert!(start.elapsed() < PATIENCE / 6, "{:?}", start.elapsed());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        run.stdout
    };
    let all = "2001:db8::25\nmail.example.org:587\nmx1.example.org\nmx2.example.org\n\
               old_host.example.org\n";
    assert_eq!(hosts(), all);
    let hgrc = home.path().join("work/.hg/hgrc");
    // A billion files to read.
    for n in 0..40 {
        let next = format!("%include include{}\n", n + 1);
        home.0.file(&format!("work/.hg/include{n}"), next.repeat(2));
    }
    home.0.file("work/.hg/include40", "");
    let pipe = |path: &Path| {
        nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    };
    pipe(&home.path().join("work/.hg/pipe"));
    home.0
        .file("work/.hg/file", "[hostfingerprints]\nx.example.org = 00\n");
    for (broken, text) in [
        ("no setting\n", ""),
        ("%include /dev/zero\n", ""),
        ("%include /dev/stdin\n", ""),
        ("%include pipe\n", ""),
        ("%include hgrc\n", ""),
        ("%include include0\n", ""),
        ("%include file\n", "x.example.org"),
    ] {
        home.0.file("work/.hg/hgrc", broken);
        let said = hosts();
        assert_eq!(
            said.contains("example.org"),
            !text.is_empty(),
            "{broken}: {said}"
        );
        assert!(said.contains(text), "{broken}: {said}");
    }
    // Left out: anything but a file, a file that is too big, and one that hg does not trust.
    std::fs::remove_file(&hgrc).expect("it is there");
    pipe(&hgrc);
    assert_eq!(hosts(), all);
    std::fs::remove_file(&hgrc).expect("it is there");
    let big = format!(
        "[hostfingerprints]\nx.example.org=00\n{}",
        "#\n".repeat(1 << 20)
    );
    home.0.file("work/.hg/hgrc", big);
    assert_eq!(hosts(), all);
    home.0
        .file("work/.hg/hgrc", "[hostfingerprints]\nx.example.org=00\n");
    assert!(hosts().contains("x.example.org"));
    if nix::unistd::Uid::effective().is_root() {
        std::os::unix::fs::chown(&hgrc, Some(65_534), Some(65_534)).expect("root may");
        assert_eq!(hosts(), all);
    }
}
