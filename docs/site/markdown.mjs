// What the repository's Markdown needs on the site.

import { pages, target } from './pages.mjs'

const IN_HTML = /((?:src|srcset|href)=")([^"\s]+)(")/g

/** Links lead to where the site has what they mean. `kind` other than page is
 *  no page of VitePress, whose router has to leave it alone. */
function links(md, root) {
  const known = pages(root)
  md.core.ruler.push('repository_links', ({ tokens, env }) => {
    const page = known.get(env.relativePath)
    if (!page) return
    const to = (link) => target(root, page.from, link)
    for (const token of tokens.flatMap((one) => [one, ...(one.children ?? [])])) {
      if (token.type.startsWith('html_')) {
        token.content = token.content.replace(IN_HTML, (whole, before, link, after) =>
          `${before}${to(link)?.url ?? link}${after}`)
      }
      for (const name of ['href', 'src']) {
        const found = to(token.attrGet(name) ?? '#')
        if (!found) continue
        token.attrSet(name, found.url)
        if (found.kind === 'file' || found.kind === 'folder') token.attrSet('target', '_self')
      }
    }
  })
}

const CHINESE = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/

/** A line's end within Chinese is no blank. */
function lineEnds(md) {
  md.core.ruler.push('chinese_line_ends', ({ tokens }) => {
    for (const { children } of tokens) {
      children?.forEach((token, at) => {
        const before = children[at - 1]?.content ?? ''
        const after = children[at + 1]?.content ?? ''
        if (token.type === 'softbreak' && CHINESE.test(before.slice(-1))
            && CHINESE.test(after.slice(0, 1))) {
          token.type = 'text'
        }
      })
    }
  })
}

/** An info string is a language and a name, which VitePress would read as line
 *  numbers; one that is a path is shown above its block. */
function blocks(md) {
  const fence = md.renderer.rules.fence
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index]
    const [language, ...name] = token.info.trim().split(/\s+/)
    token.info = language
    const path = /[./]/.test(name[0] ?? '') ? name.join(' ') : ''
    const shown = path && `<div class="block-path"><code>${md.utils.escapeHtml(path)}</code></div>`
    return shown + fence(tokens, index, ...rest)
  }
}

const highlighted = new Map()

/** Each block is wanted by the page and by the search, and is the same in both
 *  languages. */
function highlightOnce(md) {
  const { highlight } = md.options
  md.options.highlight = (text, language, attributes) => {
    const key = `${language}\n${attributes}\n${text}`
    if (!highlighted.has(key)) highlighted.set(key, highlight(text, language, attributes))
    return highlighted.get(key)
  }
}

export function repositoryMarkdown(md, root) {
  highlightOnce(md)
  links(md, root)
  lineEnds(md)
  blocks(md)
}
