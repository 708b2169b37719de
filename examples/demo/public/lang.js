// The page in Chinese, for browsers that prefer it: each text by its English.

const CHINESE = {
  // index.html
  'Push demo': '推送演示',
  'Retry now': '立即重试',
  'Connecting…': '正在连接…',
  Messages: '消息',
  'Choose a name to come in.': '取个名字，进来看看。',
  'Nothing here yet.': '还没有消息。',
  'Messages that are pushed to you appear here.': '推送给你的消息会显示在这里。',
  Open: '请',
  'this page in another tab': '在另一个标签页打开本页',
  'under another name, and say hello.': '，换个名字，打个招呼。',
  'Send to': '发送给',
  User: '用户',
  Group: '分组',
  Everyone: '所有人',
  Name: '名称',
  Message: '消息',
  'Write a message': '输入消息',
  Send: '发送',
  You: '我',
  'Your name': '你的名字',
  'Come in': '进入',
  'Sign out': '退出',
  'Step by step': '逐步说明',
  'WebSocket is open': 'WebSocket 已连接',
  'First message: my client_id': '第一条消息：我的 client_id',
  'bind.php has bound it to a user': 'bind.php 已把它绑定到用户',
  'and joined a group': '并加入分组',
  'From now on any program reaches it. Try it in a terminal:': '此后任何程序都能推送到这里。在终端里试试：',
  'Your groups': '我的分组',
  'Join a group': '加入分组',
  'Another group': '其他分组',
  Join: '加入',
  Online: '在线',
  Users: '用户',
  Groups: '分组',
  'This demo needs JavaScript.': '本演示需要 JavaScript。',
  // socket.js, app.js
  Connected: '已连接',
  'Connected, but no init message came': '已连接，但没有收到 init 消息',
  Offline: '已断开',
  ', retry in {left} s': '，{left} 秒后重试',
  'Not connected at the moment.': '目前没有连接。',
  'The server answered {status}.': '服务器返回 {status}。',
  'Nobody is there: {name} is not online.': '{name} 不在线，没有人收到。',
  '{name} · Push demo': '{name} · 推送演示',
  'hello from a terminal': '来自终端的问候',
  'push service': '推送服务',
  // view.js
  'to you': '发给你',
  'to {name}': '发给 {name}',
  'to group {name}': '发到分组 {name}',
  'to everyone': '发给所有人',
  Push: '推送',
  'not from a page': '来自服务端',
  you: '你',
  '{n} connection': '{n} 个连接',
  '{n} connections': '{n} 个连接',
  '{n} page': '{n} 个页面',
  '{n} pages': '{n} 个页面',
  'Nobody has signed in.': '还没有人登录。',
  'No groups.': '没有分组。',
  'Leave {name}': '离开 {name}',
  // errors of the endpoints
  'This page is not connected any more.': '这个页面的连接已经断开。',
  'This page belongs to another browser.': '这个页面属于另一个浏览器。',
  'Sign in on this page first.': '请先在本页登录。',
  'A message has 1 to 2000 bytes.': '一条消息为 1 到 2000 字节。',
  'At most 8 groups.': '最多 8 个分组。',
  ...Object.fromEntries(Object.entries({
    'Your name': '名字', 'A group': '分组', 'The group': '分组', 'The recipient': '接收者',
  }).map(([what, name]) => [
    `${what}: 1 to 32 letters, digits, spaces, dots, dashes or underscores.`,
    `${name}：1 到 32 个字母、数字、空格、点、短横线或下划线。`,
  ])),
};

const chinese = navigator.language.toLowerCase().startsWith('zh');

/** A text in the reader's language, with its {names} filled in. */
export function t(text, values = {}) {
  const words = (chinese && CHINESE[text]) || text;
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** What stands in the document from the start. */
export function translateDocument() {
  if (!chinese) return;
  document.documentElement.lang = 'zh-CN';
  document.title = t(document.title);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.data.trim().replace(/\s+/g, ' ');
    if (words) walker.currentNode.data = t(words);
  }
  for (const name of ['placeholder', 'aria-label']) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      node.setAttribute(name, t(node.getAttribute(name)));
    }
  }
}
