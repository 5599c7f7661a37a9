'use strict';
// Starts the real service as separate processes, each test with a database and a key prefix of its own.
const { execFileSync, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const Redis = require('ioredis');
const { setTimeout: sleep } = require('node:timers/promises');

const SERVER = path.join(__dirname, '..', 'server', 'index.js');
const { TEST_MONGO_URI, TEST_REDIS_URI, TEST_REDIS_CLUSTER } = process.env;
const skip = TEST_MONGO_URI && TEST_REDIS_URI ? false
  : 'needs a real MongoDB and Redis: set TEST_MONGO_URI and TEST_REDIS_URI, or use test/run';
const METRICS_SECRET = 'metrics-secret';

function environment(extra = {}) {
  const uri = new URL(TEST_MONGO_URI || 'mongodb://127.0.0.1:1/');
  const name = `test_${crypto.randomBytes(6).toString('hex')}`;
  uri.pathname = `/${name}`;
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    CONSOLE_JSON: 'true',
    HOST: '127.0.0.1',
    PORT: '0',
    MONGO_URI: uri.href,
    USE_REDIS: 'true',
    USE_REDIS_CLUSTER: TEST_REDIS_CLUSTER || 'false',
    REDIS_URI: TEST_REDIS_URI || 'redis://127.0.0.1:1',
    REDIS_KEY_PREFIX: name,
    REDIS_RETRY_MAX_ATTEMPTS: '0',
    JWT_SECRET: 'a',
    JWT_REFRESH_SECRET: 'b',
    CREDS_KEY: 'c'.repeat(64),
    CREDS_IV: 'd'.repeat(32),
    METRICS_SECRET,
    LOGIN_MAX: '1000',
    REGISTER_MAX: '1000',
    MESSAGE_IP_MAX: '1000',
    CONCURRENT_MESSAGE_MAX: '100',
    ...extra,
  };
}

/** One worker: { url, env, lines, process, exited, find(message), ready() } */
async function worker(env, cwd = os.tmpdir()) {
  const child = spawn(process.execPath, [SERVER], { env, cwd });
  const lines = [];
  let rest = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      const parts = (rest + data).split('\n');
      rest = parts.pop();
      lines.push(...parts);
    });
  }
  const exited = new Promise((resolve) => { child.once('close', (code, signal) => resolve({ code, signal })); });
  const find = (message) => lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)).find((line) => line.message === message);
  await until(() => find('Listening') || child.exitCode !== null, 'the worker listens');
  const url = `http://127.0.0.1:${find('Listening')?.port}`;
  const ready = () => until(async () => (await fetch(`${url}/readyz`)).status === 200, 'the worker is ready');
  return { url, env, lines, process: child, exited, find, ready };
}

/** `count` ready workers of one site, killed at the end of test `t` */
async function workers(t, count, extra) {
  const env = environment(extra);
  const all = [];
  t.after(async () => {
    for (const each of all) each.process.kill('SIGKILL');
    await Promise.all(all.map((each) => each.exited));
  });
  for (let i = 0; i < count; i++) all.push(await worker(env));
  await Promise.all(all.map((each) => each.ready()));
  return all;
}

async function until(condition, what, ms = 20_000) {
  for (const end = Date.now() + ms; ;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`Waited ${ms} ms in vain until ${what}`);
    await sleep(50);
  }
}

async function request(at, method, pathname, { body, token, headers, signal } = {}) {
  const response = await fetch(at.url + pathname, {
    method,
    signal: signal ?? AbortSignal.timeout(30_000),
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, cookies: response.headers.getSetCookie(), text, json };
}

const password = 'correct horse';
const register = (at, email, more) => request(at, 'POST', '/api/auth/register', {
  body: { name: 'Test User', email, password, confirm_password: password, ...more },
});
const login = (at, email, more) => request(at, 'POST', '/api/auth/login', { body: { email, password, ...more } });
const account = async (at, email = `${crypto.randomUUID()}@example.org`) => {
  await register(at, email);
  return (await login(at, email)).json.token;
};
const say = (at, token, mock, more) => request(at, 'POST', '/api/agents/chat/mock', { token, body: { text: 'Hello', mock, ...more } });

/** Events of a stream as they come: { id, kind, data, at } */
async function* follow(at, token, streamId, { last, signal } = {}) {
  const response = await fetch(`${at.url}/api/agents/chat/stream/${streamId}`, {
    signal: signal ?? AbortSignal.timeout(60_000),
    headers: { authorization: `Bearer ${token}`, ...(last && { 'last-event-id': String(last) }) },
  });
  if (response.status !== 200) throw new Error(`Stream answers ${response.status}`);
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const field = (name) => block.match(new RegExp(`^${name}: (.*)$`, 'm'))?.[1];
      yield { id: Number(field('id')), kind: field('event'), data: JSON.parse(field('data')), at: Date.now(), headers: response.headers };
    }
  }
}
const collect = async (events) => {
  const all = [];
  for await (const event of events) all.push(event);
  return all;
};
const textOf = (events) => events.map(({ data }) => data.data?.delta.content[0].text ?? '').join('');

const metrics = async (at) => (await request(at, 'GET', '/metrics', { token: METRICS_SECRET })).text;

/** Takes a stream away, as the end of its lease would */
async function forget(t, at, streamId) {
  const { hostname: host, port, username, password: secret } = new URL(TEST_REDIS_URI);
  const options = { username: decodeURIComponent(username) || undefined, password: decodeURIComponent(secret) || undefined };
  const redis = TEST_REDIS_CLUSTER === 'true' ? new Redis.Cluster([{ host, port }], { redisOptions: options }) : new Redis(TEST_REDIS_URI);
  t.after(() => redis.disconnect());
  await redis.del(`${at.env.REDIS_KEY_PREFIX}::stream:${streamId}`);
}

/** A server that test/run started, to be stopped and started again */
function service(configuration, start) {
  const pidfile = fs.readFileSync(configuration, 'utf8').match(/pidfile(?:path)?:?\s+([^\s}]+)/i)[1];
  return {
    async stop() {
      const pid = Number(fs.readFileSync(pidfile, 'utf8'));
      process.kill(pid, 'SIGKILL');
      await until(() => { try { return !process.kill(pid, 0); } catch { return true; } }, 'the server has gone');
    },
    start: () => execFileSync(start[0], start.slice(1), { stdio: 'ignore' }),
  };
}
const redisServer = () => service(process.env.TEST_REDIS_CONF, [process.env.REDIS_SERVER, process.env.TEST_REDIS_CONF]);
const mongoServer = () => service(process.env.TEST_MONGO_CONF, [process.env.MONGOD, '--config', process.env.TEST_MONGO_CONF]);

module.exports = {
  skip, environment, worker, workers, until, request, register, login, account, say, follow, collect, textOf, metrics, sleep,
  forget, redisServer, mongoServer, METRICS_SECRET,
};
