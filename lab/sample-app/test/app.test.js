'use strict';
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const mongoose = require('mongoose');
const mongo = require('../server/mongo');
const { readConfig } = require('../server/config');
const {
  skip, workers, until, request, register, login, account, say, follow, collect, textOf, metrics, sleep,
  forget, environment, redisServer, mongoServer, METRICS_SECRET,
} = require('./helper');

const canStop = (name) => skip || (process.env[name] ? false : `may not stop the server: ${name} is unset (test/run sets it)`);

test('health, metrics, version and the page', { skip }, async (t) => {
  const [a] = await workers(t, 1, { APP_VERSION: '9.9.9' });
  for (const path of ['/health', '/livez', '/readyz']) assert.equal((await request(a, 'GET', path)).text, 'OK');
  assert.equal((await request(a, 'GET', '/health')).headers.get('x-app-version'), '9.9.9');
  assert.equal((await request(a, 'GET', '/api/config')).json.registrationEnabled, true);
  assert.equal((await request(a, 'GET', '/api/banner')).json, null);
  assert.equal((await request(a, 'GET', '/api/nothing')).status, 404);

  assert.equal((await request(a, 'GET', '/metrics')).status, 401);
  assert.equal((await request(a, 'GET', '/metrics', { token: 'wrong' })).status, 401);
  const { status, text } = await request(a, 'GET', '/metrics', { token: METRICS_SECRET });
  assert.equal(status, 200);
  for (const series of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds', 'http_requests_in_flight{method="GET",path="/metrics"} 1',
    'http_request_duration_seconds_bucket{le="0.2",method="GET",path="/api/banner",status="200"}',
    'sse_streams_in_flight', 'generation_jobs_in_flight{store="redis"} 0']) assert.ok(text.includes(series), series);

  const page = await request(a, 'GET', '/');
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const assets = new Set();
  const load = async (body) => {
    for (const [path] of body.matchAll(/\/assets\/[\w.-]+/g)) {
      if (assets.has(path)) continue;
      assets.add(path);
      const asset = await request(a, 'GET', path);
      assert.equal(asset.status, 200, path);
      assert.match(path, /\.[0-9a-f]{10}\.(js|css|svg)$/);
      assert.match(asset.headers.get('cache-control'), /immutable/);
      await load(asset.text);
    }
  };
  await load(page.text);
  assert.ok(assets.size >= 12, `${assets.size} assets`);
});

test('the pool is as the environment says', { skip }, async (t) => {
  const [a] = await workers(t, 1, { MONGO_MAX_POOL_SIZE: '7', MONGO_MIN_POOL_SIZE: '3', MONGO_MAX_CONNECTING: '1', MONGO_WAIT_QUEUE_TIMEOUT_MS: '4321' });
  assert.equal(a.find('MongoDB is there').maxPoolSize, 7, 'as the worker\'s driver has it');
  await mongo.connect(readConfig(environment({ MONGO_MAX_POOL_SIZE: '7', MONGO_WAIT_QUEUE_TIMEOUT_MS: '4321' })).mongo);
  t.after(mongo.close);
  const { options } = mongoose.connection.getClient();
  assert.equal(options.maxPoolSize, 7);
  assert.equal(options.waitQueueTimeoutMS, 4321);
  assert.equal(options.minPoolSize, 0, 'unset means the driver\'s default');
});

test('accounts: the first one is ADMIN, also when many come at once', { skip }, async (t) => {
  const [a, b] = await workers(t, 2);
  const emails = ['one', 'two', 'three', 'four'].map((name) => `${name}@example.org`);
  const answers = await Promise.all(emails.map((email, i) => register(i % 2 ? a : b, email)));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 200]);
  const roles = await Promise.all(emails.map(async (email) => (await login(a, email)).json.user.role));
  assert.deepEqual(roles.sort(), ['ADMIN', 'USER', 'USER', 'USER']);

  assert.equal((await register(a, 'ONE@example.org', { name: 'Another' })).status, 200, 'does not tell that the address is taken');
  assert.equal((await login(a, 'One@example.org')).json.user.name, 'Test User');
  assert.equal((await register(a, 'nobody', {})).status, 404);
  assert.equal((await register(a, 'x@example.org', { confirm_password: 'other' })).status, 404);
  assert.equal((await login(a, 'one@example.org', { password: 'wrong password' })).status, 404);
  assert.equal((await login(a, { $gt: '' })).status, 404, 'no query operators');
  assert.equal((await request(a, 'GET', '/api/user')).status, 401);
});

test('registration can be closed: then accounts are made by create-user.js, the first one an ADMIN', { skip }, async (t) => {
  const [a] = await workers(t, 1, { ALLOW_REGISTRATION: 'false' });
  assert.equal((await register(a, 'x@example.org')).status, 403);
  const made = (email) => spawnSync(process.execPath, [path.join(__dirname, '../server/create-user.js'), email, 'The name', 'login', '--email-verified=true'], {
    env: a.env, input: 'Password1!\n', encoding: 'utf8',
  });
  for (const [email, role] of [['one@example.org', 'ADMIN'], ['two@example.org', 'USER']]) {
    assert.equal(made(email).status, 0);
    assert.equal((await login(a, email, { password: 'Password1!' })).json.user.role, role);
  }
  const again = made('one@example.org');
  assert.equal(again.status, 1);
  assert.match(again.stderr, /already exists/);
});

test('a session is good on every worker, and survives the one that made it', { skip }, async (t) => {
  const [a, b] = await workers(t, 2);
  await register(a, 'user@example.org');
  const { json, cookies } = await login(a, 'user@example.org');
  const cookie = cookies.find((each) => each.startsWith('refreshToken='));
  for (const attribute of [/; HttpOnly/, /; Secure/, /; SameSite=Strict/]) assert.match(cookie, attribute);
  assert.equal(json.user.password, undefined);

  a.process.kill('SIGKILL');
  await a.exited;
  const user = await request(b, 'GET', '/api/user', { token: json.token });
  assert.equal(user.json.email, 'user@example.org');
  assert.equal(user.json.password, undefined);

  const headers = { cookie: cookie.split(';')[0] };
  const refreshed = await request(b, 'POST', '/api/auth/refresh', { headers });
  assert.equal(refreshed.status, 200);
  assert.equal((await request(b, 'GET', '/api/user', { token: refreshed.json.token })).status, 200);
  assert.equal((await request(b, 'POST', '/api/auth/refresh', { headers })).status, 401, 'a refresh token works once');

  const fresh = { cookie: refreshed.cookies.find((each) => each.startsWith('refreshToken=')).split(';')[0] };
  assert.equal((await request(b, 'POST', '/api/auth/logout', { headers: fresh, token: refreshed.json.token })).status, 200);
  assert.equal((await request(b, 'POST', '/api/auth/refresh', { headers: fresh })).status, 401);
  assert.equal((await request(b, 'POST', '/api/auth/refresh', { headers: { cookie: 'refreshToken=nonsense' } })).status, 403);
});

test('a chat started on one worker streams from another, token by token, and can be taken up again', { skip }, async (t) => {
  const [a, b] = await workers(t, 2);
  const token = await account(a);
  const started = await say(a, token, { tokens: 20, delayMs: 100 });
  assert.equal(started.status, 200);
  assert.equal(started.json.status, 'started');
  const { streamId, conversationId } = started.json;

  const events = await collect(follow(b, token, streamId));
  assert.deepEqual(events.map(({ id }) => id), Array.from({ length: 22 }, (_, i) => i + 1), 'created, 20 tokens, final: nothing lost, nothing twice');
  assert.equal(events[0].data.created, true);
  const final = events.at(-1);
  assert.equal(final.data.final, true);
  assert.equal(final.data.responseMessage.text, textOf(events));
  assert.ok(final.at - events[1].at > 1500, 'the first token came long before the last was produced');
  assert.equal(final.headers.get('content-type'), 'text/event-stream');
  assert.equal(final.headers.get('x-accel-buffering'), 'no');
  assert.equal(final.headers.get('cache-control'), 'no-cache, no-transform');

  const rest = await collect(follow(a, token, streamId, { last: 15 }));
  assert.deepEqual(rest.map(({ id }) => id), [16, 17, 18, 19, 20, 21, 22]);

  const stored = (await request(b, 'GET', `/api/messages/${conversationId}`, { token })).json;
  assert.deepEqual(stored.map(({ isCreatedByUser }) => isCreatedByUser), [true, false]);
  assert.equal(stored[1].text, textOf(events));

  const again = await say(b, token, { tokens: 1, delayMs: 0 }, { conversationId });
  assert.equal(again.json.conversationId, conversationId);
  await collect(follow(a, token, again.json.streamId));
  assert.equal((await request(a, 'GET', `/api/messages/${conversationId}`, { token })).json.length, 4);

  const stranger = await account(b);
  assert.equal((await request(a, 'GET', `/api/agents/chat/stream/${streamId}`, { token: stranger })).status, 403);
  assert.deepEqual((await request(a, 'GET', `/api/messages/${conversationId}`, { token: stranger })).json, []);
  assert.equal((await request(a, 'GET', `/api/agents/chat/stream/${conversationId}`, { token })).status, 404);
  assert.equal((await say(a, token, { tokens: 1e9 })).status, 400);
  assert.equal((await request(a, 'POST', '/api/agents/chat/mock', { token, body: { text: ' ' } })).status, 400);
});

test('many readers at once get everything', { skip }, async (t) => {
  const [a, b] = await workers(t, 2);
  const token = await account(a);
  const texts = await Promise.all(Array.from({ length: 40 }, async (_, i) => {
    const { json } = await say(i % 2 ? a : b, token, { tokens: 50, delayMs: 5 });
    const events = await collect(follow(i % 3 ? a : b, token, json.streamId));
    assert.equal(events.length, 52);
    return textOf(events);
  }));
  assert.equal(new Set(texts).size, 1);
  await until(async () => (await metrics(a)).includes('generation_jobs_in_flight{store="redis"} 0'), 'no generation runs');
  assert.match(await metrics(a), /sse_streams_in_flight\{[^}]*\} 0/);
});

test('limits are shared by the workers and answer 429', { skip }, async (t) => {
  const [a, b] = await workers(t, 2, { LOGIN_MAX: '4', REGISTER_MAX: '2', CONCURRENT_MESSAGE_MAX: '2', MESSAGE_IP_MAX: '4' });
  await register(a, 'user@example.org');
  assert.equal((await register(b, 'other@example.org')).status, 200);
  assert.equal((await register(a, 'third@example.org')).status, 429);

  const logins = [];
  for (const at of [a, b, a, b, a, b]) logins.push(await login(at, 'user@example.org'));
  assert.deepEqual(logins.map(({ status }) => status), [200, 200, 200, 200, 429, 429]);
  assert.match(logins[4].json.message, /^Too many login attempts/);
  assert.ok(Number(logins[4].headers.get('retry-after')) > 200);

  const elsewhere = { 'x-forwarded-for': '203.0.113.7' };
  const { status } = await request(a, 'POST', '/api/auth/login', { headers: elsewhere, body: { email: 'user@example.org', password: 'wrong' } });
  assert.equal(status, 404, 'behind a trusted proxy the limit is the client\'s, not the proxy\'s');

  const { token } = logins[0].json;
  const chats = [];
  for (const at of [a, b, a]) chats.push(await say(at, token, { tokens: 10, delayMs: 100 }));
  assert.deepEqual(chats.map(({ status }) => status), [200, 200, 429]);
  assert.match(chats[2].json.message, /at a time/);
  await Promise.all(chats.slice(0, 2).map(({ json }) => collect(follow(b, token, json.streamId))));
  await sleep(200);
  assert.equal((await say(b, token, { tokens: 1, delayMs: 0 })).status, 200, 'a place is free again');
  assert.equal((await say(b, token, { tokens: 1, delayMs: 0 })).status, 429, 'MESSAGE_IP_MAX');
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} lets streams and generations end`, { skip }, async (t) => {
    const [a, b] = await workers(t, 2);
    const token = await account(a);
    const seen = await say(a, token, { tokens: 20, delayMs: 100 });
    const unseen = await say(a, token, { tokens: 25, delayMs: 100 });
    const stream = collect(follow(a, token, seen.json.streamId));
    await sleep(300);
    a.process.kill(signal);
    a.process.kill('SIGTERM'); // PM2 and systemd may both ask
    await sleep(300);
    await assert.rejects(fetch(`${a.url}/health`), 'takes nothing new');
    const events = await stream;
    assert.equal(events.at(-1).data.final, true);
    assert.equal(events.length, 22);
    assert.deepEqual(await a.exited, { code: 0, signal: null });
    const [, answer] = (await request(b, 'GET', `/api/messages/${unseen.json.conversationId}`, { token })).json;
    assert.equal(answer.text.split(' ').length > 20, true, 'an answer that nobody watched is stored too');
    assert.equal((await collect(follow(b, token, unseen.json.streamId))).length, 27);
  });
}

test('the drain has an end', { skip }, async (t) => {
  const [a] = await workers(t, 1, { SHUTDOWN_DRAIN_S: '1' });
  const token = await account(a);
  await say(a, token, { tokens: 100, delayMs: 100 });
  const asked = Date.now();
  a.process.kill('SIGTERM');
  assert.equal((await a.exited).code, 1);
  assert.ok(Date.now() - asked < 4000);
});

test('idle keep-alive connections do not hold a worker up', { skip }, async (t) => {
  const [a] = await workers(t, 1, { HTTP_KEEP_ALIVE_TIMEOUT_MS: '70000', HTTP_HEADERS_TIMEOUT_MS: '80000' });
  const response = await fetch(`${a.url}/health`);
  assert.equal(response.headers.get('keep-alive'), 'timeout=70');
  await response.text();
  const asked = Date.now();
  a.process.kill('SIGTERM');
  assert.equal((await a.exited).code, 0);
  assert.ok(Date.now() - asked < 2000);
});

test('the stream of a killed worker ends with an error, not with silence', { skip }, async (t) => {
  const [a, b] = await workers(t, 2);
  const token = await account(a);
  const { json } = await say(a, token, { tokens: 100, delayMs: 100 });
  const stream = collect(follow(b, token, json.streamId));
  await sleep(500);
  a.process.kill('SIGKILL');
  // The lease is a minute; here it is cut short.
  await forget(t, a, json.streamId);
  const last = (await stream).at(-1);
  assert.equal(last.kind, 'error');
  assert.match(last.data.error, /lost/);
});

test('Redis away: bounded errors, streams wait, all is well within seconds of its return', { skip: canStop('TEST_REDIS_CONF') }, async (t) => {
  const [a, b] = await workers(t, 2);
  const token = await account(a, 'user@example.org');
  const { json } = await say(a, token, { tokens: 60, delayMs: 100 });
  const stream = collect(follow(b, token, json.streamId));
  const server = redisServer();
  await sleep(500);
  await server.stop();
  try {
    for (const at of [a, b]) {
      const asked = Date.now();
      assert.equal((await login(at, 'user@example.org')).status, 503);
      assert.ok(Date.now() - asked < 5000, 'within 5 s');
      assert.equal((await request(at, 'GET', '/api/user', { token })).status, 200, 'what needs no Redis goes on');
    }
  } finally {
    server.start();
  }
  const back = Date.now();
  for (const at of [a, b]) await until(async () => (await login(at, 'user@example.org')).status === 200, 'logins are back', 12_000);
  t.diagnostic(`logins back after ${Date.now() - back} ms`);
  const events = await stream;
  assert.deepEqual(events.map(({ id }) => id), Array.from({ length: 62 }, (_, i) => i + 1));
  const next = await say(b, token, { tokens: 10, delayMs: 50 });
  const arrivals = (await collect(follow(a, token, next.json.streamId))).map(({ at }) => at);
  assert.ok(arrivals.at(-1) - arrivals[1] > 300, 'tokens come one by one again');
});

test('MongoDB away: /api/banner answers 500, and 200 after its return', { skip: canStop('TEST_MONGO_CONF') }, async (t) => {
  const [a] = await workers(t, 1);
  const server = mongoServer();
  await server.stop();
  try {
    assert.equal((await request(a, 'GET', '/api/banner')).status, 500);
    assert.equal((await request(a, 'GET', '/health')).status, 200);
  } finally {
    server.start();
  }
  await until(async () => (await request(a, 'GET', '/api/banner')).status === 200, 'MongoDB is back');
});
