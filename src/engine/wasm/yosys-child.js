// Runs Yosys once. A process of its own: it starts faster without the optimizing compiler (`--liftoff-only`), which the
// simulation needs. Input on stdin: {files, script}. Output on stdout: a line with the files that Yosys has opened, as JSON, and one
// with the netlist. Messages on stderr.
import { runYosys } from "@yowasp/yosys";

const NETLIST = "hilt-netlist.json";
const OPENED = "hilt-opened.d";
const decode = (content) => (typeof content === "string" ? content : Buffer.from(content).toString("utf8"));

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

const write = (bytes) => {
  if (bytes !== null) process.stderr.write(bytes);
};
try {
  const out = await runYosys(["-q", "-E", OPENED, "-p", `${script}; write_json ${NETLIST}`], tree, {
    stdout: write,
    stderr: write,
  });
  // A rule of make: `netlist: file file`, with a backslash before a space.
  const [, files = ""] = decode(out[OPENED]).split(": ", 2);
  const opened = files.match(/(?:\\ |[^ \n])+/g) ?? [];
  process.stdout.write(`${JSON.stringify(opened.map((path) => path.replaceAll("\\ ", " ")))}\n`);
  process.stdout.write(decode(out[NETLIST]));
} catch (error) {
  if (error.code === undefined) process.stderr.write(`ERROR: ${error.message}\n`);
  process.exitCode = 1;
}
