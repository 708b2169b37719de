// A connector of Laravel Echo for the broadcasting driver "gateway"; it also works
// without Echo, which it does not import.
//
//   import Echo from 'laravel-echo';
//   import { GatewayConnector } from './gateway-echo.js';
//   window.Echo = new Echo({ broadcaster: GatewayConnector });
//
// Options, besides Echo's own (authEndpoint, auth.headers, bearerToken, namespace; and
// csrfToken: without it, the cookie XSRF-TOKEN or else the page's <meta> is used):
//
//   socketUrl         '/ws'       of the gateway; ws://… or wss://…, or a path of
//                                 this host
//   bindEndpoint, leaveEndpoint, membersEndpoint, tokenEndpoint      '/gateway/…'
//   presenceRefresh   30          seconds; 0: never. Members whose page is gone
//                                 without a word are noticed by this
//   onMessage(data)               what is pushed outside of any channel, as by
//                                 Gateway::sendToUid()
//   onBound(clientId)             the page is bound, under a new id each time
//   onError(error)                a bind that was refused
//
// A network that has forgotten a connection tells nobody. Where gatewayd says something
// now and then (ping_interval = 30, ping_data = {"type":"ping"}), a page that hears
// nothing any more connects anew.
//
// On the wire is {"event": …, "channel": …, "data": …}, with the channel's whole
// name, such as "private-orders.1".

const DEFAULTS = {
  socketUrl: '/ws',
  authEndpoint: '/broadcasting/auth',
  bindEndpoint: '/gateway/bind',
  leaveEndpoint: '/gateway/leave',
  membersEndpoint: '/gateway/members',
  tokenEndpoint: '/gateway/token',
  namespace: 'App.Events',
  presenceRefresh: 30,
};
const PAUSES = [1, 2, 4, 8, 15]; // seconds between attempts
const BEAT = 30; // seconds: gatewayd's ping_interval, where it has one
const NOTIFICATION = '.Illuminate\\Notifications\\Events\\BroadcastNotificationCreated';

/** The name on the wire of what an application calls "OrderShipped" (in its
 *  namespace) or ".order.shipped" (as it is). */
function eventName(event, namespace) {
  if (event.startsWith('.') || event.startsWith('\\')) return event.slice(1);
  return (namespace ? `${namespace}.${event}` : event).replace(/\./g, '\\');
}

/** Calls the application. An error of its own goes to the console, as that of any
 *  handler, and nothing of ours stops by it. */
function tell(callback, ...what) {
  try {
    callback(...what);
  } catch (error) {
    queueMicrotask(() => { throw error; });
  }
}

class Refused extends Error {
  constructor(path, status) {
    super(`${path} answered ${status}`);
    this.status = status;
  }

  /** Worth another try: the server is busy, or says that we are not connected. */
  get passing() {
    return this.status >= 500 || this.status === 429 || this.status === 409;
  }
}

class GatewayChannel {
  constructor(connector, name) {
    this.connector = connector;
    this.name = name;
    this.listeners = [];
    this.onSubscribed = [];
    this.onError = [];
    this.token = null; // what leaving takes; null while not in the channel
  }

  listen(event, callback) {
    this.listeners.push([eventName(event, this.connector.options.namespace), callback]);
    return this;
  }

  listenToAll(callback) {
    this.listeners.push([null, callback]);
    return this;
  }

  stopListening(event, callback) {
    const name = eventName(event, this.connector.options.namespace);
    this.listeners = this.listeners.filter(([one, listener]) => one !== name
      || (callback !== undefined && listener !== callback));
    return this;
  }

  stopListeningToAll(callback) {
    this.listeners = this.listeners.filter(([one, listener]) => one !== null
      || (callback !== undefined && listener !== callback));
    return this;
  }

  notification(callback) {
    return this.listen(NOTIFICATION, callback);
  }

  stopListeningForNotification(callback) {
    return this.stopListening(NOTIFICATION, callback);
  }

  listenForWhisper(event, callback) {
    return this.listen(`.client-${event}`, callback);
  }

  stopListeningForWhisper(event, callback) {
    return this.stopListening(`.client-${event}`, callback);
  }

  /** A gateway takes no messages from pages. */
  whisper() {
    throw new Error('Whispers are not supported: send a request to the application.');
  }

  subscribed(callback) {
    this.onSubscribed.push(callback);
    if (this.token !== null) callback();
    return this;
  }

  error(callback) {
    this.onError.push(callback);
    return this;
  }

  unsubscribe() {
    this.connector.leaveChannel(this.name);
  }

  // From here on: called by the connector.

  receive(event, data) {
    for (const [name, callback] of [...this.listeners]) {
      if (name === null) tell(callback, this.shortName(event), data);
      else if (name === event) tell(callback, data);
    }
  }

  /** What listen() would have been told. */
  shortName(event) {
    const prefix = eventName('', this.connector.options.namespace);
    return prefix !== '' && event.startsWith(prefix) ? event.slice(prefix.length) : `.${event}`;
  }

  joined(answer) {
    this.token = answer.leave;
    this.onSubscribed.forEach((callback) => tell(callback));
  }

  refused(error) {
    this.onError.forEach((callback) => tell(callback, error));
  }

  lost() {
    this.token = null;
  }
}

class GatewayPresenceChannel extends GatewayChannel {
  constructor(connector, name) {
    super(connector, name);
    this.members = null; // user_id ⇒ user_info, once it is known
    this.early = [];     // what came before the list of members
    this.awaited = new Set(); // of each list on its way: whom events changed since
    this.callbacks = { here: [], joining: [], leaving: [] };
  }

  here(callback) {
    this.callbacks.here.push(callback);
    if (this.members) callback([...this.members.values()]);
    return this;
  }

  joining(callback) {
    this.callbacks.joining.push(callback);
    return this;
  }

  leaving(callback) {
    this.callbacks.leaving.push(callback);
    return this;
  }

  receive(event, data) {
    if (event !== 'gateway:joining' && event !== 'gateway:leaving') {
      super.receive(event, data);
    } else if (this.members === null) {
      this.early.push([event, data]);
    } else {
      this.awaited.forEach((changed) => changed.add(String(data.user_id)));
      this.change(event, data);
    }
  }

  change(event, { user_id: id, user_info: info }) {
    const key = String(id); // a user with two pages is one member
    if (event === 'gateway:joining' && !this.members.has(key)) {
      this.members.set(key, info);
      this.callbacks.joining.forEach((callback) => tell(callback, info));
    } else if (event === 'gateway:leaving' && this.members.delete(key)) {
      this.callbacks.leaving.forEach((callback) => tell(callback, info));
    }
  }

  joined(answer) {
    this.members = new Map(answer.members.map((one) => [String(one.user_id), one.user_info]));
    const here = [...this.members.values()];
    super.joined(answer);
    this.callbacks.here.forEach((callback) => tell(callback, here));
    this.early.splice(0).forEach(([event, data]) => this.change(event, data));
  }

  /** A list from the server, against the one that we have. Events are newer than
   *  a list that was asked for before them. */
  async refresh(ask) {
    const changed = new Set();
    const { members, awaited } = this;
    awaited.add(changed);
    try {
      const list = await ask();
      if (members === this.members) this.compare(list, changed);
    } finally {
      awaited.delete(changed);
    }
  }

  compare(list, changed) {
    const now = new Map(list.map((one) => [String(one.user_id), one]));
    for (const [id, one] of now) {
      if (!changed.has(id)) this.change('gateway:joining', one);
    }
    for (const [id, info] of [...this.members]) {
      if (!now.has(id) && !changed.has(id)) {
        this.change('gateway:leaving', { user_id: id, user_info: info });
      }
    }
  }

  lost() {
    super.lost();
    this.members = null;
    this.early = [];
  }
}

export class GatewayConnector {
  /** Echo calls it without options once, to see whether it is a class. */
  constructor(options) {
    if (options === undefined) throw new TypeError('GatewayConnector needs options');
    this.options = { ...DEFAULTS, ...options };
    this.channels = {};
    this.turns = new Map(); // name of a channel ⇒ the end of its last request
    this.watchers = new Set();
    this.losses = 0;
    this.ended = false;
    this.connect();
    window.addEventListener('pagehide', () => this.farewell());
    window.addEventListener('pageshow', ({ persisted }) => persisted && this.comeBack());
    window.addEventListener('online', () => this.retryNow());
    if (this.options.presenceRefresh > 0) {
      this.refreshing = setInterval(() => this.refresh(), this.options.presenceRefresh * 1000);
    }
  }

  // What Echo calls.

  channel(name) {
    return this.open(name, GatewayChannel);
  }

  privateChannel(name) {
    return this.open(`private-${name}`, GatewayChannel);
  }

  presenceChannel(name) {
    return this.open(`presence-${name}`, GatewayPresenceChannel);
  }

  encryptedPrivateChannel() {
    throw new Error('Encrypted channels are not supported.');
  }

  listen(name, event, callback) {
    return this.channel(name).listen(event, callback);
  }

  /** The channel of that name, and the private and presence ones. */
  leave(name) {
    [name, `private-${name}`, `presence-${name}`].forEach((one) => this.leaveChannel(one));
  }

  leaveChannel(name) {
    const channel = this.channels[name];
    if (channel === undefined) return;
    delete this.channels[name];
    this.depart(channel);
  }

  /** For X-Socket-ID, which toOthers() needs: the client_id, once it is bound. */
  socketId() {
    return this.clientId;
  }

  connectionStatus() {
    return this.status;
  }

  onConnectionChange(callback) {
    this.watchers.add(callback);
    return () => this.watchers.delete(callback);
  }

  disconnect() {
    this.ended = true;
    clearTimeout(this.timer);
    clearInterval(this.refreshing);
    if (this.socket === undefined) this.setStatus('disconnected');
    else this.socket.close();
  }

  // The connection.

  connect() {
    this.setStatus(this.losses === 0 ? 'connecting' : 'reconnecting');
    const url = new URL(this.options.socketUrl, window.location.href);
    url.protocol = url.protocol.replace(/^http/, 'ws');
    const socket = new WebSocket(url);
    this.socket = socket;
    this.silent = 0; // beats since the last message
    socket.onmessage = ({ data }) => this.receive(socket, data);
    socket.onclose = () => this.lost(socket);
  }

  lost(socket) {
    if (socket !== this.socket) return;
    this.socket = undefined;
    this.clientId = undefined;
    clearInterval(this.beating);
    this.beating = undefined;
    this.turns.clear(); // the next connection need not wait for them
    Object.values(this.channels).forEach((channel) => channel.lost());
    this.setStatus(this.ended ? 'disconnected' : 'reconnecting');
    if (!this.ended) this.timer = setTimeout(() => this.connect(), this.pause());
  }

  pause() {
    const seconds = PAUSES[Math.min(this.losses, PAUSES.length - 1)];
    this.losses += 1;
    return seconds * 1000 * (0.5 + Math.random()); // not all pages at once
  }

  retryNow() {
    if (this.socket !== undefined || this.ended) return;
    clearTimeout(this.timer);
    this.connect();
  }

  setStatus(status) {
    if (status === this.status) return;
    this.status = status;
    this.watchers.forEach((callback) => tell(callback, status));
  }

  beat(socket) {
    this.silent += 1; // by one after a sleep, too, so what came meanwhile is read
    if (this.silent <= 2) return;
    this.lost(socket);
    socket.close(); // nobody may be there to answer that
  }

  receive(socket, text) {
    let data;
    this.silent = 0;
    try {
      data = JSON.parse(text);
    } catch {
      data = text; // a push that is no JSON
    }
    if (data?.type === 'init' && typeof data.client_id === 'string' && !this.clientId) {
      this.bind(socket, data.client_id);
    } else if (data?.type === 'ping') {
      this.beating ??= setInterval(() => this.beat(socket), BEAT * 1000);
    } else if (typeof data?.event === 'string' && typeof data.channel === 'string') {
      this.channels[data.channel]?.receive(data.event, data.data);
    } else {
      this.options.onMessage?.(data);
    }
  }

  async bind(socket, clientId) {
    try {
      await this.post(this.options.bindEndpoint, { client_id: clientId });
    } catch (error) {
      if (socket !== this.socket) return;
      if (error instanceof Refused && !error.passing) {
        this.setStatus('failed');
        this.options.onError?.(error);
      } else {
        socket.close(); // another id, after a pause
      }
      return;
    }
    if (socket !== this.socket) return;
    this.losses = 0;
    this.clientId = clientId;
    this.setStatus('connected');
    tell(() => this.options.onBound?.(clientId));
    Object.values(this.channels).forEach((channel) => this.join(channel));
  }

  // Channels.

  open(name, Kind) {
    if (this.channels[name] === undefined) {
      this.channels[name] = new Kind(this, name);
      if (this.clientId) this.join(this.channels[name]);
    }
    return this.channels[name];
  }

  async join(channel) {
    const { clientId } = this;
    let answer;
    try {
      answer = await this.inTurn(channel.name, () => this.post(this.options.authEndpoint,
        { socket_id: clientId, channel_name: channel.name }));
    } catch (error) {
      if (clientId !== this.clientId || this.channels[channel.name] !== channel) return;
      if (error instanceof Refused && !error.passing) channel.refused(error);
      else setTimeout(() => this.rejoin(channel, clientId), 5000);
      return;
    }
    if (clientId !== this.clientId) return; // the next connection joins anew
    channel.joined(answer);
    // Left meanwhile; who has opened it again is in it by this.
    if (this.channels[channel.name] === undefined) this.depart(channel);
  }

  rejoin(channel, clientId) {
    if (clientId === this.clientId && this.channels[channel.name] === channel) this.join(channel);
  }

  depart(channel) {
    const { name, token } = channel;
    if (token === null) return;
    this.inTurn(name, () => this.post(this.options.leaveEndpoint, { token })).catch(() => {});
    channel.lost();
  }

  /** What is asked about a channel, one after the other: a leave that the server has
   *  after the next join would undo that, and nobody would know. */
  inTurn(name, ask) {
    const before = this.turns.get(name);
    const answer = before === undefined ? ask() : before.then(ask);
    const end = answer.catch(() => {}).then(() => {
      if (this.turns.get(name) === end) this.turns.delete(name);
    });
    this.turns.set(name, end);
    return answer;
  }

  /** The page goes: others shall know at once, not by a refresh. The requests
   *  outlive the page. */
  farewell() {
    for (const channel of Object.values(this.channels)) {
      if (channel instanceof GatewayPresenceChannel) this.depart(channel);
    }
  }

  /** The browser shows a page again that it had kept, perhaps with its
   *  connection. */
  comeBack() {
    if (!this.clientId) return;
    for (const channel of Object.values(this.channels)) {
      if (channel.token === null) this.join(channel);
    }
  }

  refresh() {
    const { clientId } = this;
    for (const channel of Object.values(this.channels)) {
      if (channel instanceof GatewayPresenceChannel && channel.members) {
        channel.refresh(async () => (await this.post(this.options.membersEndpoint,
          { socket_id: clientId, channel_name: channel.name })).members).catch(() => {});
      }
    }
  }

  // Requests.

  async post(path, data) {
    const ask = () => this.request(path, { method: 'POST', body: JSON.stringify(data) });
    let answer = await ask();
    if (answer.status === 419) { // the session has expired, and its token with it
      await this.request(this.options.tokenEndpoint);
      answer = await ask();
    }
    if (!answer.ok) throw new Refused(path, answer.status);
    return answer.json();
  }

  request(path, more) {
    return fetch(path, {
      credentials: 'same-origin',
      keepalive: true,
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'X-Requested-With': 'XMLHttpRequest',
        ...this.tokens(),
        ...this.options.auth?.headers,
      },
      ...more,
    });
  }

  /** The cookie comes anew with each answer. The page's own token is stale once
   *  somebody has signed in or out without loading it again, and Laravel looks at
   *  that first. */
  tokens() {
    const cookie = document.cookie.match(/(?:^|; )XSRF-TOKEN=([^;]+)/)?.[1];
    const meta = document.querySelector('meta[name="csrf-token"]');
    const token = this.options.csrfToken ?? (cookie ? undefined : meta?.content);
    return {
      ...(token && { 'X-CSRF-TOKEN': token }),
      ...(cookie && { 'X-XSRF-TOKEN': decodeURIComponent(cookie) }),
      ...(this.options.bearerToken && { Authorization: `Bearer ${this.options.bearerToken}` }),
    };
  }
}

export default GatewayConnector;
