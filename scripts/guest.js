// What the test in a virtual machine needs beside the system's QEMU: a kernel of Debian for the guest, and a QEMU that is new
// enough to speak vfio-user. Both are unpacked in .cache/guest and not installed. `npm test` calls it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
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

/** The first suite of Debian with a QEMU from 10.1 on, and what its packages need. */
const SUITE = "trixie-backports";
const BASE = "trixie";
const QEMU_STAMP = ".hilt-unpacked";

/**
 * QEMU of that suite, from the mirror that this machine's own apt uses. Where it cannot be had, the test that needs it fails
 * and says so; everything else goes on.
 */
export function installGuestQemu() {
  const place = join(folder, "qemu");
  if (existsSync(join(place, QEMU_STAMP))) return;
  const mirror = ownMirror();
  if (mirror === undefined) return console.error("No newer QEMU: apt has no mirror of Debian");
  console.log(`Unpacking QEMU of ${SUITE} in .cache/guest`);
  const draft = join(folder, ".draft-qemu");
  const apt = join(folder, ".draft-apt");
  for (const each of [draft, apt]) rmSync(each, { recursive: true, force: true });
  for (const each of ["state/lists/partial", "cache/archives/partial"])
    mkdirSync(join(apt, each), { recursive: true });
  mkdirSync(draft, { recursive: true });
  const signed = mirror.key === "" ? "" : `[signed-by=${mirror.key}] `;
  const sources = [BASE, SUITE].map((suite) => `deb ${signed}${mirror.uri} ${suite} main\n`);
  writeFileSync(join(apt, "sources"), sources.join(""));
  writeFileSync(join(apt, "status"), "");
  const options = {
    "Dir::Etc::sourcelist": join(apt, "sources"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::Etc::preferencesparts": "/dev/null",
    "Dir::State": join(apt, "state"),
    "Dir::State::status": join(apt, "status"),
    "Dir::Cache": join(apt, "cache"),
    "APT::Sandbox::User": "root",
  };
  const words = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const isDone = (...args) =>
    spawnSync("apt-get", [...words, "-qq", ...args], { stdio: "inherit" }).status === 0;
  const packages = ["--download-only", "--no-install-recommends", "-y", "-t", SUITE, "qemu-system-x86"];
  if (!isDone("update") || !isDone("install", ...packages))
    return console.error(`No newer QEMU: apt cannot download it from ${SUITE}`);
  const archives = join(apt, "cache/archives");
  for (const file of readdirSync(archives).filter((name) => name.endsWith(".deb")))
    run("dpkg-deb", ["-x", join(archives, file), draft]);
  writeFileSync(join(draft, QEMU_STAMP), "");
  rmSync(apt, { recursive: true, force: true });
  rmSync(place, { recursive: true, force: true });
  renameSync(draft, place);
  const qemu = newQemu();
  console.log(output(qemu[0], ...qemu.slice(1), "--version").split("\n")[0]);
}

/** Its command: it was made for another release, so that it starts with its own loader and libraries. Undefined where it is not there. */
export function newQemu() {
  const place = join(folder, "qemu");
  if (!existsSync(join(place, QEMU_STAMP))) return undefined;
  const libraries = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map((each) => join(place, each));
  const loader = ["lib64", "usr/lib64"]
    .map((each) => join(place, each, "ld-linux-x86-64.so.2"))
    .find((each) => existsSync(each));
  if (loader === undefined) return undefined;
  const data = ["share/qemu", "share/seabios"].flatMap((each) => ["-L", join(place, "usr", each)]);
  return [loader, "--library-path", libraries.join(":"), join(place, "usr/bin/qemu-system-x86_64"), ...data];
}

/** Where apt of this machine has Debian from, with the key that it trusts. */
function ownMirror() {
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(SIGNED_BY)";
  const lines = output("apt-get", "indextargets", "--format", format, "Created-By: Packages").split("\n");
  const codename = output("sh", "-c", ". /etc/os-release && echo $VERSION_CODENAME").trim();
  const [uri, , , key = ""] =
    lines.map((line) => line.split(" ")).find((words) => words[1] === codename && words[2] === "main") ?? [];
  return uri === undefined || key.includes("\n") ? undefined : { uri, key: key.startsWith("/") ? key : "" };
}
