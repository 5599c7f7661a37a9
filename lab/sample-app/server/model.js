'use strict';
// The model: as many tokens as asked for, at the pace asked for.
const { setTimeout: sleep } = require('node:timers/promises');

const WORDS = ('This answer comes from a model that does not think: it only counts its words and keeps its pace, so that whoever '
  + 'measures the road between this worker and your screen measures the road and nothing else. ').split(/(?<= )/);

module.exports = async function* mockModel(tokens, delayMs) {
  for (let i = 0; i < tokens; i++) {
    await sleep(delayMs);
    yield WORDS[i % WORDS.length];
  }
};
