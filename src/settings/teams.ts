import { z } from 'zod';
import type { StaffRule } from '../channels/teams/teams';

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
    'Object ids of people and ids of teams that alone are staff, separated by commas; empty is everybody of those tenants.',
  ),
});

export interface TeamsConfig {
  readonly staff: StaffRule;
}

/** Takes the settings of Teams out of all settings. */
export function takeTeams<T extends z.infer<typeof TEAMS_SETTINGS> & { readonly MicrosoftAppTenantId?: string | undefined }>(settings: T) {
  const { TEAMS_TENANTS, TEAMS_STAFF, ...rest } = settings;
  const tenants = TEAMS_TENANTS ?? settings.MicrosoftAppTenantId;
  const staff = Object.freeze({ tenants: tenants ? list(tenants) : [], allowed: TEAMS_STAFF ? list(TEAMS_STAFF) : [] });
  return { teams: Object.freeze({ staff }) satisfies TeamsConfig, rest };
}

/** Without a registration nobody's tenant is proved. */
export function teamsFaults(values: Readonly<Record<string, string | undefined>>): readonly string[] {
  const given = ['TEAMS_TENANTS', 'TEAMS_STAFF'].filter((name) => values[name] !== undefined);
  const [first] = given;
  const faults = first !== undefined && values.MicrosoftAppId === undefined ? [`MicrosoftAppId: is needed because ${first} is set`] : [];
  const nobody = values.TEAMS_STAFF !== undefined && (values.TEAMS_TENANTS ?? values.MicrosoftAppTenantId) === undefined;
  return nobody ? [...faults, 'TEAMS_TENANTS: is needed with TEAMS_STAFF'] : faults;
}
