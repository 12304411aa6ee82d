import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { boardHolder, lockBoard } from "../../../src/board/board-lock.ts";

const directory = mkdtempSync(join(tmpdir(), "hilt schlösser "));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("a board that somebody has is refused, and whoever asks hears who it is", () => {
  {
    using lock = lockBoard("ulx3s", { command: "hilt run", directory });
    expect(() => lockBoard("ulx3s", { command: "hilt build", directory })).toThrow(
      new RegExp(
        `^board ulx3s is in use by process ${process.pid} \\(\\S+, since 20\\S+Z, hilt run\\); lock `,
      ),
    );
    expect(boardHolder("ulx3s", directory)).toMatchObject({ pid: process.pid, command: "hilt run" });
    // As UUCP programs have it: ten characters and a newline.
    expect(readFileSync(lock.file, "utf8").slice(0, 11)).toBe(`${String(process.pid).padStart(10)}\n`);
    using other = lockBoard("icebreaker", { command: "hilt run", directory });
    expect(existsSync(other.file)).toBe(true);
  }
  expect(boardHolder("ulx3s", directory)).toBeUndefined();
  lockBoard("ulx3s", { command: "again", directory })[Symbol.dispose]();
});

test("the lock of a process that is killed is free", async () => {
  const script = `
    import { lockBoard } from ${JSON.stringify(join(import.meta.dirname, "../../../src/board/board-lock.ts"))};
    lockBoard("killed", { command: "x", directory: ${JSON.stringify(directory)} });
    process.stdout.write("held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
  await once(child.stdout, "data");
  expect(boardHolder("killed", directory)?.pid).toBe(child.pid);
  child.kill("SIGKILL");
  await once(child, "close");
  expect(boardHolder("killed", directory)).toBeUndefined();
  lockBoard("killed", { command: "y", directory })[Symbol.dispose]();
});

test("a port that another program has by its UUCP file is refused; a file of a process that is gone is not heeded", () => {
  const file = join(directory, "LCK..ttyUSB7");
  const options = { command: "hilt run", device: "/dev/ttyUSB7", directory };
  writeFileSync(file, `${String(process.ppid).padStart(10)}\n`);
  expect(() => lockBoard("b", options)).toThrow(
    `board b is in use by process ${process.ppid} (a program that has /dev/ttyUSB7 open); lock ${file}`,
  );
  // What was refused holds nothing.
  expect(boardHolder("b", directory)).toBeUndefined();
  writeFileSync(file, "   4194304\n");
  {
    using _lock = lockBoard("b", options);
    expect(readFileSync(file, "utf8")).toBe(`${String(process.pid).padStart(10)}\n`);
  }
  expect(existsSync(file)).toBe(false);
});

test.each(["0", "-1", "what?"])("an UUCP file of process %s names nobody", (pid) => {
  const file = join(directory, "LCK..ttyUSB8");
  writeFileSync(file, `${pid.padStart(10)}\n`);
  lockBoard("c", { command: "hilt run", device: "/dev/ttyUSB8", directory })[Symbol.dispose]();
});

test("a lock that another program has, which says nothing of itself, is not that of process 0", async () => {
  const file = join(directory, "hilt-silent.lock");
  writeFileSync(file, "");
  const child = spawn("flock", [file, "sh", "-c", "echo held; read line"]);
  await once(child.stdout, "data");
  try {
    expect(() => lockBoard("silent", { command: "hilt run", directory })).toThrow(
      `board silent is in use by a process that does not say which it is; lock ${file}`,
    );
    expect(boardHolder("silent", directory)).toEqual({});
  } finally {
    child.stdin.end();
    await once(child, "close");
  }
});

test("a link in the place of a lock is not followed, nor is it waited for", () => {
  const victim = join(directory, "precious");
  writeFileSync(victim, "precious");
  for (const [name, target] of [
    ["nowhere", join(directory, "gone")],
    ["somewhere", victim],
  ] as const) {
    symlinkSync(target, join(directory, `hilt-${name}.lock`));
    expect(() => lockBoard(name, { command: "hilt run", directory })).toThrow(/ELOOP.*hilt-\w+\.lock/);
    expect(boardHolder(name, directory)).toBeUndefined();
  }
  expect(readFileSync(victim, "utf8")).toBe("precious");
});

test("a lock that cannot be written is named", () => {
  const [folder, file] = [join(directory, "full"), join(directory, "full/hilt-b.lock")];
  mkdirSync(folder);
  writeFileSync(file, "");
  const limited = spawnSync(
    "bash",
    [
      "-c",
      'trap "" XFSZ; ulimit -f 0; exec "$@"',
      "-",
      process.execPath,
      "--import",
      "tsx",
      "--input-type=module",
      "-e",
      `import { lockBoard } from ${JSON.stringify(join(import.meta.dirname, "../../../src/board/board-lock.ts"))};
       try { lockBoard("b", { command: "x", directory: ${JSON.stringify(folder)} }); }
       catch (error) { console.log(error.message); }`,
    ],
    { encoding: "utf8" },
  );
  expect(limited.stdout).toBe(`EFBIG: file too large, write '${file}'\n`);
});

// Only root may be somebody else.
test.runIf(process.getuid?.() === 0)(
  "a user whose id has no name, as in a container, has boards and locks",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "hilt namenlos "));
    const source = (name: string) =>
      JSON.stringify(join(import.meta.dirname, `../../../src/board/${name}.ts`));
    const script = `
    import { boardHolder, lockBoard } from ${source("board-lock")};
    import { boardPlaces } from ${source("running-board")};
    const { folder } = boardPlaces("virtual-x");
    lockBoard("b", { command: "x", directory: ${JSON.stringify(folder)} });
    const { pid, ...holder } = boardHolder("b", ${JSON.stringify(folder)});
    console.log(JSON.stringify([folder, holder.user ?? "nobody that has a name"]));`;
    try {
      chmodSync(folder, 0o777);
      const { stdout } = spawnSync(
        "setpriv",
        [
          "--reuid=54321",
          "--regid=54321",
          "--clear-groups",
          process.execPath,
          "--import",
          "tsx",
          "--input-type=module",
          "-e",
          script,
        ],
        { encoding: "utf8", env: { PATH: process.env["PATH"], TMPDIR: folder } },
      );
      expect(JSON.parse(stdout)).toEqual([
        join(folder, "hilt-54321/hilt-boards/virtual-x"),
        "nobody that has a name",
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
