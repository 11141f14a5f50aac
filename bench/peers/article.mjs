// The hand-written design once more, in Node with ioredis at its defaults, so that nobody has to believe `aside article`:
//
//   GET /items/{id}     DynamoDB GetItem, a GET for each reference, S3 GetObject where that is nil, SET … EX
//   GET /objects/{key}  the same for one object
//   GET /readyz         200 once the cluster's slots are known
//   GET /metrics        article_dials_total, as `aside article` counts it: connections to Redis that were tried
//
// An error of Redis is the request's. The stores' signatures are left out (the origin of the drills asks for none), and with them the
// SDK; what it does unasked is done here too: kept-alive connections, three attempts. ioredis is that of bench/peers/ioredis (npm ci).
//
//   node article.mjs --seeds 127.0.0.1:7000,127.0.0.1:7001 --index-endpoint http://127.0.0.1:8000 --table items \
//       --objects-endpoint http://127.0.0.1:9000 --bucket objects --port 0

import diagnostics from 'node:diagnostics_channel';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const require = createRequire(new URL('./ioredis/package.json', import.meta.url));
const Redis = require('ioredis');

const { values: options } = parseArgs({
    options: {
        'index-endpoint': { type: 'string' },
        table: { type: 'string', default: 'items' },
        'objects-endpoint': { type: 'string' },
        bucket: { type: 'string', default: 'objects' },
        seeds: { type: 'string' },
        prefix: { type: 'string', default: '' },
        ttl: { type: 'string', default: '60' }, // seconds
        port: { type: 'string', default: '0' },
    },
});
for (const name of ['index-endpoint', 'objects-endpoint', 'seeds']) {
    if (options[name] === undefined) {
        console.error(`article.mjs: --${name} is missing`);
        process.exit(2);
    }
}

const seeds = options.seeds.split(',').map((seed) => {
    const colon = seed.lastIndexOf(':');
    return { host: seed.slice(0, colon), port: Number(seed.slice(colon + 1)) };
});
let dials = 0;
diagnostics.subscribe('net.client.socket', () => { dials += 1; });
const cluster = new Redis.Cluster(seeds);
cluster.on('error', (error) => console.error(`redis: ${error.message}`));

class Failure extends Error {
    constructor(message, { passing = false, throttled = false } = {}) {
        super(message);
        this.passing = passing || throttled;
        this.throttled = throttled;
    }
}

// --- the stores

const agent = new http.Agent({ keepAlive: true });
agent.createConnection = (...words) => {
    dials -= 1; // not to Redis
    return net.createConnection(...words);
};

function call(endpoint, path, { method = 'GET', headers = {}, body } = {}) {
    return new Promise((resolve, reject) => {
        const broken = (error) => reject(new Failure(error.message, { passing: true }));
        const request = http.request(new URL(path, endpoint), { method, headers, agent }, (response) => {
            const chunks = [];
            response.on('data', (chunk) => chunks.push(chunk));
            response.on('error', broken);
            response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }));
        });
        request.on('error', broken);
        request.end(body);
    });
}

// The SDK's standard mode: three attempts in all, full jitter over 100 ms, or 500 ms after a throttling, doubled each time.
async function threeTimes(attempt) {
    for (let retries = 0; ; retries += 1) {
        try {
            return await attempt();
        } catch (error) {
            if (!error.passing || retries === 2) throw error;
            await sleep(Math.random() * 2 ** retries * (error.throttled ? 500 : 100));
        }
    }
}

function failure(what, { status, body }) {
    const throttled = status === 503 || status === 429 || /Throttling|ThroughputExceeded|RequestLimitExceeded/.test(body);
    return new Failure(`${what}: ${status} ${body.slice(0, 200)}`, { passing: status >= 500, throttled });
}

// The references' keys; null: there is no such item.
async function loadIndex(id) {
    const answer = await call(options['index-endpoint'], '/', {
        method: 'POST',
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' },
        body: JSON.stringify({ TableName: options.table, Key: { id: { S: id } } }),
    });
    if (answer.status !== 200) throw failure('index', answer);
    const { Item: item } = JSON.parse(answer.body);
    return item === undefined ? null : item.refs.L.map((reference) => reference.S ?? reference.M.key.S);
}

// Its JSON; null: there is no such object.
async function loadObject(key) {
    const path = key.split('/').map(encodeURIComponent).join('/');
    const answer = await call(options['objects-endpoint'], `/${options.bucket}/${path}`);
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw failure(`object ${key}`, answer);
    return answer.body;
}

// --- the reads

async function readObject(key, sources) {
    const cached = await cluster.get(options.prefix + key);
    if (cached !== null) {
        sources.l2 += 1;
        return cached;
    }
    const loaded = await threeTimes(() => loadObject(key));
    if (loaded === null) return null;
    await cluster.set(options.prefix + key, loaded, 'EX', Number(options.ttl));
    sources.origin += 1;
    return loaded;
}

async function readItem(id, sources) {
    const keys = await threeTimes(() => loadIndex(id));
    if (keys === null) return null;
    const values = await Promise.all(keys.map((key) => readObject(key, sources)));
    const missing = values.indexOf(null);
    if (missing !== -1) throw new Failure(`object ${keys[missing]} does not exist, and the item names it`);
    return `{"id":${JSON.stringify(id)},"values":[${values.join(',')}]}`;
}

function reply(response, status, body, more = {}) {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...more });
    response.end(body);
}

// True: it was no question for items or objects.
function watched({ url }, response) {
    if (url === '/readyz') reply(response, cluster.status === 'ready' ? 200 : 503, JSON.stringify({ status: cluster.status }));
    else if (url === '/metrics') reply(response, 200, `article_dials_total ${dials}\n`, { 'content-type': 'text/plain' });
    else return false;
    return true;
}

const server = http.createServer(async (request, response) => {
    if (watched(request, response)) return undefined;
    const sources = { l2: 0, origin: 0 };
    try {
        const [, kind, name] = /^\/(items|objects)\/([^?]+)/.exec(request.url) ?? [];
        if (kind === undefined) return reply(response, 404, '{"status":404}');
        const body = await (kind === 'items' ? readItem : readObject)(decodeURIComponent(name), sources);
        if (body === null) return reply(response, 404, '{"status":404}');
        // As Aside's, for who counts where answers came from.
        const status = `article; ${sources.origin === 0 ? 'hit' : 'fwd=miss'}; detail="l1=0,l2=${sources.l2},origin=${sources.origin}"`;
        reply(response, 200, body, { 'cache-status': status });
    } catch (error) {
        reply(response, 502, JSON.stringify({ status: 502, detail: error.message }));
    }
});
server.keepAliveTimeout = 75_000; // as `aside serve`
server.listen(Number(options.port), '127.0.0.1', () => {
    const place = `http://127.0.0.1:${server.address().port}`;
    console.log(`serving on ${place}, admin on ${place}`);
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
