// VitePress builds the site from what stage.mjs has made of docs/. SITE_ROOT is
// the repository, SITE_BASE the path below which the site will be served.

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { repositoryMarkdown } from './markdown.mjs'
import { pages, sidebar, slugify, target } from './pages.mjs'
import { CHINESE, SEARCH_CHINESE } from './chinese.mjs'

const root = process.env.SITE_ROOT
const folder = fileURLToPath(new URL('..', import.meta.url))
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
  + '<rect width="32" height="32" rx="7" fill="#3451b2"/>'
  + '<path d="M7 16h11m-5-6 6 6-6 6M24 8v16" stroke="#fff" stroke-width="3" fill="none"/>'
  + '</svg>')}`

const known = [...pages(root).values()].map(({ from }) => from)

function link(page, lang) {
  return target(root, '', page).url.replace(/^\/(zh\/)?/, lang === 'zh' ? '/zh/' : '/')
    .replace(/index\.md$/, '').replace(/\.md$/, '.html')
}

function menu(lang) {
  return sidebar(root).map((group) => ({
    text: group[lang],
    collapsed: false,
    items: group.pages.filter(({ page }) => known.includes(page))
      .map((item) => ({ text: item[lang], link: link(item.page, lang) })),
  }))
}

const NAV = ['docs/install/README.md', 'docs/frameworks/README.md', 'docs/php-api.md',
  'docs/gatewayd.md', 'docs/benchmarks.md']

function nav(lang) {
  const all = sidebar(root).flatMap((group) => group.pages)
  return NAV.map((page) => ({
    text: all.find((item) => item.page === page)[lang], link: link(page, lang),
  }))
}

/** Words as they are; Chinese, which has no spaces, by its characters and pairs
 *  of them. Runs in the browser, so it stands alone. */
function tokenize(text) {
  const found = []
  for (const word of text.split(/[\s\p{P}\p{S}]+/u)) {
    for (const part of word.split(/([\u3400-\u9fff]+)/)) {
      if (!/[\u3400-\u9fff]/.test(part)) {
        if (part) found.push(part)
      } else {
        for (let at = 0; at < part.length; at += 1) {
          found.push(part.length === 1 ? part : part.slice(at, at + 2))
        }
      }
    }
  }
  return found
}

/** What describes comes before what was measured and tested. */
function boostDocument(place) {
  const records = ['benchmarks', 'benchmarks-profiles', 'chaos', 'conformance', 'design',
    'faults', 'hostile', 'injection', 'rfc6455', 'changelog']
  return records.some((name) => place.includes(`/${name}.html`)) ? 0.2 : 1
}

export default defineConfig({
  title: 'gatewayclient',
  base: process.env.SITE_BASE || '/',
  srcDir: `${folder}/pages`,
  cacheDir: `${folder}/cache`,
  head: [['link', { rel: 'icon', href: ICON }]],
  router: { prefetchLinks: false },
  // Plain pages of the repository's files; the site's test follows these links.
  ignoreDeadLinks: [/^\/source\//],
  vite: { publicDir: `${folder}/public`, build: { chunkSizeWarningLimit: 4000 } },
  markdown: {
    config: (md) => repositoryMarkdown(md, root),
    anchor: { slugify },
    languageAlias: { conf: 'ini', sysctl: 'ini' },
    theme: { light: 'github-light', dark: 'github-dark' },
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        locales: { zh: SEARCH_CHINESE },
        miniSearch: { options: { tokenize }, searchOptions: { boostDocument } },
      },
    },
    outline: { level: [2, 3] },
    externalLinkIcon: true,
  },
  locales: {
    root: {
      label: 'English', lang: 'en',
      description: 'Push messages from PHP or C to web pages over WebSocket',
      themeConfig: { nav: nav('en'), sidebar: menu('en') },
    },
    zh: {
      label: '简体中文', lang: 'zh-CN', link: '/zh/',
      description: '用 PHP 或 C 通过 WebSocket 向网页推送消息',
      themeConfig: { nav: nav('zh'), sidebar: menu('zh'), ...CHINESE },
    },
  },
})
