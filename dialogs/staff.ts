import type { TurnContext } from 'botbuilder';

/** Commands of internal support (docs/domain.md §4.2, staff branch). Returns false when the message is none of them. */
export async function handleStaff(_context: TurnContext): Promise<boolean> {
  return false;
}
