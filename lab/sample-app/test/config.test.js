'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { readConfig } = require('../server/config');
const { environment, worker } = require('./helper');

const good = () => environment();

test('the environment of the roles is accepted and read', () => {
  const config = readConfig({ ...good(), MONGO_MAX_POOL_SIZE: '10', MONGO_WAIT_QUEUE_TIMEOUT_MS: '', SESSION_EXPIRY: '1000 * 60 * 15' });
  assert.equal(config.mongo.pool.maxPoolSize, 10);
  assert.equal(config.mongo.pool.waitQueueTimeoutMS, undefined);
  assert.equal(config.sessionMs, 900_000);
  assert.equal(config.limits.messageUser.max, Infinity, 'LIMIT_MESSAGE_USER is off by default, as in LibreChat');
});

test('REDIS_URI with several members means a cluster', () => {
  assert.equal(readConfig({ ...good(), USE_REDIS_CLUSTER: '', REDIS_URI: 'redis://a:1,redis://b:2' }).redis.cluster, true);
  assert.equal(readConfig({ ...good(), USE_REDIS_CLUSTER: 'false', REDIS_URI: 'redis://a:1' }).redis.cluster, false);
});

for (const [name, value, says] of [
  ['JWT_SECRET', '', /JWT_SECRET must be set/],
  ['JWT_REFRESH_SECRET', ' ', /JWT_REFRESH_SECRET must be set/],
  ['CREDS_KEY', 'c'.repeat(63), /CREDS_KEY must be 64 hex/],
  ['CREDS_KEY', 'g'.repeat(64), /CREDS_KEY must be 64 hex/],
  ['CREDS_IV', 'd'.repeat(64), /CREDS_IV must be 32 hex/],
  ['MONGO_URI', '', /MONGO_URI must be set/],
  ['MONGO_MAX_POOL_SIZE', 'many', /MONGO_MAX_POOL_SIZE must be a number/],
  ['LOGIN_MAX', '-5', /LOGIN_MAX must be a number/],
  ['USE_REDIS', 'false', /USE_REDIS must be true/],
  ['REDIS_URI', 'http://a:1', /REDIS_URI must be/],
]) {
  test(`${name}=${value || "''"} is refused by name`, () => {
    assert.throws(() => readConfig({ ...good(), [name]: value }), says);
  });
}

test('a worker without its secrets ends at once and never shows a secret', async () => {
  const bad = await worker({ ...good(), CREDS_KEY: 'not-a-good-key', JWT_SECRET: '' });
  assert.equal((await bad.exited).code, 1);
  const output = bad.lines.join('\n');
  assert.match(output, /CREDS_KEY must be 64 hex/);
  assert.match(output, /JWT_SECRET must be set/);
  assert.doesNotMatch(output, /not-a-good-key/);
});

test('.env of the working directory is read, and never overrides the environment', async () => {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'sample-app-'));
  fs.writeFileSync(path.join(cwd, '.env'), 'CREDS_IV=from-file\nJWT_SECRET=\n');
  const { CREDS_IV, ...rest } = good();
  const bad = await worker(rest, cwd);
  await bad.exited;
  fs.rmSync(cwd, { recursive: true });
  assert.match(bad.lines.join('\n'), /CREDS_IV must be 32 hex/);
  assert.doesNotMatch(bad.lines.join('\n'), /JWT_SECRET must/);
});

test('a worker that waits for its stores says so, and stops at once', async () => {
  const env = { ...good(), MONGO_URI: 'mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=500', REDIS_URI: 'redis://127.0.0.1:1' };
  const waiting = await worker(env);
  const answers = async (pathname) => (await fetch(waiting.url + pathname)).status;
  assert.equal(await answers('/health'), 200);
  assert.equal(await answers('/livez'), 200);
  assert.equal(await answers('/readyz'), 503);
  assert.equal(await answers('/api/banner'), 503);
  const asked = Date.now();
  waiting.process.kill('SIGTERM');
  assert.deepEqual(await waiting.exited, { code: 0, signal: null });
  assert.ok(Date.now() - asked < 3000, 'within 3 s');
});
