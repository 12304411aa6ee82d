"""Builds a design and runs cocotb tests in it; the exit code is 1 when one fails.

    python run_simulation.py SIMULATOR TOP MODULE FOLDER [-I DIRECTORY ...] [-P NAME=VALUE ...] SOURCE ...

What FOLDER holds of an earlier run is not built again.
"""
import argparse
import os
import pathlib
import sys
import xml.etree.ElementTree

from cocotb_tools.runner import get_runner

HERE = pathlib.Path(__file__).parent


def main():
    parser = argparse.ArgumentParser()
    for name in ("simulator", "top", "module"):
        parser.add_argument(name)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("sources", nargs="+", type=pathlib.Path)
    parser.add_argument("-I", dest="includes", action="append", default=[])
    parser.add_argument("-P", dest="parameters", action="append", default=[])
    parser.add_argument("--build-argument", dest="build_arguments", action="append", default=[])
    given = parser.parse_args()
    # The tests are modules of this folder, or of one that the caller has named.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
    runner = get_runner(given.simulator)
    runner.build(
        sources=given.sources,
        hdl_toplevel=given.top,
        includes=given.includes,
        parameters=dict(one.split("=", 1) for one in given.parameters),
        build_args=given.build_arguments,
        build_dir=given.folder,
        timescale=("1ns", "1ps"),
    )
    results = runner.test(
        hdl_toplevel=given.top,
        test_module=given.module,
        build_dir=given.folder,
        test_dir=given.folder,
        # GHDL elaborates once more for the run, and needs the same standard then.
        test_args=given.build_arguments if given.simulator == "ghdl" else [],
        results_xml=str(given.folder / "results.xml"),
    )
    cases = xml.etree.ElementTree.parse(results).findall(".//testcase")
    failed = [case.get("name") for case in cases if case.find("failure") is not None or case.find("error") is not None]
    print(f"{len(cases) - len(failed)} of {len(cases)} passed", *failed)
    sys.exit(1 if failed or not cases else 0)


if __name__ == "__main__":
    main()
