import { open } from '/assets/api.js';

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]));
      yield { id: fields.id, kind: fields.event, data: JSON.parse(fields.data) };
    }
  }
}

/** Follows a stream to its final event; a broken connection is taken up again where it broke. */
export async function follow(streamId, onText) {
  let last = '0';
  for (let failures = 0; failures < 10; failures++) {
    try {
      const response = await open('GET', `/api/agents/chat/stream/${streamId}`, null, { 'Last-Event-ID': last });
      if (response.status === 404) throw Object.assign(new Error('This answer is no longer there.'), { fatal: true });
      if (response.ok) {
        for await (const { id, kind, data } of events(response.body)) {
          if (kind === 'error') throw Object.assign(new Error(data.error), { fatal: true });
          last = id;
          failures = 0;
          if (data.event === 'on_message_delta') onText(data.data.delta.content[0].text);
          if (data.final) return data;
        }
      }
    } catch (problem) {
      if (problem.fatal) throw problem;
    }
    await pause(500);
  }
  throw new Error('The connection was lost.');
}
