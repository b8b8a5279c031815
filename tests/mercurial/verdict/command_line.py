"""What hg makes of `hg email`: for each case, a line of JSON with `defaults`, `alias` and `user`
(each a text or null, `user` a list), prints one with `runs` and `insecure`. Uses hg's own
dispatch._parse, in one process: each case gets a table of commands and a configuration of its own."""

import json
import os
import sys

from mercurial import dispatch, encoding, extensions, fancyopts, ui as uimod

try:
    from mercurial import tables
except ImportError:
    from mercurial import commands

    class tables:
        command_table = commands.table

try:
    from mercurial.main_script.options import early_parse_opts
except ImportError:
    early_parse_opts = dispatch._earlyparseopts


def table():
    return tables.command_table


def judge(base, commands, case):
    ui = base.copy()
    for section in ("defaults", "alias"):
        if case[section] is not None:
            ui.setconfig(section.encode(), b"email", os.fsencode(case[section]), b"test")
    words = [b"email"] + [os.fsencode(word) for word in case["user"]]
    current = table()
    current.clear()
    current.update(commands)
    dispatch.addaliases(ui, current)
    early = early_parse_opts(ui, words)
    command, function, rest, options, own = dispatch._parse(ui, words[:])
    if getattr(function, "badalias", None) or hasattr(function, "shell"):
        return None
    for name in (b"config", b"config_file", b"cwd", b"repository", b"debugger"):
        if name in options and options[name] != early[name]:
            return None
    if options[b"version"] or options[b"help"] or b"insecure" not in own:
        return None
    return bool(own[b"insecure"])


def main():
    base = uimod.ui.load()
    base.setconfig(b"extensions", b"patchbomb", b"", b"test")
    extensions.loadall(base)
    commands = dict(table())
    for name, module in extensions.extensions(base):
        commands.update(getattr(module, "cmdtable", {}))
    for line in sys.stdin:
        try:
            insecure = judge(base, commands, json.loads(line))
        except Exception as why:
            insecure = None
        print(json.dumps({"runs": insecure is not None, "insecure": bool(insecure)}), flush=True)


main()
