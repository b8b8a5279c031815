
use builtin;
use str;

set edit:completion:arg-completer[smtp-certcheck] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'smtp-certcheck'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'smtp-certcheck'= {
            cand -H 'The server, as TARGET'
            cand --hostname 'The server, as TARGET'
            cand -p 'The port of targets without one'
            cand --port 'The port of targets without one'
            cand --ports 'Look at these ports of the host, all of which must be open: 25,587,imaps, or imap:1143'
            cand --tls 'How TLS starts, for targets without a scheme'
            cand --connect 'Connect there, under the target''s name'
            cand --via 'Go through a proxy, which looks the name up: socks5://HOST:PORT or http://HOST:PORT'
            cand --via-command 'Go through a command: its standard input and output lead to the server'
            cand --source 'Connect from this address of this machine; once for each family'
            cand --ehlo 'The name to give in EHLO'
            cand --key-type 'Ask for a certificate with this type of key [default: the one that the server prefers]'
            cand --timeout 'Time limit for each target'
            cand --connect-timeout 'Time limit for each connection attempt'
            cand --cert 'Present the client certificate in FILE (PEM) to a server that asks for one'
            cand --key 'The key of --cert (PEM), which may be the same FILE'
            cand --resolver 'Ask this resolver, not those of /etc/resolv.conf; may be repeated'
            cand --trust-anchor 'Trust the DS or DNSKEY records in FILE, not the built-in keys of the root'
            cand --require 'Fail unless a domain has DANE, MTA-STS, or either: exit code 1'
            cand --cacerts 'Trust the certificates in FILE (PEM or DER) or DIR instead of the system''s; may be repeated'
            cand --crl 'Look certificates up in the revocation lists (CRLs) in FILE (PEM or DER) or DIR; may be repeated'
            cand --servername 'The name that the certificate must be for, also sent as SNI [default: the target''s host]'
            cand --at 'Validate as of TIME, not now: 2027-01-01T00:00:00Z, 2027-01-01, or +30d'
            cand --chain 'Validate the chain in FILE; no network'
            cand --warning 'Warn, with exit code 1, if a certificate expires within LEFT: 21 (days), 72h or 30%'
            cand --critical 'The same, but critical instead of a warning'
            cand -R 'The repository whose Mercurial settings apply [default: the one around the current directory]'
            cand --repository 'The repository whose Mercurial settings apply [default: the one around the current directory]'
            cand --hgrc 'Of Mercurial''s configuration read only this file, and what it includes'
            cand --hg-store 'The trust store of hg''s Python: openssl, certifi or a FILE [default: what can be seen of the hg in PATH]'
            cand --hg-version 'The release of Mercurial that is asked about, as 6.3.2 [default: that of the hg in PATH]'
            cand --pin-expires 'Warn if the pinned certificate expires within LEFT, or if nothing is pinned'
            cand --format 'The format of the report'
            cand --color 'When to use colours'
            cand --mail 'Look at all mail ports of the host, in one report'
            cand --proxy-protocol 'Send the header of the PROXY protocol first, for a server that waits for a load balancer''s'
            cand -4 'Use IPv4 only'
            cand -6 'Use IPv6 only'
            cand --one-address 'Check only the first address of a name that answers, not all of them (up to 16)'
            cand --no-sni 'Do not send the server''s name in the TLS handshake (SNI)'
            cand --dane 'Look up the TLSA records of a server on its port, proven by DNSSEC, and compare (DANE)'
            cand --trust-ad 'Believe the resolver that validates, by its AD bit, in place of checking signatures here'
            cand --no-mta-sts 'Do not ask for the MTA-STS policy of a domain, nor judge by it'
            cand --fetch-crl 'Fetch the revocation lists (CRLs) that the certificates name, and look them up there'
            cand --no-hgrc 'Do not read Mercurial''s configuration'
            cand --lint 'Only check Mercurial''s configuration for lines that have no effect or mislead; no network'
            cand -j 'As --format json'
            cand --json 'As --format json'
            cand -q 'Print the verdict line alone, and only if something is to be done'
            cand --quiet 'Print the verdict line alone, and only if something is to be done'
            cand -v 'Show the dialogue, every name and digest, and what each family of clients would say'
            cand --verbose 'Show the dialogue, every name and digest, and what each family of clients would say'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand config 'Show the Mercurial settings that decide which server `hg email` trusts, with file and line'
            cand pin 'Pin a server''s certificate in Mercurial''s configuration, or for another program'
            cand audit 'Check many servers: what is broken, what expires soon, what has changed'
            cand completions 'Print shell completions'
            cand man 'Print a man page'
        }
        &'smtp-certcheck;config'= {
            cand -R 'The repository whose settings apply [default: the one around the current directory]'
            cand --repository 'The repository whose settings apply [default: the one around the current directory]'
            cand --hgrc 'Read only this file, and what it includes'
            cand --format 'The format; json has the fields of `hg config -Tjson --source`'
            cand --all 'Show every section, not only those that matter for mail'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'smtp-certcheck;pin'= {
            cand --for 'Print what another program reads instead of Mercurial; without TOOL: list the supported programs'
            cand --by 'What to pin [default: fingerprint; of --for TOOL what the list has first]'
            cand --ca-out 'Save the certificate there that the lines name: the CA''s for --by cacerts'
            cand --digest 'The digest of the fingerprint [default: sha256]'
            cand --expect 'Pin only a certificate with this fingerprint, which you have from elsewhere; may be repeated'
            cand --baseline 'With --check: compare with this set, which --all --for json has saved, not with Mercurial''s pins'
            cand --also 'Pin the certificate in FILE (PEM or DER), too: it is to come, and is not seen yet; may be repeated'
            cand --tls 'How TLS starts, for targets without a scheme'
            cand --connect 'Connect there, under the target''s name'
            cand --via 'Go through a proxy, which looks the name up: socks5://HOST:PORT or http://HOST:PORT'
            cand --via-command 'Go through a command: its standard input and output lead to the server'
            cand --source 'Connect from this address of this machine; once for each family'
            cand --ehlo 'The name to give in EHLO'
            cand --key-type 'Ask for a certificate with this type of key [default: the one that the server prefers]'
            cand --timeout 'Time limit for each target'
            cand --connect-timeout 'Time limit for each connection attempt'
            cand --resolver 'Ask this resolver, not those of /etc/resolv.conf; may be repeated'
            cand --trust-anchor 'Trust the DS or DNSKEY records in FILE, not the built-in keys of the root'
            cand --ports 'With --all: look at these ports, and not at 25, 465 and 587: 587,smtps:4650'
            cand --cacerts 'Trust the certificates in FILE (PEM or DER) or DIR instead of the system''s; may be repeated'
            cand --crl 'Look certificates up in the revocation lists (CRLs) in FILE (PEM or DER) or DIR; may be repeated'
            cand --servername 'The name that the certificate must be for, also sent as SNI [default: the target''s host]'
            cand -R 'Pin in the repository''s .hg/hgrc'
            cand --repository 'Pin in the repository''s .hg/hgrc'
            cand --hgrc 'Pin in this file; FILE is created if it does not exist'
            cand --hg-version 'The release of Mercurial that is asked about, as 6.3.2 [default: that of the hg in PATH]'
            cand --format 'The format of what --check says'
            cand --color 'When to use colours'
            cand --legacy 'Also write [hostfingerprints], for Mercurial before 3.9'
            cand --accept-untrusted 'Pin a certificate that is not trusted without asking'
            cand --accept-unproven 'Pin a certificate whose key the server has not proven to hold'
            cand --accept-short-lived 'Pin a certificate that has expired, or will within days, without asking'
            cand --all 'Pin what the host presents at every address on every SMTP port, or nothing'
            cand --sni-only 'With --all: do not ask without SNI'
            cand --check 'Compare what is presented with what is pinned, and change nothing; silent if it is the same'
            cand --replace 'Existing pins that do not match: replace them'
            cand --add 'Existing pins that do not match: keep them beside the new one, while certificates rotate'
            cand --prune 'Drop existing pins that do not match, if one does'
            cand --write 'Write it into the hgrc: your own, or that of --hgrc or --repository'
            cand --dry-run 'Show what --write would change, and change nothing'
            cand -y 'Write without asking'
            cand --yes 'Write without asking'
            cand --proxy-protocol 'Send the header of the PROXY protocol first, for a server that waits for a load balancer''s'
            cand -4 'Use IPv4 only'
            cand -6 'Use IPv6 only'
            cand --one-address 'Check only the first address of a name that answers, not all of them (up to 16)'
            cand --no-sni 'Do not send the server''s name in the TLS handshake (SNI)'
            cand --trust-ad 'Believe the resolver that validates, by its AD bit, in place of checking signatures here'
            cand --mail 'With --all: also the ports of IMAP, POP3 and ManageSieve'
            cand --fetch-crl 'Fetch the revocation lists (CRLs) that the certificates name, and look them up there'
            cand --no-hgrc 'Do not read Mercurial''s configuration: print the lines for a configuration without any'
            cand -q 'With --check: print one line alone, and only if something is to be done'
            cand --quiet 'With --check: print one line alone, and only if something is to be done'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'smtp-certcheck;audit'= {
            cand -i 'The list of targets; - reads standard input'
            cand --input 'The list of targets; - reads standard input'
            cand --shard 'Check only the Kth of N parts of the list, for one of N machines; 0/N is N/N'
            cand --resume 'Go on where an earlier run stopped: skip the targets of this jsonl file, and append to it'
            cand -j 'Targets at once'
            cand --jobs 'Targets at once'
            cand --per-address 'Connections to one address at a time'
            cand --pause 'Time between two connections to one address'
            cand --rate 'New connections per second, in total [default: no limit]'
            cand --retries 'Further tries where a server is busy, within its --timeout'
            cand --warning 'A certificate with less left is a warning: 21 (days), 72h, or 30%'
            cand --critical 'A certificate with less left is critical'
            cand --ignore 'Leave out findings with this code; may be repeated'
            cand --only 'Report only findings with this code; may be repeated'
            cand --fail-on 'Findings that make the exit code 1'
            cand --baseline 'Report what has changed since the audit that saved FILE'
            cand --ports 'Look at these ports of the host, all of which must be open: 25,587,imaps, or imap:1143'
            cand --tls 'How TLS starts, for targets without a scheme'
            cand --connect 'Connect there, under the target''s name'
            cand --via 'Go through a proxy, which looks the name up: socks5://HOST:PORT or http://HOST:PORT'
            cand --via-command 'Go through a command: its standard input and output lead to the server'
            cand --source 'Connect from this address of this machine; once for each family'
            cand --ehlo 'The name to give in EHLO'
            cand --key-type 'Ask for a certificate with this type of key [default: the one that the server prefers]'
            cand --timeout 'Time limit for each target'
            cand --connect-timeout 'Time limit for each connection attempt'
            cand --cacerts 'Trust the certificates in FILE (PEM or DER) or DIR instead of the system''s; may be repeated'
            cand --crl 'Look certificates up in the revocation lists (CRLs) in FILE (PEM or DER) or DIR; may be repeated'
            cand --servername 'The name that the certificate must be for, also sent as SNI [default: the target''s host]'
            cand --resolver 'Ask this resolver, not those of /etc/resolv.conf; may be repeated'
            cand --trust-anchor 'Trust the DS or DNSKEY records in FILE, not the built-in keys of the root'
            cand --require 'Fail unless a domain has DANE, MTA-STS, or either: exit code 1'
            cand --format 'The format of the results'
            cand --sort 'Order of the results: by severity unless they take long; any other once all are there'
            cand -o 'Write the results to FILE, replacing it atomically at the end'
            cand --output 'Write the results to FILE, replacing it atomically at the end'
            cand --save 'Also save all results to FILE as JSON Lines once the audit is complete, for the next --baseline'
            cand --color 'When to use colours'
            cand --strict 'Read the whole list first, and stop at a bad line before connecting anywhere'
            cand --changes-only 'Show only targets that have changed, or are gone from the list, and the sums'
            cand --mail 'Look at all mail ports of the host, in one report'
            cand --proxy-protocol 'Send the header of the PROXY protocol first, for a server that waits for a load balancer''s'
            cand -4 'Use IPv4 only'
            cand -6 'Use IPv6 only'
            cand --one-address 'Check only the first address of a name that answers, not all of them (up to 16)'
            cand --no-sni 'Do not send the server''s name in the TLS handshake (SNI)'
            cand --fetch-crl 'Fetch the revocation lists (CRLs) that the certificates name, and look them up there'
            cand --trust-ad 'Believe the resolver that validates, by its AD bit, in place of checking signatures here'
            cand --no-mta-sts 'Do not ask for the MTA-STS policy of a domain, nor judge by it'
            cand -q 'Show only targets that changed or that make the exit code 1; print nothing if there are none'
            cand --quiet 'Show only targets that changed or that make the exit code 1; print nothing if there are none'
            cand -v 'Show every finding in full, with advice, and report progress every 30 s'
            cand --verbose 'Show every finding in full, with advice, and report progress every 30 s'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'smtp-certcheck;completions'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'smtp-certcheck;man'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
    ]
    var values = [
        &'smtp-certcheck;--tls'=[auto starttls implicit]
        &'smtp-certcheck;--key-type'=[rsa ecdsa]
        &'smtp-certcheck;--require'=[dane mta-sts any]
        &'smtp-certcheck;--format'=[table json jsonl pem nagios]
        &'smtp-certcheck;--color'=[auto always never]
        &'smtp-certcheck;config;--format'=[table json]
        &'smtp-certcheck;pin;--for'=[postfix exim nullmailer dma msmtp git mutt neomutt s-nail mpop isync getmail6 offlineimap fetchmail curl openssl gnutls tlsa json opensmtpd b4 aerc]
        &'smtp-certcheck;pin;--by'=[fingerprint key cacerts]
        &'smtp-certcheck;pin;--digest'=[sha256 sha512 sha1]
        &'smtp-certcheck;pin;--tls'=[auto starttls implicit]
        &'smtp-certcheck;pin;--key-type'=[rsa ecdsa]
        &'smtp-certcheck;pin;--format'=[table json]
        &'smtp-certcheck;pin;--color'=[auto always never]
        &'smtp-certcheck;audit;--ignore'=[address-not-tried address-unreachable addresses-differ bad-ca-file bad-crl-file expiring intermediate-expiring long-validity name-differs port-expires-earlier port-unprotected ports-differ shared-key tls-1.2 bad-handshake-signature bye capabilities-refused client-certificate-refused connect-failed connection-closed connection-reset dns-failure ehlo-refused greeting-refused io-error malformed-reply message-too-large no-address no-such-key not-smtp not-tls preauth proxy-failed starttls-broken starttls-injection starttls-not-offered starttls-refused starttls-unavailable temporary-refusal timeout tls-alert tls-error tls-incompatible unsolicited-reply wrong-mode wrong-protocol anchor-expired anchor-not-yet-valid anchor-rejected anchors-unreadable bad-signature ca-as-leaf certificate-revoked critical-extension distrusted expired issuer-mismatch key-not-proven key-usage malformed missing-intermediate name-constraint name-encoding name-mismatch name-not-compared no-certificate no-san not-a-ca not-yet-valid obsolete-tls path-invalid path-too-long pin-mismatch revocation-stale revocation-unknown self-signed staple-missing too-complex unknown-issuer unsupported-algorithm unsupported-version weak-key weak-signature wrong-usage anchor-is-leaf anchor-not-hashed client-certificate clients-differ cross-signed duplicate key-usage-signature large-hello out-of-order path-revoked root-sent self-signed-ca staple-invalid unrelated dane-partial dns-bogus dns-no-answer dnssec-not-passed mx-alias mx-insecure mx-is-address null-mx-mixed policy-host-expiring required-missing rrsig-expiring sts-certificate sts-fetch sts-id-unchanged sts-max-age sts-mx-uncovered sts-policy sts-records sts-testing tlsa-agility tlsa-ca-not-sent tlsa-cn tlsa-empty-digest tlsa-expired tlsa-fragile tlsa-insecure tlsa-mismatch tlsa-name tlsa-no-rollover tlsa-no-starttls tlsa-partial tlsa-senders-differ tlsa-stale tlsa-unchecked tlsa-unusable tlsrpt-invalid tlsrpt-missing]
        &'smtp-certcheck;audit;--only'=[address-not-tried address-unreachable addresses-differ bad-ca-file bad-crl-file expiring intermediate-expiring long-validity name-differs port-expires-earlier port-unprotected ports-differ shared-key tls-1.2 bad-handshake-signature bye capabilities-refused client-certificate-refused connect-failed connection-closed connection-reset dns-failure ehlo-refused greeting-refused io-error malformed-reply message-too-large no-address no-such-key not-smtp not-tls preauth proxy-failed starttls-broken starttls-injection starttls-not-offered starttls-refused starttls-unavailable temporary-refusal timeout tls-alert tls-error tls-incompatible unsolicited-reply wrong-mode wrong-protocol anchor-expired anchor-not-yet-valid anchor-rejected anchors-unreadable bad-signature ca-as-leaf certificate-revoked critical-extension distrusted expired issuer-mismatch key-not-proven key-usage malformed missing-intermediate name-constraint name-encoding name-mismatch name-not-compared no-certificate no-san not-a-ca not-yet-valid obsolete-tls path-invalid path-too-long pin-mismatch revocation-stale revocation-unknown self-signed staple-missing too-complex unknown-issuer unsupported-algorithm unsupported-version weak-key weak-signature wrong-usage anchor-is-leaf anchor-not-hashed client-certificate clients-differ cross-signed duplicate key-usage-signature large-hello out-of-order path-revoked root-sent self-signed-ca staple-invalid unrelated dane-partial dns-bogus dns-no-answer dnssec-not-passed mx-alias mx-insecure mx-is-address null-mx-mixed policy-host-expiring required-missing rrsig-expiring sts-certificate sts-fetch sts-id-unchanged sts-max-age sts-mx-uncovered sts-policy sts-records sts-testing tlsa-agility tlsa-ca-not-sent tlsa-cn tlsa-empty-digest tlsa-expired tlsa-fragile tlsa-insecure tlsa-mismatch tlsa-name tlsa-no-rollover tlsa-no-starttls tlsa-partial tlsa-senders-differ tlsa-stale tlsa-unchecked tlsa-unusable tlsrpt-invalid tlsrpt-missing]
        &'smtp-certcheck;audit;--fail-on'=[critical warning never]
        &'smtp-certcheck;audit;--tls'=[auto starttls implicit]
        &'smtp-certcheck;audit;--key-type'=[rsa ecdsa]
        &'smtp-certcheck;audit;--require'=[dane mta-sts any]
        &'smtp-certcheck;audit;--format'=[table jsonl csv prometheus junit html nagios]
        &'smtp-certcheck;audit;--sort'=[severity expiry host input]
        &'smtp-certcheck;audit;--color'=[auto always never]
    ]
    var arguments = [
        &'smtp-certcheck;completions'=[bash elvish fish powershell zsh]
        &'smtp-certcheck;man'=[audit completions config json man pin]
    ]
    var files = [
        'smtp-certcheck;--cert'
        'smtp-certcheck;--key'
        'smtp-certcheck;--trust-anchor'
        'smtp-certcheck;--cacerts'
        'smtp-certcheck;--crl'
        'smtp-certcheck;--chain'
        'smtp-certcheck;-R'
        'smtp-certcheck;--repository'
        'smtp-certcheck;--hgrc'
        'smtp-certcheck;config;-R'
        'smtp-certcheck;config;--repository'
        'smtp-certcheck;config;--hgrc'
        'smtp-certcheck;pin;--ca-out'
        'smtp-certcheck;pin;--baseline'
        'smtp-certcheck;pin;--also'
        'smtp-certcheck;pin;--trust-anchor'
        'smtp-certcheck;pin;--cacerts'
        'smtp-certcheck;pin;--crl'
        'smtp-certcheck;pin;-R'
        'smtp-certcheck;pin;--repository'
        'smtp-certcheck;pin;--hgrc'
        'smtp-certcheck;audit;-i'
        'smtp-certcheck;audit;--input'
        'smtp-certcheck;audit;--resume'
        'smtp-certcheck;audit;--baseline'
        'smtp-certcheck;audit;--cacerts'
        'smtp-certcheck;audit;--crl'
        'smtp-certcheck;audit;--trust-anchor'
        'smtp-certcheck;audit;-o'
        'smtp-certcheck;audit;--output'
        'smtp-certcheck;audit;--save'
    ]
    var others = [
        'smtp-certcheck;-H'
        'smtp-certcheck;--hostname'
        'smtp-certcheck;-p'
        'smtp-certcheck;--port'
        'smtp-certcheck;--ports'
        'smtp-certcheck;--connect'
        'smtp-certcheck;--via'
        'smtp-certcheck;--via-command'
        'smtp-certcheck;--source'
        'smtp-certcheck;--ehlo'
        'smtp-certcheck;--timeout'
        'smtp-certcheck;--connect-timeout'
        'smtp-certcheck;--resolver'
        'smtp-certcheck;--servername'
        'smtp-certcheck;--at'
        'smtp-certcheck;--warning'
        'smtp-certcheck;--critical'
        'smtp-certcheck;--hg-store'
        'smtp-certcheck;--hg-version'
        'smtp-certcheck;--pin-expires'
        'smtp-certcheck;pin;--expect'
        'smtp-certcheck;pin;--connect'
        'smtp-certcheck;pin;--via'
        'smtp-certcheck;pin;--via-command'
        'smtp-certcheck;pin;--source'
        'smtp-certcheck;pin;--ehlo'
        'smtp-certcheck;pin;--timeout'
        'smtp-certcheck;pin;--connect-timeout'
        'smtp-certcheck;pin;--resolver'
        'smtp-certcheck;pin;--ports'
        'smtp-certcheck;pin;--servername'
        'smtp-certcheck;pin;--hg-version'
        'smtp-certcheck;audit;--shard'
        'smtp-certcheck;audit;-j'
        'smtp-certcheck;audit;--jobs'
        'smtp-certcheck;audit;--per-address'
        'smtp-certcheck;audit;--pause'
        'smtp-certcheck;audit;--rate'
        'smtp-certcheck;audit;--retries'
        'smtp-certcheck;audit;--warning'
        'smtp-certcheck;audit;--critical'
        'smtp-certcheck;audit;--ports'
        'smtp-certcheck;audit;--connect'
        'smtp-certcheck;audit;--via'
        'smtp-certcheck;audit;--via-command'
        'smtp-certcheck;audit;--source'
        'smtp-certcheck;audit;--ehlo'
        'smtp-certcheck;audit;--timeout'
        'smtp-certcheck;audit;--connect-timeout'
        'smtp-certcheck;audit;--servername'
        'smtp-certcheck;audit;--resolver'
    ]
    var targets = [
        'smtp-certcheck'
        'smtp-certcheck;pin'
        'smtp-certcheck;audit'
    ]
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
}
