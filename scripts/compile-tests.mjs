/**
 * Compiles test/, bench/, deploy/ and what tests use of scripts/ into build/test, file by file and with source maps: what `scripts/test` runs. `src` there
 * is a link to dist, so that tests in the same process and the built command run, and cover, the same files.
 *
 * In what is compiled `import.meta.url` is the source's: paths to fixtures and documents are the same in both.
 * `import.meta.dirname` is where the compiled file itself is, for tests that start a program of their own.
 */

import { readdir, readFile, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const OUT = join(ROOT, 'build/test')

async function sourcesIn(folder) {
  const names = await readdir(join(ROOT, folder), { recursive: true })
  return names
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => join(ROOT, folder, name))
}

const sourceUrl = {
  name: 'source-url',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      const compiled = join(OUT, relative(ROOT, dirname(path)))
      const fromThere = JSON.stringify(relative(compiled, path))
      const url = `new URL(${fromThere}, import.meta.url).href`
      return { contents: text.replaceAll(/\bimport\.meta\.url\b/g, () => url), loader: 'ts' }
    })
  },
}

await rm(OUT, { recursive: true, force: true })
await build({
  entryPoints: (
    await Promise.all(
      ['test', 'bench', 'deploy', 'scripts/config-docs', 'scripts/dependency-docs', 'scripts/log-docs'].map(
        sourcesIn,
      ),
    )
  ).flat(),
  outdir: OUT,
  outbase: ROOT,
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  plugins: [sourceUrl],
})
await symlink('../../dist', join(OUT, 'src'))
