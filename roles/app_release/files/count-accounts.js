// Prints how many accounts the application has. Its own driver asks.
const mongoose = require('mongoose');

(async () => {
  await mongoose.connect(process.env.MONGO_URI, { maxPoolSize: 1 });
  console.log(await mongoose.connection.db.collection(process.argv[1]).countDocuments({}, { limit: 1 }));
  await mongoose.disconnect();
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
