'use strict';
// Accounts and sessions: a short-lived JWT for requests, a refresh token in a cookie, kept only as a hash in MongoDB.
const crypto = require('node:crypto');
const bcrypt = require('bcryptjs');
const express = require('express');
const jwt = require('jsonwebtoken');
const { createAccount, isText, problems } = require('./accounts');
const { User, Session } = require('./mongo');

const hash = (token) => crypto.createHash('sha256').update(token).digest('hex');

function createAuth(config, limits) {
  const cookie = { httpOnly: true, secure: config.secureCookie, sameSite: 'strict', path: '/' };

  const accessToken = (user) => jwt.sign(
    { id: user.id, username: user.username, provider: user.provider, email: user.email },
    config.jwtSecret,
    { expiresIn: Math.ceil(config.sessionMs / 1000) },
  );
  const refreshToken = (session) => jwt.sign(
    { id: session.user, sessionId: session._id, exp: Math.floor(session.expiration / 1000), jti: crypto.randomUUID() },
    config.jwtRefreshSecret,
  );
  const answer = (res, user, session, token) => {
    res.cookie('refreshToken', token, { ...cookie, expires: session.expiration });
    res.cookie('token_provider', 'librechat', { ...cookie, expires: session.expiration });
    res.json({ token: accessToken(user), user: { ...user.toJSON(), id: user.id } });
  };
  const verify = (token, secret) => {
    try {
      return jwt.verify(token, secret, { algorithms: ['HS256'] });
    } catch {
      return null;
    }
  };

  async function requireUser(req, res, next) {
    const [, token] = /^bearer\s+(.+)$/i.exec(req.get('authorization') ?? '') ?? [];
    const payload = token && verify(token, config.jwtSecret);
    req.user = payload && await User.findById(payload.id);
    return req.user ? next() : res.status(401).json({ message: 'Unauthorized' });
  }

  const router = express.Router();

  router.post('/register', limits.register, async (req, res) => {
    if (!config.allowRegistration) return res.status(403).json({ message: 'Registration is not allowed.' });
    const account = req.body ?? {};
    const wrong = problems(account);
    if (account.password !== account.confirm_password) wrong.push('confirm_password: differs from password');
    if (wrong.length) return res.status(404).json({ message: wrong.join('; ') });
    await createAccount(account);
    // The same answer for an address that is taken, so that nobody learns who has an account
    return res.json({ message: 'Registration received. If the address was free, you can log in now.' });
  });

  router.post('/login', limits.login, async (req, res) => {
    const { email, password } = req.body ?? {};
    const user = isText(email, 3, 254) && isText(password, 1, 128) && await User.findOne({ email: email.toLowerCase() });
    if (!user || !await bcrypt.compare(password, user.password)) return res.status(404).json({ message: 'Wrong address or password.' });
    const session = new Session({ user: user._id, expiration: new Date(Date.now() + config.refreshMs) });
    const token = refreshToken(session);
    session.refreshTokenHash = hash(token);
    await session.save();
    return answer(res, user, session, token);
  });

  router.post('/refresh', async (req, res) => {
    const old = req.cookies.refreshToken;
    if (!old) return res.status(200).send('Refresh token not provided');
    const payload = verify(old, config.jwtRefreshSecret);
    if (!payload) return res.status(403).send('Invalid refresh token');
    const [user, session] = await Promise.all([User.findById(payload.id), Session.findById(payload.sessionId)]);
    if (!user || !session) return res.status(401).send('Refresh token expired or not found for this user');
    const token = refreshToken(session);
    // Exchanged, not added: a stolen token works once at most, and then the theft shows.
    const exchanged = await Session.updateOne(
      { _id: session._id, refreshTokenHash: hash(old), expiration: { $gt: new Date() } },
      { refreshTokenHash: hash(token) },
    );
    if (!exchanged.modifiedCount) return res.status(401).send('Refresh token expired or not found for this user');
    return answer(res, user, session, token);
  });

  router.post('/logout', requireUser, async (req, res) => {
    const token = req.cookies.refreshToken;
    if (token) await Session.deleteOne({ user: req.user._id, refreshTokenHash: hash(token) });
    res.clearCookie('refreshToken', cookie).clearCookie('token_provider', cookie).json({ message: 'Logout successful' });
  });

  return { router, requireUser };
}

module.exports = { createAuth };
