'use strict';
// MongoDB through mongoose: connection, models, and the time each query took.
const mongoose = require('mongoose');
const { setTimeout: sleep } = require('node:timers/promises');
const log = require('./log');
const { mongooseQueries, mongooseQueryDuration } = require('./metrics');

const hidden = { versionKey: false, transform: (_, object) => { delete object.password; delete object.first; } };
const schema = (fields, options) => new mongoose.Schema(fields, { autoIndex: false, autoCreate: false, versionKey: false, ...options });

const userSchema = schema({
  name: { type: String, required: true },
  username: String,
  email: { type: String, required: true, unique: true },
  password: { type: String, required: true },
  role: { type: String, enum: ['ADMIN', 'USER'], default: 'USER' },
  provider: { type: String, default: 'local' },
  emailVerified: { type: Boolean, default: true },
  // Unique, so that of two accounts registered at once only one is the first and becomes administrator
  first: { type: Boolean, unique: true, sparse: true },
}, { timestamps: true, toJSON: hidden });

const sessionSchema = schema({
  user: { type: mongoose.ObjectId, required: true },
  refreshTokenHash: { type: String, required: true },
  expiration: { type: Date, required: true, expires: 0 },
});

const messageSchema = schema({
  messageId: { type: String, required: true, unique: true },
  conversationId: { type: String, required: true },
  parentMessageId: String,
  user: { type: mongoose.ObjectId, required: true },
  sender: String,
  isCreatedByUser: Boolean,
  endpoint: String,
  text: String,
  unfinished: { type: Boolean, default: false },
}, { timestamps: true });
messageSchema.index({ user: 1, conversationId: 1, createdAt: 1 });

const User = mongoose.model('User', userSchema);
const Session = mongoose.model('Session', sessionSchema);
const Message = mongoose.model('Message', messageSchema);

const exec = mongoose.Query.prototype.exec;
mongoose.Query.prototype.exec = async function timed(...args) {
  const labels = { model: this.model.modelName, operation: this.op, status: 'error' };
  const stop = mongooseQueryDuration.startTimer();
  try {
    const result = await exec.apply(this, args);
    labels.status = 'success';
    return result;
  } finally {
    mongooseQueries.inc(labels);
    stop(labels);
  }
};

// Tries until MongoDB answers; from then on the driver reconnects by itself.
async function connect({ uri, pool, autoIndex }) {
  const options = Object.fromEntries(Object.entries(pool).filter(([, value]) => value !== undefined));
  for (;;) {
    try {
      await mongoose.connect(uri, { ...options, bufferCommands: false, autoIndex: false, autoCreate: false });
      if (autoIndex) await Promise.all([User, Session, Message].map((model) => model.createIndexes()));
      log.info('MongoDB is there', { maxPoolSize: mongoose.connection.getClient().options.maxPoolSize });
      return;
    } catch (error) {
      log.warn('MongoDB is not there yet', { reason: error.message });
      await sleep(1000);
    }
  }
}

const banner = () => mongoose.connection.getClient().db().collection('banners').findOne({}, { projection: { _id: 0 } });

module.exports = { connect, banner, close: () => mongoose.disconnect(), User, Session, Message };
