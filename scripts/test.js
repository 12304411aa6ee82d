// `npm test`: installs whatever the tests need, then runs all of them.
import { spawnSync } from "node:child_process";
import { installPackages, run } from "./install.js";

/** Debian packages by the command that shows that they are there. */
const tools = { iverilog: "iverilog", verilator: "verilator", yosys: "yosys", fst2vcd: "gtkwave" };

function isThere(command) {
  return spawnSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" }).status === 0;
}

function installTools() {
  const missing = Object.keys(tools).filter((command) => !isThere(command));
  if (missing.length === 0) return;
  const packages = missing.map((command) => tools[command]);
  if (!isThere("apt-get")) {
    console.error(`The tests need ${missing.join(", ")}; install them and run npm test again.`);
    process.exit(3);
  }
  const apt = process.getuid?.() === 0 ? ["apt-get"] : ["sudo", "apt-get"];
  console.log(`Installing ${packages.join(", ")} with ${apt.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run(apt[0], [...apt.slice(1), "update", "-qq"], { env });
  run(apt[0], [...apt.slice(1), "install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
}

installPackages();
installTools();
run("npm", ["run", "--silent", "check"]);
run(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)]);
