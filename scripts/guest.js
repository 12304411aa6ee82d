// What the test in a virtual machine needs beside QEMU: a kernel of Debian for the guest. It is unpacked in .cache/guest and
// not installed. `npm test` calls it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./install.js";

const folder = join(root, ".cache/guest");

function output(command, ...args) {
  const { stdout, status } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? stdout : "";
}

/** The package with a version in its name on which the one without depends. */
function kernelPackage() {
  const flavour = { x64: "linux-image-cloud-amd64" }[process.arch];
  if (flavour === undefined) return undefined;
  return /Depends: (linux-image-\S+)/.exec(output("apt-cache", "depends", flavour))?.[1];
}

export function installGuestKernel() {
  const name = kernelPackage();
  const version = name && /Candidate: (\S+)/.exec(output("apt-cache", "policy", name))?.[1];
  if (!version)
    return console.error("No kernel for the virtual machine: apt-cache knows no linux-image-cloud-amd64");
  const place = join(folder, "kernel");
  const stamp = join(place, `${name}_${version.replaceAll(":", "%3a")}`);
  if (existsSync(stamp)) return;
  console.log(`Unpacking ${name} ${version} in .cache/guest`);
  const draft = join(folder, ".draft-kernel");
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  // Whoever apt runs as need not be able to write there.
  run("apt-get", ["download", "-qq", "-o", "APT::Sandbox::User=root", `${name}=${version}`], { cwd: draft });
  run("sh", ["-c", "dpkg-deb -x ./*.deb . && rm ./*.deb"], { cwd: draft });
  writeFileSync(join(draft, stamp.slice(place.length + 1)), "");
  rmSync(place, { recursive: true, force: true });
  renameSync(draft, place);
}
