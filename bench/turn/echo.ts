import { ActivityHandler, CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import restify from 'restify';

/** The SDK's stock echo bot, as its samples write it: the measure of what the protocol alone costs. */
const server = restify.createServer();
server.use(restify.plugins.bodyParser());
const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication({}));
const bot = new ActivityHandler();
bot.onMessage(async (context, next) => {
  await context.sendActivity(`Echo: ${context.activity.text}`);
  await next();
});
server.post('/api/messages', (request, response, next) => {
  void adapter.process(request as never, response, (context) => bot.run(context)).then(() => next());
});
server.get('/healthz', (_request, response, next) => {
  response.send(200);
  next();
});
server.listen(Number(process.env.PORT));
