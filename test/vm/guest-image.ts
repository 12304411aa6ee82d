import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Initramfs } from "./initramfs.ts";
import { installProduct } from "./product.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guest = fileURLToPath(new URL("guest", import.meta.url));
const kernelFolder = join(root, ".cache/guest/kernel");

/** In the order in which they are loaded; a newer kernel has some of them built in. */
const modules = ["irqbypass", "vfio", "vfio_virqfd", "vfio_iommu_type1", "vfio-pci-core", "vfio-pci"];

export interface GuestProgram {
  readonly name: string;
  readonly code: string;
}

/** Debian's kernel for the guest, as `scripts/guest.js` has unpacked it. */
export function kernelImage(): string {
  const folder = join(kernelFolder, "boot");
  const name = existsSync(folder)
    ? readdirSync(folder).find((each) => each.startsWith("vmlinuz-"))
    : undefined;
  if (name === undefined) throw new Error(`no kernel for the guest in ${folder}: npm test unpacks one there`);
  return join(folder, name);
}

/** Writes the guest's file system to `path`: busybox, Node, what both need, VFIO, the product, and programs that run one by one. */
export function writeGuestImage(path: string, programs: readonly GuestProgram[], built: string): void {
  const image = new Initramfs(path);
  for (const folder of ["/dev", "/proc", "/sys", "/tmp"]) image.folder(folder);
  image.copy("/bin/busybox", execFileSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).trim());
  image.copy("/bin/node", process.execPath);
  image.file("/bin/sudo", readFileSync(join(guest, "sudo")), 0o755);
  image.file("/init", readFileSync(join(guest, "init")), 0o755);
  const machineCode = installProduct(image, "/guest/node_modules", built);
  image.copy("/guest/project/examples", join(root, "examples"));
  for (const library of librariesOf(process.execPath, ...machineCode))
    image.file(library, readFileSync(library), 0o755);
  for (const name of modules) {
    const file = moduleFile(name);
    if (file !== undefined) image.file(`/modules/${name}.ko`, readFileSync(file));
  }
  for (const { name, code } of programs) image.file(`/guest/${name}`, code);
  image.file("/guest/parts", programs.map(({ name }) => `${name}\n`).join(""));
  image.close();
}

/** Shared libraries that a program needs, the loader included. */
function librariesOf(...programs: readonly string[]): ReadonlySet<string> {
  const text = execFileSync("ldd", [...programs], { encoding: "utf8" });
  return new Set([...text.matchAll(/(\/\S+\.so[.\d]*)/g)].map(([, file]) => file as string));
}

function moduleFile(name: string): string | undefined {
  const folder = join(kernelFolder, "lib/modules");
  const file = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((each) =>
    each.endsWith(`/${name}.ko`),
  );
  return file === undefined ? undefined : join(folder, file);
}
