(( $+functions[_smtp-certcheck_targets] )) ||
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
