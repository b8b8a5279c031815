
function __fish_smtp_certcheck_targets
    command smtp-certcheck completions hosts 2>/dev/null </dev/null
end

