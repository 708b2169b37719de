// Copies what the site consists of to where VitePress builds it:
//
//   node stage.mjs ROOT FOLDER
//
// The pages, the pictures that they show, and the files of the repository that
// they link to, as plain pages, so that the site needs no other.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { links, pages, target } from './pages.mjs'

const [root, folder] = process.argv.slice(2)

function write(path, text) {
  mkdirSync(dirname(`${folder}/${path}`), { recursive: true })
  writeFileSync(`${folder}/${path}`, text)
}

function copy(name) {
  cpSync(`${root}/${name}`, `${folder}/public/${name}`, { recursive: true })
}

function escaped(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')
}

function plainPage(name, body) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(name)}</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; font: 15px/1.6 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
h1 { font-size: 1.4rem; overflow-wrap: anywhere }
pre { font-size: 13px; overflow-x: auto }
</style>
<h1>${escaped(name)}</h1>
${body}
</html>
`
}

/** Files below a path that git knows. */
function files(name) {
  return execFileSync('git', ['-C', root, 'ls-files', '-z', '--', name],
    { encoding: 'utf8' }).split('\0').filter(Boolean)
}

function source(name) {
  const bytes = readFileSync(`${root}/${name}`)
  const text = bytes.includes(0) ? '(binary)' : bytes.toString('utf8')
  write(`public/source/${name}.html`, plainPage(name, `<pre>${escaped(text)}</pre>`))
}

function listing(name) {
  const found = files(name)
  const items = found.map((file) => {
    const path = posix.relative(name, file)
    return `<li><a href="${encodeURI(path)}.html">${escaped(path)}</a></li>`
  })
  write(`public/source/${name}/index.html`,
    plainPage(`${name}/`, `<ul>\n${items.join('\n')}\n</ul>`))
  found.forEach(source)
}

const TAKE = { page() {}, image: copy, file: source, folder: listing }

rmSync(`${folder}/pages`, { recursive: true, force: true })
rmSync(`${folder}/public`, { recursive: true, force: true })
const taken = new Set()
for (const [path, { from, text }] of pages(root)) {
  const shown = text ?? readFileSync(`${root}/${from}`, 'utf8')
  write(`pages/${path}`, shown)
  for (const link of links(shown)) {
    const found = target(root, from, link)
    if (!found || found.kind === 'page' || taken.has(found.name)) continue
    taken.add(found.name)
    TAKE[found.kind](found.name)
  }
}
