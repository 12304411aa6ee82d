import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const python = join(process.cwd(), ".cache/python/bin/python");
const folder = mkdtempSync(join(tmpdir(), "hilt python ü-"));
afterAll(() => rmSync(folder, { recursive: true }));

const script = `
import json, sys
from hilt_cocotb import messages
from hilt_cocotb.messages import Control, RegisterRead, RegisterWrite, UpDecoder

def parsed(data, step):
    decoder = UpDecoder()
    return [one for at in range(0, len(data), step) for one in decoder.receive(data[at:at + step])]

def shown(one):
    if isinstance(one, RegisterRead):
        return {"kind": "register-read", "address": one.address, "width": one.width}
    if isinstance(one, RegisterWrite):
        return {"kind": "register-write", "address": one.address, "width": one.width, "value": str(one.value)}
    return {"kind": "control", "code": one.code, "isAnswer": one.is_answer, "isFailed": one.is_failed, "payload": one.payload.hex()}

vectors = json.load(sys.stdin)
up = []
for vector in vectors["up"]:
    data = bytes.fromhex(vector["bytes"])
    if vector["message"]["kind"] in ("register-read", "register-write", "control"):
        up.append([shown(one) for step in (1, 3, 1000) for one in parsed(data, step)])
    else:
        try:
            parsed(data, 1)
            up.append("taken")
        except messages.MessageError:
            up.append("refused")
down = []
for vector in vectors["down"]:
    message = vector["message"]
    if message["kind"] == "register-value":
        down.append(messages.register_value(int(message["value"]), message["status"], message["width"]).hex())
    elif message["kind"] == "register-written":
        down.append(messages.register_written(message["status"]).hex())
    elif message["kind"] == "control":
        control = Control(message["code"], bytes.fromhex(message["payload"]), message["isAnswer"], message["isFailed"])
        down.append(messages.control(control).hex())
    else:
        down.append(None)
print(json.dumps([up, down, messages.__file__]))
`;

interface Vectors {
  readonly up: readonly { readonly message: { readonly kind: string }; readonly bytes: string }[];
  readonly down: readonly { readonly message: { readonly kind: string }; readonly bytes: string }[];
}

describe("the package hilt_cocotb", () => {
  test("is installed by pip, and its messages are those of the golden vectors", () => {
    const options = [
      "--quiet",
      "--disable-pip-version-check",
      "--no-deps",
      "--no-index",
      "--no-build-isolation",
    ];
    const installed = join(folder, "installed");
    execFileSync(python, ["-m", "pip", "install", ...options, "--target", installed, "./sim/cocotb"]);
    const vectors = JSON.parse(readFileSync("test/vectors/wire-messages.json", "utf8")) as Vectors;
    const { stdout, stderr } = spawnSync(
      python,
      ["-I", "-c", `import sys; sys.path.insert(0, ${JSON.stringify(installed)})\n${script}`],
      {
        input: JSON.stringify(vectors),
        encoding: "utf8",
      },
    );
    expect(stderr).toBe("");
    const [up, down, file] = JSON.parse(stdout) as [unknown[], unknown[], string];
    expect(file).toContain(installed);
    for (const [index, { message }] of vectors.up.entries()) {
      const isTaken = ["register-read", "register-write", "control"].includes(message.kind);
      expect(up[index], JSON.stringify(message)).toEqual(isTaken ? [message, message, message] : "refused");
    }
    for (const [index, { message, bytes }] of vectors.down.entries()) {
      const isMade = ["register-value", "register-written", "control"].includes(message.kind);
      expect(down[index], JSON.stringify(message)).toBe(isMade ? bytes : null);
    }
  });

  test("ends a simulator whose host was gone before it could ask to end with it", () => {
    const gone = spawnSync(python, ["-c", "import os; print(os.getpid())"], {
      encoding: "utf8",
    }).stdout.trim();
    const ending = (host: string) =>
      spawnSync(python, ["-c", `from hilt_cocotb.process import end_with_parent; end_with_parent(${host})`], {
        env: { ...process.env, PYTHONPATH: "sim/cocotb" },
      });
    expect(ending(String(process.pid))).toMatchObject({ status: 0, signal: null });
    expect(ending(gone)).toMatchObject({ signal: "SIGKILL" });
  });

  test("is in the package of npm, with its Verilog", () => {
    const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      encoding: "utf8",
    });
    const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "sim/cocotb/pyproject.toml",
        "sim/cocotb/hilt_cocotb.v",
        "sim/cocotb/hilt_cocotb_log.vh",
        "sim/cocotb/hilt_cocotb_requests.vh",
        "sim/cocotb/hilt_cocotb_time.vh",
        "sim/cocotb/hilt_cocotb/bridge.py",
      ]),
    );
    expect(paths.filter((path) => path.includes("__pycache__"))).toEqual([]);
  });
});
