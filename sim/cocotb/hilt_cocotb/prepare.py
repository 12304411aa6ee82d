"""Builds a simulation with cocotb's own runner, and says how it is started.

Reads a request from standard input and writes its answer to the last line of standard output, both JSON. The answer's
command and environment start the simulator itself, without a process between it and its parent.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

try:
    from cocotb_tools.runner import get_runner
except ImportError:
    from cocotb.runner import get_runner

TEST_MODULE = "hilt_cocotb.bridge"
# How the path of cocotb's own program for Verilator ends.
_MAIN = ("verilator", "verilator.cpp")


class _Recorded(Exception):
    """The command that was to be run."""

    def __init__(self, commands: Any) -> None:
        super().__init__()
        self.commands = [list(map(str, command)) for command in commands]


def prepare(request: dict[str, Any]) -> dict[str, Any]:
    """Builds where `request["build"]` is there; how the simulator is started then."""
    runner = get_runner(request["simulator"])
    folder = request["folder"]
    execute = runner._execute
    runner._execute = lambda commands, *_args, **_kwargs: execute(_own(commands, request), cwd=request["cwd"])
    runner.build(
        **{name: value for name, value in request["build"].items() if value},
        build_dir=folder,
        always=True,
    )
    starting = _start_of(runner, request, folder)
    return {"command": starting[0], "env": starting[1]}


def _own(commands: Any, request: dict[str, Any]) -> list[list[str]]:
    """The commands of a build, without some of their words, and with the request's program round a model of Verilator's
    in the place of cocotb's."""
    kept = [[word for word in map(str, command) if word not in request.get("without", [])] for command in commands]
    main = request.get("main")
    if main is None:
        return kept
    placed = [[main if Path(word).parts[-2:] == _MAIN else word for word in command] for command in kept]
    if placed == kept:
        raise RuntimeError("cocotb's runner names no program that runs a model of Verilator's")
    return placed


def _start_of(runner: Any, request: dict[str, Any], folder: str) -> tuple[list[str], dict[str, str]]:
    """Takes the command of the runner in the place of running it."""

    def record(commands: Any, *_args: Any, **_kwargs: Any) -> None:
        raise _Recorded(commands)

    runner._execute = record
    try:
        runner.test(
            test_module=TEST_MODULE,
            hdl_toplevel=request["build"]["hdl_toplevel"],
            hdl_toplevel_lang=request.get("language", "verilog"),
            build_dir=folder,
            test_dir=folder,
            results_xml=str(Path(folder) / "results.xml"),
            verbose=False,
            **request.get("test", {}),
        )
    except _Recorded as recorded:
        (command,) = recorded.commands
        own = {name: value for name, value in runner.env.items() if os.environ.get(name) != value and name != "PATH"}
        return command, own
    raise RuntimeError("cocotb's runner starts nothing")


if __name__ == "__main__":
    print(json.dumps(prepare(json.load(sys.stdin))))
