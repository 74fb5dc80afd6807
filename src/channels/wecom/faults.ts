import type { Fault } from '../wechat/faults';

/**
 * What error codes of 企业微信 mean for us; some numbers mean something else than in 公众平台. Source: developer.work.weixin.qq.com/document/
 * path/90313; what a code of 95xxx means in practice is believed until a real account shows it (docs/operations.md).
 */
const TABLE: Readonly<Record<Fault, readonly number[]>> = {
  token: [40014, 42001, 41001],
  /** 45033: too many at the same time. */
  retry: [-1, 6000, 45033],
  /** Five messages are out, 48 hours are over, or the session is not ours (95013, 95018): the next message of the user opens it again. */
  window: [95001, 95002, 95012, 95013, 95018],
  limit: [45009, 45011],
  capability: [48002, 60011, 95011, 95016, 95017],
  configuration: [40001, 40013, 60020],
  gone: [40096, 84061],
  consent: [],
  doubt: [],
  ours: [],
};

const BY_CODE = new Map(
  (Object.entries(TABLE) as [Fault, readonly number[]][]).flatMap(([fault, codes]) => codes.map((code) => [code, fault])),
);

export function kfFaultOf(errcode: number): Fault {
  return BY_CODE.get(errcode) ?? 'ours';
}
