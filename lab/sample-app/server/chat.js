'use strict';
// POST starts a generation in this worker; GET streams it from any worker.
const crypto = require('node:crypto');
const express = require('express');
const { once } = require('node:events');
const log = require('./log');
const metrics = require('./metrics');
const { Message } = require('./mongo');
const mockModel = require('./model');
const persist = require('./persist');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LOOK_AGAIN_MS = 1000;
const LOST_AFTER_LOOKS = 10; // a stream that a crash of Redis took is written again by its worker

function createChat(config, { streams, limits, requireUser }) {
  const running = new Set();
  const isFinal = (json) => json.startsWith('{"final":true'); // written so by generate()

  async function generate({ say, request, tokens, delayMs }) {
    const answer = {
      messageId: crypto.randomUUID(),
      conversationId: request.conversationId,
      parentMessageId: request.messageId,
      user: request.user,
      sender: 'Mock',
      endpoint: request.endpoint,
      isCreatedByUser: false,
      text: '',
    };

    let heard = true; // without Redis nobody hears the answer, but it is stored
    for await (const token of mockModel(tokens, delayMs)) {
      answer.text += token;
      const delta = { event: 'on_message_delta', data: { id: answer.messageId, delta: { content: [{ type: 'text', text: token }] } } };
      heard &&= await say(delta).then(() => true, () => false);
    }
    const responseMessage = await persist(() => Message.findOneAndUpdate(
      { messageId: answer.messageId }, { $setOnInsert: answer }, { upsert: true, new: true },
    ));
    const title = request.text.slice(0, 40);
    await say({
      final: true,
      title,
      conversation: { conversationId: request.conversationId, title, endpoint: request.endpoint },
      requestMessage: request,
      responseMessage,
    });
  }

  function start(job) {
    metrics.job.started();
    const done = generate(job)
      .then(() => 'completed', (error) => {
        log.error('A generation failed', { stream: job.streamId, reason: error.message });
        return 'error';
      })
      .then(async (result) => {
        await limits.concurrent.leave(job.request.user, job.streamId).catch(() => {}); // else its place expires
        metrics.job.ended(result);
        log.info('A generation ended', { stream: job.streamId, result });
        running.delete(done);
      });
    running.add(done);
  }

  const router = express.Router();
  router.use(requireUser);

  router.post('/:endpoint', limits.messageIp, limits.messageUser, async (req, res) => {
    const { text, conversationId, parentMessageId, mock = {} } = req.body ?? {};
    const tokens = Number(mock?.tokens ?? config.mock.tokens);
    const delayMs = Number(mock?.delayMs ?? config.mock.delayMs);
    if (typeof text !== 'string' || !text.trim()) return res.status(400).json({ message: 'text: missing' });
    if (conversationId && conversationId !== 'new' && !UUID.test(conversationId)) {
      return res.status(400).json({ message: 'conversationId: not a UUID' });
    }
    if (!(tokens >= 1 && tokens <= 5000 && delayMs >= 0 && delayMs <= 120_000 && tokens * delayMs <= 900_000)) {
      return res.status(400).json({ message: 'mock: 1 to 5000 tokens, at most 120000 ms apart and 900000 ms in all' });
    }

    const streamId = crypto.randomUUID();
    const leaseMs = 60_000 + 2 * delayMs;
    if (!await limits.concurrent.enter(req.user.id, streamId, leaseMs + tokens * delayMs)) return limits.concurrent.refuse(res);
    try {
      const request = await Message.create({
        messageId: crypto.randomUUID(),
        conversationId: UUID.test(conversationId) ? conversationId : crypto.randomUUID(),
        parentMessageId: String(parentMessageId ?? '00000000-0000-0000-0000-000000000000'),
        user: req.user._id,
        sender: 'User',
        endpoint: req.params.endpoint,
        isCreatedByUser: true,
        text,
      });
      const say = streams.writer(streamId, leaseMs);
      await say({ created: true, streamId, message: request }, persist.once);
      start({ streamId, say, request, tokens, delayMs });
      return res.json({ streamId, conversationId: request.conversationId, status: 'started' });
    } catch (error) {
      await limits.concurrent.leave(req.user.id, streamId).catch(() => {});
      throw error;
    }
  });

  router.get('/stream/:id', async (req, res) => {
    const { id } = req.params;
    const created = UUID.test(id) && await streams.first(id);
    if (!created) return res.status(404).json({ error: 'Stream not found', message: 'The generation does not exist or has expired.' });
    if (created.message.user !== req.user.id) return res.status(403).json({ error: 'Unauthorized' });

    res.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Content-Encoding': 'identity',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    }).flushHeaders();
    metrics.countStream(req, res);
    return relay(id, Number(req.get('last-event-id')) || 0, res);
  });

  /** Sends all events after `last` until the final one, or until the reader or the stream has gone. */
  async function relay(id, last, res) {
    let more = true;
    let missing = 0;
    let wake = () => {};
    const unwatch = streams.watch(id, () => { more = true; wake(); });
    res.once('close', () => wake());
    const send = async (fields) => {
      if (!res.write(`${fields}\n\n`)) await Promise.race([once(res, 'drain'), once(res, 'close')]).catch(() => {});
    };
    try {
      while (!res.destroyed) {
        const looking = !more;
        more = false;
        const entries = await streams.read(id, last).catch(() => null); // Redis is away: the reader waits for it too
        for (const [number, json] of entries ?? []) {
          last = number;
          await send(`id: ${number}\nevent: message\ndata: ${json}`);
          if (isFinal(json)) return;
        }
        if (entries?.length === 0 && looking) missing = await streams.exists(id).catch(() => 1) ? 0 : missing + 1;
        if (missing === LOST_AFTER_LOOKS) {
          await send(`event: error\ndata: ${JSON.stringify({ error: 'The generation was lost: its worker has gone.' })}`);
          return;
        }
        if (more) continue;
        let timer;
        await new Promise((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, LOOK_AGAIN_MS);
        });
        clearTimeout(timer);
      }
    } finally {
      unwatch();
      res.end();
    }
  }

  async function messages(req, res) {
    const found = await Message.find({ user: req.user._id, conversationId: String(req.params.conversationId) }).sort('createdAt');
    res.json(found);
  }

  return { router, messages, running, idle: async () => { while (running.size) await Promise.all(running); } };
}

module.exports = { createChat };
