    if (( CURRENT > 2 )) && [[ $words[2] == (COMMANDS) ]]; then
        state=smtp-certcheck
        line=($words[2])
        shift words
        (( CURRENT -= 1 ))
    else
