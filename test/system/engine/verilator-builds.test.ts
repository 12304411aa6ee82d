import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import type { ModelSource } from "../../../src/engine/engine.ts";
import { readTree } from "../../../src/engine/source-tree.ts";
import { SourceCopies } from "../../../src/engine/verilator/source-copies.ts";
import { findToolchain } from "../../../src/engine/verilator/toolchain.ts";
import { translate } from "../../../src/engine/verilator/translate.ts";
import { VerilatorEngine } from "../../../src/engine/verilator-engine.ts";
import { newVerilator } from "../../new-verilator.ts";

const root = mkdtempSync(join(tmpdir(), "hilt builds ü-"));
afterAll(() => rmSync(root, { recursive: true }));

const versions = { "5.006 or what is on the PATH": undefined, "the newest": newVerilator() };

describe.each(Object.entries(versions))("Verilator %s", (name, verilator) => {
  const folder = join(root, name.replace(/\W/g, ""));
  const cacheDirectory = join(folder, "cache");

  /** Every file has the same time: nothing may be believed of it. */
  function write(file: string, text: string): string {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    utimesSync(path, 1_000_000_000, 1_000_000_000);
    return path;
  }

  const files = [
    [
      "rtl/top.v",
      `module top(input clk, output [63:0] q);\n\`define INC "macro.vh"\n\`include \`INC\n\`ifndef NO \`include "one line.vh"\n\`endif\n\`include "../inc/up.vh"\nwire [7:0] p, s; part part(p); sub sub(s);\nimport "DPI-C" function int dpi_id();\nint d; initial d = dpi_id();\nreg [7:0] m [0:0]; initial $readmemh("${join(folder, "data.hex")}", m);\nassign q = {\`MACRO, \`LINE, \`UP, p, s, d[15:0], m[0]};\nalways @(posedge clk) $display("%s", \`__FILE__);\nendmodule\n`,
    ],
    ["rtl/macro.vh", "`define MACRO 8'h11\n"],
    ["rtl/one line.vh", "`define LINE 8'h22\n"],
    ["inc/up.vh", "`define UP 8'h33\n"],
    ["other/part.v", 'module part(output [7:0] p);\n`include "macro.vh"\nassign p = 8\'h44;\nendmodule\n'],
    ["other/macro.vh", "// of another folder\n"],
    ["lib/sub.v", "module sub(output [7:0] s);\nassign s = 8'h55;\nendmodule\n"],
    [
      "rtl/d.cpp",
      '#define HEADER "../inc/d.h"\n#include HEADER\nextern "C" int dpi_id() { return DPI_VAL; }\n',
    ],
    ["inc/d.h", "#define DPI_VAL 0x7171\n"],
    ["data.hex", "80\n"],
  ] as const;
  const source = (): ModelSource => ({
    top: "top",
    files: ["rtl/top.v", "other/part.v", "rtl/d.cpp"].map((file) => join(folder, file)),
    includeDirectories: [join(folder, "lib")],
    clock: "clk",
  });
  async function run(command: string): Promise<{ q: string; said: string; fromCache: boolean }> {
    const engine = new VerilatorEngine({ cacheDirectory, verilator: command });
    const model = await engine.build(source());
    let said = "";
    const simulation = model.open({ onMessage: ({ text }) => (said += text) });
    simulation.run(1);
    return { q: simulation.port("q").readBig().toString(16), said: said.trim(), fromCache: model.fromCache };
  }

  /** Verilator started by a script that edits a header first, and puts the old file back after its end. */
  function racing(header: string): string {
    const { root: installed, verilator: command } = findToolchain(verilator);
    const own = join(folder, "racing");
    mkdirSync(join(own, "bin"), { recursive: true });
    symlinkSync(join(installed, "include"), join(own, "include"));
    const script = [
      "#!/bin/sh",
      `unset VERILATOR_ROOT\nprintf '\`define MACRO 255\\n' > '${header}.new'`,
      `mv '${header}' '${header}.old'\nmv '${header}.new' '${header}'`,
      `${command} "$@"\nstatus=$?\nmv '${header}.old' '${header}'\nexit $status\n`,
    ].join("\n");
    const path = write("racing/bin/verilator", script);
    chmodSync(path, 0o755);
    return path;
  }

  test("translates copies of what it may read, in a folder with a space, and names the user's files", async () => {
    for (const [file, text] of files) write(file, text);
    const build = mkdtempSync(join(tmpdir(), "hilt-copies-"));
    const copies = new SourceCopies(build, source(), readTree(source(), { names: ["sub.v"] }));
    copies.write();
    await translate(source(), copies, findToolchain(verilator), silentLog, { limitSeconds: 600, work: "it" });
    const text = readdirSync(build).map((each) =>
      each.endsWith(".cpp") ? readFileSync(join(build, each), "utf8") : "",
    );
    expect(text.join("")).toContain(join(folder, "rtl/top.v"));
    expect(text.join("")).not.toContain("hilt-sources");
    rmSync(build, { recursive: true });
  });

  if (verilator !== undefined) return;

  test("builds from what the key of the model is made of, whatever is edited meanwhile", async () => {
    for (const [file, text] of files) write(file, text);
    const command = racing(join(folder, "rtl/macro.vh"));
    const first = { q: "1122334455717180", said: join(folder, "rtl/top.v") };
    expect(await run(command)).toEqual({ ...first, fromCache: false });
    expect(readFileSync(join(folder, "rtl/macro.vh"), "utf8")).toContain("8'h11");
    // Data is read when a simulation opens.
    write("data.hex", "81\n");
    expect(await run(command)).toEqual({ ...first, q: "1122334455717181", fromCache: true });
    write("inc/d.h", "#define DPI_VAL 0x7272\n");
    write("lib/sub.v", "module sub(output [7:0] s);\nassign s = 8'h56;\nendmodule\n");
    expect(await run(command)).toEqual({ ...first, q: "1122334456727281", fromCache: false });
  }, 300_000);

  test("warns of what nothing drives, also when the model is in the cache", async () => {
    const top = write(
      "own/open.v",
      `module top(input clk, input a, output y, output [3:0] z);
wire u; wire [3:0] p; assign p[1:0] = {a, a};
part s(.b(a), .o(z[3])); part t(.open(), .b(a), .o());
assign y = a ^ u; assign z[2:0] = p[2:0]; endmodule
module part(
  input open, input b, output o); assign o = open ^ b; endmodule\n`,
    );
    for (const fromCache of [false, true]) {
      const model = await new VerilatorEngine({ cacheDirectory }).build({
        top: "top",
        files: [top],
        clock: "clk",
      });
      expect(model.fromCache).toBe(fromCache);
      expect(model.warnings).toEqual([
        `${top}:2: nothing drives u: it holds what the seed gives it`,
        `${top}:2: nothing drives p[2]: it holds what the seed gives it`,
        `${top}:6: nothing drives the input open: it holds what the seed gives it`,
      ]);
    }
  }, 300_000);

  test("reports what is wrong in C++, or is not there, as an error of the user's file and line", async () => {
    const top = write(
      "own/top.v",
      'module top(input clk, output [31:0] y);\nimport "DPI-C" function int f();\nassign y = f(); endmodule\n',
    );
    const wrong = write("own/f.cpp", 'extern "C" int f() {\n  return nope;\n}\n');
    const build = (...more: string[]) =>
      new VerilatorEngine({ cacheDirectory }).build({ top: "top", files: [top, ...more], clock: "clk" });
    const error = await build(wrong).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "E_BUILD", blame: "product", place: `${wrong}:2` });
    expect((error as Error).message).toMatch(/:2: .nope. was not declared in this scope/);
    await expect(build()).rejects.toMatchObject({
      ...{ code: "E_BUILD", message: `${top}:2: no file of C or C++ defines f, which is imported here` },
    });
  }, 300_000);
});
