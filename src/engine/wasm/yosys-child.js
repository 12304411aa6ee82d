// Runs Yosys once. A process of its own: it starts faster without the optimizing compiler (`--liftoff-only`), which the
// simulation needs. Input on stdin: {files, script}. Output on stdout: the netlist as JSON. Messages on stderr.
import { runYosys } from "@yowasp/yosys";

const NETLIST = "hilt-netlist.json";

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
  const out = await runYosys(["-q", "-p", `${script}; write_json ${NETLIST}`], tree, {
    stdout: write,
    stderr: write,
  });
  const netlist = out[NETLIST];
  process.stdout.write(typeof netlist === "string" ? netlist : Buffer.from(netlist));
} catch (error) {
  if (error.code === undefined) process.stderr.write(`ERROR: ${error.message}\n`);
  process.exitCode = 1;
}
