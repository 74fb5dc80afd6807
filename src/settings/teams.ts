import { z } from 'zod';
import type { StaffRule } from '../channels/teams/teams';
import { oneOf } from './kinds';

/** Settings of Microsoft Teams: whose people are staff. */

const ID = /^[0-9A-Za-z:@._-]{8,100}$/;
const ids = (what: string) =>
  z
    .string()
    .refine((text) => list(text).every((one) => ID.test(one)), `must be ${what}, separated by commas`)
    .optional();
const list = (text: string) => text.split(',').map((one) => one.trim());

export const TEAMS_SETTINGS = z.object({
  TEAMS_TENANTS: ids('tenant ids').describe('Tenants whose people on Teams are staff, separated by commas; empty is MicrosoftAppTenantId.'),
  TEAMS_STAFF: ids('object ids of people or ids of teams').describe(
    'Object ids of people and ids of teams that alone are staff, beside the agents of the desk; separated by commas, empty is everybody of those tenants.',
  ),
  TEAMS_AGENTS: oneOf(['staff', 'desk']).describe(
    'Who takes cases on Teams: staff is all of them, desk only people whom DESK_AGENTS names with their "teams".',
  ),
});

export interface TeamsConfig {
  readonly staff: StaffRule;
  /** Whether staff who are no agents of the desk take cases too. */
  readonly everybody: boolean;
}

/** A person of Teams whom the agents file names. */
interface Linked {
  readonly tenant: string;
  readonly person: string;
}

type Values = z.infer<typeof TEAMS_SETTINGS> & { readonly MicrosoftAppTenantId?: string | undefined };

/** Takes the settings of Teams out of all settings. An agent of the desk is staff without being named again. */
export function takeTeams<T extends Values>(settings: T, linked: readonly Linked[]) {
  const { TEAMS_TENANTS, TEAMS_STAFF, TEAMS_AGENTS, ...rest } = settings;
  const allowed = TEAMS_STAFF === undefined ? [] : [...list(TEAMS_STAFF), ...linked.map(({ person }) => person)];
  const staff = Object.freeze({ tenants: tenantsOf(settings), allowed });
  return { teams: Object.freeze({ staff, everybody: TEAMS_AGENTS === 'staff' }) satisfies TeamsConfig, rest };
}

function tenantsOf({ TEAMS_TENANTS, MicrosoftAppTenantId }: Partial<Values>): readonly string[] {
  const tenants = TEAMS_TENANTS ?? MicrosoftAppTenantId;
  return tenants ? list(tenants).map((one) => one.toLowerCase()) : [];
}

/** Without a registration nobody's tenant is proved. */
export function teamsFaults(values: Readonly<Record<string, string | undefined>>, linked: readonly Linked[]): readonly string[] {
  const given = ['TEAMS_TENANTS', 'TEAMS_STAFF'].find((name) => values[name] !== undefined);
  const tenants = tenantsOf(values as Partial<Values>);
  return [
    ...(given !== undefined && values.MicrosoftAppId === undefined ? [`MicrosoftAppId: is needed because ${given} is set`] : []),
    ...(values.TEAMS_STAFF !== undefined && tenants.length === 0 ? ['TEAMS_TENANTS: is needed with TEAMS_STAFF'] : []),
    ...(values.TEAMS_AGENTS === 'desk' && linked.length === 0 ? ['TEAMS_AGENTS: desk needs somebody with "teams" in DESK_AGENTS'] : []),
    ...(linked.every(({ tenant }) => tenants.includes(tenant)) ? [] : ['DESK_AGENTS: a "teams.tenant" is none of TEAMS_TENANTS']),
  ];
}
