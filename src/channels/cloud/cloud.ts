import type { IncomingMessage } from 'node:http';
import { type Activity, ActivityTypes, CloudAdapter, DeliveryModes, type InvokeResponse } from 'botbuilder';
import { StoreError } from '../../store/store';
import { isLoopbackAddress } from '../loopback';
import { CloudUnauthorizedError, completeSettings, GuardedAuthentication, type RegistrationSettings } from './auth';
import { readBody } from './body';
import { parseEnvelope } from './envelope';

/** What became of an activity: the answers of `expectReplies`, or that of an `invoke`. */
export interface Outcome {
  readonly replies: readonly Partial<Activity>[];
  readonly invokeResponse?: { readonly status: number; readonly body?: unknown };
}

export interface CloudOptions {
  readonly settings: RegistrationSettings & { readonly ALLOW_ANONYMOUS: boolean };
  /** Takes a proven activity; resolves once its turn is committed. Throws StoreError when nothing could be kept. */
  readonly accept: (activity: Activity) => Promise<Outcome>;
  /** Told of callers that proved nothing, and of what fails for no fault of theirs. */
  readonly report: (event: string, error: unknown) => void;
}

/** The HTTP answer. */
export interface CloudReply {
  readonly status: number;
  readonly body?: unknown;
}

/** Everything else (typing, ping, deleteUserData, reactions …) is acknowledged and forgotten. */
const TURN_TYPES: ReadonlySet<string> = new Set([
  ActivityTypes.Message,
  ActivityTypes.ConversationUpdate,
  ActivityTypes.Event,
  ActivityTypes.Invoke,
  ActivityTypes.InstallationUpdate,
  ActivityTypes.MessageUpdate,
  ActivityTypes.MessageDelete,
]);
/** Signs that the request came through another machine, or from a page in a browser. */
const RELAYED = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'origin'];

/**
 * The SDK's adapter as the door of `/api/messages`: it authenticates and answers as the protocol asks, and hands the activity to the
 * turn, which has its own way out (replies leave after the commit).
 */
class Door extends CloudAdapter {
  constructor(private readonly options: CloudOptions) {
    super(new GuardedAuthentication(completeSettings(options.settings)));
  }

  /**
   * What the SDK's `process` does for a POST, without its passes over a body that parseEnvelope has checked. Times become dates, so that only times
   * are kept of them.
   */
  async receive({ headers }: IncomingMessage, activity: Activity): Promise<CloudReply> {
    const { status = 200, body } = (await this.processActivity(headers.authorization ?? '', withDates(activity))) ?? {};
    return !body || status === 401 || status >= 500 ? { status } : { status, body };
  }

  protected override async processActivity(proof: unknown, activity: Activity): Promise<InvokeResponse | undefined> {
    try {
      const { callerId } = await this.botFrameworkAuthentication.authenticateRequest(activity, String(proof));
      if (!TURN_TYPES.has(activity.type)) return undefined;
      return answerOf(activity, await this.options.accept({ ...activity, ...(callerId ? { callerId } : {}) }));
    } catch (error) {
      if (error instanceof CloudUnauthorizedError) return refuse(this.options, error);
      this.options.report('activity', error);
      return { status: error instanceof StoreError ? 503 : 500 };
    }
  }
}

/** Handles `POST /api/messages`. */
export function createCloud(options: CloudOptions): (request: IncomingMessage) => Promise<CloudReply> {
  const door = new Door(options);
  const anonymous = options.settings.MicrosoftAppId === undefined;
  return async (request) => {
    if (anonymous && !options.settings.ALLOW_ANONYMOUS && !isLocal(request)) return refuse(options, new CloudUnauthorizedError());
    const body = await readBody(request);
    if (body.kind === 'refused') return { status: body.status };
    const activity = parseEnvelope(body.value);
    if (!activity || (anonymous && !URL.canParse(activity.serviceUrl ?? ''))) return { status: 400 };
    return door.receive(request, activity);
  };
}

function refuse({ report }: CloudOptions, error: CloudUnauthorizedError): { readonly status: 401 } {
  report('unauthorized', error);
  return { status: 401 };
}

function isLocal(request: IncomingMessage): boolean {
  return isLoopbackAddress(request.socket.remoteAddress) && RELAYED.every((name) => request.headers[name] === undefined);
}

function withDates(activity: Activity): Activity {
  const times = (['timestamp', 'localTimestamp', 'expiration'] as const).flatMap((name) => {
    const time: unknown = activity[name];
    return typeof time === 'string' ? [[name, new Date(time)] as const] : [];
  });
  return { ...activity, ...Object.fromEntries(times) };
}

function answerOf(activity: Activity, { replies, invokeResponse }: Outcome): InvokeResponse | undefined {
  if (activity.deliveryMode === DeliveryModes.ExpectReplies) return { status: 200, body: { activities: replies } };
  if (activity.type !== ActivityTypes.Invoke) return undefined;
  return invokeResponse ?? { status: 501 };
}
