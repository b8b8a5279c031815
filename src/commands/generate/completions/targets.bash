_smtp__certcheck() {
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
