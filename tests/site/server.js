'use strict';
// The built site on a port that the system gives, as any web server has it.

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const TYPES = {
  '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript',
  '.json': 'application/json', '.svg': 'image/svg+xml',
};

/** The file for a path; undefined when there is none. */
function fileOf(root, url) {
  const file = path.join(root, decodeURIComponent(url.split(/[?#]/)[0]));
  const found = file.endsWith('/') ? `${file}index.html` : file;
  return found.startsWith(root) && fs.existsSync(found) && fs.statSync(found).isFile()
    ? found : undefined;
}

function serve(root) {
  const server = http.createServer((request, response) => {
    const file = fileOf(root, request.url);
    response.writeHead(file ? 200 : 404,
      {
        'Content-Type': TYPES[path.extname(file ?? '.html')] ?? 'application/octet-stream',
        'Cache-Control': 'max-age=600',
      });
    if (file) fs.createReadStream(file).pipe(response);
    else response.end('not found');
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** Paths of all pages, as a browser asks for them. */
function pagesOf(root) {
  return fs.readdirSync(root, { recursive: true })
    .map(String).filter((name) => name.endsWith('.html')).sort()
    .map((name) => `/${name}`.replace(/\/index\.html$/, '/'));
}

module.exports = { fileOf, pagesOf, serve };
