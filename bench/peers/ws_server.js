// What npm's ws makes of the task: a WebSocket server with its manual's
// loop over all clients, and maps of uids and groups.
//
//   node ws_server.js MODULE [CERTIFICATE KEY]
//
// Messages come as frames of GatewayWorker's inner port.
'use strict';

const fs = require('fs');
const http = require('http');
const https = require('https');
const net = require('net');

const [module_path, cert, key] = process.argv.slice(2);
const { WebSocket, WebSocketServer } = require(module_path);

const HEAD = 28;
const SEND_TO_ALL = 6;
const SEND_TO_UID = 14;
const SEND_TO_GROUP = 22;

const servers = [];
const uids = new Map();
const groups = new Map();

function enter(map, name, client) {
    if (!map.has(name)) {
        map.set(name, new Set());
    }
    map.get(name).add(client);
    client.on('close', () => {
        map.get(name).delete(client);
    });
}

function onConnection(client, request) {
    const query = new URL(request.url, 'http://bench').searchParams;
    client.on('error', () => {});
    if (query.has('i')) {
        enter(uids, `u${query.get('i')}`, client);
        enter(groups, `g${query.get('g')}`, client);
    }
}

function sendTo(clients, body) {
    for (const client of clients || []) {
        if (client.readyState === WebSocket.OPEN) {
            client.send(body, { binary: false });
        }
    }
}

function run(command, ext, body) {
    if (command === SEND_TO_ALL) {
        for (const server of servers) {
            sendTo(server.clients, body);
        }
    } else if (command === SEND_TO_UID) {
        JSON.parse(ext).forEach((uid) => sendTo(uids.get(uid), body));
    } else if (command === SEND_TO_GROUP) {
        JSON.parse(ext).group.forEach((group) => sendTo(groups.get(group), body));
    }
}

const inner = net.createServer((socket) => {
    let kept = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (data) => {
        let at = 0;
        kept = kept.length > 0 ? Buffer.concat([kept, data]) : data;
        while (kept.length - at >= HEAD && kept.length - at >= kept.readUInt32BE(at)) {
            const end = at + kept.readUInt32BE(at);
            const body = at + HEAD + kept.readUInt32BE(at + 24);
            run(kept[at + 4], kept.toString('utf8', at + HEAD, body), kept.subarray(body, end));
            at = end;
        }
        kept = kept.subarray(at);
    });
});

function listen(server) {
    return new Promise((done) => {
        server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 },
            () => done(`127.0.0.1:${server.address().port}`));
    });
}

function serve(server) {
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', onConnection);
    servers.push(sockets);
    return listen(server);
}

async function main() {
    const clients = await serve(http.createServer());
    const tls = cert
        ? await serve(https.createServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key) }))
        : '-';
    console.log(`ready: clients ${clients} inner ${await listen(inner)} tls ${tls}`);
}

main();
