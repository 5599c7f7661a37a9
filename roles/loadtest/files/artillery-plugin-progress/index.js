'use strict';
// A line of JSON for each period of Artillery's report, as soon as it is over.
const fs = require('node:fs');
const { isMainThread } = require('node:worker_threads');

class Plugin {
  constructor(script, events) {
    if (!isMainThread) return;
    const { path } = script.config.plugins.progress;
    events.on('stats', ({ period, counters, rates, summaries }) => {
      fs.appendFileSync(path, `${JSON.stringify({ period: Number(period), counters, rates, summaries })}\n`);
    });
  }
}

module.exports = { Plugin, LEGACY_METRICS_FORMAT: false };
