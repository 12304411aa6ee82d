// Puts what users start and import into few files: each file that Node loads costs it a third of a millisecond and more, and a run
// loads hundreds. The files of modules stay beside them; with --alone only those stay that something names by their place: the keys of
// caches are made of them, and a process is started from one.
//
//     node bin/bundle.js FOLDER [--alone]
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What package.json exports, what it starts, and what a worker of Vitest is given. Together, so that each module is there once. */
const ENTRIES = ["cli/main", "config/config", "index", "session/bench-runner", "session/vitest"];
/** Of all packages the one that each command loads, in dozens of files. */
const INLINED = "yargs";
const BUNDLE = "bundle";
const NAMED_BY_PLACE = /^(engine|links)\/|^config\/schema\./;
/** An error is called by the name of its class, which the bundler changes where there is another of that name. */
const RENAMED_CLASS = /\bclass \w+\$\d+|\b\w+\$\d+ = class\b/;

async function bundle(folder, isAlone) {
  const { build } = await import(bundler());
  const { output } = await build({
    input: Object.fromEntries(ENTRIES.map((name) => [name.replace("/", "-"), join(folder, `${name}.js`)])),
    platform: "node",
    external: (id, importer) =>
      !/^[./]/.test(id) && id !== INLINED && importer?.startsWith(join(folder, "/")) === true,
    plugins: [{ name: "hilt", load: (id) => loaded(id, folder) }],
    // A module may have no use but what it does when it is loaded.
    treeshake: false,
    output: {
      dir: join(folder, BUNDLE),
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      comments: { legal: true, annotation: false, jsdoc: false },
      sourcemapExcludeSources: true,
      sourcemap: ENTRIES.every((name) => existsSync(join(folder, `${name}.js.map`))),
    },
    logLevel: "silent",
  });
  for (const { fileName, code } of output) {
    const renamed = RENAMED_CLASS.exec(code ?? "")?.[0];
    if (renamed !== undefined) throw new Error(`${fileName}: ${renamed}: two classes have one name`);
  }
  if (isAlone) for (const { moduleIds } of output) removeModules(folder, moduleIds ?? []);
  for (const name of ENTRIES) {
    const entry = output.find(({ isEntry, name: found }) => isEntry && found === name.replace("/", "-"));
    writeFileSync(join(folder, `${name}.js`), forwarding(name, entry.exports));
  }
}

/** Nobody looks there for what is in the bundle, with its map. */
function removeModules(folder, ids) {
  for (const id of ids) {
    const path = relative(folder, id);
    if (path.startsWith("..")) continue;
    rmSync(`${id}.map`, { force: true });
    if (!NAMED_BY_PLACE.test(path)) rmSync(id);
  }
}

/** Vite's own. */
function bundler() {
  return pathToFileURL(createRequire(import.meta.resolve("vite")).resolve("rolldown")).href;
}

function forwarding(name, exports) {
  const path = JSON.stringify(`${name.includes("/") ? "../" : "./"}${BUNDLE}/${name.replace("/", "-")}.js`);
  const all = `export * from ${path};\n`;
  return exports.includes("default") ? `${all}export { default } from ${path};\n` : all;
}

/** What a module finds by its own place is where it was. */
function loaded(id, folder) {
  if (!id.startsWith("/") || !/\.m?js$/.test(id)) return null;
  const text = readFileSync(id, "utf8");
  const map = `${id}.map`;
  const isOurs = id.startsWith(join(folder, "/"));
  const place = isOurs ? placeInBundle(id, folder) : placeInPackage(id);
  return {
    code: place === undefined ? text : text.replaceAll("import.meta.url", place),
    ...(isOurs && existsSync(map) ? { map: JSON.parse(readFileSync(map, "utf8")) } : {}),
  };
}

function placeInBundle(id, folder) {
  return `new URL(${JSON.stringify(`../${relative(folder, id)}`)}, import.meta.url).href`;
}

/** It lies where it lies when it is installed. */
function placeInPackage(id) {
  const [, path] = id.split(`/node_modules/${INLINED}/`);
  return path === undefined
    ? undefined
    : `new URL(${JSON.stringify(`./${path}`)}, import.meta.resolve(${JSON.stringify(INLINED)})).href`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, ...options] = process.argv.slice(2);
  await bundle(realpathSync(folder), options.includes("--alone"));
}
