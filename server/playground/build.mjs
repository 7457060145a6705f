// Bundles the playground into dist/: hashed assets, a .gz beside each text, and a manifest of the entry files.
import { build } from "esbuild";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";

const out = "dist.new";
const assets = path.join(out, "assets");

const WORKERS = {
  editor: "monaco-editor/esm/vs/editor/editor.worker.js",
  json: "monaco-editor/esm/vs/language/json/json.worker.js",
  graphql: "monaco-graphql/esm/graphql.worker.js",
};

const common = {
  bundle: true,
  minify: true,
  metafile: true,
  target: ["chrome109", "firefox115", "safari16.4"],
  outdir: assets,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "linked",
  logLevel: "warning",
};

/** GraphiQL's stylesheet carries its fonts as data: addresses, which `font-src 'self'` refuses; make files of them. */
const fontsAsFiles = {
  name: "fonts-as-files",
  setup({ onLoad, onResolve }) {
    const fonts = [];
    onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, async ({ path: file }) => {
      const css = await readFile(file, "utf8");
      const contents = css.replace(/url\(data:font\/(\w+);base64,([^)]+)\)/g, (_, kind, base64) => {
        fonts.push(Buffer.from(base64, "base64"));
        return `url(font:${fonts.length - 1}.${kind})`;
      });
      return { contents, loader: "css" };
    });
    onResolve({ filter: /^font:/ }, ({ path: name }) => ({ path: name.replace(":", "-"), namespace: "font" }));
    onLoad({ filter: /.*/, namespace: "font" }, ({ path: name }) => ({ contents: fonts[parseInt(name.slice("font-".length))], loader: "file" }));
  },
};

/** The editor's modules import stylesheets which GraphiQL's own already holds. */
const noStylesTwice = {
  name: "no-styles-twice",
  setup({ onLoad }) {
    onLoad({ filter: /monaco-editor[\\/].*\.css$/ }, () => ({ contents: "", loader: "empty" }));
  },
};

/** The name that a source was built under, and its stylesheet's. */
function builtFrom(source, { metafile }) {
  const outputs = Object.entries(metafile.outputs);
  const [file, { cssBundle }] = outputs.find(([, output]) => output.entryPoint?.endsWith(source));
  return { script: path.basename(file), style: cssBundle && path.basename(cssBundle) };
}

async function buildWorkers() {
  const entryPoints = Object.fromEntries(
    Object.entries(WORKERS).map(([label, file]) => [`${label}.worker`, file]),
  );
  const result = await build({ ...common, entryPoints, format: "iife" });
  const built = Object.entries(WORKERS).map(([label, file]) => [label, builtFrom(file, result).script]);
  return Object.fromEntries(built);
}

async function buildPage(workers) {
  const result = await build({
    ...common,
    entryPoints: { playground: "src/playground.jsx" },
    format: "esm",
    splitting: true,
    jsx: "automatic",
    define: { ...common.define, WORKERS: JSON.stringify(workers) },
    plugins: [fontsAsFiles, noStylesTwice],
  });
  return builtFrom("src/playground.jsx", result);
}

async function compress() {
  const texts = (await readdir(assets)).filter((name) => /\.(js|css|svg|ttf)$/.test(name));
  for (const name of texts) {
    const file = path.join(assets, name);
    await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }));
  }
}

await rm(out, { recursive: true, force: true });
await mkdir(assets, { recursive: true });
const entry = await buildPage(await buildWorkers());
await compress();
await writeFile(path.join(out, "manifest.json"), JSON.stringify({ ...entry, sources: process.env.SOURCES ?? "" }));
// The old bundle stays until the new one is whole.
await rm("dist", { recursive: true, force: true });
await rename(out, "dist");
