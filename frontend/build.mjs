// Build the bundles that the Python package ships. With --check, only compare them with the committed ones.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PACKAGE = path.join(HERE, "..", "src", "rolecall");
const BANNER = "/* Built from frontend/ by `npm run build`. Edit the source there. */";

/** Each source file in src/, and the folder in src/rolecall/ that its bundle goes to. */
const BUNDLES = {
  "card/card.js": "widgets/static",
  "card/card.css": "widgets/static",
  "kit/kit.css": "presentation/static",
  "editor/editor.js": "presentation/static",
  "panel/remoteEntry.js": "panel/labextensions/rolecall/static",
  "panel/panel.css": "panel/labextensions/rolecall/static",
  "sequence/sequence.js": "widgets/static",
  "sequence/sequence.css": "widgets/static",
  "workshop/dashboard.js": "workshop/static",
  "workshop/login.js": "workshop/static",
  "workshop/platform_storage.js": "workshop/static",
  "workshop/content_answer.js": "workshop/static",
  "workshop/registered.js": "workshop/static",
  "workshop/lti_setup.js": "workshop/static",
  "workshop/take.js": "workshop/static",
  "workshop/take.css": "workshop/static",
  "workshop/workshop.css": "workshop/static",
};

/** The bundles that a page loads as scripts, not as modules: their names must not become global. */
const SCRIPTS = new Set(["panel/remoteEntry.js"]);

/** @param {boolean} write */
async function bundle(write) {
  const results = await Promise.all(
    Object.entries(BUNDLES).map(([source, folder]) =>
      build({
        entryPoints: [path.join(HERE, "src", source)],
        outfile: path.join(PACKAGE, folder, path.basename(source)),
        bundle: true,
        format: SCRIPTS.has(source) ? "iife" : "esm",
        target: "es2022",
        minify: true,
        charset: "utf8",
        legalComments: "none",
        banner: { js: BANNER, css: BANNER },
        write,
      }),
    ),
  );
  return results.flatMap((result) => result.outputFiles ?? []);
}

if (process.argv.includes("--check")) {
  const stale = [];
  for (const { path: file, contents } of await bundle(false)) {
    const committed = await readFile(file).catch(() => Buffer.of());
    if (!committed.equals(contents)) stale.push(path.relative(path.join(HERE, ".."), file));
  }
  if (stale.length > 0) {
    console.error(`These bundles differ from their source:\n  ${stale.join("\n  ")}\nRun \`npm run build\` in frontend/.`);
    process.exit(1);
  }
} else {
  await bundle(true);
}
