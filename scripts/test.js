// `npm test`: installs whatever the tests need, then runs all of them.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installGuestKernel, installGuestQemu } from "./guest.js";
import { installPackages, root, run } from "./install.js";

/** Debian packages, each with a shell command that succeeds when it is there. */
const tools = {
  iverilog: "command -v iverilog",
  verilator: "command -v verilator",
  yosys: "command -v yosys",
  "g++": "command -v g++",
  "nextpnr-ice40": "command -v nextpnr-ice40",
  "fpga-icestorm": "command -v icepack",
  lcov: "command -v genhtml",
  "zlib1g-dev": "test -e /usr/include/zlib.h",
  "liblz4-dev": "test -e /usr/include/lz4.h",
  gtkwave: "command -v fst2vcd",
  ghdl: "command -v ghdl",
  "qemu-system-x86": "command -v qemu-system-x86_64",
  "busybox-static": "busybox true",
  "python3-venv": "python3 -c 'import ensurepip'",
};

function succeeds(command) {
  return spawnSync("sh", ["-c", command], { stdio: "ignore" }).status === 0;
}

function installTools() {
  const packages = Object.keys(tools).filter((name) => !succeeds(tools[name]));
  if (packages.length === 0) return;
  if (!succeeds("command -v apt-get")) {
    console.error(`The tests need ${packages.join(", ")}; install them and run npm test again.`);
    process.exit(3);
  }
  const apt = process.getuid?.() === 0 ? ["apt-get"] : ["sudo", "apt-get"];
  console.log(`Installing ${packages.join(", ")} with ${apt.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run(apt[0], [...apt.slice(1), "update", "-qq"], { env });
  run(apt[0], [...apt.slice(1), "install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
}

/** A second, newer Verilator, in an environment of the project's own. */
function installPythonPackages() {
  const environment = join(root, ".cache/python");
  const requirements = join(root, "test/requirements.txt");
  const stamp = join(environment, ".hilt-installed");
  const wanted = readFileSync(requirements, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.log("Installing the Python packages of test/requirements.txt in .cache/python");
  run("python3", ["-m", "venv", "--clear", environment]);
  const options = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
  run(join(environment, "bin/pip"), ["install", ...options, "--requirement", requirements]);
  writeFileSync(stamp, wanted);
}

installPackages();
installTools();
installGuestKernel();
installGuestQemu();
installPythonPackages();
run("npm", ["run", "--silent", "check"]);
run(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)]);
