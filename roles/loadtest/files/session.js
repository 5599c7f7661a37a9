'use strict';
// What Artillery's scenario cannot say: each virtual user is somebody else, at an address of their own, and reads the answer's stream to its end.
const fs = require('node:fs');
const https = require('node:https');
const { threadId } = require('node:worker_threads');

const settings = JSON.parse(fs.readFileSync(`${process.env.RUNTIME_DIRECTORY}/settings.json`, 'utf8'));
const ADDRESSES = 2 ** 17; // of 198.18.0.0/15, which is kept for load tests (RFC 2544)
const final = new RegExp(settings.final_regex);
const thread = Math.max(0, threadId - 1) % settings.threads;
let users = 0;
let begin = 0;

const isHeld = () => {
  const second = (Date.now() - begin) / 1000;
  return second >= settings.held.from && second < settings.held.to;
};

async function become(context) {
  begin ||= Date.now();
  const number = users * settings.threads + thread;
  users += 1;
  const place = number % (ADDRESSES - 2) + 1;
  Object.assign(context.vars, {
    base: settings.bases[number % settings.bases.length],
    email: settings.email.replace('%04d', String(number % settings.accounts + 1).padStart(4, '0')),
    password: settings.password,
    address: `198.${18 + (place >> 16)}.${(place >> 8) & 255}.${place & 255}`,
  });
}

const headers = ({ address, token }) => ({
  Host: settings.domain,
  'User-Agent': settings.user_agent,
  'X-Forwarded-For': address,
  ...(token && { Authorization: `Bearer ${token}` }),
});

async function identify(request, context) {
  request.headers = { ...request.headers, ...headers(context.vars) };
  context.vars.sent = Date.now();
}

async function note(request, response, context, events) {
  if (!isHeld()) return;
  events.emit('counter', 'held.requests', 1);
  events.emit('histogram', 'held.response_time', response.timings.phases.firstByte);
}

/** A question that is answered well, and begins no stream, has failed. */
async function began(request, response, context, events) {
  if (response.statusCode < 400 && !/"streamId" *: *"/.test(response.body)) events.emit('counter', 'stream.none', 1);
}

/** Reads server-sent events until the final one; `heard` is called with each */
function listen(url, options, heard) {
  return new Promise((resolve, reject) => {
    const request = https.get(url, options, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        resolve(`status_${response.statusCode}`);
        return;
      }
      let rest = '';
      let ended = false;
      response.setEncoding('utf8');
      response.on('data', (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        for (const line of lines.filter((one) => one.startsWith('data:'))) {
          heard();
          ended ||= final.test(line.slice('data:'.length).trim());
        }
      });
      response.on('end', () => resolve(ended ? 'complete' : 'cut'));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

async function readStream(context, events) {
  const { base, streamId, sent } = context.vars;
  let first = 0;
  events.emit('counter', 'stream.requests', 1);
  if (isHeld()) events.emit('counter', 'held.requests', 1);
  const result = await listen(
    `${base}${settings.stream_path}/${streamId}`,
    {
      agent: context._httpsAgent,
      headers: { ...headers(context.vars), Accept: 'text/event-stream' },
      rejectUnauthorized: settings.validate_certs,
      servername: settings.domain,
      signal: AbortSignal.timeout(1000 * settings.stream_timeout_s),
    },
    () => {
      if (first) return;
      first = Date.now();
      events.emit('histogram', 'stream.first_event', first - sent);
      if (isHeld()) events.emit('histogram', 'held.first_event', first - sent);
    },
  ).catch(() => 'cut');
  events.emit('counter', `stream.${result}`, 1);
  if (result === 'complete') events.emit('histogram', 'stream.duration', Date.now() - sent);
}

module.exports = { become, began, identify, note, readStream };
