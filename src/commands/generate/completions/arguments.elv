    # Arguments are no commands.
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
