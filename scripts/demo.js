// `npm run demo`: the main job in the built-in simulator, on a machine that has Node and npm and nothing else.
import { installPackages, run } from "./install.js";

installPackages();
run(process.execPath, ["bin/hilt.js", "run", "examples", ...process.argv.slice(2)]);
