'use strict';
// Limits shared by all workers. Plain commands on one key each: no scripts, so a cluster can be grown under them.

function createLimits(redis, limits) {
  function refuse(res, message, seconds) {
    if (seconds) res.set('Retry-After', String(seconds));
    res.status(429).json({ message });
  }

  /** At most `max` requests within a window that begins with the first one. */
  const limiter = (name, what, by) => {
    const { max, windowMs } = limits[name];
    if (max === Infinity || !windowMs) return (req, res, next) => next();
    return async (req, res, next) => {
      const key = redis.key('limit', name, by(req));
      const [, count, ttl] = await redis.transaction([['set', key, 0, 'PX', windowMs, 'NX'], ['incr', key], ['pttl', key]]);
      res.set({ 'X-RateLimit-Limit': String(max), 'X-RateLimit-Remaining': String(Math.max(max - count, 0)) });
      if (count <= max) return next();
      return refuse(res, `Too many ${what}, please try again after ${Math.ceil(windowMs / 60_000)} minutes.`, Math.ceil(ttl / 1000));
    };
  };

  const pending = (user) => redis.key('pending', user);
  const concurrent = {
    /** A place among the user's running generations; it frees itself after `ms` should this worker die. */
    async enter(user, id, ms) {
      if (limits.concurrent === Infinity) return true;
      const now = Date.now();
      const [, , count] = await redis.transaction([
        ['zremrangebyscore', pending(user), '-inf', now],
        ['zadd', pending(user), now + ms, id],
        ['zcard', pending(user)],
        ['pexpire', pending(user), 3600_000],
      ]);
      if (count <= limits.concurrent) return true;
      await concurrent.leave(user, id);
      return false;
    },
    leave: (user, id) => redis.use((client) => client.zrem(pending(user), id)),
    refuse: (res) => refuse(res, `Only ${limits.concurrent} messages at a time, please wait for an answer.`, 1),
  };

  return {
    login: limiter('login', 'login attempts', (req) => req.ip),
    register: limiter('register', 'accounts created', (req) => req.ip),
    messageIp: limiter('messageIp', 'messages from this address', (req) => req.ip),
    messageUser: limiter('messageUser', 'messages', (req) => req.user.id),
    concurrent,
  };
}

module.exports = { createLimits };
