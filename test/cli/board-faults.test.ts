import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Control, requests } from "../system/board/control.ts";
import { type Ended, env, hiltPath, projectOf, root } from "./user-project.ts";

/** What goes wrong with a line, a board and a host, through the real command line: one virtual board, and ports of other programs. */

const runtime = mkdtempSync(join(tmpdir(), "hilt ü-"));
/** Nobody else's, as its folder is. */
const OWN = `faults-${process.pid}`;
const NAME = `virtual-${OWN}`;
const port = join(runtime, "hilt-boards", NAME, "line");
const control = join(runtime, "hilt-boards", NAME, "control");

/** Terminals: one on which nothing speaks, some on which something else does, one that another program has. */
const others = `import fcntl, json, os, pty, select, sys, tty
texts = {"silent": b"", "boot log": b"U-Boot 2024.01\\r\\n", "modem": b"\\r\\nERROR\\r\\n"}
names, masters, slaves = {}, {}, []
for name in [*texts, "loop", "taken", "closed"]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    slaves.append(slave)
    names[name] = os.ttyname(slave)
    masters[master] = texts.get(name)
    if name == "taken":
        fcntl.flock(slave, fcntl.LOCK_EX)
print(json.dumps(names), flush=True)
while True:
    for ready in select.select([*masters, 0], [], [])[0]:
        if ready == 0:
            sys.exit()
        heard = os.read(ready, 65536)
        os.write(ready, heard if masters[ready] is None else masters[ready])
`;

/** Each moves bytes there and back, and looks at them; `meanwhile` happens in the middle of it. */
const bench = `import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { expect, test } from "hilt";
import { Control, requests } from ${JSON.stringify(join(root, "test/system/board/control.ts"))};

const moves = async ({ host, device, rng }, meanwhile = async () => {}) => {
  const source = host.allocate({ lengthBytes: 12_000, offset: 3 });
  const target = host.allocate({ lengthBytes: 12_000 });
  source.write(rng.bytes(12_000));
  const loading = device.hostToCard(source);
  await Promise.all([loading, meanwhile()]);
  await device.cardToHost(target);
  expect(target).toHoldBytes(source.read());
};
const onBoard = async (work) => {
  const board = await Control.open(${JSON.stringify(control)});
  try {
    return await work(board);
  } finally {
    board.close();
  }
};
`;
const each = "async ({ host, device, rng }) =>";
const moves = "moves({ host, device, rng }";
const project = projectOf({
  "others.py": others,
  "two.hil.ts": `${bench}test("one", ${each} ${moves}));\ntest("two", ${each} ${moves}));\n`,
  "reprogrammed.hil.ts": `${bench}
import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
const hilt = (...args) => spawnSync(process.execPath, ["${hiltPath}", "boards", ...args], { env: process.env });
test("reprogrammed", ${each} ${moves}, () => {
  hilt("stop", "${NAME}");
  // Another build, of sources that mean the same.
  appendFileSync("boards/${OWN}/ulx3s.lpf", "# later\\n");
  hilt("start", "${NAME}", "--line", "bits");
}));
test("after it", ${each} ${moves}));
`,
  "plain.hil.ts": `${bench}test("plain", ${each} ${moves}));\n`,
  "survives.hil.ts": `${bench}
test("noise between frames", ${each} {
  await ${moves}, () => onBoard((board) => board.disturb({ seed: 3, garbage: 40_000, bitErrors: 1_000 })));
  for (let round = 0; round < 4; round++) await ${moves});
});
test("noise before the first frame", ${each} {
  await ${moves});
  await onBoard((board) => board.disturb({}));
});
test("unplugged", ${each} ${moves}, () => onBoard((board) => board.unplug(200))));
test("stopped", ${each} ${moves}, async () => {
  const pids = [process.ppid, process.pid];
  spawn("sh", ["-c", \`kill -STOP \${pids[0]}; sleep 5; kill -CONT \${pids.join(" ")}\`], { detached: true });
  process.kill(process.pid, "SIGSTOP");
}));
`,
  "reset.hil.ts": `${bench}
test("reset", ${each} ${moves}, () => onBoard((board) => board.ask(requests.reset))));
test("after it", ${each} ${moves}));
`,
  "endless.hil.ts": `${bench}
test("endless", ${each} {
  for (let round = 0; ; round++) {
    await ${moves});
    writeFileSync("rounds", String(round));
  }
});
`,
});
cpSync(join(root, "boards/ulx3s"), join(project.path, "boards", OWN), { recursive: true });
const more = { ...env, XDG_RUNTIME_DIR: runtime };

interface Run extends Ended {
  /** Of all errors that it has printed, in order. */
  readonly codes: readonly string[];
}

/** `hilt run`, started by `command` where there is one. */
async function run(words: readonly string[], command: readonly string[] = []): Promise<Run> {
  const [program = "", ...args] = [...command, process.execPath, hiltPath, "run", ...words];
  const child = spawn(program, args, { cwd: project.path, env: more });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  const [status] = (await once(child, "close")) as [number | null];
  const codes = [...`${texts.stdout}${texts.stderr}`.matchAll(/\[(E_\w+)\]/g)].map(([, code = ""]) => code);
  return { status, ...texts, codes };
}

let built: { readonly pid: number; readonly buildHash: number };
let ports: Record<string, string>;
const talkers = spawn("python3", [join(project.path, "others.py")]);
let strangers: Promise<Run>;

beforeAll(async () => {
  const [line] = (await once(talkers.stdout, "data")) as [Buffer];
  ports = JSON.parse(line.toString()) as typeof ports;
  chmodSync(ports["closed"] as string, 0);
  const { stdout } = project.hiltIn(
    { XDG_RUNTIME_DIR: runtime },
    "boards",
    "start",
    NAME,
    "--line",
    "bits",
    "--json",
  );
  built = JSON.parse(stdout) as typeof built;
  const links = { ...ports, nowhere: "/dev/nö where", folder: "/dev", no: "/dev/null", port };
  const targets = Object.entries(links).map(([name, path]) => [name, { link: "uart", port: path }]);
  const config = {
    targets: {
      board: { link: "uart", board: NAME },
      other: { link: "uart", board: NAME, buildHash: 5 },
      rate: { link: "uart", board: NAME, baudRate: 1_000_000 },
      pinned: { link: "uart", board: NAME, buildHash: built.buildHash, replugMs: 300_000 },
      ...Object.fromEntries(targets),
    },
  };
  project.write("hilt.config.mjs", `export default ${JSON.stringify(config)};\n`);
  // It waits most of its time.
  strangers = run(["two.hil.ts", "--target", "boot log,modem,silent,loop"]);
});
afterAll(() => {
  talkers.stdin.end();
  project.hiltIn({ XDG_RUNTIME_DIR: runtime }, "boards", "stop", NAME);
  rmSync(runtime, { recursive: true, force: true });
});

test("a port that cannot be had and a board of another design are faults of the environment, and each says what it found", async () => {
  // Root may open anything.
  const unprivileged =
    process.getuid?.() === 0 ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] : [];
  const { status, stdout, codes } = await run(
    ["plain.hil.ts", "--target", "nowhere,folder,no,closed,taken,other"],
    unprivileged,
  );
  expect(stdout).toMatch(/\/dev\/nö where: no such port; /);
  for (const place of ["/dev", "/dev/null"]) expect(stdout).toContain(`${place}: not a serial port`);
  expect(stdout).toContain(`${ports["closed"]}: no permission to open it`);
  expect(stdout).toContain(`${ports["taken"]}: another program has this port`);
  expect(stdout).toMatch(/has build 0x[0-9a-f]{8}, and the target asks for 0x00000005/);
  expect(codes).toEqual([...Array<string>(5).fill("E_SERIAL_PORT"), "E_BOARD_MISMATCH"]);
  expect(status).toBe(3);
});

test("noise, a pulled cable and a host that stood still lose nothing", async () => {
  const { status, stdout } = await run([
    "survives.hil.ts",
    "--target",
    "board",
    "--verbose",
    "--junit",
    "report.xml",
  ]);
  expect(stdout).toMatch(/^benches: +4 passed, 0 failed/m);
  expect(stdout).toMatch(/was gone \(.*\) and is back; the session goes on/);
  expect(stdout).toMatch(
    /^line: +\d+ frames to the board, \d+ from it: .* mean round trip [\d.]+ ms\n +ATTENTION: the line/m,
  );
  expect(readFileSync(join(project.path, "report.xml"), "utf8")).toMatch(
    /<property name="line" value="\d+ frames to/,
  );
  expect(status).toBe(0);
});

test("a board at another rate than the target's hears and says nothing that makes sense", async () => {
  const board = await Control.open(control);
  const { up } = await board.line();
  const running = run(["two.hil.ts", "--target", "rate"]);
  await vi.waitUntil(async () => (await board.line()).up > up, { timeout: 60_000, interval: 20 });
  // It says BOOT, as it does once a second of its own time.
  await board.ask(requests.reset);
  const { status, stdout, codes } = await running;
  board.close();
  expect(stdout).toMatch(
    / at 1000000 baud: nothing has answered as a board does; what was heard begins with ([0-9a-f]{2} ?)+/,
  );
  expect(stdout).toMatch(/^not run +two\.hil\.ts > two: link lost: /m);
  expect(codes).toEqual(["E_NO_BOARD"]);
  expect(status).toBe(4);
});

test("a line that is not fit for use is given up, with how much it damages", async () => {
  const board = await Control.open(control);
  await board.disturb({ seed: 5, bitErrors: 2_000_000 });
  const { status, stdout, codes } = await run(["two.hil.ts", "--target", "board"]);
  await board.disturb({});
  board.close();
  expect(stdout).toMatch(
    /a board answers, but the line is not fit for use: .* damaged or lost, one in \d+ bytes/,
  );
  expect(stdout).toMatch(/^not run +two\.hil\.ts > two: link lost: /m);
  expect(codes).toEqual(["E_NOISY_LINE"]);
  expect(status).toBe(4);
});

test("a board that is reprogrammed in mid test is a lost link that names both builds; the test after it does not take the new one", async () => {
  const { status, stdout, codes } = await run([
    "reprogrammed.hil.ts",
    "--target",
    "pinned",
    "--timeout",
    "300000",
  ]);
  const hash = `0x${built.buildHash.toString(16).padStart(8, "0")}`;
  expect(stdout).toMatch(
    new RegExp(`with another design: build 0x[0-9a-f]{8}, and it was ${hash}; the board had acknowledged`),
  );
  expect(stdout).toMatch(new RegExp(`has build 0x[0-9a-f]{8}, and the target asks for ${hash}`));
  expect(codes).toEqual(expect.arrayContaining(["E_LINK_LOST", "E_BOARD_MISMATCH"]));
  expect(status).toBe(4);
});

test("a board that is reset in mid test is a lost link; the test after it has a fresh one", async () => {
  const { status, stdout, codes } = await run(["reset.hil.ts", "--target", "board"]);
  expect(stdout).toMatch(
    /^failed +reset\.hil\.ts > reset .*\n +board: the board has begun anew: .* had acknowledged \d+ of \d+ bytes/m,
  );
  expect(stdout).toMatch(/^passed +reset\.hil\.ts > after it .*\n +the link was connected again:/m);
  expect(codes).toContain("E_LINK_LOST");
  expect(status).toBe(4);
});

test("two runs on one board, then the first is killed in mid transfer: the next begins as if it had not been", async () => {
  const child = spawn(process.execPath, [hiltPath, "run", "endless.hil.ts"], {
    cwd: project.path,
    env: more,
  });
  const rounds = (): number => {
    try {
      return Number(readFileSync(join(project.path, "rounds"), "utf8"));
    } catch {
      return 0;
    }
  };
  await vi.waitUntil(() => rounds() > 1, { timeout: 60_000, interval: 20 });
  const [second, third] = await Promise.all([
    run(["plain.hil.ts", "--target", "board"]),
    run(["plain.hil.ts", "--target", "port"]),
  ]);
  expect(`${second.stdout}${second.stderr}`).toContain(`board ${NAME} is in use by process ${child.pid} (`);
  expect(`${second.stdout}${second.stderr}`).toContain(`; lock ${join(runtime, "hilt-boards", NAME)}`);
  expect([second.status, second.codes]).toEqual([3, ["E_BOARD_LOCKED"]]);
  expect(third.stdout).toContain(`${port}: another program has this port`);
  expect(third.status).toBe(3);
  child.kill("SIGKILL");
  await once(child, "close");
  const { status, stdout } = await run(["plain.hil.ts", "--target", "board"]);
  expect(stdout).toMatch(/^PASSED$/m);
  expect(status).toBe(0);
});

test("a disk that is full under the journal is a fault of the environment, and what is written already stays", async () => {
  // As a disk does that is full: a write that ends early.
  const { status, stdout } = await run(
    ["endless.hil.ts", "--target", "board", "--journal", "whole"],
    ["bash", "-c", 'ulimit -f 300; exec "$0" "$@"'],
  );
  expect(stdout).toMatch(
    /^ +the system refused: EFBIG: file too large, write \[E_DISK\]\n +hint: make room/m,
  );
  expect(status).toBe(3);
  const [, journal = "none"] =
    /^ +journal: (.*), not complete$|^ +journal: (.*)$/m.exec(stdout)?.filter(Boolean) ?? [];
  const shown = project.hilt("journal", "show", journal);
  expect(shown.stdout).toMatch(/device writes 256 bytes/);
  expect([shown.status, shown.stderr]).toEqual([3, expect.stringContaining("[E_JOURNAL_DAMAGED]")]);
});

test("a port on which something else talks, or nothing, has no board: the message says what was heard", async () => {
  const { status, stdout, codes } = await strangers;
  expect(stdout).toContain('what was heard begins with "U-Boot 2024.01\\r\\n');
  expect(stdout).toContain('what was heard begins with "\\r\\nERROR\\r\\n');
  expect(stdout).toContain(
    `silent: ${ports["silent"]} at 3000000 baud: nothing has answered, and nothing was heard`,
  );
  expect(stdout).toContain("no board has answered: what is sent comes back");
  // Nobody waits for the same once more.
  expect(stdout.match(/^not run +two\.hil\.ts > two\b.*: link lost: /gm)).toHaveLength(4);
  expect(codes).toEqual(Array<string>(4).fill("E_NO_BOARD"));
  expect(status).toBe(4);
});
