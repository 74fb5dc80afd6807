// Preloaded into a server under test: its clock starts at TEST_NOW and can be moved by a message { ahead: ms }.
const RealDate = Date;
let ahead = RealDate.parse(process.env.TEST_NOW ?? new RealDate().toISOString()) - RealDate.now();
const now = () => RealDate.now() + ahead;

globalThis.Date = class extends RealDate {
  constructor(...values) {
    super(...(values.length === 0 ? [now()] : values));
  }
  static now() {
    return now();
  }
};

process.on('message', (message) => {
  ahead += message.ahead;
});
process.channel?.unref();
