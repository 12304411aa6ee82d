// Runs Yosys once. A process of its own: it starts faster without the optimizing compiler (`--liftoff-only`), which the
// simulation needs, and without a look at functions that are never called (`--wasm-lazy-validation`). Input on stdin:
// {files, script}. Output on stdout: a line with the files that Yosys has opened, as JSON, and one with the netlist.
// Messages on stderr.
import { runYosys } from "@yowasp/yosys";

// The package hands its 30 MB to V8 as a stream of small pieces, through a `Response`; in one piece they take half the time.
globalThis.Response = class {
  constructor(bytes) {
    this.bytes = bytes;
  }

  arrayBuffer() {
    return Promise.resolve(this.bytes);
  }
};
WebAssembly.compileStreaming = async (response) => WebAssembly.compile((await response).bytes);

const OPENED = "hilt-opened.d";
const decode = (content) => (typeof content === "string" ? content : Buffer.from(content).toString("utf8"));
/** Bytes of the netlist that are kept in one piece. */
const CHUNK = 1 << 20;

let text = "";
for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
const { files, script } = JSON.parse(text);

const tree = {};
for (const [path, content] of Object.entries(files)) {
  const parts = path.split("/");
  let folder = tree;
  for (const part of parts.slice(0, -1)) {
    folder[part] ??= {};
    folder = folder[part];
  }
  folder[parts.at(-1)] = content;
}

const writeMessages = (bytes) => {
  if (bytes !== null) process.stderr.write(bytes);
};
// A file of Yosys' own file system is copied whole for every 4 KiB that are added to it; its output comes line by line.
const chunks = [];
let last = Buffer.allocUnsafe(CHUNK);
let length = 0;
const keepNetlist = (bytes) => {
  if (bytes === null) return;
  if (length + bytes.length > last.length) {
    chunks.push(last.subarray(0, length));
    last = Buffer.allocUnsafe(Math.max(CHUNK, bytes.length));
    length = 0;
  }
  last.set(bytes, length);
  length += bytes.length;
};
try {
  const out = await runYosys(["-q", "-E", OPENED, "-p", `${script}; write_json -`], tree, {
    stdout: keepNetlist,
    stderr: writeMessages,
  });
  // A rule of make: `netlist: file file`, with a backslash before a space.
  const [, files = ""] = decode(out[OPENED]).split(": ", 2);
  const opened = files.match(/(?:\\ |[^ \n])+/g) ?? [];
  process.stdout.write(`${JSON.stringify(opened.map((path) => path.replaceAll("\\ ", " ")))}\n`);
  for (const chunk of chunks) process.stdout.write(chunk);
  process.stdout.write(last.subarray(0, length));
} catch (error) {
  if (error.code === undefined) process.stderr.write(`ERROR: ${error.message}\n`);
  process.exitCode = 1;
}
