# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_smtp_certcheck_global_optspecs
    string join \n H/hostname= p/port= mail ports= tls= connect= via= via-command= source= proxy-protocol 4 6 one-address ehlo= key-type= no-sni timeout= connect-timeout= cert= key= dane resolver= trust-anchor= trust-ad require= no-mta-sts cacerts= crl= fetch-crl servername= at= chain= warning= critical= R/repository= hgrc= no-hgrc hg-store= hg-version= lint pin-expires= format= j/json q/quiet v/verbose color= h/help V/version
end

function __fish_smtp_certcheck_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_smtp_certcheck_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_smtp_certcheck_using_subcommand
    set -l cmd (__fish_smtp_certcheck_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -s H -l hostname -d 'The server, as TARGET' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -s p -l port -d 'The port of targets without one' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l ports -d 'Look at these ports of the host, all of which must be open: 25,587,imaps, or imap:1143' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l tls -d 'How TLS starts, for targets without a scheme' -r -f -a "auto\t'Implicit TLS on ports 465, 993 and 995, else STARTTLS; if the port speaks the other one, find out and go on'
starttls\t'In the clear first, upgraded by the STARTTLS command'
implicit\t'TLS from the first byte'"
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l connect -d 'Connect there, under the target\'s name' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l via -d 'Go through a proxy, which looks the name up: socks5://HOST:PORT or http://HOST:PORT' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l via-command -d 'Go through a command: its standard input and output lead to the server' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l source -d 'Connect from this address of this machine; once for each family' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l ehlo -d 'The name to give in EHLO' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l key-type -d 'Ask for a certificate with this type of key [default: the one that the server prefers]' -r -f -a "rsa\t'RSA'
ecdsa\t'An elliptic curve'"
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l timeout -d 'Time limit for each target' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l connect-timeout -d 'Time limit for each connection attempt' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l cert -d 'Present the client certificate in FILE (PEM) to a server that asks for one' -r -F
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l key -d 'The key of --cert (PEM), which may be the same FILE' -r -F
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l resolver -d 'Ask this resolver, not those of /etc/resolv.conf; may be repeated' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l trust-anchor -d 'Trust the DS or DNSKEY records in FILE, not the built-in keys of the root' -r -F
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l require -d 'Fail unless a domain has DANE, MTA-STS, or either: exit code 1' -r -f -a "dane\t'Senders with DANE know the server'
mta-sts\t'Senders with MTA-STS know the server'
any\t'One of them'"
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l cacerts -d 'Trust the certificates in FILE (PEM or DER) or DIR instead of the system\'s; may be repeated' -r -F
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l crl -d 'Look certificates up in the revocation lists (CRLs) in FILE (PEM or DER) or DIR; may be repeated' -r -F
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l servername -d 'The name that the certificate must be for, also sent as SNI [default: the target\'s host]' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l at -d 'Validate as of TIME, not now: 2027-01-01T00:00:00Z, 2027-01-01, or +30d' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l chain -d 'Validate the chain in FILE; no network' -r -F
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l warning -d 'Warn, with exit code 1, if a certificate expires within LEFT: 21 (days), 72h or 30%' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l critical -d 'The same, but critical instead of a warning' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -s R -l repository -d 'The repository whose Mercurial settings apply [default: the one around the current directory]' -r -f -a "(__fish_complete_directories)"
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l hgrc -d 'Of Mercurial\'s configuration read only this file, and what it includes' -r -F
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l hg-store -d 'The trust store of hg\'s Python: openssl, certifi or a FILE [default: what can be seen of the hg in PATH]' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l hg-version -d 'The release of Mercurial that is asked about, as 6.3.2 [default: that of the hg in PATH]' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l pin-expires -d 'Warn if the pinned certificate expires within LEFT, or if nothing is pinned' -r -f
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l format -d 'The format of the report' -r -f -a "table\t'For people'
json\t'For programs: one object, or an array for several targets'
jsonl\t'For programs: one object for each target, each on a line'
pem\t'The presented chain'
nagios\t'For monitoring: a plugin\'s line and exit code (0 OK, 1 warning, 2 critical, 3 unknown)'"
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal'
always\t'Also into files and pipes'
never\t'Never'"
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l mail -d 'Look at all mail ports of the host, in one report'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l proxy-protocol -d 'Send the header of the PROXY protocol first, for a server that waits for a load balancer\'s'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -s 4 -d 'Use IPv4 only'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -s 6 -d 'Use IPv6 only'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l one-address -d 'Check only the first address of a name that answers, not all of them (up to 16)'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l no-sni -d 'Do not send the server\'s name in the TLS handshake (SNI)'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l dane -d 'Look up the TLSA records of a server on its port, proven by DNSSEC, and compare (DANE)'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l trust-ad -d 'Believe the resolver that validates, by its AD bit, in place of checking signatures here'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l no-mta-sts -d 'Do not ask for the MTA-STS policy of a domain, nor judge by it'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l fetch-crl -d 'Fetch the revocation lists (CRLs) that the certificates name, and look them up there'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l no-hgrc -d 'Do not read Mercurial\'s configuration'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -l lint -d 'Only check Mercurial\'s configuration for lines that have no effect or mislead; no network'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -s j -l json -d 'As --format json'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -s q -l quiet -d 'Print the verdict line alone, and only if something is to be done'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -s v -l verbose -d 'Show the dialogue, every name and digest, and what each family of clients would say'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -s V -l version -d 'Print version'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_needs_command" -a "config" -d 'Show the Mercurial settings that decide which server `hg email` trusts, with file and line'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_needs_command" -a "pin" -d 'Pin a server\'s certificate in Mercurial\'s configuration, or for another program'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_needs_command" -a "audit" -d 'Check many servers: what is broken, what expires soon, what has changed'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_needs_command" -a "completions" -d 'Print shell completions'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_needs_command" -a "man" -d 'Print a man page'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand config" -s R -l repository -d 'The repository whose settings apply [default: the one around the current directory]' -r -f -a "(__fish_complete_directories)"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand config" -l hgrc -d 'Read only this file, and what it includes' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand config" -l format -d 'The format; json has the fields of `hg config -Tjson --source`' -r -f -a "table\t'For people: a line for each setting, as `hg config --source` has it'
json\t'For programs'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand config" -l all -d 'Show every section, not only those that matter for mail'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l for -d 'Print what another program reads instead of Mercurial; without TOOL: list the supported programs' -r -f -a "postfix\t'Postfix: an entry of the TLS policy table'
exim\t'Exim: a transport'
nullmailer\t'nullmailer: a line of /etc/nullmailer/remotes'
dma\t'dma: lines of dma.conf'
msmtp\t'msmtp: an account of ~/.msmtprc'
git\t'git send-email: a section of git\'s configuration'
mutt\t'mutt: lines of ~/.muttrc'
neomutt\t'NeoMutt: lines of ~/.neomuttrc'
s-nail\t'S-nail: lines of ~/.mailrc'
mpop\t'mpop: an account of ~/.mpoprc'
isync\t'isync (mbsync): an account of ~/.mbsyncrc'
getmail6\t'getmail6: the section [retriever] of its configuration'
offlineimap\t'OfflineIMAP: a repository of ~/.offlineimaprc'
fetchmail\t'fetchmail: a server of ~/.fetchmailrc'
curl\t'curl: a file for --config'
openssl\t'OpenSSL: a file of trusted certificates'
gnutls\t'GnuTLS: a line of its known hosts, or a file of trusted certificates'
tlsa\t'TLSA records (DANE): lines of a zone file'
json\t'All that can be pinned, for any other program'
opensmtpd\t'OpenSMTPD: cannot be pinned; says what to do instead'
b4\t'b4: cannot be pinned; says what to do instead'
aerc\t'aerc: cannot be pinned; says what to do instead'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l by -d 'What to pin [default: fingerprint; of --for TOOL what the list has first]' -r -f -a "fingerprint\t'The certificate itself: nothing else is accepted, and a renewed one needs a new pin'
key\t'Its key, for some of --for: renewed certificates with the same key are accepted'
cacerts\t'The CA that its chain leads to: renewed certificates of that CA are accepted'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l ca-out -d 'Save the certificate there that the lines name: the CA\'s for --by cacerts' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l digest -d 'The digest of the fingerprint [default: sha256]' -r -f -a "sha256\t'SHA-256'
sha512\t'SHA-512'
sha1\t'SHA-1: weak, for old programs'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l expect -d 'Pin only a certificate with this fingerprint, which you have from elsewhere; may be repeated' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l baseline -d 'With --check: compare with this set, which --all --for json has saved, not with Mercurial\'s pins' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l also -d 'Pin the certificate in FILE (PEM or DER), too: it is to come, and is not seen yet; may be repeated' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l tls -d 'How TLS starts, for targets without a scheme' -r -f -a "auto\t'Implicit TLS on ports 465, 993 and 995, else STARTTLS; if the port speaks the other one, find out and go on'
starttls\t'In the clear first, upgraded by the STARTTLS command'
implicit\t'TLS from the first byte'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l connect -d 'Connect there, under the target\'s name' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l via -d 'Go through a proxy, which looks the name up: socks5://HOST:PORT or http://HOST:PORT' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l via-command -d 'Go through a command: its standard input and output lead to the server' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l source -d 'Connect from this address of this machine; once for each family' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l ehlo -d 'The name to give in EHLO' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l key-type -d 'Ask for a certificate with this type of key [default: the one that the server prefers]' -r -f -a "rsa\t'RSA'
ecdsa\t'An elliptic curve'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l timeout -d 'Time limit for each target' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l connect-timeout -d 'Time limit for each connection attempt' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l resolver -d 'Ask this resolver, not those of /etc/resolv.conf; may be repeated' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l trust-anchor -d 'Trust the DS or DNSKEY records in FILE, not the built-in keys of the root' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l ports -d 'With --all: look at these ports, and not at 25, 465 and 587: 587,smtps:4650' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l cacerts -d 'Trust the certificates in FILE (PEM or DER) or DIR instead of the system\'s; may be repeated' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l crl -d 'Look certificates up in the revocation lists (CRLs) in FILE (PEM or DER) or DIR; may be repeated' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l servername -d 'The name that the certificate must be for, also sent as SNI [default: the target\'s host]' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -s R -l repository -d 'Pin in the repository\'s .hg/hgrc' -r -f -a "(__fish_complete_directories)"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l hgrc -d 'Pin in this file; FILE is created if it does not exist' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l hg-version -d 'The release of Mercurial that is asked about, as 6.3.2 [default: that of the hg in PATH]' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l format -d 'The format of what --check says' -r -f -a "table\t'For people'
json\t'For programs: the whole set, and how it differs'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal'
always\t'Also into files and pipes'
never\t'Never'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l legacy -d 'Also write [hostfingerprints], for Mercurial before 3.9'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l accept-untrusted -d 'Pin a certificate that is not trusted without asking'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l accept-unproven -d 'Pin a certificate whose key the server has not proven to hold'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l accept-short-lived -d 'Pin a certificate that has expired, or will within days, without asking'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l all -d 'Pin what the host presents at every address on every SMTP port, or nothing'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l sni-only -d 'With --all: do not ask without SNI'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l check -d 'Compare what is presented with what is pinned, and change nothing; silent if it is the same'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l replace -d 'Existing pins that do not match: replace them'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l add -d 'Existing pins that do not match: keep them beside the new one, while certificates rotate'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l prune -d 'Drop existing pins that do not match, if one does'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l write -d 'Write it into the hgrc: your own, or that of --hgrc or --repository'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l dry-run -d 'Show what --write would change, and change nothing'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -s y -l yes -d 'Write without asking'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l proxy-protocol -d 'Send the header of the PROXY protocol first, for a server that waits for a load balancer\'s'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -s 4 -d 'Use IPv4 only'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -s 6 -d 'Use IPv6 only'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l one-address -d 'Check only the first address of a name that answers, not all of them (up to 16)'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l no-sni -d 'Do not send the server\'s name in the TLS handshake (SNI)'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l trust-ad -d 'Believe the resolver that validates, by its AD bit, in place of checking signatures here'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l mail -d 'With --all: also the ports of IMAP, POP3 and ManageSieve'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l fetch-crl -d 'Fetch the revocation lists (CRLs) that the certificates name, and look them up there'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -l no-hgrc -d 'Do not read Mercurial\'s configuration: print the lines for a configuration without any'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -s q -l quiet -d 'With --check: print one line alone, and only if something is to be done'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -s i -l input -d 'The list of targets; - reads standard input' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l shard -d 'Check only the Kth of N parts of the list, for one of N machines; 0/N is N/N' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l resume -d 'Go on where an earlier run stopped: skip the targets of this jsonl file, and append to it' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -s j -l jobs -d 'Targets at once' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l per-address -d 'Connections to one address at a time' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l pause -d 'Time between two connections to one address' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l rate -d 'New connections per second, in total [default: no limit]' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l retries -d 'Further tries where a server is busy, within its --timeout' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l warning -d 'A certificate with less left is a warning: 21 (days), 72h, or 30%' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l critical -d 'A certificate with less left is critical' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l ignore -d 'Leave out findings with this code; may be repeated' -r -f -a "address-not-tried\t''
address-unreachable\t''
addresses-differ\t''
bad-ca-file\t''
bad-crl-file\t''
expiring\t''
intermediate-expiring\t''
long-validity\t''
name-differs\t''
port-expires-earlier\t''
port-unprotected\t''
ports-differ\t''
shared-key\t''
tls-1.2\t''
bad-handshake-signature\t''
bye\t''
capabilities-refused\t''
client-certificate-refused\t''
connect-failed\t''
connection-closed\t''
connection-reset\t''
dns-failure\t''
ehlo-refused\t''
greeting-refused\t''
io-error\t''
malformed-reply\t''
message-too-large\t''
no-address\t''
no-such-key\t''
not-smtp\t''
not-tls\t''
preauth\t''
proxy-failed\t''
starttls-broken\t''
starttls-injection\t''
starttls-not-offered\t''
starttls-refused\t''
starttls-unavailable\t''
temporary-refusal\t''
timeout\t''
tls-alert\t''
tls-error\t''
tls-incompatible\t''
unsolicited-reply\t''
wrong-mode\t''
wrong-protocol\t''
anchor-expired\t''
anchor-not-yet-valid\t''
anchor-rejected\t''
anchors-unreadable\t''
bad-signature\t''
ca-as-leaf\t''
certificate-revoked\t''
critical-extension\t''
distrusted\t''
expired\t''
issuer-mismatch\t''
key-not-proven\t''
key-usage\t''
malformed\t''
missing-intermediate\t''
name-constraint\t''
name-encoding\t''
name-mismatch\t''
name-not-compared\t''
no-certificate\t''
no-san\t''
not-a-ca\t''
not-yet-valid\t''
obsolete-tls\t''
path-invalid\t''
path-too-long\t''
pin-mismatch\t''
revocation-stale\t''
revocation-unknown\t''
self-signed\t''
staple-missing\t''
too-complex\t''
unknown-issuer\t''
unsupported-algorithm\t''
unsupported-version\t''
weak-key\t''
weak-signature\t''
wrong-usage\t''
anchor-is-leaf\t''
anchor-not-hashed\t''
client-certificate\t''
clients-differ\t''
cross-signed\t''
duplicate\t''
key-usage-signature\t''
large-hello\t''
out-of-order\t''
path-revoked\t''
root-sent\t''
self-signed-ca\t''
staple-invalid\t''
unrelated\t''
dane-partial\t''
dns-bogus\t''
dns-no-answer\t''
dnssec-not-passed\t''
mx-alias\t''
mx-insecure\t''
mx-is-address\t''
null-mx-mixed\t''
policy-host-expiring\t''
required-missing\t''
rrsig-expiring\t''
sts-certificate\t''
sts-fetch\t''
sts-id-unchanged\t''
sts-max-age\t''
sts-mx-uncovered\t''
sts-policy\t''
sts-records\t''
sts-testing\t''
tlsa-agility\t''
tlsa-ca-not-sent\t''
tlsa-cn\t''
tlsa-empty-digest\t''
tlsa-expired\t''
tlsa-fragile\t''
tlsa-insecure\t''
tlsa-mismatch\t''
tlsa-name\t''
tlsa-no-rollover\t''
tlsa-no-starttls\t''
tlsa-partial\t''
tlsa-senders-differ\t''
tlsa-stale\t''
tlsa-unchecked\t''
tlsa-unusable\t''
tlsrpt-invalid\t''
tlsrpt-missing\t''"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l only -d 'Report only findings with this code; may be repeated' -r -f -a "address-not-tried\t''
address-unreachable\t''
addresses-differ\t''
bad-ca-file\t''
bad-crl-file\t''
expiring\t''
intermediate-expiring\t''
long-validity\t''
name-differs\t''
port-expires-earlier\t''
port-unprotected\t''
ports-differ\t''
shared-key\t''
tls-1.2\t''
bad-handshake-signature\t''
bye\t''
capabilities-refused\t''
client-certificate-refused\t''
connect-failed\t''
connection-closed\t''
connection-reset\t''
dns-failure\t''
ehlo-refused\t''
greeting-refused\t''
io-error\t''
malformed-reply\t''
message-too-large\t''
no-address\t''
no-such-key\t''
not-smtp\t''
not-tls\t''
preauth\t''
proxy-failed\t''
starttls-broken\t''
starttls-injection\t''
starttls-not-offered\t''
starttls-refused\t''
starttls-unavailable\t''
temporary-refusal\t''
timeout\t''
tls-alert\t''
tls-error\t''
tls-incompatible\t''
unsolicited-reply\t''
wrong-mode\t''
wrong-protocol\t''
anchor-expired\t''
anchor-not-yet-valid\t''
anchor-rejected\t''
anchors-unreadable\t''
bad-signature\t''
ca-as-leaf\t''
certificate-revoked\t''
critical-extension\t''
distrusted\t''
expired\t''
issuer-mismatch\t''
key-not-proven\t''
key-usage\t''
malformed\t''
missing-intermediate\t''
name-constraint\t''
name-encoding\t''
name-mismatch\t''
name-not-compared\t''
no-certificate\t''
no-san\t''
not-a-ca\t''
not-yet-valid\t''
obsolete-tls\t''
path-invalid\t''
path-too-long\t''
pin-mismatch\t''
revocation-stale\t''
revocation-unknown\t''
self-signed\t''
staple-missing\t''
too-complex\t''
unknown-issuer\t''
unsupported-algorithm\t''
unsupported-version\t''
weak-key\t''
weak-signature\t''
wrong-usage\t''
anchor-is-leaf\t''
anchor-not-hashed\t''
client-certificate\t''
clients-differ\t''
cross-signed\t''
duplicate\t''
key-usage-signature\t''
large-hello\t''
out-of-order\t''
path-revoked\t''
root-sent\t''
self-signed-ca\t''
staple-invalid\t''
unrelated\t''
dane-partial\t''
dns-bogus\t''
dns-no-answer\t''
dnssec-not-passed\t''
mx-alias\t''
mx-insecure\t''
mx-is-address\t''
null-mx-mixed\t''
policy-host-expiring\t''
required-missing\t''
rrsig-expiring\t''
sts-certificate\t''
sts-fetch\t''
sts-id-unchanged\t''
sts-max-age\t''
sts-mx-uncovered\t''
sts-policy\t''
sts-records\t''
sts-testing\t''
tlsa-agility\t''
tlsa-ca-not-sent\t''
tlsa-cn\t''
tlsa-empty-digest\t''
tlsa-expired\t''
tlsa-fragile\t''
tlsa-insecure\t''
tlsa-mismatch\t''
tlsa-name\t''
tlsa-no-rollover\t''
tlsa-no-starttls\t''
tlsa-partial\t''
tlsa-senders-differ\t''
tlsa-stale\t''
tlsa-unchecked\t''
tlsa-unusable\t''
tlsrpt-invalid\t''
tlsrpt-missing\t''"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l fail-on -d 'Findings that make the exit code 1' -r -f -a "critical\t'Critical ones'
warning\t'Warnings, too'
never\t'None'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l baseline -d 'Report what has changed since the audit that saved FILE' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l ports -d 'Look at these ports of the host, all of which must be open: 25,587,imaps, or imap:1143' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l tls -d 'How TLS starts, for targets without a scheme' -r -f -a "auto\t'Implicit TLS on ports 465, 993 and 995, else STARTTLS; if the port speaks the other one, find out and go on'
starttls\t'In the clear first, upgraded by the STARTTLS command'
implicit\t'TLS from the first byte'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l connect -d 'Connect there, under the target\'s name' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l via -d 'Go through a proxy, which looks the name up: socks5://HOST:PORT or http://HOST:PORT' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l via-command -d 'Go through a command: its standard input and output lead to the server' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l source -d 'Connect from this address of this machine; once for each family' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l ehlo -d 'The name to give in EHLO' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l key-type -d 'Ask for a certificate with this type of key [default: the one that the server prefers]' -r -f -a "rsa\t'RSA'
ecdsa\t'An elliptic curve'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l timeout -d 'Time limit for each target' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l connect-timeout -d 'Time limit for each connection attempt' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l cacerts -d 'Trust the certificates in FILE (PEM or DER) or DIR instead of the system\'s; may be repeated' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l crl -d 'Look certificates up in the revocation lists (CRLs) in FILE (PEM or DER) or DIR; may be repeated' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l servername -d 'The name that the certificate must be for, also sent as SNI [default: the target\'s host]' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l resolver -d 'Ask this resolver, not those of /etc/resolv.conf; may be repeated' -r -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l trust-anchor -d 'Trust the DS or DNSKEY records in FILE, not the built-in keys of the root' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l require -d 'Fail unless a domain has DANE, MTA-STS, or either: exit code 1' -r -f -a "dane\t'Senders with DANE know the server'
mta-sts\t'Senders with MTA-STS know the server'
any\t'One of them'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l format -d 'The format of the results' -r -f -a "table\t'For people: a line for each target, and a summary'
jsonl\t'For programs: a report on each line, as it is finished'
csv\t'For spreadsheets'
prometheus\t'For the textfile collector of Prometheus'
junit\t'For CI systems'
html\t'For browsers: one page with charts and a table, to be sent on'
nagios\t'For monitoring: a plugin\'s line for the whole list, and its exit code (0 OK, 1 warning, 2 critical, 3 unknown)'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l sort -d 'Order of the results: by severity unless they take long; any other once all are there' -r -f -a "severity\t'The worst first, then what expires first'
expiry\t'What expires first'
host\t'By the name of the host, then by port'
input\t'As in the list'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -s o -l output -d 'Write the results to FILE, replacing it atomically at the end' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l save -d 'Also save all results to FILE as JSON Lines once the audit is complete, for the next --baseline' -r -F
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal'
always\t'Also into files and pipes'
never\t'Never'"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l strict -d 'Read the whole list first, and stop at a bad line before connecting anywhere'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l changes-only -d 'Show only targets that have changed, or are gone from the list, and the sums'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l mail -d 'Look at all mail ports of the host, in one report'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l proxy-protocol -d 'Send the header of the PROXY protocol first, for a server that waits for a load balancer\'s'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -s 4 -d 'Use IPv4 only'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -s 6 -d 'Use IPv6 only'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l one-address -d 'Check only the first address of a name that answers, not all of them (up to 16)'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l no-sni -d 'Do not send the server\'s name in the TLS handshake (SNI)'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l fetch-crl -d 'Fetch the revocation lists (CRLs) that the certificates name, and look them up there'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l trust-ad -d 'Believe the resolver that validates, by its AD bit, in place of checking signatures here'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -l no-mta-sts -d 'Do not ask for the MTA-STS policy of a domain, nor judge by it'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -s q -l quiet -d 'Show only targets that changed or that make the exit code 1; print nothing if there are none'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -s v -l verbose -d 'Show every finding in full, with advice, and report progress every 30 s'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'

function __fish_smtp_certcheck_targets
    command smtp-certcheck completions hosts 2>/dev/null </dev/null
end

complete -c smtp-certcheck -n "not __fish_smtp_certcheck_using_subcommand config pin audit completions man" -f -a "(__fish_smtp_certcheck_targets)" -d 'server of hgrc'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand config" -f
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand pin" -f -a "(__fish_smtp_certcheck_targets)" -d 'server of hgrc'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand audit" -f -a "(__fish_smtp_certcheck_targets)" -d 'server of hgrc'
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand completions" -f -a "bash elvish fish powershell zsh"
complete -c smtp-certcheck -n "__fish_smtp_certcheck_using_subcommand man" -f -a "audit completions config json man pin"
