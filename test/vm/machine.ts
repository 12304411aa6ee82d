import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Emulation is slow on a busy machine; this is many times what it takes. */
const LIMIT_MS = 300_000;
const MEMORY_MIB = 768;

export interface MachineOptions {
  /** The program and what comes before all other options. */
  readonly qemu: readonly string[];
  readonly kernel: string;
  readonly image: string;
  readonly devices: readonly string[];
  /** Called for each line that the machine prints, as it comes. */
  readonly onLine: (line: string) => void;
}

/** Starts the machine and gives back what it has printed on its serial port when it is off. */
export async function runMachine({ qemu, kernel, image, devices, onLine }: MachineOptions): Promise<string> {
  const [program = "qemu-system-x86_64", ...before] = qemu;
  const child = spawn(
    program,
    [
      ...before,
      ...[
        "-M",
        "q35,memory-backend=ram",
        "-object",
        `memory-backend-memfd,id=ram,size=${MEMORY_MIB}M,share=on`,
      ],
      ...["-accel", "tcg", "-cpu", "max", "-smp", "1", "-m", String(MEMORY_MIB)],
      ...[
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-serial",
        "stdio",
        "-monitor",
        "none",
        "-no-reboot",
      ],
      ...["-device", "intel-iommu,intremap=on,caching-mode=on"],
      ...devices.flatMap((device) => ["-device", device]),
      ...["-kernel", kernel, "-initrd", image],
      // By the timer that says its frequency. That of the processor's counter is measured when the kernel starts, and an
      // emulator that waits for its turn then has a clock that is many times too fast.
      "-append",
      "console=ttyS0 panic=-1 quiet nokaslr mitigations=off cryptomgr.notests no_timer_check tsc=unstable",
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const output: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => output.push(bytes));
  createInterface(child.stdout).on("line", (line) => onLine(line.trimEnd()));
  child.stderr.on("data", (bytes: Buffer) => output.push(bytes));
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  try {
    await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(output).toString("utf8").replaceAll("\r", "");
}
