/** Stands for the shell that is open when a message is sent; whoever sends puts its real id in its place, which is as long. */
export const shellIdMark = '5E11A000-0000-4000-8000-00000000C0DE';
/** The command that runs in it. */
export const commandId = 'C0DE0000-0000-4000-8000-000000000002';
