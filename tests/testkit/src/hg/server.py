"""Runs hg in processes forked from one that has read hg's modules: nearly all of a run's CPU time is
Python's start and their import. What runs is the `hg` of this environment, as `__main__`, with its own
arguments, environment, folder and output.

    server.py HG SOCKET

A request is its fields joined by NUL: folder, file for stdout, file for stderr, number of arguments,
arguments, variables as NAME=VALUE. The answer is the exit code, or the signal's number negated. It
ends when its standard input does, and removes the socket with its folder."""

import atexit
import importlib
import os
import runpy
import select
import signal
import socket
import sys
import traceback
import types

import hgdemandimport

hg, path = sys.argv[1:]
hgdemandimport.enable()
from mercurial import dispatch, pycompat

dispatch.dispatch  # demandimport reads a module when it is used


def loaded():
    """The modules that are read, not only named."""
    return {name for name, module in sys.modules.items() if type(module) is types.ModuleType}


def run(folder, out, err, arguments, variables):
    for number, file in ((0, os.devnull), (1, out), (2, err)):
        os.dup2(os.open(file, os.O_RDWR if number else os.O_RDONLY), number)
    os.chdir(folder)
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition(b"=")
        os.environb[name] = value
    sys.argv = [hg, *map(os.fsdecode, arguments)]
    pycompat.sysargv[:] = map(os.fsencode, sys.argv)
    try:
        runpy.run_path(hg, run_name="__main__")
        return 0
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()


def answer(connection, news):
    """One request, in a process of its own for hg and one that waits for it."""
    fields = b""
    while part := connection.recv(65536):
        fields += part
    folder, out, err, count, *rest = fields.split(b"\0")
    known = loaded()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    process = os.fork()
    if process == 0:
        code = 70
        try:
            code = run(folder, out, err, rest[: int(count)], rest[int(count) :])
        finally:
            os.write(news, "".join(f"{name}\n" for name in loaded() - known).encode()[:4096])
            os._exit(code)
    _, status = os.waitpid(process, 0)
    connection.sendall(b"%d" % os.waitstatus_to_exitcode(status))


def read_modules(names):
    """Reads here what a run has read, so that the next need not."""
    with hgdemandimport.deactivated():
        for name in names:
            if name.startswith("hgext_"):  # a file of the user's
                continue
            try:
                importlib.import_module(name).__name__
            except Exception:
                pass


def main():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    news, to_news = os.pipe()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([0, listener, news], [], [])
        if 0 in ready:
            os.unlink(path)
            os.rmdir(os.path.dirname(path))
            return
        if news in ready:
            read_modules(os.read(news, 65536).decode().splitlines())
        if listener in ready:
            connection, _ = listener.accept()
            if os.fork() == 0:
                try:
                    answer(connection, to_news)
                finally:
                    os._exit(0)
            connection.close()


main()
