// The hook of compiled.js, which runs on a thread of its own.
let places;

export function initialize(data) {
  places = data;
}

export async function resolve(specifier, context, next) {
  const { src, built } = places;
  const found = await next(specifier, context);
  const path = found.url.split("?")[0];
  if (!path.startsWith(src)) return found;
  return {
    url: built + path.slice(src.length).replace(/\.ts$/, ".js"),
    format: "module",
    shortCircuit: true,
  };
}
