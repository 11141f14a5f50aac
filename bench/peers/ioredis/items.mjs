// Reads items of five keys through ioredis (Cluster, autopipelining on), so many at a time, all hits, and prints what that cost
// as one line of JSON: {"keys":…,"seconds":…,"cpu_seconds":…,"misses":…}.
//
//   node items.mjs --node 127.0.0.1:7000 --keys 100000 --prefix bench: --items 64 --references 5 --seconds 5
//   node items.mjs --node … --fill 1024  stores the keys first, with JSON of so many bytes
//   node items.mjs --node … --http 0   serves GET /items/{id} instead until SIGTERM; port 0 takes a free one, which is printed

import http from 'node:http';
import { parseArgs } from 'node:util';
import Redis from 'ioredis';

const { values: options } = parseArgs({
    options: {
        node: { type: 'string', default: '127.0.0.1:7000' },
        keys: { type: 'string', default: '100000' },
        prefix: { type: 'string', default: 'bench:' },
        items: { type: 'string', default: '64' },
        references: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '5' },
        fill: { type: 'string' },
        http: { type: 'string' },
    },
});

const keys = Number(options.keys);
const references = Number(options.references);
const [host, port] = options.node.split(':');
const cluster = new Redis.Cluster([{ host, port: Number(port) }], { enableAutoPipelining: true });

// Item n names the keys n, n+1, … as the synthetic items of `aside import` do.
function keysOf(item) {
    return Array.from({ length: references }, (_, i) => options.prefix + ((item + i) % keys));
}

function read(item) {
    return Promise.all(keysOf(item).map((key) => cluster.get(key)));
}

async function fill(size) {
    const value = `{"text":"${'x'.repeat(size - 11)}"}`;
    const batch = 1000;
    for (let first = 0; first < keys; first += batch) {
        const some = Array.from({ length: Math.min(batch, keys - first) }, (_, i) => options.prefix + (first + i));
        await Promise.all(some.map((key) => cluster.set(key, value)));
    }
}

async function load() {
    const end = performance.now() + Number(options.seconds) * 1000;
    let done = 0;
    let misses = 0;
    const one = async () => {
        while (performance.now() < end) {
            for (const value of await read(Math.floor(Math.random() * keys))) {
                if (value === null) misses += 1;
            }
            done += references;
        }
    };
    await Promise.all(keysOf(0).map((key) => cluster.get(key))); // connections are open
    const cpu = process.cpuUsage();
    const start = performance.now();
    await Promise.all(Array.from({ length: Number(options.items) }, one));
    const seconds = (performance.now() - start) / 1000;
    const used = process.cpuUsage(cpu);
    console.log(JSON.stringify({ keys: done, seconds, cpu_seconds: (used.user + used.system) / 1e6, misses }));
    await cluster.quit();
}

function serve() {
    const server = http.createServer(async (request, response) => {
        const item = Number(request.url.split('/').pop().replace(/^\D*/, ''));
        const values = await read(item);
        const body = `{"id":"item-${item}","values":[${values.map((value) => value ?? 'null').join(',')}]}`;
        response.writeHead(values.includes(null) ? 502 : 200, {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
        });
        response.end(body);
    });
    server.keepAliveTimeout = 75_000;
    server.listen(Number(options.http), '127.0.0.1', () => console.log(`serving on ${server.address().port}`));
    process.on('SIGTERM', () => process.exit(0));
}

if (options.fill !== undefined) await fill(Number(options.fill));
await (options.http === undefined ? load() : serve());
