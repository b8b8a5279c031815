//! The scripts of the completions: `clap_complete`'s, which know the definitions, with what it leaves
//! out. Where a TARGET is due, they ask this program for the hosts of Mercurial's configuration;
//! the one in `PATH`, never another that somebody is about to type. What it prints is only ever
//! compared and inserted, never evaluated.

use crate::cli::{Cli, NAME};
use clap::{Arg, Command, CommandFactory as _, ValueHint};
use clap_complete::Shell;
use std::fmt::Write as _;

/// The script of a shell.
pub(super) fn script(shell: Shell) -> String {
    let mut command = command();
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut out);
    let script = String::from_utf8_lossy(&out).into_owned();
    match shell {
        Shell::Bash => bash(&script, &command),
        Shell::Zsh => zsh(&script, &command),
        Shell::Fish => fish(&script, &command),
        Shell::Elvish => elvish(&script, &command),
        _ => script,
    }
}

/// The definitions, and what their values are: the names of the values say it.
fn command() -> Command {
    fn hinted(command: Command) -> Command {
        let command = command.mut_args(|arg| {
            let names = arg.get_value_names().unwrap_or_default();
            let hint = match names.first().map(AsRef::as_ref) {
                _ if !arg.get_action().takes_values() => return arg,
                Some("FILE" | "FILE|DIR") => ValueHint::FilePath,
                Some("DIR") => ValueHint::DirPath,
                Some("TARGET") => ValueHint::Hostname,
                _ => ValueHint::Other,
            };
            arg.value_hint(hint)
        });
        command.mut_subcommands(hinted)
    }
    hinted(Cli::command())
}

fn takes_targets(command: &Command) -> bool {
    let mut positionals = command.get_positionals();
    positionals.any(|arg| arg.get_value_hint() == ValueHint::Hostname)
}

fn names(command: &Command) -> Vec<&str> {
    command.get_subcommands().map(Command::get_name).collect()
}

/// The options that take a value, as they are typed.
fn with_value(command: &Command) -> Vec<String> {
    let of_all = std::iter::once(command).chain(command.get_subcommands());
    let mut words: Vec<String> = of_all.flat_map(Command::get_opts).flat_map(typed).collect();
    words.sort();
    words.dedup();
    words
}

fn typed(arg: &Arg) -> Vec<String> {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    short.into_iter().chain(long).collect()
}

fn values(arg: &Arg) -> Vec<String> {
    let values = arg.get_possible_values();
    values.iter().map(|v| v.get_name().to_owned()).collect()
}

/// Replaces what `clap_complete` writes; its version is pinned by `Cargo.lock`, and the tests look
/// at the result in each shell.
fn replaced(script: &str, from: &str, to: &str) -> String {
    debug_assert!(script.contains(from), "clap_complete writes no {from:?}");
    script.replace(from, to)
}

fn bash(script: &str, command: &Command) -> String {
    // clap_complete 4.6.11 takes a hyphen in the name for the border of a subcommand in one place
    // and not in the other, so that no subcommand would be completed.
    let script = replaced(script, "smtp__subcmd__certcheck", "smtp__certcheck");
    let head = "_smtp__certcheck() {\n";
    let script = replaced(&script, head, "_smtp__certcheck_static() {\n");
    let tail = "if [[ \"${BASH_VERSINFO[0]}\" -eq 4 &&";
    let without_targets = command.get_subcommands().filter(|sub| !takes_targets(sub));
    let without_targets: Vec<&str> = without_targets.map(Command::get_name).collect();
    let function = BASH
        .replace("WITH_VALUE", &with_value(command).join("|"))
        .replace("WITHOUT_TARGETS", &without_targets.join("|"))
        .replace("COMMANDS", &names(command).join(" "));
    replaced(&script, tail, &format!("{function}\n{tail}"))
}

const BASH: &str = r#"_smtp__certcheck() {
    # bash breaks words at colons and equals signs (COMP_WORDBREAKS), and replaces the piece before
    # the cursor alone: $2, which is empty behind a break. Here they are whole again.
    local raw=${COMP_WORDS[COMP_CWORD]} last=$2 word i glue=
    if [[ ${COMP_WORDS[COMP_CWORD - 1]}$raw == *[\<\>]* ]]; then
        COMPREPLY=() # the file of a redirection
        return 0
    fi
    local -a words=()
    [[ $raw == [:=]* ]] && last=$raw
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && word=$last
        if ((${#words[@]} > 1)) && [[ $word == [:=]* || ( -n $glue && -n $word ) ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        glue=
        [[ $word == *[:=] ]] && glue=yes
    done
    local whole=${words[${#words[@]} - 1]}
    local kept=${whole%"$last"} option=
    [[ $raw == [:=]* ]] && kept=$whole
    if [[ $whole == --*=* ]]; then
        option=${whole%%=*}=
        words[${#words[@]} - 1]=${whole%%=*}
        words+=("${whole#*=}")
    fi

    local at=$((${#words[@]} - 1)) target=yes
    local cur=${words[at]}
    [[ $cur == -* ]] && target=
    case ${words[at - 1]} in
        WITH_VALUE) target= ;;
        # Only the value of an option is a file.
        *) compopt +o default +o bashdefault 2>/dev/null ;;
    esac
    if ((at > 1)); then
        case ${words[1]} in
            WITHOUT_TARGETS) target= ;;
        esac
    fi

    local -a found=()
    if [[ -n $target ]]; then
        if ((at == 1)); then
            for word in COMMANDS; do
                [[ $word == "$cur"* ]] && found+=("$word")
            done
        fi
        while IFS= read -r word; do
            if [[ -n $word && $word == "${cur//\\/}"* ]]; then
                word=${word#"${kept//\\/}"}
                if [[ $raw != [\'\"]* ]]; then
                    # Outside of quotes brackets are a pattern.
                    word=${word//\[/\\[}
                    word=${word//\]/\\]}
                fi
                found+=("$word")
            fi
        done <<<"$(command smtp-certcheck completions hosts 2>/dev/null </dev/null)"
    else
        local -a COMP_WORDS=("${words[@]}")
        local COMP_CWORD=$at
        _smtp__certcheck_static "$1" "$cur" "${words[at - 1]}"
        for word in "${COMPREPLY[@]}"; do
            word=$option$word
            found+=("${word#"$kept"}")
        done
    fi
    COMPREPLY=("${found[@]}")
}
"#;

fn zsh(script: &str, command: &Command) -> String {
    // It would look for a command behind the first TARGET. A command is the first word, or there
    // is none.
    let begin = script.find("'::targets").unwrap_or_default();
    let end = "\"*::: :->smtp-certcheck\" \\\n&& ret=0\n";
    let after = script[begin..].find(end).unwrap_or_default();
    debug_assert!(begin > 0 && after > 0, "clap_complete has changed");
    let script = [
        &script[..begin],
        "'*: :_smtp-certcheck_first' \\\n&& ret=0\n    fi\n",
        &script[begin + after + end.len()..],
    ]
    .concat();
    let head = "    _arguments \"${_arguments_options[@]}\" : \\\n";
    let first = ZSH_FIRST.replace("COMMANDS", &names(command).join("|"));
    let script = replaced(&script, head, &format!("{first}{head}"));
    let words = "        words=($line[2] \"${words[@]}\")\n        (( CURRENT += 1 ))\n";
    let script = replaced(&script, words, "");
    let script = replaced(&script, "$line[2]", "$line[1]");
    let script = replaced(&script, ":_hosts' \\\n", ":_smtp-certcheck_targets' \\\n");
    let tail = "if [ \"$funcstack[1]\"";
    replaced(&script, tail, &format!("{ZSH}\n{tail}"))
}

const ZSH_FIRST: &str = "    if (( CURRENT > 2 )) && [[ $words[2] == (COMMANDS) ]]; then
        state=smtp-certcheck
        line=($words[2])
        shift words
        (( CURRENT -= 1 ))
    else
";

const ZSH: &str = r#"(( $+functions[_smtp-certcheck_targets] )) ||
_smtp-certcheck_targets() {
    local expl
    local -a targets
    targets=(${(f)"$(command smtp-certcheck completions hosts 2>/dev/null </dev/null)"})
    _wanted targets expl 'server of hgrc' compadd -a targets
}
(( $+functions[_smtp-certcheck_first] )) ||
_smtp-certcheck_first() {
    if (( CURRENT == 2 )); then
        _alternative 'commands: :_smtp-certcheck_commands' 'targets: :_smtp-certcheck_targets'
    else
        _smtp-certcheck_targets
    fi
}
"#;

fn fish(script: &str, command: &Command) -> String {
    // It would forget the options behind the first TARGET, and behind an option without its value.
    let mut script = script.to_owned();
    let main = format!(
        "not __fish_smtp_certcheck_using_subcommand {}",
        names(command).join(" ")
    );
    for kind in ["-l", "-s"] {
        let from = format!("-n \"__fish_smtp_certcheck_needs_command\" {kind} ");
        script = replaced(&script, &from, &format!("-n \"{main}\" {kind} "));
    }
    script.push_str(FISH);
    let mut complete = |condition: &str, what: &str| {
        let _ = writeln!(script, "complete -c {NAME} -n \"{condition}\" -f{what}");
    };
    let targets = " -a \"(__fish_smtp_certcheck_targets)\" -d 'server of hgrc'";
    complete(&main, targets);
    for sub in command.get_subcommands() {
        let values: Vec<String> = sub.get_positionals().flat_map(values).collect();
        let what = match values.as_slice() {
            _ if takes_targets(sub) => targets.to_owned(),
            [] => String::new(),
            values => format!(" -a \"{}\"", values.join(" ")),
        };
        complete(
            &format!("__fish_smtp_certcheck_using_subcommand {}", sub.get_name()),
            &what,
        );
    }
    script
}

const FISH: &str = "
function __fish_smtp_certcheck_targets
    command smtp-certcheck completions hosts 2>/dev/null </dev/null
end

";

fn elvish(script: &str, command: &Command) -> String {
    // clap_complete knows neither values nor arguments there. Keys are "command;option".
    let (mut values_of, mut arguments) = (Vec::new(), Vec::new());
    let (mut files, mut others, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    let pair = |key: &str, values: &[String]| format!("&'{key}'=[{}]", values.join(" "));
    for of in std::iter::once(command).chain(command.get_subcommands()) {
        let path = match of.get_name() {
            NAME => NAME.to_owned(),
            name => format!("{NAME};{name}"),
        };
        for option in of.get_opts() {
            let values = values(option);
            let hint = option.get_value_hint();
            for word in typed(option) {
                let key = format!("{path};{word}");
                match hint {
                    _ if !values.is_empty() => values_of.push(pair(&key, &values)),
                    ValueHint::FilePath | ValueHint::DirPath => files.push(format!("'{key}'")),
                    _ => others.push(format!("'{key}'")),
                }
            }
        }
        let values: Vec<String> = of.get_positionals().flat_map(values).collect();
        if !values.is_empty() {
            arguments.push(pair(&path, &values));
        }
        if takes_targets(of) {
            targets.push(format!("'{path}'"));
        }
    }
    let mut more = String::new();
    for (name, items) in [
        ("values", values_of),
        ("arguments", arguments),
        ("files", files),
        ("others", others),
        ("targets", targets),
    ] {
        let _ = writeln!(more, "    var {name} = [");
        for item in items {
            let _ = writeln!(more, "        {item}");
        }
        more.push_str("    ]\n");
    }
    more.push_str(ELVISH);
    replaced(script, "    $completions[$command]\n", &more)
}

const ELVISH: &str = r"    # Arguments are no commands.
    if (not (has-key $completions $command)) {
        set command = 'smtp-certcheck'
        if (has-key $completions 'smtp-certcheck;'$words[1]) {
            set command = 'smtp-certcheck;'$words[1]
        }
    }
    var option = $command';'$words[-2]
    if (has-key $values $option) {
        all $values[$option]
    } elif (has-value $files $option) {
        edit:complete-filename $@words
    } elif (not (has-value $others $option)) {
        $completions[$command]
        if (has-key $arguments $command) {
            all $arguments[$command]
        }
        if (has-value $targets $command) {
            try {
                e:smtp-certcheck completions hosts </dev/null 2>/dev/null | from-lines
            } catch e {
                nop
            }
        }
    }
";
