// Which file of the repository is which page of the site, and where the links
// of one lead.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'

const CHINESE = '.zh-CN.md'

/** What pairs.py calls LINK: of Markdown, and of HTML in it. */
const LINK = /\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]:\s*<?([^\s>]+)|<[a-z]+\s[^>]*?(?:src|srcset|href)="([^"\s]+)"/gm
const FENCED = /^(`{3,}|~{3,})[^\n]*\n[^]*?^\1[^\n]*$/gm

export function sidebar(root) {
  return JSON.parse(readFileSync(`${root}/docs/site/sidebar.json`, 'utf8'))
}

/** The place of an English page: docs/install/README.md is install/index.md. */
function place(name) {
  const path = name.replace(/^docs\//, '')
  return posix.join(posix.dirname(path),
    posix.basename(path).replace(/^README\.md$/, 'index.md').toLowerCase())
}

function onlyEnglish(page, en, zh) {
  return `# ${zh}\n\n本页是面向开发者的记录，只有英文版：[${en}](${posix.basename(page)})。\n`
}

/** Every page by its place. `from` is its file; where there is no Chinese one, a
 *  page says so and where the English one is. */
export function pages(root) {
  const found = new Map()
  for (const { pages } of sidebar(root)) {
    for (const { page: english, en, zh } of pages) {
      if (!existsSync(`${root}/${english}`)) continue
      const translated = english.replace(/\.md$/, CHINESE)
      found.set(place(english), { from: english })
      found.set(`zh/${place(english)}`, existsSync(`${root}/${translated}`)
        ? { from: translated } : { from: english, text: onlyEnglish(english, en, zh) })
    }
  }
  return found
}

/** 'page', 'file', 'folder' or 'image': what a link that is written in the
 *  repository's file `from` leads to, and where that is on the site. Undefined
 *  when it leads away, within the page, or nowhere. */
export function target(root, from, link) {
  if (/^([a-z][a-z+.-]*:|#|\/)/.test(link)) return undefined
  const [path, anchor] = link.split('#')
  const name = posix.normalize(posix.join(posix.dirname(from), decodeURI(path)))
    .replace(/\/$/, '')
  if (name.startsWith('..') || !existsSync(`${root}/${name}`)) return undefined
  const mark = anchor === undefined ? '' : `#${anchor}`
  const english = name.replace(CHINESE, '.md')
  const listed = sidebar(root).some(({ pages }) => pages.some((p) => p.page === english))
  if (listed) {
    const folder = name.endsWith(CHINESE) ? '/zh/' : '/'
    return { kind: 'page', url: `${folder}${place(english)}${mark}` }
  }
  if (/\.(svg|png|jpe?g|webp|gif)$/.test(name)) {
    return { kind: 'image', name, url: `/${name}` }
  }
  const kind = statSync(`${root}/${name}`).isDirectory() ? 'folder' : 'file'
  const url = kind === 'folder' ? `/source/${name}/index.html` : `/source/${name}.html`
  return { kind, name, url }
}

export function links(text) {
  const prose = text.replace(FENCED, '').replace(/(`+)[^`]+\1/g, '')
  return [...prose.matchAll(LINK)].map(([, one, two, three]) => one ?? two ?? three)
}

/** GitHub's anchor of a heading; tests/docs/pairs.py has the same. */
export function slugify(title) {
  return title.trim().toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')
}
