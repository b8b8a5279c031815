
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'smtp-certcheck' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'smtp-certcheck'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'smtp-certcheck' {
            [CompletionResult]::new('-H', '-H ', [CompletionResultType]::ParameterName, 'The server, as TARGET')
            [CompletionResult]::new('--hostname', '--hostname', [CompletionResultType]::ParameterName, 'The server, as TARGET')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The port of targets without one')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port of targets without one')
            [CompletionResult]::new('--ports', '--ports', [CompletionResultType]::ParameterName, 'Look at these ports of the host, all of which must be open: 25,587,imaps, or imap:1143')
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'How TLS starts, for targets without a scheme')
            [CompletionResult]::new('--connect', '--connect', [CompletionResultType]::ParameterName, 'Connect there, under the target''s name')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'Go through a proxy, which looks the name up: socks5://HOST:PORT or http://HOST:PORT')
            [CompletionResult]::new('--via-command', '--via-command', [CompletionResultType]::ParameterName, 'Go through a command: its standard input and output lead to the server')
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Connect from this address of this machine; once for each family')
            [CompletionResult]::new('--ehlo', '--ehlo', [CompletionResultType]::ParameterName, 'The name to give in EHLO')
            [CompletionResult]::new('--key-type', '--key-type', [CompletionResultType]::ParameterName, 'Ask for a certificate with this type of key [default: the one that the server prefers]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Time limit for each target')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Time limit for each connection attempt')
            [CompletionResult]::new('--cert', '--cert', [CompletionResultType]::ParameterName, 'Present the client certificate in FILE (PEM) to a server that asks for one')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The key of --cert (PEM), which may be the same FILE')
            [CompletionResult]::new('--resolver', '--resolver', [CompletionResultType]::ParameterName, 'Ask this resolver, not those of /etc/resolv.conf; may be repeated')
            [CompletionResult]::new('--trust-anchor', '--trust-anchor', [CompletionResultType]::ParameterName, 'Trust the DS or DNSKEY records in FILE, not the built-in keys of the root')
            [CompletionResult]::new('--require', '--require', [CompletionResultType]::ParameterName, 'Fail unless a domain has DANE, MTA-STS, or either: exit code 1')
            [CompletionResult]::new('--cacerts', '--cacerts', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE (PEM or DER) or DIR instead of the system''s; may be repeated')
            [CompletionResult]::new('--crl', '--crl', [CompletionResultType]::ParameterName, 'Look certificates up in the revocation lists (CRLs) in FILE (PEM or DER) or DIR; may be repeated')
            [CompletionResult]::new('--servername', '--servername', [CompletionResultType]::ParameterName, 'The name that the certificate must be for, also sent as SNI [default: the target''s host]')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Validate as of TIME, not now: 2027-01-01T00:00:00Z, 2027-01-01, or +30d')
            [CompletionResult]::new('--chain', '--chain', [CompletionResultType]::ParameterName, 'Validate the chain in FILE; no network')
            [CompletionResult]::new('--warning', '--warning', [CompletionResultType]::ParameterName, 'Warn, with exit code 1, if a certificate expires within LEFT: 21 (days), 72h or 30%')
            [CompletionResult]::new('--critical', '--critical', [CompletionResultType]::ParameterName, 'The same, but critical instead of a warning')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'The repository whose Mercurial settings apply [default: the one around the current directory]')
            [CompletionResult]::new('--repository', '--repository', [CompletionResultType]::ParameterName, 'The repository whose Mercurial settings apply [default: the one around the current directory]')
            [CompletionResult]::new('--hgrc', '--hgrc', [CompletionResultType]::ParameterName, 'Of Mercurial''s configuration read only this file, and what it includes')
            [CompletionResult]::new('--hg-store', '--hg-store', [CompletionResultType]::ParameterName, 'The trust store of hg''s Python: openssl, certifi or a FILE [default: what can be seen of the hg in PATH]')
            [CompletionResult]::new('--hg-version', '--hg-version', [CompletionResultType]::ParameterName, 'The release of Mercurial that is asked about, as 6.3.2 [default: that of the hg in PATH]')
            [CompletionResult]::new('--pin-expires', '--pin-expires', [CompletionResultType]::ParameterName, 'Warn if the pinned certificate expires within LEFT, or if nothing is pinned')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the report')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--mail', '--mail', [CompletionResultType]::ParameterName, 'Look at all mail ports of the host, in one report')
            [CompletionResult]::new('--proxy-protocol', '--proxy-protocol', [CompletionResultType]::ParameterName, 'Send the header of the PROXY protocol first, for a server that waits for a load balancer''s')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--one-address', '--one-address', [CompletionResultType]::ParameterName, 'Check only the first address of a name that answers, not all of them (up to 16)')
            [CompletionResult]::new('--no-sni', '--no-sni', [CompletionResultType]::ParameterName, 'Do not send the server''s name in the TLS handshake (SNI)')
            [CompletionResult]::new('--dane', '--dane', [CompletionResultType]::ParameterName, 'Look up the TLSA records of a server on its port, proven by DNSSEC, and compare (DANE)')
            [CompletionResult]::new('--trust-ad', '--trust-ad', [CompletionResultType]::ParameterName, 'Believe the resolver that validates, by its AD bit, in place of checking signatures here')
            [CompletionResult]::new('--no-mta-sts', '--no-mta-sts', [CompletionResultType]::ParameterName, 'Do not ask for the MTA-STS policy of a domain, nor judge by it')
            [CompletionResult]::new('--fetch-crl', '--fetch-crl', [CompletionResultType]::ParameterName, 'Fetch the revocation lists (CRLs) that the certificates name, and look them up there')
            [CompletionResult]::new('--no-hgrc', '--no-hgrc', [CompletionResultType]::ParameterName, 'Do not read Mercurial''s configuration')
            [CompletionResult]::new('--lint', '--lint', [CompletionResultType]::ParameterName, 'Only check Mercurial''s configuration for lines that have no effect or mislead; no network')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'As --format json')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'As --format json')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict line alone, and only if something is to be done')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict line alone, and only if something is to be done')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show the dialogue, every name and digest, and what each family of clients would say')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show the dialogue, every name and digest, and what each family of clients would say')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show the Mercurial settings that decide which server `hg email` trusts, with file and line')
            [CompletionResult]::new('pin', 'pin', [CompletionResultType]::ParameterValue, 'Pin a server''s certificate in Mercurial''s configuration, or for another program')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Check many servers: what is broken, what expires soon, what has changed')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print shell completions')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print a man page')
            break
        }
        'smtp-certcheck;config' {
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'The repository whose settings apply [default: the one around the current directory]')
            [CompletionResult]::new('--repository', '--repository', [CompletionResultType]::ParameterName, 'The repository whose settings apply [default: the one around the current directory]')
            [CompletionResult]::new('--hgrc', '--hgrc', [CompletionResultType]::ParameterName, 'Read only this file, and what it includes')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format; json has the fields of `hg config -Tjson --source`')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Show every section, not only those that matter for mail')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'smtp-certcheck;pin' {
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'Print what another program reads instead of Mercurial; without TOOL: list the supported programs')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'What to pin [default: fingerprint; of --for TOOL what the list has first]')
            [CompletionResult]::new('--ca-out', '--ca-out', [CompletionResultType]::ParameterName, 'Save the certificate there that the lines name: the CA''s for --by cacerts')
            [CompletionResult]::new('--digest', '--digest', [CompletionResultType]::ParameterName, 'The digest of the fingerprint [default: sha256]')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'Pin only a certificate with this fingerprint, which you have from elsewhere; may be repeated')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'With --check: compare with this set, which --all --for json has saved, not with Mercurial''s pins')
            [CompletionResult]::new('--also', '--also', [CompletionResultType]::ParameterName, 'Pin the certificate in FILE (PEM or DER), too: it is to come, and is not seen yet; may be repeated')
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'How TLS starts, for targets without a scheme')
            [CompletionResult]::new('--connect', '--connect', [CompletionResultType]::ParameterName, 'Connect there, under the target''s name')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'Go through a proxy, which looks the name up: socks5://HOST:PORT or http://HOST:PORT')
            [CompletionResult]::new('--via-command', '--via-command', [CompletionResultType]::ParameterName, 'Go through a command: its standard input and output lead to the server')
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Connect from this address of this machine; once for each family')
            [CompletionResult]::new('--ehlo', '--ehlo', [CompletionResultType]::ParameterName, 'The name to give in EHLO')
            [CompletionResult]::new('--key-type', '--key-type', [CompletionResultType]::ParameterName, 'Ask for a certificate with this type of key [default: the one that the server prefers]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Time limit for each target')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Time limit for each connection attempt')
            [CompletionResult]::new('--ports', '--ports', [CompletionResultType]::ParameterName, 'With --all: look at these ports, and not at 25, 465 and 587: 587,smtps:4650')
            [CompletionResult]::new('--cacerts', '--cacerts', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE (PEM or DER) or DIR instead of the system''s; may be repeated')
            [CompletionResult]::new('--crl', '--crl', [CompletionResultType]::ParameterName, 'Look certificates up in the revocation lists (CRLs) in FILE (PEM or DER) or DIR; may be repeated')
            [CompletionResult]::new('--servername', '--servername', [CompletionResultType]::ParameterName, 'The name that the certificate must be for, also sent as SNI [default: the target''s host]')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Pin in the repository''s .hg/hgrc')
            [CompletionResult]::new('--repository', '--repository', [CompletionResultType]::ParameterName, 'Pin in the repository''s .hg/hgrc')
            [CompletionResult]::new('--hgrc', '--hgrc', [CompletionResultType]::ParameterName, 'Pin in this file; FILE is created if it does not exist')
            [CompletionResult]::new('--hg-version', '--hg-version', [CompletionResultType]::ParameterName, 'The release of Mercurial that is asked about, as 6.3.2 [default: that of the hg in PATH]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of what --check says')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--legacy', '--legacy', [CompletionResultType]::ParameterName, 'Also write [hostfingerprints], for Mercurial before 3.9')
            [CompletionResult]::new('--accept-untrusted', '--accept-untrusted', [CompletionResultType]::ParameterName, 'Pin a certificate that is not trusted without asking')
            [CompletionResult]::new('--accept-unproven', '--accept-unproven', [CompletionResultType]::ParameterName, 'Pin a certificate whose key the server has not proven to hold')
            [CompletionResult]::new('--accept-short-lived', '--accept-short-lived', [CompletionResultType]::ParameterName, 'Pin a certificate that has expired, or will within days, without asking')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Pin what the host presents at every address on every SMTP port, or nothing')
            [CompletionResult]::new('--sni-only', '--sni-only', [CompletionResultType]::ParameterName, 'With --all: do not ask without SNI')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Compare what is presented with what is pinned, and change nothing; silent if it is the same')
            [CompletionResult]::new('--replace', '--replace', [CompletionResultType]::ParameterName, 'Existing pins that do not match: replace them')
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'Existing pins that do not match: keep them beside the new one, while certificates rotate')
            [CompletionResult]::new('--prune', '--prune', [CompletionResultType]::ParameterName, 'Drop existing pins that do not match, if one does')
            [CompletionResult]::new('--write', '--write', [CompletionResultType]::ParameterName, 'Write it into the hgrc: your own, or that of --hgrc or --repository')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what --write would change, and change nothing')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Write without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Write without asking')
            [CompletionResult]::new('--proxy-protocol', '--proxy-protocol', [CompletionResultType]::ParameterName, 'Send the header of the PROXY protocol first, for a server that waits for a load balancer''s')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--one-address', '--one-address', [CompletionResultType]::ParameterName, 'Check only the first address of a name that answers, not all of them (up to 16)')
            [CompletionResult]::new('--no-sni', '--no-sni', [CompletionResultType]::ParameterName, 'Do not send the server''s name in the TLS handshake (SNI)')
            [CompletionResult]::new('--mail', '--mail', [CompletionResultType]::ParameterName, 'With --all: also the ports of IMAP, POP3 and ManageSieve')
            [CompletionResult]::new('--fetch-crl', '--fetch-crl', [CompletionResultType]::ParameterName, 'Fetch the revocation lists (CRLs) that the certificates name, and look them up there')
            [CompletionResult]::new('--no-hgrc', '--no-hgrc', [CompletionResultType]::ParameterName, 'Do not read Mercurial''s configuration: print the lines for a configuration without any')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'With --check: print one line alone, and only if something is to be done')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'With --check: print one line alone, and only if something is to be done')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'smtp-certcheck;audit' {
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'The list of targets; - reads standard input')
            [CompletionResult]::new('--input', '--input', [CompletionResultType]::ParameterName, 'The list of targets; - reads standard input')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Check only the Kth of N parts of the list, for one of N machines; 0/N is N/N')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on where an earlier run stopped: skip the targets of this jsonl file, and append to it')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Targets at once')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Targets at once')
            [CompletionResult]::new('--per-address', '--per-address', [CompletionResultType]::ParameterName, 'Connections to one address at a time')
            [CompletionResult]::new('--pause', '--pause', [CompletionResultType]::ParameterName, 'Time between two connections to one address')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'New connections per second, in total [default: no limit]')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'Further tries where a server is busy, within its --timeout')
            [CompletionResult]::new('--warning', '--warning', [CompletionResultType]::ParameterName, 'A certificate with less left is a warning: 21 (days), 72h, or 30%')
            [CompletionResult]::new('--critical', '--critical', [CompletionResultType]::ParameterName, 'A certificate with less left is critical')
            [CompletionResult]::new('--ignore', '--ignore', [CompletionResultType]::ParameterName, 'Leave out findings with this code; may be repeated')
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Report only findings with this code; may be repeated')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Findings that make the exit code 1')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Report what has changed since the audit that saved FILE')
            [CompletionResult]::new('--ports', '--ports', [CompletionResultType]::ParameterName, 'Look at these ports of the host, all of which must be open: 25,587,imaps, or imap:1143')
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'How TLS starts, for targets without a scheme')
            [CompletionResult]::new('--connect', '--connect', [CompletionResultType]::ParameterName, 'Connect there, under the target''s name')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'Go through a proxy, which looks the name up: socks5://HOST:PORT or http://HOST:PORT')
            [CompletionResult]::new('--via-command', '--via-command', [CompletionResultType]::ParameterName, 'Go through a command: its standard input and output lead to the server')
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Connect from this address of this machine; once for each family')
            [CompletionResult]::new('--ehlo', '--ehlo', [CompletionResultType]::ParameterName, 'The name to give in EHLO')
            [CompletionResult]::new('--key-type', '--key-type', [CompletionResultType]::ParameterName, 'Ask for a certificate with this type of key [default: the one that the server prefers]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Time limit for each target')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Time limit for each connection attempt')
            [CompletionResult]::new('--cacerts', '--cacerts', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE (PEM or DER) or DIR instead of the system''s; may be repeated')
            [CompletionResult]::new('--crl', '--crl', [CompletionResultType]::ParameterName, 'Look certificates up in the revocation lists (CRLs) in FILE (PEM or DER) or DIR; may be repeated')
            [CompletionResult]::new('--servername', '--servername', [CompletionResultType]::ParameterName, 'The name that the certificate must be for, also sent as SNI [default: the target''s host]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The format of the results')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order of the results: by severity unless they take long; any other once all are there')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Write the results to FILE, replacing it atomically at the end')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the results to FILE, replacing it atomically at the end')
            [CompletionResult]::new('--save', '--save', [CompletionResultType]::ParameterName, 'Also save all results to FILE as JSON Lines once the audit is complete, for the next --baseline')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Read the whole list first, and stop at a bad line before connecting anywhere')
            [CompletionResult]::new('--changes-only', '--changes-only', [CompletionResultType]::ParameterName, 'Show only targets that have changed, or are gone from the list, and the sums')
            [CompletionResult]::new('--mail', '--mail', [CompletionResultType]::ParameterName, 'Look at all mail ports of the host, in one report')
            [CompletionResult]::new('--proxy-protocol', '--proxy-protocol', [CompletionResultType]::ParameterName, 'Send the header of the PROXY protocol first, for a server that waits for a load balancer''s')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Use IPv4 only')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Use IPv6 only')
            [CompletionResult]::new('--one-address', '--one-address', [CompletionResultType]::ParameterName, 'Check only the first address of a name that answers, not all of them (up to 16)')
            [CompletionResult]::new('--no-sni', '--no-sni', [CompletionResultType]::ParameterName, 'Do not send the server''s name in the TLS handshake (SNI)')
            [CompletionResult]::new('--fetch-crl', '--fetch-crl', [CompletionResultType]::ParameterName, 'Fetch the revocation lists (CRLs) that the certificates name, and look them up there')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Show only targets that changed or that make the exit code 1; print nothing if there are none')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Show only targets that changed or that make the exit code 1; print nothing if there are none')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every finding in full, with advice, and report progress every 30 s')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every finding in full, with advice, and report progress every 30 s')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'smtp-certcheck;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'smtp-certcheck;man' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
