// For `node --import`: what is imported from src is the translation that a user runs, made once for each state of the
// sources. The loader of development keeps names of functions, which costs a small transfer a third of its time.
import { register } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { builtClone } from "../bin/clone.js";

const root = new URL("..", import.meta.url);
const built = pathToFileURL(`${builtClone(fileURLToPath(root))}/`).href;
register("./compiled-hooks.js", import.meta.url, { data: { src: new URL("src/", root).href, built } });
