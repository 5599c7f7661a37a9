'use strict';
// For work that must survive a store's outage: tries again, for a minute.
const { setTimeout: sleep } = require('node:timers/promises');

async function persist(run, forMs = 60_000) {
  for (const end = Date.now() + forMs; ;) {
    try {
      return await run();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(250);
    }
  }
}

module.exports = persist;
module.exports.once = (run) => run();
